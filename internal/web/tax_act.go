package web

import (
	"errors"
	"net/http"
	"unicode/utf8"

	"onewindow/internal/access"
	"onewindow/internal/money"
	"onewindow/internal/text"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// officerBody is what the bodies of the desk have in common.
type officerBody struct{ Reason, Document string }

// maxDocument is the longest name of a document, in characters.
const maxDocument = 100

func (b officerBody) defects() registration.Findings {
	found := verdictBody{Reason: b.Reason}.defects()
	if _, bad := text.Forbidden(b.Document); bad || utf8.RuneCountInString(b.Document) > maxDocument {
		found = append(found, formFinding(codeDocumentBad, "document", nil))
	}
	return found
}

// The defects of what officers propose.
const (
	codeDocumentBad    = "document_malformed"
	codeDocumentNone   = "document_missing"
	codeFactUnknown    = "fact_unknown"
	codeFactValue      = "fact_value"
	codeLineMalformed  = "line_malformed"
	codeNothingChanges = "nothing_changes"
	codeSourceUnknown  = "source_unknown"
	codeSecondUnknown  = "second_unknown"
)

func formFinding(code, field string, args map[string]string) registration.Finding {
	return registration.Finding{
		Check: registration.CheckForm, Outcome: registration.Block, Code: code, Field: field, Args: args,
	}
}

// deskDefects turns what is wrong with a proposal into defects of its form.
func deskDefects(err error) error {
	var field *officer.FieldError
	code, at := "", ""
	switch {
	case errors.As(err, &field) && errors.Is(err, officer.ErrNoFact):
		code, at = codeFactUnknown, field.Path
	case errors.As(err, &field):
		code, at = codeFactValue, field.Path
	case errors.Is(err, officer.ErrNoChange):
		code = codeNothingChanges
	case errors.Is(err, officer.ErrBadLine):
		code = codeLineMalformed
	case errors.Is(err, jobs.ErrNoDocument):
		code, at = codeDocumentNone, "document"
	case errors.Is(err, source.ErrUnknown):
		code, at = codeSourceUnknown, "source"
	default:
		return err
	}
	return &jobs.DefectsError{Findings: registration.Findings{formFinding(code, at, nil)}}
}

// actOf is what who asks does about the file that they have seen (If-Match).
func (s *server) actOf(r *http.Request, b officerBody) (jobs.OfficerAct, error) {
	number, err := s.reach(r, access.ConfirmTax)
	if err != nil {
		return jobs.OfficerAct{}, err
	}
	seen, err := seenVersion(r)
	by := personOf(r.Context()).ID
	return jobs.OfficerAct{Number: number, By: by, Seen: seen, Reason: b.Reason, Document: b.Document}, err
}

// officially reads a body, lets do act as it says, and answers with the file.
func officially[T interface {
	common() officerBody
	defects() registration.Findings
}](s *server, w http.ResponseWriter, r *http.Request, do func(jobs.OfficerAct, T) error) error {
	if _, err := s.reach(r, access.ConfirmTax); err != nil {
		return err
	}
	var body T
	_, found, err := readJSON(w, r, &body)
	if err != nil {
		return err
	}
	if found = merge(found, body.defects()); len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	act, err := s.actOf(r, body.common())
	if err != nil {
		return err
	}
	if err := do(act, body); err != nil {
		return deskDefects(err)
	}
	return s.showTaxFile(w, r)
}

// correctionBody corrects facts.
type correctionBody struct {
	Changes  []officer.Change `json:"changes"`
	Reason   string           `json:"reason"`
	Document string           `json:"document"`
}

func (b correctionBody) common() officerBody { return officerBody{b.Reason, b.Document} }

func (b correctionBody) defects() registration.Findings { return b.common().defects() }

func (s *server) correctFacts(w http.ResponseWriter, r *http.Request) error {
	return officially(s, w, r, func(act jobs.OfficerAct, b correctionBody) error {
		return s.Flow.Correct(r.Context(), act, b.Changes)
	})
}

// overrideBody puts a line in the place of another.
type overrideBody struct {
	Tax      tax.Tax   `json:"tax"`
	Payer    tax.Side  `json:"payer"`
	Person   int64     `json:"person"`
	Base     money.Fen `json:"base_fen"`
	RateBP   int64     `json:"rate_bp"`
	Due      money.Fen `json:"due_fen"`
	Relief   money.Fen `json:"relief_fen"`
	Reason   string    `json:"reason"`
	Document string    `json:"document"`
}

func (b overrideBody) common() officerBody { return officerBody{b.Reason, b.Document} }

func (b overrideBody) defects() registration.Findings { return b.common().defects() }

func (b overrideBody) line() officer.Line {
	person := int(max(-1, min(b.Person, 1000))) // both ends are refused
	return officer.Line{
		Tax: b.Tax, Payer: b.Payer, Person: person, Base: b.Base, RateBP: b.RateBP, Due: b.Due, Relief: b.Relief,
	}
}

func (s *server) overrideLine(w http.ResponseWriter, r *http.Request) error {
	return officially(s, w, r, func(act jobs.OfficerAct, b overrideBody) error {
		return s.Flow.OverrideLine(r.Context(), act, b.line())
	})
}
