package jobs

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
	"onewindow/internal/audit"
)

// reclaim puts back to work the steps whose jobs the named process held when it
// died. River's own rescuer, which knows deaths only by time-out, finds those
// steps ended later and does nothing.
func (f *Flow) reclaim(ctx context.Context, name string) error {
	return f.ringAll(ctx, name, func(tx pgx.Tx) ([]bell, error) { return leftBy(ctx, tx, name) })
}

func (f *Flow) ringAll(ctx context.Context, why string, find func(pgx.Tx) ([]bell, error)) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		lost, err := find(tx)
		if err != nil || len(lost) == 0 {
			return err
		}
		params := make([]river.InsertManyParams, len(lost))
		for i, b := range lost {
			params[i] = f.bellOf(b.CaseID, b.Step)
		}
		f.log.WarnContext(ctx, "steps put back to work", "count", len(lost), "why", why)
		_, err = f.river.InsertManyTx(ctx, tx, params)
		return err
	})
}

// sweeper proves again and again that no step is neither final, nor waiting
// with an owner and a due time, nor backed by a live job.
type sweeper struct {
	river.WorkerDefaults[sweepArgs]
	flow *Flow
	next map[bell]time.Time // until when not to ask again; one sweep runs at a time
}

// Work makes one round.
func (s *sweeper) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return errors.Join(s.flow.sweep(ctx), s.flow.sweepNotices(ctx), s.askAgain(ctx))
}

func (f *Flow) sweep(ctx context.Context) error {
	if err := f.reclaimDead(ctx); err != nil {
		return err
	}
	return f.ringAll(ctx, "silent", func(tx pgx.Tx) ([]bell, error) { return silent(ctx, tx) })
}

// reclaimDead takes over from processes that no longer hold their lock.
func (f *Flow) reclaimDead(ctx context.Context) error {
	var names []string
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		names, err = workersNow(ctx, tx)
		return err
	})
	for _, name := range names {
		if err == nil && name != f.name && !f.pulse.alive(ctx, name) {
			err = f.reclaim(ctx, name)
		}
	}
	return err
}

// How long an answer may be missing before it is asked for: ever longer.
const (
	askFirst       = time.Minute
	askPayerLast   = 30 * time.Minute // a payer may take days
	askCompanyLast = 6 * time.Hour
)

// askAgain asks the gateway about orders whose callback may have been lost, and
// companies about answers that they owe.
func (s *sweeper) askAgain(ctx context.Context) error {
	var open []intake.Pending
	err := s.flow.read(ctx, func(tx pgx.Tx) (err error) {
		open, err = intake.Awaiting(ctx, tx, askFirst, 1000)
		return err
	})
	maps.DeleteFunc(s.next, func(_ bell, at time.Time) bool { return !time.Now().Before(at) })
	for _, p := range open {
		b := bell{p.CaseID, p.Step}
		if _, early := s.next[b]; early {
			continue
		}
		s.next[b] = time.Now().Add(pauseAfter(p))
		err = errors.Join(err, s.flow.askAbout(ctx, p))
	}
	return err
}

// askAbout asks once. A question to the gateway moves nothing unless it has been paid.
func (f *Flow) askAbout(ctx context.Context, p intake.Pending) error {
	if p.State == intake.AwaitingPayment {
		return f.askPayers(ctx, p.CaseID)
	}
	again := intake.Move{Actor: intake.Machine, Reason: "asked_again"}
	return already(f.rerun(ctx, p.CaseID, p.Step, p.State, again))
}

// pauseAfter is how long to wait before a question is put again.
func pauseAfter(p intake.Pending) time.Duration {
	last := askCompanyLast
	if p.State == intake.AwaitingPayment {
		last = askPayerLast
	}
	return min(max(askFirst, p.Open/2), last)
}

// rerun sets a step that waits in from running again, with a new job; m says who
// wants it and why, and events what of it is audited.
func (f *Flow) rerun(ctx context.Context, id int64, step intake.Step, from intake.State, m intake.Move,
	events ...audit.Event) error {
	c, err := f.get(ctx, id)
	if err != nil {
		return err
	}
	record := f.again(c, step, m)
	return f.finish(ctx, c, step, from, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		if err := audit.Write(ctx, tx, events...); err != nil {
			return m, err
		}
		return record(ctx, tx)
	})
}

// again lets a step run once more.
func (f *Flow) again(c intake.Case, step intake.Step, m intake.Move) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m.State, m.Holder = intake.Running, intake.Machine
		if err := settleLetters(ctx, tx, c.ID, step, m.Actor); err != nil {
			return m, err
		}
		return m, f.ring(ctx, tx, []intake.Begin{{Case: &c, Step: step}})
	}
}

// bury writes the dead letter of a job's last failure and hands its step to an
// operator. If even that fails the sweeper rings again.
func (f *Flow) bury(ctx context.Context, c intake.Case, job *rivertype.JobRow, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	step := intake.Step(job.Kind)
	err := f.finish(ctx, c, step, intake.Running, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		return intake.Move{State: intake.Manual, Holder: intake.Operator, Actor: intake.Machine, Reason: "failed"},
			putLetter(ctx, tx, c.ID, step, job.Attempt, launder(cause).Error())
	})
	f.log.ErrorContext(ctx, "job failed for the last time", "case", c.Number, "step", step, "err", launder(cause),
		"buried", err == nil)
}

// Letters returns the dead letters that nobody has settled.
func (f *Flow) Letters(ctx context.Context) (letters []DeadLetter, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		letters, err = openLetters(ctx, tx)
		return err
	})
	return letters, err
}
