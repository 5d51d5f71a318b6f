package jobs

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
)

// args are the arguments of every job: which case, and, as the job's kind, which
// step. They carry an id and never personal data (I12).
type args struct {
	Case int64 `json:"case"`
	step intake.Step
}

// Kind is the name of the step.
func (a args) Kind() string { return string(a.step) }

// InsertOpts puts each step into a queue of its own: River drops a second
// notification of one queue within the fetch cooldown, and a slow company must
// not stand before the others.
func (a args) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: string(a.step)} }

// sweepArgs are the arguments of the sweeper's periodic job.
type sweepArgs struct{}

// Kind is "sweep", which is also its queue.
func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts gives the sweep one attempt, for the next one comes by itself, and
// lets no second one wait behind it.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: "sweep", MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}}
}

// Patience is how long to pause between attempts of a step, of which there is
// one more than pauses; then a person gets it.
type Patience struct {
	Office  []time.Duration // steps that the certificate waits for
	Company []time.Duration // utilities and messages, which delay nobody
}

// DefaultPatience keeps an office's step inside the promise (River's own
// attempt⁴ seconds would eat the hour) and bears with a company for a day.
func DefaultPatience() Patience {
	p := Patience{}
	for _, s := range []time.Duration{1, 2, 5, 10, 20, 30} {
		p.Office = append(p.Office, s*time.Second)
	}
	p.Company = append(p.Company, p.Office...)
	for _, m := range []time.Duration{1, 2, 5} {
		p.Company = append(p.Company, m*time.Minute)
	}
	for range 140 {
		p.Company = append(p.Company, 10*time.Minute)
	}
	return p
}

func (p Patience) of(step intake.Step) []time.Duration {
	if step.Utility() != "" || step == noticeKind || step == moneyKind {
		return p.Company
	}
	return p.Office
}

// attempts is how often a step is tried.
func (p Patience) attempts(step intake.Step) int { return len(p.of(step)) + 1 }

// NextRetry is River's question when a failed job runs again.
func (p Patience) NextRetry(job *rivertype.JobRow) time.Time {
	pauses := p.of(intake.Step(job.Kind))
	if len(pauses) == 0 {
		return time.Now()
	}
	return time.Now().Add(pauses[min(len(job.Errors), len(pauses)-1)])
}
