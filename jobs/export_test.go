package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
)

// RingNotices inserts one more job for each message.
func (f *Flow) RingNotices(ctx context.Context, tx pgx.Tx, ids []int64) error {
	return f.ringNotices(ctx, tx, ids)
}

// Step works one step of a case where it runs, as a worker would, without a queue.
func (f *Flow) Step(ctx context.Context, number intake.Number, step intake.Step) error {
	v, err := f.find(ctx, number)
	if err != nil || v.Steps[step] != intake.Running {
		return err
	}
	record, err := f.ask(ctx, v.Case, step)
	if err != nil {
		return already(err)
	}
	return already(f.finish(ctx, v.Case, step, intake.Running, record))
}

// ClearMoney closes and gives back what is due of a case.
func (f *Flow) ClearMoney(ctx context.Context, id int64) error { return f.clearMoney(ctx, id) }
