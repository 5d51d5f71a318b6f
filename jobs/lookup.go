package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
)

// Filing is what the offices already know of a sale: the contract filed with the
// housing bureau, and which certificate of the home the register holds valid.
type Filing struct {
	Contract    registration.Contract
	Certificate registration.Number // "" if the home has no current right
}

// Filed looks a contract number up and writes down who asked. It returns
// registration.ErrNoContract.
func (f *Flow) Filed(ctx context.Context, number string) (filed Filing, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		if filed.Contract, err = registration.ContractOf(ctx, tx, number); err != nil {
			return err
		}
		t, err := registration.TitleOf(ctx, tx, filed.Contract.Unit)
		if errors.Is(err, registration.ErrNoUnit) {
			return nil
		}
		if right, ok := t.CurrentRight(); ok {
			filed.Certificate = right.Number
		}
		return err
	})
	if err == nil {
		err = f.queried(ctx, []registration.UnitCode{filed.Contract.Unit})
	}
	return filed, err
}

// Unit describes a home, for people to compare. It returns registration.ErrNoUnit.
func (f *Flow) Unit(ctx context.Context, unit registration.UnitCode) (u registration.Unit, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		t, err := registration.TitleOf(ctx, tx, unit)
		u = t.Unit
		return err
	})
	return u, err
}

// Waiting returns how many cases wait for each holder. Office is the county code
// of the units, "" counts those of every office.
func (f *Flow) Waiting(ctx context.Context, office string) (counts map[string]int, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		counts, err = intake.Waits(ctx, tx, office)
		return err
	})
	return counts, err
}

// Asked is how often the job of a step has been tried, and when it is tried next.
type Asked struct {
	Attempts int
	Next     time.Time
}
