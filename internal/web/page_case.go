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
	Accepted  bool // it has just been accepted: the page is the receipt
	Over      bool // nothing more will happen
	Clocks    []clockFace
	Lanes     []lane
	People    []peopleView
	Accounts  []accountRow
	Journal   []journalRow
	Decisions []decisionView
	Next      nextView
}

// clockFace is one of the clocks; Promise 0 means that none was given.
type clockFace struct {
	Name, Note     string
	Spent, Promise time.Duration
}

// Late says that the promise is broken.
func (c clockFace) Late() bool { return c.Promise > 0 && c.Spent > c.Promise }

// Minutes is the promise as people say it.
func (c clockFace) Minutes() int { return int(c.Promise.Minutes()) }

// Max and Value fill the bar, in seconds.
func (c clockFace) Max() int { return int(c.Promise.Seconds()) }

// Value is how much of the promise is spent.
func (c clockFace) Value() int { return min(int(c.Spent.Seconds()), c.Max()) }

// The promises of the reform that the clocks are read against.
const (
	promisedCertificate = 60 * time.Minute
	promisedReview      = 15 * time.Minute
)

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
	Why   []defect // what was found against it
}

// accountRow is a utility account with its company's answers.
type accountRow struct {
	Utility, Account string
	Answers          []answerRow
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
	p := casePageOf(r, c)
	p.Accepted = r.URL.Query().Has("accepted")
	return show(w, http.StatusOK, "case", p)
}

// showCaseParts answers with the parts of the page that change.
func (s *server) showCaseParts(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sightOf(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := templates.Part(&b, "case", "parts", casePageOf(r, c)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a client that has gone is no fault
	return nil
}

func (s *server) sightOf(r *http.Request) (*jobs.Sight, error) {
	return s.sight(r, access.See)
}

func casePageOf(r *http.Request, c *jobs.Sight) casePage {
	p := casePage{frame: frameOf(r, ""), Case: viewOf(templates.Chinese, c), Over: ended(c)}
	p.Clocks = clocksFaced(c)
	p.Lanes = lanesOf(c, p.Case.Steps)
	p.People = peopleOf(c.Application, p.MaySeeDocument())
	p.Accounts = accountRows(c)
	for _, e := range slices.Backward(p.Case.Journal) {
		p.Journal = append(p.Journal, journalRow{e, stateWord(e), reasonWord(e.Reason), actorWord(e.Actor)})
	}
	p.Decisions = decisionsOf(p.Staff, c)
	p.Next = nextOf(c)
	if !p.Over && len(p.Decisions) == 0 {
		p.Refresh = 10
	}
	return p
}

func clocksFaced(c *jobs.Sight) []clockFace {
	return []clockFace{
		{Name: "办公用时（不含补正和缴款）", Spent: c.Ledger.Office, Promise: promisedCertificate},
		{Name: "登记审核", Spent: reviewTime(c.Journal, c.ReadAt), Promise: promisedReview},
		{Name: "自然时间", Note: "自受理至发证", Spent: c.Ledger.Wall},
	}
}

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
func lanesOf(c *jobs.Sight, steps []stepView) []lane {
	lanes := []lane{{Name: "登记"}, {Name: "税费"}, {Name: "水电气"}}
	after := awaited(c)
	for _, step := range steps {
		at := 0
		switch {
		case step.Step == intake.Assess || step.Step == intake.Settle:
			at = 1
		case step.Step.Utility() != "":
			at = 2
		}
		lanes[at].Steps = append(lanes[at].Steps, stepRowOf(c, step, after[step.Step]))
	}
	return slices.DeleteFunc(lanes, func(l lane) bool { return len(l.Steps) == 0 })
}

func stepRowOf(c *jobs.Sight, step stepView, after string) stepRow {
	row := stepRow{stepView: step, After: after}
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

// awaited says for each step that cannot start what it waits for.
func awaited(c *jobs.Sight) map[intake.Step]string {
	waits := map[intake.Step]string{}
	for _, p := range intake.PlanOf(c.Application) {
		var names []string
		for _, s := range p.After {
			if state, chosen := c.Steps[s]; chosen && !state.Final() {
				names = append(names, wordsOf("step."+string(s), nil))
			}
		}
		if len(names) > 0 {
			waits[p.Step] = "等" + strings.Join(names, "、")
		}
	}
	return waits
}

func accountRows(c *jobs.Sight) []accountRow {
	var rows []accountRow
	for _, account := range c.Case.Utilities {
		row := accountRow{Utility: account.Utility, Account: maskAccount(account.Number)}
		for _, q := range c.Utilities {
			if string(q.Answer.Utility) == account.Utility {
				row.Answers = append(row.Answers, answerRow{inquiryOf(templates.Chinese, q), q.Answer.Phase})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// stateWord names the state that a journal entry led to.
func stateWord(e intake.Entry) string {
	if e.Step == "" {
		return wordsOf("case."+e.State, nil)
	}
	return wordsOf("state."+e.State, nil)
}

// actorWord names an actor that is no person of the staff.
func actorWord(actor string) string {
	switch actor {
	case intake.Machine, intake.Applicant:
		return wordsOf("holder."+actor, nil)
	}
	return actor
}

func reasonWord(reason string) string {
	if reason == "" {
		return ""
	}
	return wordsOf("reason."+reason, nil)
}

// nextOf says who has the case now.
func nextOf(c *jobs.Sight) nextView {
	switch c.State {
	case intake.Closed:
		return nextView{"办件已结束", "全部环节已经结束；有未予办理的，原因和办法见各环节。"}
	case intake.Turned:
		return nextView{"不予登记", "理由见办理环节和办件流水。"}
	}
	for _, p := range c.Progress {
		if !p.State.Final() && p.State != intake.Waiting {
			return nextView{"现在：" + wordsOf("step."+string(p.Step), nil),
				"由" + wordsOf("holder."+p.Holder, nil) + "办理，您现在没有需要决定的事项。页面会自动更新。"}
		}
	}
	return nextView{"办理中", "您现在没有需要决定的事项。页面会自动更新。"}
}
