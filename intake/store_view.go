package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Progress is where one step of a case stands, for those who look at it.
type Progress struct {
	Step       Step
	State      State
	Holder     string
	StartedAt  *time.Time
	DueAt      *time.Time // until when its holder has time; of a final step, until when it had
	FinishedAt *time.Time
	Worked     time.Duration // time in which a worker was at it
	Finding    json.RawMessage
}

// Waited returns the time in which the step was open and nobody worked at it.
func (p Progress) Waited(now time.Time) time.Duration {
	if p.StartedAt == nil {
		return 0
	}
	if p.FinishedAt != nil {
		now = *p.FinishedAt
	}
	return max(0, now.Sub(*p.StartedAt)-p.Worked)
}

// View is a case with everything that can be seen of it.
type View struct {
	Case
	ApprovedBy string
	ClosedAt   *time.Time
	Progress   []Progress // in the order of the plan
	Journal    []Entry
	ReadAt     time.Time // the database's clock when this was read
}

// Find reads the case with the number. It returns ErrNoCase if there is none.
func Find(ctx context.Context, tx pgx.Tx, number Number) (*View, error) {
	v := &View{Case: Case{Number: number}}
	var application []byte
	err := tx.QueryRow(ctx, `
		SELECT id, application, state, accepted_by, coalesce(approved_by, ''), accepted_at, closed_at, clock_timestamp()
		FROM intake_case WHERE number = $1`, number).
		Scan(&v.ID, vault.Open(applicationColumn, &application), &v.State, &v.AcceptedBy, &v.ApprovedBy, &v.AcceptedAt,
			&v.ClosedAt, &v.ReadAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("case %s: %w", number, ErrNoCase)
	}
	if err != nil {
		return nil, err
	}
	if err := v.read(application); err != nil {
		return nil, err
	}
	if err := v.readSteps(ctx, tx); err != nil {
		return nil, fmt.Errorf("steps of case %s: %w", number, err)
	}
	if v.Journal, err = JournalOf(ctx, tx, v.ID); err != nil {
		return nil, fmt.Errorf("journal of case %s: %w", number, err)
	}
	return v, nil
}

func (v *View) readSteps(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT step, state, holder, started_at, due_at, finished_at, worked_us, finding
		FROM intake_step WHERE case_id = $1`, v.ID)
	if err != nil {
		return err
	}
	found := map[Step]Progress{}
	var p Progress
	var us int64
	into := []any{&p.Step, &p.State, &p.Holder, &p.StartedAt, &p.DueAt, &p.FinishedAt, &us, &p.Finding}
	_, err = pgx.ForEachRow(rows, into,
		func() error {
			p.Worked = time.Duration(us) * time.Microsecond
			found[p.Step] = p
			return nil
		})
	v.Steps = map[Step]State{}
	for _, step := range Steps() {
		if p, ok := found[step]; ok {
			v.Progress, v.Steps[step] = append(v.Progress, p), p.State
		}
	}
	return err
}

// JournalOf reads the journal of a case in its order.
func JournalOf(ctx context.Context, tx pgx.Tx, id int64) ([]Entry, error) {
	rows, err := tx.Query(ctx, `
		SELECT at, actor, step, state, holder, reason, words FROM intake_journal WHERE case_id = $1 ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		err = row.Scan(&e.At, &e.Actor, &e.Step, &e.State, &e.Holder, &e.Reason, vault.Open(wordsColumn, &e.Words))
		return e, err
	})
}

// wordsColumn is sealed: a person's own words may hold a number or a telephone.
const wordsColumn vault.Column = "intake_journal.words"

// StateOf returns where one step of a case stands, or "" if it has no such step.
func StateOf(ctx context.Context, tx pgx.Tx, id int64, step Step) (state State, err error) {
	err = tx.QueryRow(ctx, `SELECT state FROM intake_step WHERE case_id = $1 AND step = $2`, id, step).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return state, err
}

// HolderOf returns who must act on one step, or "".
func HolderOf(ctx context.Context, tx pgx.Tx, id int64, step Step) (holder string, err error) {
	err = tx.QueryRow(ctx, `SELECT holder FROM intake_step WHERE case_id = $1 AND step = $2`, id, step).Scan(&holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return holder, err
}

// Version returns a number that grows with every line of the journal of a case.
func Version(ctx context.Context, tx pgx.Tx, id int64) (version int64, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM intake_journal WHERE case_id = $1`, id).Scan(&version)
	return version, err
}

// Brief is a case in a list.
type Brief struct {
	Number     Number
	Kind       string
	Unit       string
	State      CaseState
	AcceptedBy string
	AcceptedAt time.Time
	Step       Step   // the open step that is due first, or ""
	StepState  State  // and where it stands
	Holder     string // who must act on it
	DueAt      *time.Time
}

// List returns cases, the newest first, at most limit, before the number (""
// starts at the newest). Office is the county code of the units, "" lists those
// of every office. Holder "" lists all, else those in which that holder has an
// open step.
func List(ctx context.Context, tx pgx.Tx, office, holder string, before Number, limit int) ([]Brief, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.number, c.kind, c.unit, c.state, c.accepted_by, c.accepted_at,
			coalesce(s.step, ''), coalesce(s.state, ''), coalesce(s.holder, ''), s.due_at
		FROM intake_case c LEFT JOIN LATERAL (
			SELECT step, state, holder, due_at FROM intake_step
			WHERE case_id = c.id AND state NOT IN ('waiting', 'done', 'refused', 'cancelled')
				AND ($1 = '' OR holder = $1)
			ORDER BY due_at, step LIMIT 1
		) s ON true
		WHERE ($1 = '' OR s.step IS NOT NULL) AND ($2 = '' OR c.id < (SELECT id FROM intake_case WHERE number = $2))
			AND ($4 = '' OR left(c.unit, 6) = $4)
		ORDER BY c.id DESC LIMIT $3`, holder, before, limit, office)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Brief])
}

// Pending is a step that waits for somebody outside.
type Pending struct {
	CaseID int64
	Step   Step
	State  State
	Open   time.Duration // since it became due
}

// Awaiting returns steps that have waited for a payment or for a company for at
// least so long, those that have waited longest first.
func Awaiting(ctx context.Context, tx pgx.Tx, atLeast time.Duration, limit int) ([]Pending, error) {
	rows, err := tx.Query(ctx, `
		SELECT case_id, step, state, now() - started_at FROM intake_step
		WHERE state IN ('awaiting_payment', 'awaiting_company') AND started_at < now() - make_interval(secs => $1)
		ORDER BY started_at LIMIT $2`, atLeast.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("look for answers that are owed: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Pending])
}
