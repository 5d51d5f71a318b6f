package web

import (
	"strconv"
	"time"

	"onewindow/intake"
	"onewindow/jobs"
	"onewindow/templates"
)

// asking says that a company is being asked, or when it will be asked again.
func (p casePage) asking(c *jobs.Sight, utility string) string {
	for _, at := range c.Progress {
		if at.Step.Utility() != utility || at.State.Final() || at.State == intake.Waiting {
			continue
		}
		asked, known := c.Asked[at.Step]
		switch {
		case at.State == intake.Manual:
			return p.say("page.asking.manual", nil)
		case at.State != intake.Running: // it has answered that it will answer later
			return ""
		case !known || asked.Attempts == 0:
			return p.say("page.asking.first", nil)
		case asked.Next.After(c.ReadAt):
			in := templates.Lasting(p.Lang, asked.Next.Sub(c.ReadAt).Round(time.Second))
			return p.say("page.asking.again_at", map[string]string{"n": strconv.Itoa(asked.Attempts), "in": in})
		default:
			return p.say("page.asking.again", map[string]string{"n": strconv.Itoa(asked.Attempts)})
		}
	}
	return ""
}

// stateWord names the state that a journal entry led to.
func (p casePage) stateWord(e intake.Entry) string {
	if e.Step == "" {
		return p.word("case", e.State)
	}
	return p.word("state", e.State)
}

// actorWord names an actor that is no person of the staff.
func (p casePage) actorWord(actor string) string {
	switch actor {
	case intake.Machine, intake.Applicant:
		return p.word("holder", actor)
	}
	return actor
}

func (p casePage) reasonWord(reason string) string {
	if reason == "" {
		return ""
	}
	return p.word("reason", reason)
}

// nextOf says who has the case now.
func (p casePage) nextOf(c *jobs.Sight) nextView {
	switch c.State {
	case intake.Closed:
		return nextView{p.say("page.next.closed", nil), p.say("page.next.closed_detail", nil)}
	case intake.Turned:
		return nextView{p.word("case", string(intake.Turned)), p.say("page.next.turned_detail", nil)}
	}
	for _, at := range c.Progress {
		if !at.State.Final() && at.State != intake.Waiting {
			return nextView{p.say("page.next.now", map[string]string{"step": p.word("step", string(at.Step))}),
				p.say("page.next.by", map[string]string{"holder": p.word("holder", at.Holder)})}
		}
	}
	return nextView{p.say("page.next.open", nil), p.say("page.next.open_detail", nil)}
}
