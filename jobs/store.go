package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
)

// DeadLetter is a job that failed for the last time (死信).
type DeadLetter struct {
	ID       int64         `json:"id"`
	Number   intake.Number `json:"case,omitempty"`
	Step     intake.Step   `json:"step"` // "notice" if it is about a message
	Notice   int64         `json:"notice,omitempty"`
	Attempts int           `json:"attempts"`
	Error    string        `json:"error"`
	At       time.Time     `json:"at"`
	Held     bool          `json:"held"` // its step waits for an operator
}

func putLetter(ctx context.Context, tx pgx.Tx, caseID int64, step intake.Step, attempts int, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO jobs_dead_letter (case_id, step, attempts, error) VALUES ($1, $2, $3, $4)`,
		caseID, step, attempts, text)
	return err
}

// putLetterOnce writes a letter unless the same one lies there. Case 0 is none.
func putLetterOnce(ctx context.Context, tx pgx.Tx, caseID int64, step intake.Step, text string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO jobs_dead_letter (case_id, step, attempts, error)
		SELECT nullif($1, 0), $2, 0, $3 WHERE NOT EXISTS (SELECT FROM jobs_dead_letter
			WHERE case_id IS NOT DISTINCT FROM nullif($1, 0) AND step = $2 AND error = $3)`, caseID, step, text)
	return err
}

func settleLetters(ctx context.Context, tx pgx.Tx, caseID int64, step intake.Step, by string) error {
	_, err := tx.Exec(ctx, `
		UPDATE jobs_dead_letter SET settled_at = now(), settled_by = $3
		WHERE case_id = $1 AND step = $2 AND settled_at IS NULL`, caseID, step, by)
	return err
}

func openLetters(ctx context.Context, tx pgx.Tx) ([]DeadLetter, error) {
	rows, err := tx.Query(ctx, `
		SELECT l.id, coalesce(c.number, ''), l.step, coalesce(l.notice_id, 0), l.attempts, l.error, l.at,
			coalesce(s.state = 'manual' AND s.holder = 'operator', false)
		FROM jobs_dead_letter l LEFT JOIN intake_case c ON c.id = l.case_id
			LEFT JOIN intake_step s ON s.case_id = l.case_id AND s.step = l.step
		WHERE l.settled_at IS NULL ORDER BY l.at DESC LIMIT 200`)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[DeadLetter])
}

// bell is the job that a running step should have.
type bell struct {
	CaseID int64
	Step   intake.Step
}

// leftBy returns the steps whose jobs a process was working on and for which
// nobody has rung since.
func leftBy(ctx context.Context, tx pgx.Tx, name string) ([]bell, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.case_id, s.step FROM river_job j
		JOIN intake_step s ON s.case_id = (j.args ->> 'case')::bigint AND s.step = j.kind
		WHERE j.state = 'running' AND j.attempted_by[array_upper(j.attempted_by, 1)] = $1 AND s.state = 'running'
			AND NOT EXISTS (SELECT FROM river_job k WHERE k.kind = j.kind AND k.args = j.args AND k.id > j.id)`, name)
	if err != nil {
		return nil, fmt.Errorf("look for what %s left: %w", name, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[bell])
}

// workersNow returns the names of the processes that jobs are running in.
func workersNow(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT attempted_by[array_upper(attempted_by, 1)] FROM river_job
		WHERE state = 'running' AND kind <> 'sweep'`)
	if err != nil {
		return nil, fmt.Errorf("list working processes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// silent returns running steps that have had no live job for a while.
func silent(ctx context.Context, tx pgx.Tx) ([]bell, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.case_id, s.step FROM intake_step s
		WHERE s.state = 'running' AND s.started_at < now() - interval '10 seconds' AND NOT EXISTS (
			SELECT FROM river_job j WHERE j.kind = s.step AND (j.args ->> 'case')::bigint = s.case_id
				AND j.state IN ('available', 'pending', 'retryable', 'running', 'scheduled'))
		LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("look for silent steps: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[bell])
}

// askedOf reads the jobs of a case's steps that have failed and are tried again.
func askedOf(ctx context.Context, tx pgx.Tx, caseID int64) (map[intake.Step]Asked, error) {
	rows, err := tx.Query(ctx, `
		SELECT kind, attempt, scheduled_at FROM river_job
		WHERE state IN ('available', 'retryable', 'running', 'scheduled') AND args @> jsonb_build_object('case', $1::bigint)`,
		caseID)
	if err != nil {
		return nil, fmt.Errorf("look for jobs that are tried again: %w", err)
	}
	asked, step, one := map[intake.Step]Asked{}, intake.Step(""), Asked{}
	_, err = pgx.ForEachRow(rows, []any{&step, &one.Attempts, &one.Next}, func() error {
		asked[step] = one
		return nil
	})
	return asked, err
}

// openRequests returns the refs of what a company was asked and its steps wait for.
func openRequests(ctx context.Context, tx pgx.Tx, company string, after int64, limit int) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.ref FROM utilities_request r JOIN intake_step s ON s.case_id = r.case_id AND s.step = r.step
		WHERE r.company = $1 AND r.outcome = 'later' AND r.id > $2 AND s.state = 'awaiting_company'
		ORDER BY r.id LIMIT $3`, company, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list the open requests of %s: %w", company, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
