package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrStale says that something has happened to the case since the person who
// would change it looked at it.
var ErrStale = errors.New("the case has moved on since it was seen")

// Filter says which cases a list holds. What is zero does not cut.
type Filter struct {
	Office string // county code of the units
	Holder string // only cases in which this holder has an open step
	Step   Step   // only cases in which this step is open
	State  CaseState
	Unit   string
	Since  *time.Time // accepted then or later
	Until  *time.Time // accepted before
	Before Number     // accepted before this case
	Limit  int        // at most so many
}

// Select returns the cases of a filter, the newest first, each with that of its
// open steps which the filter means and which is due first.
func Select(ctx context.Context, tx pgx.Tx, f Filter) ([]Brief, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.number, c.kind, c.unit, c.state, c.accepted_by, c.accepted_at,
			coalesce(s.step, ''), coalesce(s.state, ''), coalesce(s.holder, ''), s.due_at
		FROM intake_case c LEFT JOIN LATERAL (
			SELECT step, state, holder, due_at FROM intake_step
			WHERE case_id = c.id AND state NOT IN ('waiting', 'done', 'refused', 'cancelled')
				AND ($2 = '' OR holder = $2) AND ($3 = '' OR step = $3)
			ORDER BY due_at, step LIMIT 1
		) s ON true
		WHERE ($1 = '' OR left(c.unit, 6) = $1) AND ($2 || $3 = '' OR s.step IS NOT NULL)
			AND ($4 = '' OR c.state = $4) AND ($5 = '' OR c.unit = $5)
			AND ($6::timestamptz IS NULL OR c.accepted_at >= $6) AND ($7::timestamptz IS NULL OR c.accepted_at < $7)
			AND ($8 = '' OR c.id < (SELECT id FROM intake_case WHERE number = $8))
		ORDER BY c.id DESC LIMIT $9`,
		f.Office, f.Holder, string(f.Step), string(f.State), f.Unit, f.Since, f.Until, string(f.Before), f.Limit)
	if err != nil {
		return nil, fmt.Errorf("select cases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Brief])
}

// Unmoved returns ErrStale unless the person who decides on a step has seen, at a
// version of the case, everything that concerns it: what other departments do
// meanwhile does not, nor that the case is closed. In the transaction that holds the
// case it stays so; 0 is whoever decides without having looked.
func Unmoved(ctx context.Context, tx pgx.Tx, id int64, step Step, seen int64) error {
	if seen == 0 {
		return nil
	}
	var stale bool
	err := tx.QueryRow(ctx, `
		SELECT coalesce(max(id), 0) < $2 OR
			coalesce(bool_or(id > $2 AND step = ANY ($3) AND NOT (step = '' AND state = 'closed')), false)
		FROM intake_journal WHERE case_id = $1`, id, seen, step.concerns()).Scan(&stale)
	if err != nil {
		return fmt.Errorf("look for what has happened to case %d: %w", id, err)
	}
	if stale {
		return ErrStale
	}
	return nil
}
