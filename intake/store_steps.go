package intake

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Motion is one step of one case that is to move.
type Motion struct {
	Case Case
	Step Step
	From State // where the step must stand now
	Move
}

// AlreadyError says which motions of a batch came too late: their steps stood
// elsewhere. It is ErrAlready.
type AlreadyError struct{ Motions []int }

// Error counts them.
func (e *AlreadyError) Error() string {
	return fmt.Sprintf("%d of the batch: %v", len(e.Motions), ErrAlready)
}

// Is makes it ErrAlready.
func (e *AlreadyError) Is(target error) bool { return target == ErrAlready }

// Advance moves steps and returns, in their order, the cases as they then
// stand, their rows locked; motions of one case share it. If some steps stand
// elsewhere than From it returns an *AlreadyError and the transaction must be
// given up.
//
// The rows are locked first, in the order of their ids and by a statement of its
// own: the later ones see what other steps committed meanwhile, without which
// two that end together would each miss the other (a lost join).
func Advance(ctx context.Context, tx pgx.Tx, motions []Motion) ([]*Case, error) {
	col := newMotionColumns(motions)
	cases := map[int64]*Case{}
	for _, m := range motions {
		if cases[m.Case.ID] == nil {
			c := m.Case
			c.Steps = map[Step]State{}
			cases[c.ID] = &c
		}
	}
	moved, batch := map[motionKey]bool{}, &pgx.Batch{}
	batch.Queue(lockCases, col.id).Query(func(rows pgx.Rows) error { return eachState(rows, cases) })
	batch.Queue(moveSteps, col.id, col.step, col.from, col.state, col.holder, col.within, col.worked, col.finding,
		col.final, col.actor, col.reason, col.words).
		Query(func(rows pgx.Rows) error {
			var m motionKey
			_, err := pgx.ForEachRow(rows, []any{&m.id, &m.step}, func() error { moved[m] = true; return nil })
			return err
		})
	batch.Queue(`SELECT case_id, step, state FROM intake_step WHERE case_id = ANY ($1)`, col.id).
		Query(func(rows pgx.Rows) error { return eachStep(rows, cases) })
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("move %d steps: %w", len(motions), err)
	}
	return inOrder(motions, cases, moved)
}

const lockCases = `SELECT id, state FROM intake_case WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`

const moveSteps = `
	WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
	m AS (
		SELECT id, step, was, state, holder, within, worked, finding, final, actor, reason, words
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::bigint[],
			$8::text[], $9::bool[], $10::text[], $11::text[], $12::bytea[])
		AS m (id, step, was, state, holder, within, worked, finding, final, actor, reason, words)
	), s AS (
		UPDATE intake_step i SET state = m.state, holder = m.holder, worked_us = i.worked_us + m.worked,
			finding = coalesce(m.finding::jsonb, i.finding),
			due_at = CASE WHEN m.final THEN i.due_at ELSE t.at + make_interval(secs => m.within) END,
			finished_at = CASE WHEN m.final THEN t.at END
		FROM m, t WHERE i.case_id = m.id AND i.step = m.step AND i.state = m.was
		RETURNING m.id, m.step, t.at, m.actor, m.state, m.holder, m.reason, m.words
	), j AS (
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason, words)
		SELECT id, at, actor, step, state, holder, reason, words FROM s
	)
	SELECT id, step FROM s`

// motionKey names a motion.
type motionKey struct {
	id   int64
	step Step
}

// motionColumns are motions as the columns of a table.
type motionColumns struct {
	id                        []int64
	step, from, state, holder []string
	actor, reason             []string
	words                     []vault.Sealed
	within                    []float64
	worked                    []int64
	finding                   []*string
	final                     []bool
}

func newMotionColumns(motions []Motion) (col motionColumns) {
	for _, m := range motions {
		within := m.Within
		if within == 0 {
			within = m.Case.within(m.Step)
		}
		var finding *string
		if m.Finding != nil {
			text := string(m.Finding)
			finding = &text
		}
		col.id = append(col.id, m.Case.ID)
		col.step = append(col.step, string(m.Step))
		col.from = append(col.from, string(m.From))
		col.state = append(col.state, string(m.State))
		col.holder = append(col.holder, m.Holder)
		col.within = append(col.within, within.Seconds())
		col.worked = append(col.worked, m.Worked.Microseconds())
		col.finding = append(col.finding, finding)
		col.final = append(col.final, m.State.Final())
		col.actor = append(col.actor, m.Actor)
		col.reason = append(col.reason, m.Reason)
		col.words = append(col.words, vault.Seal(wordsColumn, m.Words))
	}
	return col
}

func eachState(rows pgx.Rows, cases map[int64]*Case) error {
	var id int64
	var state CaseState
	_, err := pgx.ForEachRow(rows, []any{&id, &state}, func() error { cases[id].State = state; return nil })
	return err
}

func eachStep(rows pgx.Rows, cases map[int64]*Case) error {
	var id int64
	var step Step
	var state State
	_, err := pgx.ForEachRow(rows, []any{&id, &step, &state}, func() error { cases[id].Steps[step] = state; return nil })
	return err
}

// inOrder lines the cases up with their motions.
func inOrder(motions []Motion, cases map[int64]*Case, moved map[motionKey]bool) ([]*Case, error) {
	stand := make([]*Case, len(motions))
	var late []int
	for i, m := range motions {
		key := motionKey{m.Case.ID, m.Step}
		if !moved[key] {
			late = append(late, i)
		}
		delete(moved, key) // of two motions of one step the second is late
		stand[i] = cases[m.Case.ID]
	}
	if late != nil {
		return nil, &AlreadyError{late}
	}
	return stand, nil
}

// Begin is a step that becomes due.
type Begin struct {
	Case   *Case
	Step   Step
	Reason string
}

// Start sets steps running. The caller holds their cases and inserts their jobs.
func Start(ctx context.Context, tx pgx.Tx, begins []Begin) error {
	var ids []int64
	var steps, reasons []string
	var within []float64
	for _, b := range begins {
		ids, steps, reasons = append(ids, b.Case.ID), append(steps, string(b.Step)), append(reasons, b.Reason)
		within = append(within, b.Case.within(b.Step).Seconds())
		b.Case.Steps[b.Step] = Running
	}
	_, err := tx.Exec(ctx, `
		WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
		p AS (
			SELECT id, step, within, reason
			FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::text[]) AS p (id, step, within, reason)
		), s AS (
			INSERT INTO intake_step AS i (case_id, step, state, holder, started_at, due_at)
			SELECT p.id, p.step, 'running', 'machine', t.at, t.at + make_interval(secs => p.within) FROM p, t
			ON CONFLICT (case_id, step) DO UPDATE SET state = 'running', holder = 'machine',
				started_at = coalesce(i.started_at, excluded.started_at), due_at = excluded.due_at
		)
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
		SELECT p.id, t.at, 'machine', p.step, 'running', 'machine', p.reason FROM p, t`,
		ids, steps, within, reasons)
	if err != nil {
		return fmt.Errorf("start %d steps: %w", len(begins), err)
	}
	return nil
}

// Turning is a case that turns as a whole.
type Turning struct {
	Case   *Case
	To     CaseState
	Actor  string
	Reason string
}

// Turn moves cases as a whole. Open steps of a refused case are cancelled.
func Turn(ctx context.Context, tx pgx.Tx, turnings []Turning) error {
	var ids []int64
	var to, actors, reasons []string
	for _, t := range turnings {
		ids, to = append(ids, t.Case.ID), append(to, string(t.To))
		actors, reasons = append(actors, t.Actor), append(reasons, t.Reason)
		t.Case.State = t.To
	}
	_, err := tx.Exec(ctx, `
		WITH t AS MATERIALIZED (SELECT clock_timestamp() AS at),
		p AS (
			SELECT id, state, actor, reason
			FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS p (id, state, actor, reason)
		), c AS (
			UPDATE intake_case i SET state = p.state, closed_at = CASE WHEN p.state = 'entered' THEN NULL ELSE t.at END
			FROM p, t WHERE i.id = p.id
		), s AS (
			UPDATE intake_step i SET state = 'cancelled', holder = '', finished_at = t.at
			FROM p, t WHERE i.case_id = p.id AND p.state = 'refused' AND i.state NOT IN ('done', 'refused', 'cancelled')
			RETURNING i.case_id, i.step, p.actor, p.reason
		)
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
		SELECT p.id, t.at, p.actor, '', p.state, '', p.reason FROM p, t
		UNION ALL SELECT s.case_id, t.at, s.actor, s.step, 'cancelled', '', s.reason FROM s, t`,
		ids, to, actors, reasons)
	if err != nil {
		return fmt.Errorf("turn %d cases: %w", len(turnings), err)
	}
	for _, t := range turnings {
		for step, state := range t.Case.Steps {
			if t.To == Turned && !state.Final() {
				t.Case.Steps[step] = Cancelled
			}
		}
	}
	return nil
}
