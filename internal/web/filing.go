package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/payment"
	"onewindow/tax/statement"
	"onewindow/templates"
)

// filingRoutes adds what a party does about the taxes of their case.
func (s *server) filingRoutes(r chi.Router) {
	r.Get("/my/filing", s.pageFor(access.SeeOwn, s.showFiling))
	r.Post("/my/filing", s.pageFor(access.FileOwn, s.postFiling))
	r.Get("/my/taxes", s.pageFor(access.SeeOwn, s.showTaxes))
	r.Get("/api/v1/my/filing", s.may(access.SeeOwn, s.answerFiling))
	r.Post("/api/v1/my/declarations", s.may(access.FileOwn, s.declare))
	r.Post("/api/v1/my/disputes", s.may(access.FileOwn, s.dispute))
}

// filingView is what a party sees of their taxes: their own side's facts and lines,
// and nobody else's.
type filingView struct {
	Number     intake.Number   `json:"acceptance_number,omitempty"`
	Contract   string          `json:"contract,omitempty"` // while there is no case: then it is a preview
	At         time.Time       `json:"at"`
	Verdict    filing.Verdict  `json:"verdict,omitempty"` // absent while the offices are being asked
	Reasons    []defect        `json:"reasons"`           // why not online
	Revision   int             `json:"revision"`
	Statements []statementView `json:"statements"`
	DeclaredAt *time.Time      `json:"declared_at,omitempty"`
	Open       bool            `json:"open"` // something can be declared or disputed now
	Lines      []lineView      `json:"lines"`
	Total      money.Fen       `json:"total_fen"`
	Bills      []billView      `json:"bills"`
	Disputes   []disputeView   `json:"disputes"`
}

// statementView is something to declare, with the facts that it is about.
type statementView struct {
	Statement filing.Statement `json:"statement"`
	Words     string           `json:"words"`
	Facts     []factView       `json:"facts"`
}

// disputeView is what the party said is wrong.
type disputeView struct {
	About   filing.Statement `json:"about"`
	Words   string           `json:"words"`
	At      time.Time        `json:"at"`
	Outcome filing.Outcome   `json:"outcome,omitempty"` // absent while an officer looks at it
	Answer  string           `json:"answer,omitempty"`
}

func disputeOf(d filing.Dispute) disputeView {
	return disputeView{d.About, d.Words, when(d.At), d.Answer.Outcome, d.Answer.Words}
}

// filingOf shows a party what is known of their taxes.
func filingOf(lang string, v *jobs.SelfFiling) filingView {
	f := filingView{Number: v.Number, At: when(v.ReadAt), Revision: v.Revision, DeclaredAt: sometime(v.DeclaredAt),
		Statements: []statementView{}, Lines: []lineView{}, Bills: []billView{}, Disputes: []disputeView{},
		Reasons: []defect{}}
	f.Open = v.State == intake.Open && v.Decided() && v.Steps[intake.Enter] != intake.Done
	if v.Tax != nil {
		f.fill(lang, v.Party, v.Sight.Facts, *v.Tax)
		if v.Steps[intake.Assess] == intake.Manual && f.Verdict == filing.Online { // disputed, or taken back
			f.Verdict = filing.Officer
		}
	}
	for _, b := range v.Bills {
		if ownBill(v.Party, b) {
			f.Bills = append(f.Bills, ownBillOf(lang, v, b))
		}
	}
	for _, d := range v.Disputes {
		f.Disputes = append(f.Disputes, disputeOf(d))
	}
	return f
}

// fill puts in what an assessment says to one party.
func (f *filingView) fill(lang, party string, facts []officer.Fact, a tax.Assessment) {
	side := filing.SideOf(party)
	e := statement.Case{Assessment: a, Facts: facts}.Extract(statement.Reader{Side: side, Person: filing.PersonOf(party)})
	f.Verdict, f.Reasons = filing.VerdictOf(a.Decided(), e.Manual), reasonsOf(lang, e.Manual)
	for _, st := range filing.StatementsOf(side) {
		own := factsOf(lang, filing.FactsOf(st, party, e.Facts))
		for i := range own {
			own[i].Label = strings.TrimRight(own[i].Label, " 0123456789") // of one's own nobody needs the number
		}
		f.Statements = append(f.Statements, statementView{st, templates.Say(lang, "statement."+string(st), nil), own})
	}
	f.Lines = []lineView{}
	for _, l := range taxOf(lang, &tax.Assessment{Lines: e.Lines}).Lines {
		f.Lines = append(f.Lines, l)
		f.Total += l.Payable
	}
}

// ownPart says whether what a person of a side owes is the party's own; person 0 is
// the side as a whole.
func ownPart(party string, side tax.Side, person int) bool {
	return side == filing.SideOf(party) && (person == 0 || person == filing.PersonOf(party))
}

// ownBill says whether a bill is the party's own to pay.
func ownBill(party string, b payment.Bill) bool {
	return b.Payer.Side == payment.BothSides || ownPart(party, b.Payer.Side, b.Payer.Person)
}

// ownBillOf shows a party a bill of theirs, which can be paid once they have declared.
func ownBillOf(lang string, v *jobs.SelfFiling, b payment.Bill) billView {
	bill := billOf(lang, "/my", v.Sight, b)
	if v.DeclaredAt.IsZero() {
		bill.Page = ""
	}
	return bill
}

// ownFiling returns what the party of the session sees of their taxes.
func (s *server) ownFiling(r *http.Request) (*jobs.SelfFiling, error) {
	who := personOf(r.Context())
	number, err := intake.ParseNumber(who.Case)
	if err != nil {
		return nil, err
	}
	v, err := s.Flow.SelfFiling(r.Context(), number, who.Party)
	if err != nil {
		return nil, err
	}
	return v, s.sawCase(r.Context(), number, permitOn(r.Context(), access.SeeOwn, objectOf(v.Case)))
}

// filing returns what the session's party sees: of their case, or a preview of what a
// contract would owe.
func (s *server) filing(r *http.Request, lang string) (filingView, error) {
	who := personOf(r.Context())
	if _, err := intake.ParseNumber(who.Case); err != nil {
		return s.preview(r, lang)
	}
	v, err := s.ownFiling(r)
	if err != nil {
		return filingView{}, err
	}
	return filingOf(lang, v), nil
}

// preview is what would be owed on a filed contract. What speaks against it going on
// without the window is among the reasons.
func (s *server) preview(r *http.Request, lang string) (f filingView, err error) {
	who := personOf(r.Context())
	if err := permitOn(r.Context(), access.SeeOwn, access.Object{Case: who.Case}); err != nil {
		return f, err
	}
	p, err := s.Flow.Preview(r.Context(), who.Case)
	if err != nil {
		return f, err
	}
	f = filingView{Contract: who.Case, At: when(p.At), Bills: []billView{}, Disputes: []disputeView{}}
	f.fill(lang, who.Party, p.Facts, p.Tax)
	return f, s.saw(r.Context(), audit.Seen, audit.Case, who.Case)
}

// tagOfFiling is the ETag of what a party saw: of one assessment.
func tagOfFiling(f filingView, lang string) string { return tagOf(int64(f.Revision)+1, lang) }

func (s *server) answerFiling(w http.ResponseWriter, r *http.Request) error {
	lang := languageOf(r)
	f, err := s.filing(r, lang)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tagOfFiling(f, lang))
	w.Header().Set("Content-Language", lang)
	w.Header().Add("Vary", "Accept-Language")
	return answer(w, http.StatusOK, f)
}

// declarant is who says something of the assessment that they saw (If-Match).
func (s *server) declarant(r *http.Request) (jobs.Declarant, error) {
	who := personOf(r.Context())
	number, err := intake.ParseNumber(who.Case)
	if err != nil {
		return jobs.Declarant{}, filing.ErrNotDecided
	}
	if err := permitOn(r.Context(), access.FileOwn, access.Object{Case: who.Case}); err != nil {
		return jobs.Declarant{}, err
	}
	seen, err := seenVersion(r)
	return jobs.Declarant{Number: number, Party: who.Party, Revision: int(seen) - 1}, err
}

// declare takes a party's declarations.
func (s *server) declare(w http.ResponseWriter, r *http.Request) error {
	by, err := s.declarant(r)
	if err != nil {
		return err
	}
	var body struct {
		Statements []filing.Statement `json:"statements"`
	}
	if err := readStrict(w, r, &body); err != nil {
		return err
	}
	if !slices.Equal(body.Statements, filing.StatementsOf(filing.SideOf(by.Party))) {
		return &jobs.DefectsError{Findings: registration.Findings{formFinding(codeStatements, "statements", nil)}}
	}
	if err := s.Flow.Declare(r.Context(), by); err != nil {
		return err
	}
	return s.answerFiling(w, r)
}

// dispute takes what a party says is wrong.
func (s *server) dispute(w http.ResponseWriter, r *http.Request) error {
	by, err := s.declarant(r)
	if err != nil {
		return err
	}
	var body struct {
		About filing.Statement `json:"about"`
		Words string           `json:"words"`
	}
	if err := readStrict(w, r, &body); err != nil {
		return err
	}
	if err := s.Flow.Dispute(r.Context(), by, filing.Dispute{About: body.About, Words: body.Words}); err != nil {
		return disputeDefects(err, "words", "about")
	}
	return s.answerFiling(w, r)
}

// The defects of what parties say.
const (
	codeStatements   = "statements_differ"
	codeStatement    = "statement_unknown"
	codeDisputeEmpty = "dispute_empty"
	codeDisputeWords = "dispute_malformed"
)

// disputeDefects turns what is wrong with a dispute into defects of its form.
func disputeDefects(err error, words, about string) error {
	code, at := "", words
	switch {
	case errors.Is(err, filing.ErrStatement):
		code, at = codeStatement, about
	case errors.Is(err, filing.ErrNoWords):
		code = codeDisputeEmpty
	case errors.Is(err, filing.ErrWords):
		code = codeDisputeWords
	default:
		return err
	}
	args := map[string]string{"most": strconv.Itoa(filing.MostWords)}
	if code != codeDisputeWords {
		args = nil
	}
	return &jobs.DefectsError{Findings: registration.Findings{formFinding(code, at, args)}}
}
