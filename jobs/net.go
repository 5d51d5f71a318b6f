package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
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
	flow  *Flow
	asked time.Time // when the gateway was last asked about refused cases; one sweep runs at a time
}

// Work makes one round; now and then it also asks about money.
func (s *sweeper) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	err := s.flow.sweep(ctx)
	if time.Since(s.asked) > askGatewayLast {
		s.asked = time.Now()
		err = errors.Join(err, s.flow.askRefused(ctx))
	}
	return err
}

func (f *Flow) sweep(ctx context.Context) error {
	if err := f.reclaimDead(ctx); err != nil {
		return err
	}
	if err := f.ringAll(ctx, "silent", func(tx pgx.Tx) ([]bell, error) { return silent(ctx, tx) }); err != nil {
		return err
	}
	return f.askAgain(ctx)
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

// askAgain asks the gateway about bills whose callback may have been lost, and
// companies about accounts for which they took longer than they had.
func (f *Flow) askAgain(ctx context.Context) error {
	var stale []intake.Stale
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		stale, err = intake.StaleSteps(ctx, tx, []intake.State{intake.AwaitingPayment, intake.AwaitingCompany}, 0, 200)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range stale {
		err = errors.Join(err, already(f.rerun(ctx, s.CaseID, s.Step, s.State, intake.Machine, "asked_again")))
	}
	return err
}

// rerun sets a step that waits in from running again, with a new job.
func (f *Flow) rerun(ctx context.Context, id int64, step intake.Step, from intake.State, actor, reason string) error {
	c, err := f.get(ctx, id)
	if err != nil {
		return err
	}
	return f.finish(ctx, c, step, from, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m := intake.Move{State: intake.Running, Holder: intake.Machine, Actor: actor, Reason: reason}
		if err := settleLetters(ctx, tx, id, step, actor); err != nil {
			return m, err
		}
		return m, f.ring(ctx, tx, []intake.Begin{{Case: &c, Step: step}})
	})
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
