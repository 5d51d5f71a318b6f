package tax

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Adopt stores an adoption. Storing the same one again changes nothing; it
// returns ErrBadAdoption when the adoption is not lawful.
func Adopt(ctx context.Context, tx pgx.Tx, a Adoption) error {
	if err := a.Check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_adoption (param, region, value, from_on, to_on, office, by, on_day, document, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		a.Param, a.Region, a.Value, a.FromOn, nullable(a.ToOn), a.Office, a.By, a.On, a.Document, a.Sample)
	if err != nil {
		return fmt.Errorf("adopt %s: %w", a.Param, err)
	}
	return nil
}

// AdoptionsOf returns every adoption, in the order they were made.
func AdoptionsOf(ctx context.Context, tx pgx.Tx) ([]Adoption, error) {
	rows, err := tx.Query(ctx, `
		SELECT param, region, value, from_on, to_on, office, by, on_day, document, sample
		FROM tax_adoption ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Adoption, error) {
		var a Adoption
		var to *time.Time
		err := row.Scan(&a.Param, &a.Region, &a.Value, &a.FromOn, &to, &a.Office, &a.By, &a.On, &a.Document, &a.Sample)
		a.ToOn = known(to)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	return all, nil
}

// nullable returns nil for a day that is not known.
func nullable(on time.Time) *time.Time {
	if on.IsZero() {
		return nil
	}
	return &on
}

// known returns the zero day for one that is not known.
func known(on *time.Time) time.Time {
	if on == nil {
		return time.Time{}
	}
	return *on
}
