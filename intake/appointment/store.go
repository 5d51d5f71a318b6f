package appointment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// columns are those of an Appointment.
const columns = `id, office, slot, number, party, purpose, booked_at`

func scan(row pgx.CollectableRow) (a Appointment, err error) {
	err = row.Scan(&a.ID, &a.Office, &a.At, &a.Number, &a.Party, &a.For, &a.BookedAt)
	a.At, a.BookedAt = a.At.UTC(), a.BookedAt.UTC()
	return a, err
}

// one returns the only appointment that a query finds, or ErrNone.
func one(ctx context.Context, tx pgx.Tx, sql string, args ...any) (a Appointment, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err == nil {
		a, err = pgx.CollectExactlyOneRow(rows, scan)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return a, ErrNone
	}
	return a, err
}

// Of returns the appointment that a party has and whose time is not over, or ErrNone.
func Of(ctx context.Context, tx pgx.Tx, number, party string) (Appointment, error) {
	return one(ctx, tx, `
		SELECT `+columns+` FROM intake_appointment
		WHERE number = $1 AND party = $2 AND cancelled_at IS NULL AND passed_at IS NULL AND slot > now() - $3::interval`,
		number, party, SlotLength)
}

// Taken returns how many places of the slots of an office are taken from an instant on,
// by the slots' beginnings in UTC.
func Taken(ctx context.Context, tx pgx.Tx, office string, from time.Time) (map[time.Time]int, error) {
	rows, err := tx.Query(ctx, `
		SELECT slot, count(*) FROM intake_appointment
		WHERE office = $1 AND slot >= $2 AND cancelled_at IS NULL GROUP BY slot`, office, from)
	taken := map[time.Time]int{}
	var slot time.Time
	var n int
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&slot, &n}, func() error {
			taken[slot.UTC()] = n
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the places taken in office %s: %w", office, err)
	}
	return taken, nil
}

// Coming returns the appointments of an office from an instant on, the earliest first.
func Coming(ctx context.Context, tx pgx.Tx, office string, from time.Time) (list []Appointment, err error) {
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM intake_appointment
		WHERE office = $1 AND slot >= $2 AND cancelled_at IS NULL ORDER BY slot, place`, office, from)
	if err == nil {
		list, err = pgx.CollectRows(rows, scan)
	}
	if err != nil {
		return nil, fmt.Errorf("read the appointments of office %s: %w", office, err)
	}
	return list, nil
}

// Book gives a place in a slot of so many places to a party, and frees the one that
// they had. Held comes before it, in the same transaction. It returns ErrTaken, after
// which the transaction must be rolled back: the party keeps what they had.
func Book(ctx context.Context, tx pgx.Tx, r Request, places int) (a Appointment, err error) {
	if err := vacate(ctx, tx, r); err != nil {
		return a, fmt.Errorf("book for %s of %s: %w", r.Party, r.Number, err)
	}
	for {
		free, id, err := occupy(ctx, tx, r, places)
		switch {
		case err != nil:
			return a, fmt.Errorf("book for %s of %s: %w", r.Party, r.Number, err)
		case id != 0:
			return one(ctx, tx, `SELECT `+columns+` FROM intake_appointment WHERE id = $1`, id)
		case !free:
			return a, ErrTaken
		}
	}
}

// Held returns what the key of a request brought before, or, if it has none, what the
// party has if it is just that; else ErrNone. It returns ErrKeyReused. One party's
// requests wait for each other here, so that a resend finds what the first one did.
func Held(ctx context.Context, tx pgx.Tx, r Request) (a Appointment, err error) {
	_, err = tx.Exec(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('appointment' || chr(10) || $1 || chr(10) || $2, 0))`,
		r.Number, r.Party)
	if err != nil {
		return a, fmt.Errorf("wait for other requests of %s of %s: %w", r.Party, r.Number, err)
	}
	if r.Key == "" {
		if a, err = Of(ctx, tx, r.Number, r.Party); err == nil && !r.brings(a) {
			err = ErrNone
		}
		return a, err
	}
	a, err = one(ctx, tx, `SELECT `+columns+` FROM intake_appointment WHERE number = $1 AND party = $2 AND key = $3`,
		r.Number, r.Party, r.Key)
	if err == nil && !r.brings(a) {
		err = ErrKeyReused
	}
	return a, err
}

// vacate ends what the party had: one whose time has come keeps its place.
func vacate(ctx context.Context, tx pgx.Tx, r Request) error {
	_, err := tx.Exec(ctx, `
		UPDATE intake_appointment SET
			cancelled_at = CASE WHEN slot > now() THEN now() END, passed_at = CASE WHEN slot <= now() THEN now() END
		WHERE number = $1 AND party = $2 AND cancelled_at IS NULL AND passed_at IS NULL`, r.Number, r.Party)
	return err
}

// occupy tries for the first place that looks free. If another took it meanwhile there
// is no id, and whoever asks looks again: no place is waited for while holding one that
// others wait for, so that nobody waits in a circle.
func occupy(ctx context.Context, tx pgx.Tx, r Request, places int) (free bool, id int64, err error) {
	err = tx.QueryRow(ctx, `
		WITH free AS (
			SELECT place FROM generate_series(1, $7::int) place
			WHERE NOT EXISTS (SELECT FROM intake_appointment a
				WHERE a.office = $1 AND a.slot = $2 AND a.place = place.place AND a.cancelled_at IS NULL)
			ORDER BY place LIMIT 1
		), given AS (
			INSERT INTO intake_appointment (office, slot, place, number, party, purpose, key)
			SELECT $1, $2, place, $3, $4, $5, nullif($6, '') FROM free
			ON CONFLICT (office, slot, place) WHERE cancelled_at IS NULL DO NOTHING
			RETURNING id
		)
		SELECT EXISTS (SELECT FROM free), coalesce((SELECT id FROM given), 0)`,
		r.Office, r.At, r.Number, r.Party, r.For, r.Key, places).Scan(&free, &id)
	return free, id, err
}

// Cancel frees the place that a party has, and returns it, or ErrNone if they have none
// ahead.
func Cancel(ctx context.Context, tx pgx.Tx, number, party string) (Appointment, error) {
	return one(ctx, tx, `
		UPDATE intake_appointment SET cancelled_at = now()
		WHERE number = $1 AND party = $2 AND cancelled_at IS NULL AND passed_at IS NULL AND slot > now()
		RETURNING `+columns, number, party)
}
