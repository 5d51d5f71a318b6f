package intake

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"onewindow/registration"
)

// NewestOf returns the id of the newest case of a unit. It returns ErrNoCase.
func NewestOf(ctx context.Context, tx pgx.Tx, unit registration.UnitCode) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM intake_case WHERE unit = $1 ORDER BY id DESC LIMIT 1`, unit).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoCase
	}
	return id, err
}
