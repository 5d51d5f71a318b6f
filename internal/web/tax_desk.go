package web

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
	"onewindow/templates"
)

// taxDesk adds what is there for tax officers.
func (s *server) taxDesk(r chi.Router) {
	r.Get("/api/v1/tax-desk", s.may(access.ConfirmTax, s.listDesk))
	r.Route("/api/v1/cases/{number}/tax", func(r chi.Router) {
		r.Get("/", s.may(access.ConfirmTax, s.showTaxFile))
		r.Post("/corrections", s.may(access.ConfirmTax, s.correctFacts))
		r.Post("/overrides", s.may(access.ConfirmTax, s.overrideLine))
		r.Post("/second", s.may(access.ConfirmTax, s.secondOpinion))
		r.Post("/questions", s.may(access.ConfirmTax, s.askAgain))
		r.Post("/reassessment", s.may(access.ConfirmTax, s.reassess))
	})
}

// deskRow is a case that waits at the desk.
type deskRow struct {
	Number   intake.Number         `json:"acceptance_number"`
	Unit     registration.UnitCode `json:"unit"`
	Since    *time.Time            `json:"since,omitempty"`
	Until    *time.Time            `json:"until,omitempty"`
	Reasons  []defect              `json:"reasons"`
	Proposal *proposalView         `json:"proposal,omitempty"`
}

// proposalView is a proposal that waits for a second officer.
type proposalView struct {
	Kind officer.RevisionKind `json:"kind"`
	By   string               `json:"by"`
	At   time.Time            `json:"at"`
}

// deskRows lists what waits for the officers of an office.
func (s *server) deskRows(r *http.Request) ([]deskRow, error) {
	waiting, err := s.Flow.TaxDesk(r.Context(), personOf(r.Context()).Office)
	if err == nil {
		err = s.saw(r.Context(), audit.Listed, audit.Staff, personOf(r.Context()).ID)
	}
	rows := make([]deskRow, 0, len(waiting))
	for _, w := range waiting {
		row := deskRow{Number: w.Number, Unit: registration.UnitCode(w.Unit), Since: whenever(w.Since),
			Until: whenever(w.Until), Reasons: reasonsOf(languageOf(r), w.Manual)}
		if p := w.Pending; p != nil {
			row.Proposal = &proposalView{p.Kind, p.Officer, when(p.At)}
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (s *server) listDesk(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.deskRows(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"cases": rows})
}

// taxFileView is the file of a case at the desk.
type taxFileView struct {
	Number    intake.Number  `json:"acceptance_number"`
	Waiting   bool           `json:"waiting"` // for an officer
	Tax       *taxView       `json:"tax"`
	Revisions []revisionView `json:"revisions"`
	Disputes  []disputeView  `json:"disputes"` // of the parties
	Final     bool           `json:"final"`    // the right is entered, or the case is over
}

// revisionView is something that officers did about the file.
type revisionView struct {
	Ordinal  int                  `json:"ordinal"`
	Kind     officer.RevisionKind `json:"kind"`
	By       string               `json:"by"`
	At       time.Time            `json:"at"`
	Changes  []changeView         `json:"changes,omitempty"`
	Line     *officer.Line        `json:"line,omitempty"`
	Sources  []source.Name        `json:"sources,omitempty"`
	Reason   string               `json:"reason,omitempty"`
	Document string               `json:"document,omitempty"`
	Becomes  *taxView             `json:"becomes,omitempty"` // of a proposal that waits
	Second   *secondView          `json:"second,omitempty"`
}

// changeView is a fact that was changed.
type changeView struct {
	officer.Change
	Label string `json:"label"`
	Words string `json:"words"`
}

type secondView struct {
	By      string          `json:"by"`
	Verdict officer.Verdict `json:"verdict"`
	Reason  string          `json:"reason,omitempty"`
	At      time.Time       `json:"at"`
}

func taxFileOf(lang string, v *jobs.TaxFile) taxFileView {
	file := taxFileView{Number: v.Number, Waiting: v.Waiting(), Revisions: []revisionView{}, Disputes: []disputeView{}}
	file.Final = v.State != intake.Open
	for _, d := range v.Disputes {
		file.Disputes = append(file.Disputes, disputeOf(d))
	}
	file.Tax = taxOf(lang, v.Tax)
	file.Tax.Facts = factsOf(lang, v.Sight.Facts)
	for _, r := range v.Revisions {
		file.Revisions = append(file.Revisions, revisionOf(lang, r))
	}
	return file
}

func revisionOf(lang string, r officer.Revision) revisionView {
	v := revisionView{Ordinal: r.Ordinal, Kind: r.Kind, By: r.Officer, At: when(r.At), Line: r.Content.Line,
		Sources: r.Content.Sources, Reason: audit.Masked(r.Reason), Document: r.Document}
	for _, c := range r.Content.Changes {
		words := c.Value
		for _, f := range officer.FieldsOf(r.Facts) {
			if f.Path == c.Path {
				words = factWords(lang, officer.Fact{Field: f, Value: c.Value, Outcome: source.Answered})
			}
		}
		v.Changes = append(v.Changes, changeView{c, factLabel(lang, c.Path), words})
	}
	if r.Pending() {
		v.Becomes = taxOf(lang, &r.Assessment)
		v.Becomes.Facts = []factView{}
	}
	if s := r.Second; s.Verdict != "" {
		v.Second = &secondView{s.Officer, s.Verdict, audit.Masked(s.Reason), when(s.At)}
	}
	return v
}

// reasonsOf says why an officer must decide.
func reasonsOf(lang string, manual []tax.Reason) []defect {
	reasons := make([]defect, 0, len(manual))
	for _, m := range manual {
		reasons = append(reasons, defect{Code: string(m.Code), Detail: templates.Say(lang, "manual."+string(m.Code), m.Args)})
	}
	return reasons
}

// taxFile returns the file in the address, if who asks may work on it.
func (s *server) taxFile(r *http.Request) (*jobs.TaxFile, error) {
	number, err := s.reach(r, access.ConfirmTax)
	if err != nil {
		return nil, err
	}
	return s.Flow.TaxFile(r.Context(), number)
}

func (s *server) showTaxFile(w http.ResponseWriter, r *http.Request) error {
	v, err := s.taxFile(r)
	if err != nil {
		return err
	}
	lang := languageOf(r)
	w.Header().Set("ETag", tagOf(v.Version, lang))
	w.Header().Set("Content-Language", lang)
	w.Header().Add("Vary", "Accept-Language")
	return answer(w, http.StatusOK, taxFileOf(lang, v))
}
