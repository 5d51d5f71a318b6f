package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/tax"
	"onewindow/tax/officer"
)

// DeskCase is a case that waits for a tax officer.
type DeskCase struct {
	ID      int64
	Number  intake.Number
	Unit    string
	Since   *time.Time // it has waited for a person
	Until   *time.Time // it is due
	Manual  []tax.Reason
	Pending *officer.Revision // that waits for a second officer
}

// deskLength is how many cases the desk shows, those that are due first.
const deskLength = 100

// TaxDesk returns the cases of an office that wait for a tax officer with an
// assessment, those that are due first; "" is every office.
func (f *Flow) TaxDesk(ctx context.Context, office string) (list []DeskCase, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		if list, err = atDesk(ctx, tx, office); err != nil {
			return err
		}
		for i := range list {
			file, err := officer.Open(ctx, tx, list[i].ID)
			if err != nil {
				return err
			}
			_, assessed := file.Now()
			list[i].Manual = assessed.Manual
			if r, waits := file.Pending(); waits {
				list[i].Pending = &r
			}
		}
		return nil
	})
	return list, err
}

func atDesk(ctx context.Context, tx pgx.Tx, office string) ([]DeskCase, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.number, c.unit, s.due_at,
			(SELECT max(j.at) FROM intake_journal j WHERE j.case_id = c.id AND j.step = s.step AND j.state = 'manual')
		FROM intake_step s JOIN intake_case c ON c.id = s.case_id JOIN tax_assessment a ON a.case_id = c.id
		WHERE s.step = 'assess' AND s.state = 'manual' AND s.holder = 'tax_officer' AND ($1 = '' OR left(c.unit, 6) = $1)
		ORDER BY s.due_at, c.id LIMIT $2`, office, deskLength)
	if err != nil {
		return nil, fmt.Errorf("list the tax officer's desk: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DeskCase, err error) {
		err = row.Scan(&d.ID, &d.Number, &d.Unit, &d.Until, &d.Since)
		return d, err
	})
}
