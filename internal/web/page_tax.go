package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// taxPages adds the pages of the tax officer's desk.
func (s *server) taxPages(r chi.Router) {
	r.Get("/tax-desk", s.pageFor(access.ConfirmTax, s.showDesk))
	r.Get("/cases/{number}/tax", s.pageFor(access.ConfirmTax, s.showTaxPage))
	r.Post("/cases/{number}/tax/{act}", s.pageFor(access.ConfirmTax, s.postTaxAct))
}

// deskPage is the queue of the desk.
type deskPage struct {
	frame
	Cases []deskRow
}

func (s *server) showDesk(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.deskRows(r)
	if err != nil {
		return err
	}
	p := deskPage{frame: frameOf(r, "tax_desk"), Cases: rows}
	p.Refresh = 30
	return show(w, http.StatusOK, "desk", p)
}

// taxPage is the file of a case at the desk.
type taxPage struct {
	frame
	File     taxFileView
	Seen     int64
	Pending  *revisionView // that waits for a second officer
	Mine     bool          // it was the reader who proposed it
	Fields   []fieldView   // what may be corrected
	Sources  []source.Name
	Taxes    []tax.Tax
	Closed   string // why nothing can be confirmed; "" if it can
	Act      string // what was tried and not taken
	Reason   string
	Document string
	Line     map[string]string // as it was typed
}

// fieldView is a fact that may be corrected, as it is typed.
type fieldView struct {
	Path, Label, Value string
	Choices            []fieldChoice
	Money, Day         bool
	now                string
}

type fieldChoice struct{ Value, Word string }

func (s *server) showTaxPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.taxFile(r)
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "tax_file", taxPageOf(r, v))
}

func taxPageOf(r *http.Request, v *jobs.TaxFile) taxPage {
	p := taxPage{frame: frameOf(r, "tax_desk"), Seen: v.Version, Sources: source.Outside(), Taxes: officer.Taxes()}
	p.File = taxFileOf(p.Lang, v)
	if n := len(p.File.Revisions); n > 0 && p.File.Revisions[n-1].Becomes != nil {
		p.Pending = &p.File.Revisions[n-1]
		p.Mine = p.Pending.By == p.Staff.ID
	}
	for _, f := range v.Sight.Facts {
		if !f.Fixed {
			p.Fields = append(p.Fields, p.fieldOf(f))
		}
	}
	if len(v.Tax.Lines) == 0 || len(v.Tax.Without) > 0 {
		p.Closed = p.say("problem_no_figures_detail", nil)
	}
	return p
}

func (p taxPage) fieldOf(f officer.Fact) fieldView {
	v := fieldView{Path: f.Path, Label: factLabel(p.Lang, f.Path), Value: f.Value}
	v.Money, v.Day = f.Kind == officer.Money, f.Kind == officer.Day
	vocabulary := "truth."
	if f.Kind == officer.Acquisition {
		vocabulary = "acquisition."
	}
	for _, choice := range f.Kind.Choices() {
		v.Choices = append(v.Choices, fieldChoice{choice, p.say(vocabulary+choice, nil)})
	}
	if fen, err := strconv.ParseInt(f.Value, 10, 64); err == nil && v.Money {
		v.Value = money.Fen(fen).String()
	}
	v.now = v.Value
	return v
}

// fen reads a sum as people type it; what is none stays as it is and is refused.
func fen(text string) string {
	sum, err := money.Parse(text)
	if err != nil {
		return text
	}
	return strconv.FormatInt(int64(sum), 10)
}

// postTaxAct does what an officer chose. What is not taken is said on the page, and
// what was typed stays.
func (s *server) postTaxAct(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	v, err := s.taxFile(r)
	if err != nil {
		return err
	}
	p := taxPageOf(r, v)
	p.keepTyped(r)
	act := jobs.OfficerAct{Number: v.Number, By: p.Staff.ID, Reason: p.Reason, Document: p.Document}
	if act.Seen, err = strconv.ParseInt(typed(r, "seen"), 10, 64); err != nil || act.Seen <= 0 {
		return errForm
	}
	body := officerBody{p.Reason, p.Document}
	if found := body.defects(); len(found) > 0 {
		return p.again(w, &jobs.DefectsError{Findings: found})
	}
	if err := s.actOnPage(r, act, p); err != nil {
		return p.again(w, deskDefects(err))
	}
	http.Redirect(w, r, "/cases/"+string(v.Number)+"/tax", http.StatusSeeOther)
	return nil
}

// actOnPage does what the address says.
func (s *server) actOnPage(r *http.Request, act jobs.OfficerAct, p taxPage) error {
	switch p.Act {
	case "corrections":
		return s.Flow.Correct(r.Context(), act, p.changes())
	case "overrides":
		line, err := p.line()
		if err != nil {
			return err
		}
		return s.Flow.OverrideLine(r.Context(), act, line)
	case "accept":
		return s.Flow.SecondOpinion(r.Context(), act, officer.Accepted)
	case "decline":
		return s.Flow.SecondOpinion(r.Context(), act, officer.Declined)
	case "questions":
		return s.Flow.AskAgain(r.Context(), act, source.Name(typed(r, "source")))
	case "confirm":
		return s.Flow.ConfirmFigures(r.Context(), act)
	case "reassess":
		return s.Flow.Reassess(r.Context(), act)
	}
	return errNotFound
}

// keepTyped keeps what was typed into the form that was sent.
func (p *taxPage) keepTyped(r *http.Request) {
	p.Act = chi.URLParam(r, "act")
	p.Reason = strings.TrimSpace(strings.ReplaceAll(typed(r, "reason"), "\r\n", "\n"))
	p.Document = strings.TrimSpace(typed(r, "document"))
	p.Line = map[string]string{}
	for _, name := range []string{"tax", "payer", "person", "base", "rate", "due", "relief"} {
		p.Line[name] = strings.TrimSpace(typed(r, name))
	}
	for i := range p.Fields {
		if f := &p.Fields[i]; r.PostForm.Has(f.Path) {
			f.Value = strings.TrimSpace(typed(r, f.Path))
		}
	}
}

// changes are the facts that were typed otherwise than they stand.
func (p taxPage) changes() (changes []officer.Change) {
	for _, f := range p.Fields {
		if f.Value == f.now {
			continue
		}
		value := f.Value
		if f.Money {
			value = fen(value)
		}
		changes = append(changes, officer.Change{Path: f.Path, Value: value})
	}
	return changes
}

// line is the line that was typed: sums in yuan, the rate in per cent.
func (p taxPage) line() (l officer.Line, err error) {
	l.Tax, l.Payer = tax.Tax(p.Line["tax"]), tax.Side(p.Line["payer"])
	person, err := strconv.Atoi(p.Line["person"])
	l.Person = person
	for name, into := range map[string]*money.Fen{"base": &l.Base, "due": &l.Due, "relief": &l.Relief} {
		sum, bad := money.Parse(p.Line[name])
		*into, err = sum, errors.Join(err, bad)
	}
	rate, bad := money.Parse(p.Line["rate"]) // two decimals of a per cent are basis points
	if l.RateBP = int64(rate); err != nil || bad != nil {
		return l, officer.ErrBadLine
	}
	return l, nil
}

// again shows the page with why the act was not taken.
func (p taxPage) again(w http.ResponseWriter, err error) error {
	f := faultOf(err)
	if f.status >= http.StatusInternalServerError || f.status == http.StatusNotFound {
		return err
	}
	p.Refresh = 0
	for _, found := range f.findings {
		id := found.Field
		if id == "reason" || id == "document" {
			id += "-" + p.Act
		}
		known := slices.ContainsFunc(p.Fields, func(v fieldView) bool { return v.Path == id })
		m := mistake{ID: id, Text: p.say(found.Code, found.Args)}
		if known {
			m.Label = factLabel(p.Lang, id)
		}
		p.Errors = append(p.Errors, m)
	}
	if len(p.Errors) == 0 {
		p.Errors = []mistake{{Text: p.say("problem_"+f.code+"_detail", f.args)}}
	}
	return show(w, f.status, "tax_file", p)
}

// Opened reports whether a form is shown open: it was sent and not taken.
func (p taxPage) Opened(act string) bool { return p.Act == act }

// Typed returns what was typed into a form, "" for the others.
func (p taxPage) Typed(act, what string) string {
	switch {
	case p.Act != act:
		return ""
	case what == "reason":
		return p.Reason
	case what == "document":
		return p.Document
	}
	return p.Line[what]
}
