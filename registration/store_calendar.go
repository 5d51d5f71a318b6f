package registration

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// CalendarOf returns the calendar of the days from one to another, both included.
func CalendarOf(ctx context.Context, tx pgx.Tx, from, to time.Time) (Calendar, error) {
	rows, err := tx.Query(ctx, `SELECT day, working FROM registration_holiday WHERE day BETWEEN $1 AND $2`, from, to)
	c := Calendar{}
	var day time.Time
	var working bool
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&day, &working}, func() error {
			c[day] = working
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the working days: %w", err)
	}
	return c, nil
}
