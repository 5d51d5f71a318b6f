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

// VersionOf is Version of the case with the number. It returns intake.ErrNoCase.
func (f *Flow) VersionOf(ctx context.Context, number intake.Number) (version int64, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		version, err = intake.VersionOf(ctx, tx, number)
		return err
	})
	return version, err
}

// unmoved records only while nothing has happened to the case since it was seen.
func unmoved(id, seen int64, record Record) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		if err := intake.Unmoved(ctx, tx, id, seen); err != nil {
			return intake.Move{}, err
		}
		return record(ctx, tx)
	}
}
