package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/templates"
	"onewindow/utilities"
)

// casePage is a case on its way: where each step is, who holds it, since when,
// until when at the latest.
type casePage struct {
	frame
	Case      caseView
	Seen      int64  // the version that a decision of the reader is about
	Accepted  bool   // it has just been accepted: the page is the receipt
	Over      bool   // nothing more will happen
	Revealed  string // why its people are shown whole; "" if they are masked
	BadReveal *mistake

	RevealReason string // typed before another language was chosen
	Clocks       []clockFace
	Lanes        []lane
	People       []peopleView
	Accounts     []accountRow
	Journal      []journalRow
	Decisions    []decisionView
	Next         nextView
	Materials    *materialsView // nil for those who may not see them
	HandOver     *handOverView  // nil before there is anything to hand over
}

// lane is one department's part of the case.
type lane struct {
	Name  string
	Steps []stepRow
}

// stepRow is a step as the table shows it.
type stepRow struct {
	stepView
	Took  time.Duration
	Late  bool
	After string   // what it waits for
	Link  string   // where it is told of or decided; "" if nowhere
	Why   []defect // what was found against it
}

// accountRow is a utility account with its company's answers.
type accountRow struct {
	Utility, Account string
	Answers          []answerRow
	Asking           string // that it is being asked, or will be; "" if neither
}

type answerRow struct {
	answerView
	Phase utilities.Phase
}

// journalRow is one line of the journal in words.
type journalRow struct {
	intake.Entry
	Word, Reason, By string
}

// nextView says what happens now where the reader has nothing to decide.
type nextView struct{ Title, Text string }

func (s *server) showCasePage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sightOf(r)
	if err != nil {
		return err
	}
	kept, err := s.kept(r)
	if err != nil {
		return err
	}
	p := casePageOf(r, c, masked)
	p.Accepted = r.URL.Query().Has("accepted")
	if carries(r) {
		p.keepTyped(r)
	}
	if p.Kept = kept; kept {
		p.Live = false // nothing is replaced under what was typed
	}
	if p.Materials, err = s.materialsOf(r, c); err != nil {
		return err
	}
	return show(w, http.StatusOK, "case", p)
}

// keepTyped puts back what was typed into one of the forms before another language was
// chosen. The page does not ask again by itself: that would take it away.
func (p *casePage) keepTyped(r *http.Request) {
	p.Refresh = 0
	switch at := typed(r, "at"); {
	case at == "reveal-form":
		p.RevealReason = typed(r, "reason")
	case at == "hand-over-form" && p.HandOver != nil:
		p.HandOver.Party = typed(r, "party")
	default:
		for i := range p.Decisions {
			if d := &p.Decisions[i]; d.Form == at {
				d.keep(p.frame, verdictIn(r), &mistake{})
			}
		}
	}
}

// showCaseParts answers with the parts of the page that change.
func (s *server) showCaseParts(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sightOf(r)
	if err != nil {
		return err
	}
	p := casePageOf(r, c, masked)
	var b bytes.Buffer
	if err := templates.Part(&b, p.language(), "case", "parts", p); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a client that has gone is no fault
	return nil
}

func (s *server) sightOf(r *http.Request) (*jobs.Sight, error) {
	return s.sight(r, access.See)
}

func casePageOf(r *http.Request, c *jobs.Sight, e exposure) casePage {
	p := casePage{frame: frameOf(r, ""), Over: ended(c)}
	p.Case, p.Seen = viewOf(p.Lang, c), c.Version
	p.Decisions = decisionsOf(p.frame, c)
	p.Clocks = p.clocksFaced(c)
	p.Lanes = p.lanesOf(c)
	p.People = peopleOf(p.Lang, c.Application, e)
	p.Accounts = p.accountRows(c, e)
	for _, e := range slices.Backward(p.Case.Journal) {
		p.Journal = append(p.Journal, journalRow{e, p.stateWord(e), p.reasonWord(e.Reason), p.actorWord(e.Actor)})
	}
	p.Next = p.nextOf(c)
	p.HandOver = p.handOverOf(c)
	p.Carry = p.formThere()
	p.Live = !p.Over && e == masked
	if p.Live && len(p.Decisions) == 0 {
		p.Refresh = 10
	}
	return p
}

// caseAgain is the page of a case that says why something was not done. It stands
// still, so that nothing is replaced while it is read and corrected.
func (s *server) caseAgain(r *http.Request, c *jobs.Sight, why mistake) (p casePage, err error) {
	p = casePageOf(r, c, masked)
	p.Live, p.Refresh, p.Errors = false, 0, []mistake{why}
	p.Materials, err = s.materialsOf(r, c)
	return p, err
}

// AwaitsPayment says that the case waits for its payers.
func (p casePage) AwaitsPayment() bool { return awaitsPayment(p.Case.Steps) }

// formThere is the form of the page whose fields come back when another language is
// chosen, where scripts do not say which was begun.
func (p casePage) formThere() string {
	for _, d := range p.Decisions {
		if d.Closed == "" {
			return d.Form
		}
	}
	return ""
}

// MayReveal says whether the reader may ask to see people whole.
func (p casePage) MayReveal() bool { return p.Staff.May(access.Reveal) }

// reviewTime is how long the office, not the applicant, has held the review.
func reviewTime(journal []intake.Entry, now time.Time) (spent time.Duration) {
	var since time.Time
	for _, e := range journal {
		if e.Step != intake.Review {
			continue
		}
		if !since.IsZero() {
			spent += e.At.Sub(since)
		}
		if since = e.At; e.Holder == intake.Applicant || e.Holder == "" {
			since = time.Time{}
		}
	}
	if !since.IsZero() {
		spent += max(0, now.Sub(since))
	}
	return spent
}

// lanesOf sorts the steps by department.
func (p casePage) lanesOf(c *jobs.Sight) []lane {
	lanes := []lane{{Name: p.say("page.lane.registration", nil)}, {Name: p.say("page.lane.tax", nil)},
		{Name: p.say("page.lane.utilities", nil)}}
	after := p.awaited(c)
	for _, step := range p.Case.Steps {
		at := 2
		switch step.Step.Lane() {
		case intake.RegistrationLane:
			at = 0
		case intake.TaxLane:
			at = 1
		}
		lanes[at].Steps = append(lanes[at].Steps, p.stepRowOf(c, step, after[step.Step]))
	}
	return slices.DeleteFunc(lanes, func(l lane) bool { return len(l.Steps) == 0 })
}

func (p casePage) stepRowOf(c *jobs.Sight, step stepView, after string) stepRow {
	row := stepRow{stepView: step, After: after, Link: p.linkOf(step)}
	if step.StartedAt != nil && step.FinishedAt != nil {
		row.Took = step.FinishedAt.Sub(*step.StartedAt)
	}
	row.Late = step.FinishedAt == nil && step.Until != nil && step.Until.Before(c.ReadAt)
	for _, d := range step.Findings {
		if d.Outcome != string(registration.Pass) && step.State == intake.Manual {
			row.Why = append(row.Why, d)
		}
	}
	return row
}

// linkOf leads from a step to its decision, else to what is told of it.
func (p casePage) linkOf(step stepView) string {
	decides := func(d decisionView) bool { return d.Step == step.Step }
	switch {
	case slices.ContainsFunc(p.Decisions, decides):
		return "#decide-" + string(step.Step)
	case step.State == intake.Waiting:
		return ""
	case step.Step.Utility() != "":
		return "#account-" + step.Step.Utility()
	case (step.Step == intake.Assess || step.Step == intake.Settle) && p.Case.Tax != nil:
		return "#tax-title"
	}
	return ""
}

// awaited says for each step that cannot start what it waits for.
func (p casePage) awaited(c *jobs.Sight) map[intake.Step]string {
	waits := map[intake.Step]string{}
	for _, planned := range intake.PlanOf(c.Application) {
		var names []string
		for _, s := range planned.After {
			if state, chosen := c.Steps[s]; chosen && !state.Final() {
				names = append(names, p.word("step", string(s)))
			}
		}
		if len(names) > 0 {
			steps := strings.Join(names, p.say("page.comma", nil))
			waits[planned.Step] = p.say("page.case.waits", map[string]string{"steps": steps})
		}
	}
	return waits
}

func (p casePage) accountRows(c *jobs.Sight, e exposure) []accountRow {
	var rows []accountRow
	for _, account := range c.Case.Utilities {
		row := accountRow{Utility: account.Utility, Account: account.Number, Asking: p.asking(c, account.Utility)}
		if e == masked {
			row.Account = maskAccount(account.Number)
		}
		for _, q := range c.Utilities {
			if string(q.Answer.Utility) == account.Utility {
				row.Answers = append(row.Answers, answerRow{inquiryOf(p.Lang, q), q.Answer.Phase})
			}
		}
		rows = append(rows, row)
	}
	return rows
}
