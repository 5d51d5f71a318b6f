package jobs

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
)

// ErrNoGateway says that this window takes no payments.
var ErrNoGateway = errors.New("no payment gateway is set up")

// Select returns cases for a list, as intake.Select does.
func (f *Flow) Select(ctx context.Context, filter intake.Filter) (list []intake.Brief, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		list, err = intake.Select(ctx, tx, filter)
		return err
	})
	return list, err
}

// PartsOf returns the cases to which a person is a party, as intake.PartsOf does.
func (f *Flow) PartsOf(ctx context.Context, person []byte) (parts []intake.Part, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		parts, err = intake.PartsOf(ctx, tx, person)
		return err
	})
	return parts, err
}

// Unmoved returns intake.ErrStale if something that concerns a decision on the step
// has happened since the version seen. It returns intake.ErrNoCase.
func (f *Flow) Unmoved(ctx context.Context, number intake.Number, step intake.Step, seen int64) error {
	return f.read(ctx, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if err != nil {
			return err
		}
		return intake.Unmoved(ctx, tx, id, step, seen)
	})
}

// unmoved records only while nothing that concerns the step has happened since the
// case was seen.
func unmoved(id int64, step intake.Step, seen int64, record Record) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		if err := intake.Unmoved(ctx, tx, id, step, seen); err != nil {
			return intake.Move{}, err
		}
		return record(ctx, tx)
	}
}
