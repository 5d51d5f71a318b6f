package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/internal/vault"
	"onewindow/registration"
)

// nextNumber takes the next acceptance number of the day. Numbers of intakes
// that fail are not used again.
func nextNumber(ctx context.Context, tx pgx.Tx) (Number, error) {
	const take = `
		SELECT day, nextval('intake_serial') - first_serial FROM intake_day
		WHERE day = (now() AT TIME ZONE 'Asia/Shanghai')::date`
	var day time.Time
	var serial int64
	err := tx.QueryRow(ctx, take).Scan(&day, &serial)
	if errors.Is(err, pgx.ErrNoRows) { // the day's first case
		if _, err = tx.Exec(ctx, `
			INSERT INTO intake_day (day, first_serial)
			VALUES ((now() AT TIME ZONE 'Asia/Shanghai')::date, nextval('intake_serial'))
			ON CONFLICT (day) DO NOTHING`); err != nil {
			return "", fmt.Errorf("open the day's numbers: %w", err)
		}
		err = tx.QueryRow(ctx, take).Scan(&day, &serial)
	}
	if err != nil {
		return "", fmt.Errorf("take an acceptance number: %w", err)
	}
	return NewNumber(day, serial), nil
}

// Accept opens a case for a: case, steps, journal and the reservation of the
// unit. Steps that wait for nothing are running when it returns; the caller
// inserts their jobs in the same transaction. The key is kept with the case. An
// error for which IsReservation is true means that another case on the unit is
// live; the transaction is then unusable.
func Accept(ctx context.Context, tx pgx.Tx, clerk string, key Key, a Application) (*Case, error) {
	number, err := nextNumber(ctx, tx)
	if err != nil {
		return nil, err
	}
	c := &Case{Number: number, Application: a, AcceptedBy: clerk, State: Open, Steps: map[Step]State{}}
	plan := PlanOf(a)
	for _, p := range plan {
		c.Steps[p.Step] = Waiting
	}
	rows := newStepRows(c, plan)
	application, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write the application down: %w", err)
	}
	parties, people := citizens(a)
	err = tx.QueryRow(ctx, `
		WITH c AS (
			INSERT INTO intake_case (number, kind, unit, application, state, accepted_by, accepted_at)
			VALUES ($1, $2, $3, $4, 'open', $5, now()) RETURNING id, accepted_at
		), k AS (
			INSERT INTO intake_key (client, key, body_index, case_id) SELECT $10, $11, $12, c.id FROM c
		), s AS (
			INSERT INTO intake_step (case_id, step, state, holder, started_at, due_at)
			SELECT c.id, p.step, p.state, p.holder,
				CASE WHEN p.state = 'running' THEN now() END,
				CASE WHEN p.state = 'running' THEN now() + make_interval(secs => p.within) END
			FROM c, unnest($6::text[], $7::text[], $8::text[], $9::float8[]) AS p (step, state, holder, within)
		), p AS (
			INSERT INTO intake_party (case_id, party, person)
			SELECT c.id, p.party, p.person FROM c, unnest($13::text[], $14::bytea[]) AS p (party, person)
		), j AS (
			INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
			SELECT c.id, now(), $5, '', 'open', '', 'accepted' FROM c
			UNION ALL
			SELECT c.id, now(), $5, p.step, p.state, p.holder, 'due'
			FROM c, unnest($6::text[], $7::text[], $8::text[]) AS p (step, state, holder)
			WHERE p.state = 'running'
		)
		SELECT id, accepted_at FROM c`,
		number, a.Kind, a.Unit, vault.Seal(applicationColumn, application), clerk,
		rows.step, rows.state, rows.holder, rows.within, key.Client, key.Value, key.index(),
		parties, vault.Indexes(vault.IDNumber, people)).Scan(&c.ID, &c.AcceptedAt)
	if err != nil {
		return nil, fmt.Errorf("open case %s: %w", number, err)
	}
	return c, nil
}

// stepRows are the columns of the steps of a new case.
type stepRows struct {
	step, state, holder []string
	within              []float64
}

// newStepRows starts the steps of c that are due and returns all as columns.
func newStepRows(c *Case, plan Plan) stepRows {
	for _, step := range c.Due() {
		c.Steps[step] = Running
	}
	var rows stepRows
	for _, p := range plan {
		holder := ""
		if c.Steps[p.Step] == Running {
			holder = Machine
		}
		rows.step = append(rows.step, string(p.Step))
		rows.state = append(rows.state, string(c.Steps[p.Step]))
		rows.holder = append(rows.holder, holder)
		rows.within = append(rows.within, p.Within.Seconds())
	}
	return rows
}

// Reserved returns the number of the live case on the unit, or "".
func Reserved(ctx context.Context, tx pgx.Tx, unit registration.UnitCode) (Number, error) {
	var number Number
	err := tx.QueryRow(ctx, `SELECT number FROM intake_case WHERE unit = $1 AND state = 'open'`, unit).Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return number, err
}

// IsReservation says whether err is the constraint that keeps a second live
// case from a unit: another intake committed first.
func IsReservation(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == "intake_one_live_case_per_unit"
}

// Facts returns what of a case never changes. State and Steps are not filled.
func Facts(ctx context.Context, tx pgx.Tx, id int64) (Case, error) {
	c := Case{ID: id}
	var application []byte
	err := tx.QueryRow(ctx, `SELECT number, application, accepted_by, accepted_at FROM intake_case WHERE id = $1`,
		id).Scan(&c.Number, vault.Open(applicationColumn, &application), &c.AcceptedBy, &c.AcceptedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("case %d: %w", id, ErrNoCase)
	}
	if err != nil {
		return c, fmt.Errorf("case %d: %w", id, err)
	}
	return c, c.read(application)
}

// applicationColumn is sealed whole: it names the parties, their numbers and
// their telephones.
const applicationColumn vault.Column = "intake_case.application"

// read takes the application in as it was written down.
func (c *Case) read(application []byte) error {
	if err := json.Unmarshal(application, &c.Application); err != nil {
		return fmt.Errorf("read the application of case %d: %w", c.ID, err)
	}
	return nil
}

// IDOf returns the id of the case with the number.
func IDOf(ctx context.Context, tx pgx.Tx, number Number) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `SELECT id FROM intake_case WHERE number = $1`, number).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("case %s: %w", number, ErrNoCase)
	}
	return id, err
}

// Lock takes the rows of cases, in the order of their ids, until the transaction
// ends. Whoever needs them and others' rows takes them first.
func Lock(ctx context.Context, tx pgx.Tx, ids ...int64) error {
	_, err := tx.Exec(ctx, lockCases, ids)
	return err
}

// LockLightly is Lock for a transaction whose work is done again, with the same
// result, if a crash of the server takes it: its commit does not wait for the disk.
func LockLightly(ctx context.Context, tx pgx.Tx, ids ...int64) error {
	_, err := tx.Exec(ctx, `
		SELECT id, set_config('synchronous_commit', 'off', true) FROM intake_case
		WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`, ids)
	return err
}

// Approve writes down who authorises the entry. It returns ErrSameHand for the
// person who accepted the case (I11).
func Approve(ctx context.Context, tx pgx.Tx, id int64, by string) error {
	_, err := tx.Exec(ctx, `UPDATE intake_case SET approved_by = $2 WHERE id = $1`, id, by)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "intake_nobody_approves_what_they_accepted" {
		return ErrSameHand
	}
	return err
}

// Approval returns who authorised the entry, and when; by is "" if nobody did.
func Approval(ctx context.Context, tx pgx.Tx, id int64) (by string, at time.Time, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(c.approved_by, ''), coalesce(s.finished_at, now())
		FROM intake_case c JOIN intake_step s ON s.case_id = c.id AND s.step = 'review' WHERE c.id = $1`, id).Scan(&by, &at)
	return by, at, err
}

// Today returns the date in Asia/Shanghai by the database's clock, which every
// process shares.
func Today(ctx context.Context, tx pgx.Tx) (on time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date`).Scan(&on)
	return on, err
}

// Now returns the instant of the transaction by the database's clock.
func Now(ctx context.Context, tx pgx.Tx) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT now()`).Scan(&at)
	return at, err
}
