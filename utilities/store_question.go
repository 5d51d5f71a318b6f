package utilities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/outbound"
)

// A Question is an inquiry as its company sees it, with the case that it is about.
type Question struct {
	ID     int64
	CaseID int64
	Inquiry
}

// QuestionOf returns what the company was asked under ref, answered or not. It
// returns ErrNoRequest, also when the ref is another company's.
func QuestionOf(ctx context.Context, tx pgx.Tx, company, ref string) (Question, error) {
	if outbound.Clean(ref) != ref {
		return Question{}, ErrNoRequest
	}
	rows, err := tx.Query(ctx, `
		SELECT id, case_id, step, ref, account, company, utility, phase, outcome, reason, words,
			balance_fen, arrears_fen, attempts, asked_at, answered_at
		FROM utilities_request WHERE company = $1 AND ref = $2 AND phase <> 'cancel'`, company, ref)
	if err != nil {
		return Question{}, fmt.Errorf("question to %s: %w", company, err)
	}
	q, err := pgx.CollectExactlyOneRow(rows, question)
	if errors.Is(err, pgx.ErrNoRows) {
		return Question{}, ErrNoRequest
	}
	return q, err
}

func question(row pgx.CollectableRow) (q Question, err error) {
	var answered *time.Time
	a := &q.Answer
	err = row.Scan(&q.ID, &q.CaseID, &q.Step, &q.Ref, &q.Account, &a.Company, &a.Utility, &a.Phase, &a.Outcome,
		&a.Reason, &a.Words, &a.BalanceFen, &a.ArrearsFen, &q.Attempts, &q.AskedAt, &answered)
	if answered != nil {
		q.AnsweredAt = *answered
	}
	return q, err
}
