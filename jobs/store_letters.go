package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// letterOf returns an open letter with its step as it stands, or ErrNoLetter.
func letterOf(ctx context.Context, tx pgx.Tx, id int64) (l openLetter, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(l.case_id, 0), l.step, coalesce(l.notice_id, 0), coalesce(s.state, ''), coalesce(s.holder, '')
		FROM jobs_dead_letter l LEFT JOIN intake_step s ON s.case_id = l.case_id AND s.step = l.step
		WHERE l.id = $1 AND l.settled_at IS NULL`, id).Scan(&l.CaseID, &l.Step, &l.Notice, &l.State, &l.Holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, ErrNoLetter
	}
	if err != nil {
		return l, fmt.Errorf("read letter %d: %w", id, err)
	}
	return l, nil
}

// settleLetter puts one letter away; ErrNoLetter if somebody else has.
func settleLetter(ctx context.Context, tx pgx.Tx, id int64, by string) error {
	done, err := tx.Exec(ctx, `
		UPDATE jobs_dead_letter SET settled_at = now(), settled_by = $2 WHERE id = $1 AND settled_at IS NULL`, id, by)
	if err != nil {
		return fmt.Errorf("settle letter %d: %w", id, err)
	}
	if done.RowsAffected() == 0 {
		return ErrNoLetter
	}
	return nil
}
