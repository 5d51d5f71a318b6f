package utilities

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/outbound"
)

// The two answers to a notice that changes nothing.
var (
	// ErrNoRequest says that this company was not asked under this ref, or that
	// the question is not recorded yet: the door answers 404 with Retry-After,
	// and the company tells us again.
	ErrNoRequest = errors.New("company was not asked under this ref")
	// ErrNothingNew says that the notice was heard before, or comes after the
	// final answer: the door answers 200, and nothing happens.
	ErrNothingNew = errors.New("notice changes nothing")
)

// Record writes the answer to a step of a case, once per step. A final answer
// stands: another one for the same step only counts the attempt, except that a
// check once found may still be cancelled. Recording a cancellation closes the
// check of the same ref, so that a late notice finds nothing open.
func Record(ctx context.Context, tx pgx.Tx, caseID int64, step string, r Request, a Answer) error {
	if a.Company == "" || !a.answers(a.Phase) {
		return fmt.Errorf("record %s of case %d: not an answer of a company", step, caseID)
	}
	if a.Outcome == Cancelled {
		if err := closeCheck(ctx, tx, r.Ref, a); err != nil {
			return fmt.Errorf("close the check behind %s of case %d: %w", step, caseID, err)
		}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO utilities_request AS q (case_id, step, company, utility, phase, ref, account,
			outcome, reason, words, balance_fen, arrears_fen, answered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $13 THEN now() END)
		ON CONFLICT (case_id, step) DO UPDATE SET attempts = q.attempts + 1,
			outcome     = CASE WHEN q.outcome = 'later' THEN excluded.outcome     ELSE q.outcome     END,
			reason      = CASE WHEN q.outcome = 'later' THEN excluded.reason      ELSE q.reason      END,
			words       = CASE WHEN q.outcome = 'later' THEN excluded.words       ELSE q.words       END,
			balance_fen = CASE WHEN q.outcome = 'later' THEN excluded.balance_fen ELSE q.balance_fen END,
			arrears_fen = CASE WHEN q.outcome = 'later' THEN excluded.arrears_fen ELSE q.arrears_fen END,
			answered_at = COALESCE(q.answered_at, excluded.answered_at)`,
		caseID, step, a.Company, a.Utility, a.Phase, r.Ref, r.Account,
		a.Outcome, a.Reason, a.Words, a.BalanceFen, a.ArrearsFen, a.Final()); err != nil {
		return fmt.Errorf("record %s of case %d: %w", step, caseID, err)
	}
	return nil
}

// closeCheck marks the check behind a cancellation.
func closeCheck(ctx context.Context, tx pgx.Tx, ref string, a Answer) error {
	_, err := tx.Exec(ctx, `
		UPDATE utilities_request SET outcome = 'cancelled', answered_at = now()
		WHERE company = $1 AND ref = $2 AND phase = 'check' AND outcome IN ('later', 'found')`, a.Company, ref)
	return err
}

// Answered takes in a notice received at the instant at. It returns the case and
// the step that waited for it, and the answer. The error is ErrNoRequest (also
// when the ref is another company's), ErrNothingNew, or outbound.ErrMalformed if
// the answer does not fit the question; none of these has written anything.
func Answered(ctx context.Context, tx pgx.Tx, n Notice, at time.Time) (int64, string, Answer, error) {
	w, err := waiting(ctx, tx, n)
	if err != nil {
		return 0, "", Answer{}, fmt.Errorf("notice of %s: %w", n.company, err)
	}
	n.answer.Phase = w.phase
	switch {
	case !n.answer.answers(w.phase):
		err = fmt.Errorf("%w: no such answer to a %s", outbound.ErrMalformed, w.phase)
	case w.outcome != Later || !n.answer.Final():
		err = ErrNothingNew
	default:
		err = hear(ctx, tx, n, w, at)
	}
	if err != nil {
		return 0, "", Answer{}, fmt.Errorf("notice of %s on case %d: %w", n.company, w.caseID, err)
	}
	return w.caseID, w.step, n.answer, nil
}

// A wait is the recorded request that a notice answers.
type wait struct {
	id      int64
	caseID  int64
	step    string
	phase   Phase
	outcome Outcome
}

// waiting locks the request behind a notice. A ref with a NUL or broken UTF-8 is
// none of ours, and the database could not even be asked for it.
func waiting(ctx context.Context, tx pgx.Tx, n Notice) (wait, error) {
	var w wait
	if !utf8.ValidString(n.ref) || outbound.Clean(n.ref) != n.ref {
		return wait{}, ErrNoRequest
	}
	err := tx.QueryRow(ctx, `
		SELECT id, case_id, step, phase, outcome FROM utilities_request
		WHERE company = $1 AND ref = $2 AND phase <> 'cancel' FOR UPDATE`, n.company, n.ref).
		Scan(&w.id, &w.caseID, &w.step, &w.phase, &w.outcome)
	if errors.Is(err, pgx.ErrNoRows) {
		return wait{}, ErrNoRequest
	}
	return w, err
}

// hear keeps the notice as evidence and its answer as the request's.
func hear(ctx context.Context, tx pgx.Tx, n Notice, w wait, at time.Time) error {
	a := n.answer
	kept, err := tx.Exec(ctx, `
		INSERT INTO utilities_notice (company, webhook_id, request_id, outcome, reason, received_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (company, webhook_id) DO NOTHING`,
		n.company, n.id, w.id, a.Outcome, a.Reason, at)
	if err != nil {
		return err
	}
	if kept.RowsAffected() == 0 { // its id was used for another request
		return ErrNothingNew
	}
	_, err = tx.Exec(ctx, `
		UPDATE utilities_request SET outcome = $2, reason = $3, words = $4,
			balance_fen = $5, arrears_fen = $6, answered_at = $7 WHERE id = $1`,
		w.id, a.Outcome, a.Reason, a.Words, a.BalanceFen, a.ArrearsFen, at)
	return err
}

// An Inquiry is one step's question to a company and what came of it.
type Inquiry struct {
	Step       string
	Ref        string
	Account    string // 户号; pages mask it
	Answer     Answer
	Attempts   int
	AskedAt    time.Time
	AnsweredAt time.Time // zero until the answer is final
}

// Of returns the inquiries of a case in the order in which they were made.
func Of(ctx context.Context, tx pgx.Tx, caseID int64) ([]Inquiry, error) {
	rows, err := tx.Query(ctx, `
		SELECT step, ref, account, company, utility, phase, outcome, reason, words,
			balance_fen, arrears_fen, attempts, asked_at, answered_at
		FROM utilities_request WHERE case_id = $1 ORDER BY id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("inquiries of case %d: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, inquiry)
	if err != nil {
		return nil, fmt.Errorf("inquiries of case %d: %w", caseID, err)
	}
	return list, nil
}

func inquiry(row pgx.CollectableRow) (Inquiry, error) {
	var q Inquiry
	var answered *time.Time
	a := &q.Answer
	err := row.Scan(&q.Step, &q.Ref, &q.Account, &a.Company, &a.Utility, &a.Phase, &a.Outcome, &a.Reason, &a.Words,
		&a.BalanceFen, &a.ArrearsFen, &q.Attempts, &q.AskedAt, &answered)
	if answered != nil {
		q.AnsweredAt = *answered
	}
	return q, err
}
