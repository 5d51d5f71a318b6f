package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/templates"
	"onewindow/utilities"
)

// caseView is a case as the API shows it to staff: people masked.
type caseView struct {
	Number      intake.Number            `json:"acceptance_number"`
	Kind        registration.Kind        `json:"kind"`
	Unit        registration.UnitCode    `json:"unit"`
	State       intake.CaseState         `json:"state"`
	HandedIn    registration.Number      `json:"certificate_handed_in"`
	Contract    string                   `json:"contract"`
	Price       money.Fen                `json:"price_fen"`
	CoOwnership registration.CoOwnership `json:"co_ownership"`
	Sellers     []registration.Party     `json:"sellers"`
	Buyers      []registration.Party     `json:"buyers"`
	AcceptedBy  string                   `json:"accepted_by"`
	AcceptedAt  time.Time                `json:"accepted_at"`
	ApprovedBy  string                   `json:"approved_by,omitempty"`
	ClosedAt    *time.Time               `json:"closed_at,omitempty"`
	ReadAt      time.Time                `json:"read_at"`
	Steps       []stepView               `json:"steps"`
	Clocks      clockView                `json:"clocks"`
	Journal     []intake.Entry           `json:"journal"`
	Tax         *taxView                 `json:"tax,omitempty"`
	Accounts    []accountView            `json:"utilities"`
	Certificate *certificateView         `json:"certificate,omitempty"`
}

// stepView is where one step stands: who holds it, since when, until when.
type stepView struct {
	Step       intake.Step  `json:"step"`
	State      intake.State `json:"state"`
	Holder     string       `json:"holder,omitempty"`
	Since      *time.Time   `json:"since,omitempty"` // of the present state and holder
	Until      *time.Time   `json:"until,omitempty"` // at the latest
	StartedAt  *time.Time   `json:"started_at,omitempty"`
	FinishedAt *time.Time   `json:"finished_at,omitempty"`
	WaitedMS   int64        `json:"waited_ms"`
	WorkedMS   int64        `json:"worked_ms"`
	Findings   []defect     `json:"findings,omitempty"`
	Verdict    *verdictView `json:"verdict,omitempty"`
}

// verdictView is what a person said of a step.
type verdictView struct {
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
	By      string `json:"by"`
}

// clockView shows both clocks and who held the case how long (I10).
type clockView struct {
	WallMS   int64            `json:"wall_ms"`
	OfficeMS int64            `json:"office_ms"`
	HeldMS   map[string]int64 `json:"held_ms"`
	Spans    []intake.Span    `json:"spans"`
}

// certificateView names the certificate. PDF is empty until it is printed.
type certificateView struct {
	Number   registration.Number `json:"number"`
	IssuedAt *time.Time          `json:"issued_at,omitempty"`
	PDF      string              `json:"pdf,omitempty"`
	Verify   string              `json:"verify,omitempty"`
}

// showCase answers with everything that staff may see of a case.
func (s *server) showCase(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sight(r, access.See)
	if err != nil {
		return err
	}
	return s.answerCase(w, r, c)
}

func viewOf(lang string, c *jobs.Sight) caseView {
	v := caseView{
		Number: c.Number, Kind: c.Kind, Unit: c.Unit, State: c.State, HandedIn: c.Case.Certificate,
		Contract: c.Contract, Price: c.Price, CoOwnership: c.CoOwnership,
		Sellers: maskAll(c.Sellers), Buyers: maskAll(c.Buyers),
		AcceptedBy: c.AcceptedBy, AcceptedAt: when(c.AcceptedAt), ApprovedBy: c.ApprovedBy,
		ClosedAt: whenever(c.ClosedAt), ReadAt: when(c.ReadAt),
		Steps: stepsOf(lang, c), Clocks: clocksOf(c.Ledger), Journal: journalOf(c.Journal),
		Accounts: accountsOf(lang, c),
	}
	if c.Tax != nil {
		v.Tax = taxOf(lang, c.Tax)
		v.Tax.Bills, v.Tax.Refunds = billsOf(lang, "/cases/"+string(c.Number), c), refundsOf(c)
		v.Tax.Bill = firstBill(v.Tax.Bills)
		v.Tax.Facts = factsOf(lang, c.Facts)
	}
	if c.Certificate != "" {
		v.Certificate = certificateOf(c)
	}
	return v
}

func stepsOf(lang string, c *jobs.Sight) []stepView {
	since := map[intake.Step]time.Time{}
	for _, e := range c.Journal {
		since[e.Step] = e.At
	}
	steps := make([]stepView, 0, len(c.Progress))
	for _, p := range c.Progress {
		step := stepView{
			Step: p.Step, State: p.State, Holder: p.Holder, Until: whenever(p.DueAt),
			StartedAt: whenever(p.StartedAt), FinishedAt: whenever(p.FinishedAt),
			WaitedMS: p.Waited(c.ReadAt).Milliseconds(), WorkedMS: p.Worked.Milliseconds(),
			Findings: defectsOf(lang, c.Findings(p.Step)), Verdict: verdictOf(p.Finding),
		}
		if at, moved := since[p.Step]; moved {
			step.Since = whenever(&at)
		}
		steps = append(steps, step)
	}
	return steps
}

// verdictOf reads what a person said, nil if the finding is something else.
func verdictOf(finding json.RawMessage) *verdictView {
	var v verdictView
	if len(finding) == 0 || json.Unmarshal(finding, &v) != nil || v.Verdict == "" {
		return nil
	}
	v.Reason = audit.Masked(v.Reason)
	return &v
}

func clocksOf(l intake.Ledger) clockView {
	v := clockView{WallMS: l.Wall.Milliseconds(), OfficeMS: l.Office.Milliseconds(),
		HeldMS: map[string]int64{}, Spans: []intake.Span{}}
	for holder, held := range l.Held {
		v.HeldMS[holder] = held.Milliseconds()
	}
	for _, span := range l.Spans {
		span.From, span.To = when(span.From), when(span.To)
		v.Spans = append(v.Spans, span)
	}
	return v
}

// journalOf is the journal as staff may see it: numbers that somebody wrote into
// their words are masked, as those of the parties are.
func journalOf(journal []intake.Entry) []intake.Entry {
	list := make([]intake.Entry, len(journal))
	for i, e := range journal {
		e.At, e.Words = when(e.At), audit.Masked(e.Words)
		list[i] = e
	}
	return list
}

func certificateOf(c *jobs.Sight) *certificateView {
	v := &certificateView{Number: c.Certificate}
	if d := c.Document; d != nil {
		v.IssuedAt, v.Verify = whenever(&d.IssuedAt), "/v/"+string(d.VerifyID)
		v.PDF = casesPath + "/" + string(c.Number) + "/certificate.pdf"
	}
	return v
}

// taxView is what the transfer owes: every line with the rulings behind it.
type taxView struct {
	RuleSet   string            `json:"rule_set"`
	Lines     []lineView        `json:"lines"`
	Manual    []defect          `json:"manual,omitempty"` // why an officer must decide
	Without   []tax.Tax         `json:"without,omitempty"`
	Facts     []factView        `json:"facts"`
	Confirmed *tax.Confirmation `json:"confirmed,omitempty"`
	Total     money.Fen         `json:"total_fen"`
	Bill      *billView         `json:"bill,omitempty"` // the first that waits, else the first
	Bills     []billView        `json:"bills,omitempty"`
	Refunds   []refundView      `json:"refunds,omitempty"`
}

// lineView is a line with the sentence of its reason.
type lineView struct {
	tax.Line
	Detail string `json:"detail,omitempty"`
}

func taxOf(lang string, a *tax.Assessment) *taxView {
	v := &taxView{RuleSet: a.RuleSet, Lines: []lineView{}, Without: a.Without, Confirmed: a.Confirmed, Total: a.Total()}
	for _, l := range a.Lines {
		line := lineView{Line: l}
		if l.Reason != "" {
			line.Detail = templates.Say(lang, "relief."+string(l.Reason), nil)
		}
		if len(l.Lacks) > 0 {
			fields := map[string]string{"fields": strings.Join(l.Lacks, ", ")}
			line.Detail = strings.TrimSpace(line.Detail + " " + templates.Say(lang, "taxline.lacks", fields))
		}
		v.Lines = append(v.Lines, line)
	}
	v.Manual = reasonsOf(lang, a.Manual)
	return v
}

// accountView is a utility account and what its company said of it.
type accountView struct {
	Utility string       `json:"utility"`
	Account string       `json:"account"`
	Answers []answerView `json:"answers"`
}

type answerView struct {
	Step       string            `json:"step"`
	Outcome    utilities.Outcome `json:"outcome"`
	Reason     utilities.Reason  `json:"reason,omitempty"`
	Detail     string            `json:"detail,omitempty"` // the sentence of the reason
	Words      string            `json:"words,omitempty"`  // the company's own
	BalanceFen int64             `json:"balance_fen"`
	ArrearsFen int64             `json:"arrears_fen"`
	Attempts   int               `json:"attempts"`
	AskedAt    time.Time         `json:"asked_at"`
	AnsweredAt *time.Time        `json:"answered_at,omitempty"`
}

func accountsOf(lang string, c *jobs.Sight) []accountView {
	list := []accountView{}
	for _, account := range c.Case.Utilities {
		v := accountView{account.Utility, maskAccount(account.Number), []answerView{}}
		for _, q := range c.Utilities {
			if string(q.Answer.Utility) == account.Utility {
				v.Answers = append(v.Answers, inquiryOf(lang, q))
			}
		}
		list = append(list, v)
	}
	return list
}

func inquiryOf(lang string, q utilities.Inquiry) answerView {
	v := answerView{
		Step: q.Step, Outcome: q.Answer.Outcome, Reason: q.Answer.Reason, Words: q.Answer.Words,
		BalanceFen: q.Answer.BalanceFen, ArrearsFen: q.Answer.ArrearsFen, Attempts: q.Attempts, AskedAt: when(q.AskedAt),
	}
	if v.Reason != "" {
		v.Detail = templates.Say(lang, "refusal."+string(v.Reason), nil)
	}
	if !q.AnsweredAt.IsZero() {
		v.AnsweredAt = whenever(&q.AnsweredAt)
	}
	return v
}
