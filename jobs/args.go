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
func (a args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: string(a.step), MaxAttempts: len(waits(a.step)) + 1}
}

// sweepArgs are the arguments of the sweeper's periodic job.
type sweepArgs struct{}

// Kind is "sweep", which is also its queue.
func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts gives the sweep one attempt: the next one comes by itself.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: "sweep", MaxAttempts: 1}
}

// officeWaits are the pauses between attempts of a step that the certificate
// waits for: inside the promise, then a human (River's own attempt⁴ seconds
// would eat the hour).
var officeWaits = []time.Duration{
	1 * time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second,
}

// companyWaits are those of a utility, which may be down for a day and delays nobody.
var companyWaits = append(officeWaits[:len(officeWaits):len(officeWaits)], func() []time.Duration {
	late := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute}
	for range 140 {
		late = append(late, 10*time.Minute)
	}
	return late
}()...)

func waits(step intake.Step) []time.Duration {
	if step.Utility() != "" {
		return companyWaits
	}
	return officeWaits
}

// patience is River's retry policy with these waits.
type patience struct{}

// NextRetry returns when a failed job runs again.
func (patience) NextRetry(job *rivertype.JobRow) time.Time {
	pauses := waits(intake.Step(job.Kind))
	return time.Now().Add(pauses[min(max(len(job.Errors), 0), len(pauses)-1)])
}
