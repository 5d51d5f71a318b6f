package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/templates"
)

// decisionView is one decision that the reader may take, with what the machine
// found beside it.
type decisionView struct {
	Step       intake.Step
	Ask        string
	Failing    []findingRow
	Passing    []findingRow
	Closed     string // why this reader may not decide; "" if they may
	Verdicts   []jobs.Verdict
	Verdict    jobs.Verdict // what was chosen
	AsksReason bool
	Reason     string
	ReasonHint string
	Button     string
	Form       string // id of its form
	BadVerdict *mistake
	BadReason  *mistake
}

// decisionsOf lists what waits for the reader.
func decisionsOf(p frame, c *jobs.Sight) []decisionView {
	var list []decisionView
	for _, at := range c.Progress {
		verdicts := slices.DeleteFunc(jobs.Verdicts(at, c.Tax != nil),
			func(v jobs.Verdict) bool { return !p.Staff.May(permissions[v]) })
		if len(verdicts) > 0 {
			list = append(list, decisionOf(p, c, at, verdicts))
		}
	}
	return list
}

func decisionOf(p frame, c *jobs.Sight, at intake.Progress, verdicts []jobs.Verdict) decisionView {
	d := decisionView{Step: at.Step, Form: "decide-form-" + string(at.Step), Verdicts: verdicts,
		Ask:    p.say("page.decide.ask", nil),
		Button: p.say("page.decide.submit", nil)}
	found := c.Findings(at.Step)
	for _, row := range rowsOf(p.Lang, found) {
		if row.Outcome == registration.Pass {
			d.Passing = append(d.Passing, row)
			continue
		}
		d.Failing = append(d.Failing, row)
	}
	if len(verdicts) == 1 {
		d.Verdict, d.Button = verdicts[0], p.word("verdict", string(verdicts[0]))
	}
	d.AsksReason = slices.ContainsFunc(verdicts, explained)
	switch {
	case verdicts[0] == jobs.Supplement:
		d.Ask = p.say("page.decide.ask_supplement", nil)
	case verdicts[0] == jobs.Confirm:
		d.forTax(p, c.Tax)
	case at.Step == intake.Review:
		d.forReview(p, c, found)
	default:
		d.ReasonHint = p.say("page.decide.hint_give_up", nil)
	}
	return d
}

// explained says whether a person may have to explain a verdict.
func explained(v jobs.Verdict) bool { return v != jobs.Supplement && v != jobs.Retry }

// forReview asks the registrar; findings that block leave no approval to choose.
func (d *decisionView) forReview(p frame, c *jobs.Sight, found registration.Findings) {
	d.Ask, d.ReasonHint = p.say("page.decide.ask_review", nil), p.say("page.decide.hint_review", nil)
	if p.Staff.ID == c.AcceptedBy {
		d.Closed = p.say("problem_same_hand_detail", nil)
	}
	if found.Blocked() {
		d.Verdicts = slices.DeleteFunc(d.Verdicts, func(v jobs.Verdict) bool { return v == jobs.Approve })
		d.ReasonHint = p.say("page.decide.hint_blocked", nil)
	}
}

// forTax shows the officer why the machine would not decide.
func (d *decisionView) forTax(p frame, a *tax.Assessment) {
	d.Ask, d.ReasonHint = p.say("page.decide.ask_tax", nil), p.say("page.decide.hint_tax", nil)
	for _, m := range a.Manual {
		why := p.say("manual."+string(m.Code), m.Args)
		d.Failing = append(d.Failing, findingRow{registration.Human, p.say("page.decide.why", nil), why})
	}
	if len(a.Without) > 0 {
		d.Closed = p.say("problem_no_figures_detail", nil)
	}
}

// postDecision takes a verdict. What it cannot take is said on the case page,
// and what was typed stays.
func (s *server) postDecision(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	number, err := s.reach(r, access.See)
	if err != nil {
		return err
	}
	if !slices.Contains(intake.Steps(), stepOf(r)) {
		return errNotFound
	}
	body := verdictIn(r)
	if found := body.defects(); len(found) > 0 {
		m := mistake{ID: "reason-", Text: templates.Say(speech(r), found[0].Code, found[0].Args)}
		return s.decideAgain(w, r, body, http.StatusUnprocessableEntity, m)
	}
	if body.Verdict == "" {
		m := mistake{ID: "verdict-", Text: templates.Say(speech(r), "page.decide.choose", nil)}
		return s.decideAgain(w, r, body, http.StatusUnprocessableEntity, m)
	}
	r, err = s.withProof(r)
	if err == nil {
		err = s.pronounce(r, number, body, seenOnPage)
	}
	if err != nil {
		return s.notTaken(w, r, body, err)
	}
	http.Redirect(w, r, "/cases/"+string(number), http.StatusSeeOther)
	return nil
}

// verdictIn is what was chosen and typed.
func verdictIn(r *http.Request) verdictBody {
	reason := strings.TrimSpace(strings.ReplaceAll(typed(r, "reason"), "\r\n", "\n"))
	return verdictBody{Verdict: typed(r, "verdict"), Reason: reason}
}

// notTaken says on the case page why the verdict was not taken, where the case
// or the reader's words are the reason.
func (s *server) notTaken(w http.ResponseWriter, r *http.Request, body verdictBody, err error) error {
	f := faultOf(err)
	m := mistake{Text: templates.Say(speech(r), "problem_"+f.code+"_detail", f.args)}
	switch {
	case errors.Is(err, jobs.ErrNoReason):
		m.ID = "reason-"
	case errors.Is(err, access.ErrUnknown), errors.Is(err, access.ErrNotProved):
		return s.askProof(w, r, err, "page.proof.approve", "verdict", "reason", "seen")
	case errors.Is(err, intake.ErrStale), errors.Is(err, errMatchMissing):
		m.Text = templates.Say(speech(r), "page.decide.stale", nil)
	case f.status != http.StatusConflict && !errors.Is(err, intake.ErrSameHand):
		return err
	}
	return s.decideAgain(w, r, body, f.status, m)
}

// decideAgain shows the case with what kept the verdict from being taken.
func (s *server) decideAgain(w http.ResponseWriter, r *http.Request, body verdictBody, status int, m mistake) error {
	c, err := s.sightOf(r)
	if err != nil {
		return err
	}
	p, err := s.caseAgain(r, c, m)
	if err != nil {
		return err
	}
	for i := range p.Decisions {
		if d := &p.Decisions[i]; d.Step == stepOf(r) {
			d.keep(p.frame, body, &m)
		}
	}
	if strings.HasSuffix(m.ID, "-") { // the step takes no verdict any more: there is no field to go to
		m.ID = ""
	}
	p.Errors = []mistake{m}
	return show(w, status, "case", p)
}

// keep puts back what was chosen and typed, and the mistake beside its field.
func (d *decisionView) keep(p frame, body verdictBody, m *mistake) {
	d.Reason = body.Reason
	if len(d.Verdicts) > 1 {
		d.Verdict = jobs.Verdict(body.Verdict)
	}
	switch m.ID {
	case "reason-":
		m.ID, m.Label = m.ID+string(d.Step), p.say("page.reason", nil)
		bad := *m
		d.BadReason = &bad
	case "verdict-":
		m.ID, m.Label = m.ID+string(d.Step), p.say("page.case.decide", nil)
		bad := *m
		d.BadVerdict = &bad
	}
}
