package payment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
)

// Excess is why a payment settles no bill and is given back.
type Excess string

// The payments for which nothing is owed.
const (
	PaidLate   Excess = "paid_late"   // the bill was void or expired
	PaidTwice  Excess = "paid_twice"  // another payment has settled the bill
	PaidOther  Excess = "paid_other"  // of another amount than the bill
	CaseEnded  Excess = "case_ended"  // the case was refused: what its bills were paid for will not be
	Reassessed Excess = "reassessed"  // the case was assessed anew
	ByPerson   Excess = "by_a_person" // somebody of the office wanted it
)

// Booked is what has become of a payment.
type Booked struct {
	CaseID int64
	Excess Excess // "" if it settled its bill
	News   bool   // it was not known before
}

// Pay records a payment that the gateway has confirmed when asked. It settles the
// bill of its reference if that is open and of the same amount; every other payment
// is written down as excess, with a refund that is due. It is idempotent; an order
// that is not paid, or of no bill, changes nothing and is ErrNotPaid or
// ErrUnknownBill.
func Pay(ctx context.Context, tx pgx.Tx, o Order, at time.Time) (Booked, error) {
	if o.State != OrderPaid || o.ID == "" {
		return Booked{}, fmt.Errorf("pay %s: %w", o.Ref, ErrNotPaid)
	}
	b, err := locked(ctx, tx, o.Ref)
	if err != nil {
		return Booked{}, fmt.Errorf("pay %s: %w", o.Ref, err)
	}
	booked := Booked{CaseID: b.CaseID, News: true}
	if !o.PaidAt.IsZero() && o.PaidAt.Before(at) { // the gateway's day is the one its bill file is about
		at = o.PaidAt
	}
	if !b.PaidAt.IsZero() || !b.Lives() {
		if known, excess, err := paymentOf(ctx, tx, o.ID); known || err != nil {
			return Booked{CaseID: b.CaseID, Excess: excess}, err
		}
	}
	switch {
	case b.Amount != o.Amount:
		booked.Excess = PaidOther
	case !b.Lives():
		booked.Excess = PaidLate
	case b.State != BillOpen:
		booked.Excess = PaidTwice
	}
	return booked, b.book(ctx, tx, o, booked.Excess, at)
}

// paymentOf tells whether a payment is known, and what it was.
func paymentOf(ctx context.Context, tx pgx.Tx, id string) (known bool, excess Excess, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) > 0, coalesce(max(excess), '') FROM tax_payment WHERE order_id = $1`, id).
		Scan(&known, &excess)
	if err != nil {
		return false, "", fmt.Errorf("read payment %s: %w", id, err)
	}
	return known, excess, nil
}

// book writes a payment down. One of another amount has used up the order, so that
// nobody can pay the bill by it: the bill is void, and a new one can be had.
func (b Bill) book(ctx context.Context, tx pgx.Tx, o Order, excess Excess, at time.Time) error {
	batch := &pgx.Batch{}
	switch {
	case excess == "":
		batch.Queue(`UPDATE tax_bill SET state = 'paid', paid_at = $2 WHERE ref = $1`, o.Ref, at)
	case excess == PaidOther && b.State == BillOpen:
		batch.Queue(`UPDATE tax_bill SET state = 'void', ended_at = $2, order_closed_at = $2 WHERE ref = $1`, o.Ref, at)
	}
	batch.Queue(`INSERT INTO tax_payment (ref, order_id, amount_fen, paid_at, excess) VALUES ($1, $2, $3, $4, $5)`,
		o.Ref, o.ID, o.Amount, at, excess)
	if excess != "" {
		queueRefund(batch, o.Ref, o.ID, o.Amount, excess, at)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("pay %s: %w", o.Ref, err)
	}
	return nil
}

// queueRefund makes the whole of a payment due to be given back by the machine.
func queueRefund(batch *pgx.Batch, ref, order string, amount money.Fen, why Excess, at time.Time) {
	batch.Queue(`
		INSERT INTO tax_refund (ref, order_id, amount_fen, why, asked_by, state, due_at)
		SELECT $1 || '-r' || count(*) + 1, $2, $3, $4, 'machine', 'due', $5
		FROM tax_refund r JOIN tax_payment p USING (order_id) WHERE p.ref = $1`, ref, order, amount, why, at)
}

// Ended says what became of bills that ended.
type Ended struct {
	Any      bool     // at least one did
	Treasury []string // the references of those whose money is in the treasury: only the tax side gives it back (退库)
}

// Void ends every bill of a case that somebody could still rely on: what is open is
// owed no more, and what the gateway was paid is due to be given back. A bill whose
// money is in the treasury stays.
func Void(ctx context.Context, tx pgx.Tx, caseID int64, why Excess, at time.Time) (Ended, error) {
	bills, err := BillsOf(ctx, tx, caseID)
	if err != nil {
		return Ended{}, err
	}
	var settled []string
	bills = slices.DeleteFunc(bills, func(b Bill) bool {
		if b.State == BillTreasury {
			settled = append(settled, b.Ref)
		}
		return !b.Lives() || b.State == BillTreasury
	})
	ended, err := end(ctx, tx, bills, why, at)
	ended.Treasury = settled
	return ended, err
}

// Withdraw ends the bills of a case that are open, because it is assessed anew: nobody
// may pay the old sum. What was paid stays until OpenBills sees whether it is owed.
func Withdraw(ctx context.Context, tx pgx.Tx, caseID int64, at time.Time) (Ended, error) {
	bills, err := BillsOf(ctx, tx, caseID)
	if err != nil {
		return Ended{}, err
	}
	bills = slices.DeleteFunc(bills, func(b Bill) bool { return b.State != BillOpen })
	return end(ctx, tx, bills, Reassessed, at)
}

// end makes bills void, and what the gateway was paid for them due to be given back.
func end(ctx context.Context, tx pgx.Tx, bills []Bill, why Excess, at time.Time) (ended Ended, err error) {
	batch := &pgx.Batch{}
	for _, b := range bills {
		batch.Queue(`UPDATE tax_bill SET state = 'void', ended_at = $2 WHERE ref = $1`, b.Ref, at)
		switch {
		case b.State == BillTreasury:
			ended.Treasury = append(ended.Treasury, b.Ref)
		case b.State == BillPaid && b.Returnable() > 0:
			batch.Queue(`
				INSERT INTO tax_refund (ref, order_id, amount_fen, why, asked_by, state, due_at)
				SELECT p.ref || '-r' || 1 + (SELECT count(*) FROM tax_refund JOIN tax_payment q USING (order_id)
					WHERE q.ref = p.ref), p.order_id, $2, $3, 'machine', 'due', $4
				FROM tax_payment p WHERE p.ref = $1 AND p.excess = ''`, b.Ref, b.Returnable(), why, at)
		}
	}
	if ended.Any = batch.Len() > 0; !ended.Any {
		return ended, nil
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return ended, fmt.Errorf("end %d bills: %w", len(bills), err)
	}
	return ended, nil
}

// Expire ends an open bill whose time is over. It reports false if it was paid or
// ended meanwhile.
func Expire(ctx context.Context, tx pgx.Tx, ref string, at time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE tax_bill SET state = 'expired', ended_at = $2 WHERE ref = $1 AND state = 'open' AND expires_at <= $2`, ref, at)
	if err != nil {
		return false, fmt.Errorf("expire %s: %w", ref, err)
	}
	return done.RowsAffected() > 0, nil
}

// toClose are bills that nobody owes any more, whose orders may still be payable:
// void and expired ones, and those whose money came to the treasury another way.
const toClose = `b.amount_fen > 0 AND b.order_closed_at IS NULL AND (b.state IN ('void', 'expired')
	OR b.state = 'treasury' AND NOT EXISTS (SELECT FROM tax_payment p WHERE p.ref = b.ref))`

// ToClose returns the bills of a case whose orders are to be closed.
func ToClose(ctx context.Context, tx pgx.Tx, caseID int64) ([]Bill, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM tax_bill b WHERE b.case_id = $1 AND `+toClose+` ORDER BY b.id`,
		caseID)
	if err != nil {
		return nil, fmt.Errorf("look for orders of case %d to close: %w", caseID, err)
	}
	return pgx.CollectRows(rows, billOf)
}

// NoteClosed notes that nobody can pay the order of a bill any more.
func NoteClosed(ctx context.Context, tx pgx.Tx, ref string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE tax_bill SET order_closed_at = $2 WHERE ref = $1 AND order_closed_at IS NULL`, ref, at)
	if err != nil {
		return fmt.Errorf("note the closed order of %s: %w", ref, err)
	}
	return nil
}
