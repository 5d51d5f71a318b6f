package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

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
// inserts their jobs in the same transaction. It returns a *UnitReservedError
// when another case on the unit is live; the transaction is then unusable.
func Accept(ctx context.Context, tx pgx.Tx, clerk string, a Application) (*Case, error) {
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
	err = tx.QueryRow(ctx, `
		WITH c AS (
			INSERT INTO intake_case (number, kind, unit, application, state, accepted_by, accepted_at)
			VALUES ($1, $2, $3, $4, 'open', $5, now()) RETURNING id, accepted_at
		), s AS (
			INSERT INTO intake_step (case_id, step, state, holder, started_at, due_at)
			SELECT c.id, p.step, p.state, p.holder,
				CASE WHEN p.state = 'running' THEN now() END,
				CASE WHEN p.state = 'running' THEN now() + make_interval(secs => p.within) END
			FROM c, unnest($6::text[], $7::text[], $8::text[], $9::float8[]) AS p (step, state, holder, within)
		), j AS (
			INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
			SELECT c.id, now(), $5, '', 'open', '', 'accepted' FROM c
			UNION ALL
			SELECT c.id, now(), $5, p.step, p.state, p.holder, 'due'
			FROM c, unnest($6::text[], $7::text[], $8::text[]) AS p (step, state, holder)
			WHERE p.state = 'running'
		)
		SELECT id, accepted_at FROM c`,
		number, a.Kind, a.Unit, application, clerk,
		rows.step, rows.state, rows.holder, rows.within).Scan(&c.ID, &c.AcceptedAt)
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
	err := tx.QueryRow(ctx, `SELECT number, application, accepted_by, accepted_at FROM intake_case WHERE id = $1`,
		id).Scan(&c.Number, &c.Application, &c.AcceptedBy, &c.AcceptedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("case %d: %w", id, ErrNoCase)
	}
	return c, err
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

// Lock takes the case row until the transaction ends. Whoever needs it and the
// unit's takes it first.
func Lock(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `SELECT FROM intake_case WHERE id = $1 FOR UPDATE`, id)
	return err
}

// Advance moves one step of c, which must stand in one of the states from, and
// returns c as it then stands, its row locked. It returns ErrAlready, and has
// changed nothing, if the step stands elsewhere.
//
// The row is locked first and by a statement of its own: the later ones see
// what other steps committed meanwhile, without which two that end together
// would each miss the other (a lost join).
func Advance(ctx context.Context, tx pgx.Tx, c Case, step Step, from []State, m Move) (*Case, error) {
	within := m.Within
	if within == 0 {
		within = c.within(step)
	}
	moved, batch := 0, &pgx.Batch{}
	batch.Queue(`SELECT state FROM intake_case WHERE id = $1 FOR UPDATE`, c.ID).
		QueryRow(func(row pgx.Row) error { return row.Scan(&c.State) })
	batch.Queue(`
		WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
		s AS (
			UPDATE intake_step SET state = $3, holder = $4, worked_us = worked_us + $6,
				finding = coalesce($7, finding),
				due_at = CASE WHEN $8 THEN due_at ELSE t.at + make_interval(secs => $5) END,
				finished_at = CASE WHEN $8 THEN t.at END
			FROM t WHERE case_id = $1 AND step = $2 AND state = ANY ($11)
			RETURNING step
		), j AS (
			INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
			SELECT $1, t.at, $9, s.step, $3, $4, $10 FROM s, t
		)
		SELECT count(*) FROM s`,
		c.ID, step, m.State, m.Holder, within.Seconds(), m.Worked.Microseconds(), m.Finding, m.State.Final(),
		m.Actor, m.Reason, from).
		QueryRow(func(row pgx.Row) error { return row.Scan(&moved) })
	batch.Queue(`SELECT step, state FROM intake_step WHERE case_id = $1`, c.ID).
		Query(func(rows pgx.Rows) (err error) { c.Steps, err = collectSteps(rows); return err })
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("move %s of case %s to %s: %w", step, c.Number, m.State, err)
	}
	if moved == 0 {
		return nil, fmt.Errorf("%s of case %s: %w", step, c.Number, ErrAlready)
	}
	return &c, nil
}

func collectSteps(rows pgx.Rows) (map[Step]State, error) {
	steps := map[Step]State{}
	var step Step
	var state State
	_, err := pgx.ForEachRow(rows, []any{&step, &state}, func() error { steps[step] = state; return nil })
	return steps, err
}

// Start sets steps of c running. The caller holds c's row and inserts their jobs.
func Start(ctx context.Context, tx pgx.Tx, c *Case, steps []Step, reason string) error {
	names, within := make([]string, len(steps)), make([]float64, len(steps))
	for i, step := range steps {
		names[i], within[i] = string(step), c.within(step).Seconds()
		c.Steps[step] = Running
	}
	_, err := tx.Exec(ctx, `
		WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
		p AS (SELECT step, within FROM unnest($2::text[], $3::float8[]) AS p (step, within)),
		s AS (
			INSERT INTO intake_step AS i (case_id, step, state, holder, started_at, due_at)
			SELECT $1, p.step, 'running', 'machine', t.at, t.at + make_interval(secs => p.within) FROM p, t
			ON CONFLICT (case_id, step) DO UPDATE SET state = 'running', holder = 'machine',
				started_at = coalesce(i.started_at, excluded.started_at), due_at = excluded.due_at
		)
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
		SELECT $1, t.at, 'machine', p.step, 'running', 'machine', $4 FROM p, t`,
		c.ID, names, within, reason)
	if err != nil {
		return fmt.Errorf("start %v of case %s: %w", steps, c.Number, err)
	}
	return nil
}

// Turn moves the case as a whole. Open steps of a refused case are cancelled.
func Turn(ctx context.Context, tx pgx.Tx, c *Case, to CaseState, actor, reason string) error {
	_, err := tx.Exec(ctx, `
		WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
		c AS (
			UPDATE intake_case SET state = $2, closed_at = CASE WHEN $2 = 'entered' THEN NULL ELSE t.at END
			FROM t WHERE id = $1
		), s AS (
			UPDATE intake_step SET state = 'cancelled', holder = '', finished_at = t.at
			FROM t WHERE case_id = $1 AND $2 = 'refused' AND state NOT IN ('done', 'refused', 'cancelled')
			RETURNING step
		)
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
		SELECT $1, t.at, $3, '', $2, '', $4 FROM t
		UNION ALL SELECT $1, t.at, $3, s.step, 'cancelled', '', $4 FROM s, t`,
		c.ID, to, actor, reason)
	if err != nil {
		return fmt.Errorf("turn case %s to %s: %w", c.Number, to, err)
	}
	c.State = to
	return nil
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

// ApprovedBy returns who authorised the entry, or "".
func ApprovedBy(ctx context.Context, tx pgx.Tx, id int64) (by string, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(approved_by, '') FROM intake_case WHERE id = $1`, id).Scan(&by)
	return by, err
}
