package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
	"onewindow/internal/vault"
)

// refundWords is what a person said of a refund, sealed: it may name somebody.
const refundWords vault.Column = "tax_refund.words"

// Return is what a person of the office wants given back of a bill.
type Return struct {
	Ref       string // of the bill
	Amount    money.Fen
	Available money.Fen // what could be given back when the person looked
	By        string
	Words     string
	At        time.Time
}

// GiveBack makes a part of a bill's payment due to be given back. It returns
// ErrStaleAmount when Available is not what can be given back now, ErrTooMuch, or
// ErrNotPaid for a bill that the gateway was not paid. Two that race meet at the
// bill's row: one of them is stale.
func GiveBack(ctx context.Context, tx pgx.Tx, r Return) (Refund, error) {
	if _, err := locked(ctx, tx, r.Ref); err != nil {
		return Refund{}, fmt.Errorf("give back of %s: %w", r.Ref, err)
	}
	b, err := ByRef(ctx, tx, r.Ref) // again: what the row was waited for may have changed its sums
	if err != nil {
		return Refund{}, err
	}
	switch {
	case r.Available != b.Returnable():
		return Refund{}, fmt.Errorf("give back of %s: %w", r.Ref, ErrStaleAmount)
	case r.Amount <= 0 || r.Amount > b.Returnable():
		return Refund{}, fmt.Errorf("give back of %s: %w", r.Ref, ErrTooMuch)
	}
	var ref string
	err = tx.QueryRow(ctx, `
		INSERT INTO tax_refund (ref, order_id, amount_fen, why, asked_by, words, state, due_at)
		SELECT p.ref || '-r' || 1 + (SELECT count(*) FROM tax_refund JOIN tax_payment q USING (order_id)
			WHERE q.ref = p.ref), p.order_id, $2, $3, $4, $5, 'due', $6
		FROM tax_payment p WHERE p.ref = $1 AND p.excess = '' RETURNING ref`,
		r.Ref, r.Amount, ByPerson, r.By, vault.Seal(refundWords, r.Words), r.At).Scan(&ref)
	if errors.Is(err, pgx.ErrNoRows) {
		return Refund{}, fmt.Errorf("give back of %s: %w", r.Ref, ErrNotPaid)
	}
	if err != nil {
		return Refund{}, fmt.Errorf("give back of %s: %w", r.Ref, err)
	}
	return refund(ctx, tx, ref)
}

const refundColumns = `r.ref, b.case_id, p.ref, r.order_id, p.amount_fen, r.amount_fen, r.why, r.asked_by, r.state,
	r.due_at, r.ended_at FROM tax_refund r JOIN tax_payment p USING (order_id) JOIN tax_bill b ON b.ref = p.ref`

func refund(ctx context.Context, tx pgx.Tx, ref string) (Refund, error) {
	rows, err := tx.Query(ctx, `SELECT `+refundColumns+` WHERE r.ref = $1`, ref)
	if err != nil {
		return Refund{}, fmt.Errorf("read refund %s: %w", ref, err)
	}
	return pgx.CollectExactlyOneRow(rows, refundOf)
}

func refundOf(row pgx.CollectableRow) (r Refund, err error) {
	var ended *time.Time
	err = row.Scan(&r.Ref, &r.CaseID, &r.Bill, &r.OrderID, &r.Paid, &r.Amount, &r.Why, &r.By, &r.State, &r.DueAt, &ended)
	r.DueAt, r.EndedAt = r.DueAt.UTC(), moment(ended)
	return r, err
}

// RefundsOf returns what was given back, or is to be, of a case, the oldest first.
func RefundsOf(ctx context.Context, tx pgx.Tx, caseID int64) ([]Refund, error) {
	rows, err := tx.Query(ctx, `SELECT `+refundColumns+` WHERE b.case_id = $1 ORDER BY r.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read refunds of case %d: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, refundOf)
	if err != nil {
		return nil, fmt.Errorf("read refunds of case %d: %w", caseID, err)
	}
	return list, nil
}

// MoveRefund notes how far a refund has come. One that has ended stays as it is.
func MoveRefund(ctx context.Context, tx pgx.Tx, ref string, to RefundState, at time.Time) error {
	var ended *time.Time
	if to == RefundDone || to == RefundFailed {
		ended = &at
	}
	_, err := tx.Exec(ctx, `
		UPDATE tax_refund SET state = $2, ended_at = $3 WHERE ref = $1 AND state IN ('due', 'asked') AND state <> $2`,
		ref, to, ended)
	if err != nil {
		return fmt.Errorf("move refund %s: %w", ref, err)
	}
	return nil
}
