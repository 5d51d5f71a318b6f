package intake

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Waits returns how many open cases wait for each holder. Office is the county code
// of the units, "" counts those of every office.
func Waits(ctx context.Context, tx pgx.Tx, office string) (map[string]int, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.holder, count(DISTINCT s.case_id) FROM intake_step s JOIN intake_case c ON c.id = s.case_id
		WHERE s.state IN ('running', 'needs_input', 'manual', 'awaiting_payment', 'awaiting_company')
			AND ($1 = '' OR left(c.unit, 6) = $1)
		GROUP BY s.holder`, office)
	if err != nil {
		return nil, fmt.Errorf("count cases that wait: %w", err)
	}
	counts, holder, n := map[string]int{}, "", 0
	_, err = pgx.ForEachRow(rows, []any{&holder, &n}, func() error {
		counts[holder] = n
		return nil
	})
	return counts, err
}
