package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Adopt stores an adoption of the fee table. Storing the same one again changes
// nothing; it returns ErrBadAdoption.
func Adopt(ctx context.Context, tx pgx.Tx, adoptions ...FeeAdoption) error {
	for _, a := range adoptions {
		if err := a.Check(); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO tax_fee_adoption (fee, region, value, from_on, to_on, office, by, on_day, document, sample)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			a.Fee, a.Region, a.Value, a.FromOn, nullable(a.ToOn), a.Office, a.By, a.On, a.Document, a.Sample)
		if err != nil {
			return fmt.Errorf("adopt %s: %w", a.Fee, err)
		}
	}
	return nil
}

// adoptionsOf returns every adoption of the fee table, in the order they were made.
func adoptionsOf(ctx context.Context, tx pgx.Tx) ([]FeeAdoption, error) {
	rows, err := tx.Query(ctx, `
		SELECT fee, region, value, from_on, to_on, office, by, on_day, document, sample
		FROM tax_fee_adoption ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the adoptions of fees: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (FeeAdoption, error) {
		var a FeeAdoption
		var to *time.Time
		err := row.Scan(&a.Fee, &a.Region, &a.Value, &a.FromOn, &to, &a.Office, &a.By, &a.On, &a.Document, &a.Sample)
		a.ToOn = moment(to)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the adoptions of fees: %w", err)
	}
	return all, nil
}

// ConfirmFees takes the proposed fees of a case as the officer's own.
func ConfirmFees(ctx context.Context, tx pgx.Tx, caseID int64, officer string, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_fee_confirmation (case_id, officer, confirmed_at) VALUES ($1, $2, $3)
		ON CONFLICT (case_id) DO NOTHING`, caseID, officer, at)
	if err != nil {
		return fmt.Errorf("confirm the fees of case %d: %w", caseID, err)
	}
	return nil
}

// feesConfirmed says whether a person has taken the fees of a case as their own.
func feesConfirmed(ctx context.Context, tx pgx.Tx, caseID int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM tax_fee_confirmation WHERE case_id = $1)`, caseID).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("read the confirmation of case %d: %w", caseID, err)
	}
	return yes, nil
}

// nullable returns nil for the zero day.
func nullable(on time.Time) *time.Time {
	if on.IsZero() {
		return nil
	}
	return &on
}

// moment returns the zero time for none.
func moment(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}
