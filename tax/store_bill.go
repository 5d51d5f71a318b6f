package tax

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
)

// OpenBill opens the bill of a decided assessment, or returns the bill that the
// case already has, whatever its reference. A case that owes nothing gets a bill
// of zero, paid at once. It returns ErrUndecided while an officer is waited for.
func OpenBill(ctx context.Context, tx pgx.Tx, caseID int64, ref string, at time.Time) (Bill, error) {
	_, a, err := Of(ctx, tx, caseID)
	if err != nil {
		return Bill{}, fmt.Errorf("open bill: %w", err)
	}
	if !a.Decided() {
		return Bill{}, fmt.Errorf("open bill of case %d: %w", caseID, ErrUndecided)
	}
	if b, err := BillOf(ctx, tx, caseID); !errors.Is(err, ErrUnknownBill) {
		return b, err
	}
	state, paidAt := BillOpen, (*time.Time)(nil)
	if a.Total() == 0 {
		state, paidAt = BillPaid, &at
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO tax_bill (case_id, ref, amount_fen, state, opened_at, paid_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (case_id) WHERE state = 'open' DO NOTHING`, caseID, ref, a.Total(), state, at, paidAt)
	if err != nil {
		return Bill{}, fmt.Errorf("open bill of case %d: %w", caseID, err)
	}
	return BillOf(ctx, tx, caseID)
}

// BillOf returns the bill of a case, or ErrUnknownBill.
func BillOf(ctx context.Context, tx pgx.Tx, caseID int64) (Bill, error) {
	return bill(tx.QueryRow(ctx, `
		SELECT case_id, ref, amount_fen, state, paid_at FROM tax_bill WHERE case_id = $1 ORDER BY id DESC LIMIT 1`, caseID))
}

// Pay records a payment that the gateway has confirmed when asked, and returns
// the case it settles. Reference and amount must be those of the bill. It is
// idempotent; what does not fit changes nothing and is ErrNotPaid,
// ErrUnknownBill, ErrWrongAmount, or ErrAnotherPayment, which is to be refunded.
func Pay(ctx context.Context, tx pgx.Tx, o Order, at time.Time) (caseID int64, err error) {
	if o.State != OrderPaid {
		return 0, fmt.Errorf("pay %s: %w", o.Ref, ErrNotPaid)
	}
	b, err := bill(tx.QueryRow(ctx, `
		SELECT case_id, ref, amount_fen, state, paid_at FROM tax_bill WHERE ref = $1 FOR UPDATE`, o.Ref))
	switch {
	case err != nil:
		return 0, fmt.Errorf("pay %s: %w", o.Ref, err)
	case b.Amount != o.Amount:
		return 0, fmt.Errorf("pay %s: %w", o.Ref, ErrWrongAmount)
	case b.State == BillPaid:
		return b.CaseID, paidBy(ctx, tx, o)
	}
	_, err = tx.Exec(ctx, `
		WITH paid AS (UPDATE tax_bill SET state = 'paid', paid_at = $4 WHERE ref = $1)
		INSERT INTO tax_payment (ref, order_id, amount_fen, paid_at) VALUES ($1, $2, $3, $4)`, o.Ref, o.ID, o.Amount, at)
	if err != nil {
		return 0, fmt.Errorf("pay %s: %w", o.Ref, err)
	}
	return b.CaseID, nil
}

// paidBy returns nil when the bill of o was paid by o itself.
func paidBy(ctx context.Context, tx pgx.Tx, o Order) error {
	var id string
	err := tx.QueryRow(ctx, `SELECT order_id FROM tax_payment WHERE ref = $1`, o.Ref).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read payment of %s: %w", o.Ref, err)
	}
	if id != o.ID {
		return fmt.Errorf("pay %s: %w", o.Ref, ErrAnotherPayment)
	}
	return nil
}

// bill reads one bill.
func bill(row pgx.Row) (Bill, error) {
	var b Bill
	var paidAt *time.Time
	err := row.Scan(&b.CaseID, &b.Ref, &b.Amount, &b.State, &paidAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Bill{}, ErrUnknownBill
	}
	if err != nil {
		return Bill{}, fmt.Errorf("read bill: %w", err)
	}
	if paidAt != nil {
		b.PaidAt = paidAt.UTC()
	}
	return b, nil
}

// Settled returns nil when the right may be entered as far as tax goes (I7): the
// assessment is decided, its facts still are those of the case, every line pays
// nothing for a coded reason or is covered by the paid bill. Otherwise it
// returns ErrNotSettled with what is open. The parties' identity numbers, when
// given, must be those that were assessed.
func Settled(
	ctx context.Context, tx pgx.Tx, caseID int64, unit string, price money.Fen, parties ...string,
) error {
	f, a, err := Of(ctx, tx, caseID)
	if errors.Is(err, ErrNotAssessed) {
		return notSettled(caseID, "it is not assessed")
	}
	if err != nil {
		return fmt.Errorf("settled: %w", err)
	}
	switch {
	case f.Unit != unit:
		return notSettled(caseID, "another unit was assessed")
	case f.Price != price:
		return notSettled(caseID, "another price was assessed")
	case len(parties) > 0 && f.Parties != Fingerprint(parties...):
		return notSettled(caseID, "other parties were assessed")
	case !a.Decided():
		return notSettled(caseID, "a tax officer must decide")
	}
	return paid(ctx, tx, caseID, a)
}

// paid returns nil when every line of a is paid or has the reason why not.
func paid(ctx context.Context, tx pgx.Tx, caseID int64, a Assessment) error {
	for _, l := range a.Lines {
		if l.Payable == 0 && l.Reason == "" {
			return notSettled(caseID, fmt.Sprintf("%s pays nothing and nobody says why", l.Tax))
		}
	}
	b, err := BillOf(ctx, tx, caseID)
	switch {
	case errors.Is(err, ErrUnknownBill):
		return notSettled(caseID, "no bill was written")
	case err != nil:
		return fmt.Errorf("settled: %w", err)
	case len(a.Lines) == 0 || b.State != BillPaid || b.Amount != a.Total():
		return notSettled(caseID, "the bill is not paid")
	}
	return nil
}

// notSettled returns ErrNotSettled with the reason.
func notSettled(caseID int64, why string) error {
	return fmt.Errorf("case %d: %w: %s", caseID, ErrNotSettled, why)
}
