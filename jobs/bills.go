package jobs

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/tax/payment"
)

// Refund makes money due to be given back, as a person of the office wants it. The
// errors are those of payment.GiveBack, intake.ErrNoCase and ErrNoReason.
func (f *Flow) Refund(ctx context.Context, number intake.Number, r payment.Return) (back payment.Refund, err error) {
	if r.Words == "" {
		return back, ErrNoReason
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		id, err := f.lockBill(ctx, tx, number, r.Ref)
		if err != nil {
			return err
		}
		if r.At, err = intake.Now(ctx, tx); err != nil {
			return err
		}
		if back, err = payment.GiveBack(ctx, tx, r); err != nil {
			return err
		}
		event := onCase(number, audit.RefundAsked, r.By, back.Ref)
		event.Reason = r.Words
		if err := audit.Write(ctx, tx, event); err != nil {
			return err
		}
		return f.ringMoney(ctx, tx, id)
	})
	return back, err
}

// lockBill locks the case of a bill, which must be of the number.
func (f *Flow) lockBill(ctx context.Context, tx pgx.Tx, number intake.Number, ref string) (int64, error) {
	id, err := intake.IDOf(ctx, tx, number)
	if err != nil {
		return 0, err
	}
	if err := intake.Lock(ctx, tx, id); err != nil {
		return 0, err
	}
	b, err := payment.ByRef(ctx, tx, ref)
	if err == nil && b.CaseID != id {
		err = payment.ErrUnknownBill
	}
	return id, err
}

// Voucher notes the tax side's word that a bill's money is in the treasury. The
// errors are those of payment.InTreasury and intake.ErrNoCase.
func (f *Flow) Voucher(ctx context.Context, number intake.Number, ref, voucher, by string) (b payment.Bill, err error) {
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		id, err := f.lockBill(ctx, tx, number, ref)
		if err != nil {
			return err
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		if b, err = payment.InTreasury(ctx, tx, ref, voucher, at); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, onCase(number, audit.VoucherNoted, by, voucher)); err != nil {
			return err
		}
		return f.ringMoney(ctx, tx, id) // paid at a counter: its order is to be closed
	})
	if err != nil {
		return b, err
	}
	c, err := f.get(ctx, b.CaseID)
	if err == nil {
		err = already(f.endSettle(ctx, c))
	}
	return b, err
}

// Renew gives the payers of a case new bills for those that are void or expired. It
// returns ErrVerdict while the case waits for no payment.
func (f *Flow) Renew(ctx context.Context, number intake.Number, by string) error {
	v, err := f.find(ctx, number)
	if err != nil {
		return err
	}
	if v.Steps[intake.Settle] != intake.AwaitingPayment {
		return ErrVerdict
	}
	if !payment.Over(v.Bills, v.ReadAt) { // nobody is told again of what they can pay
		return nil
	}
	for _, b := range v.Bills {
		if b.Overdue(v.ReadAt) {
			if err := f.askAndExpire(ctx, v.Case, b); err != nil {
				return err
			}
		}
	}
	again := intake.Move{Actor: by, Reason: "bills_renewed"}
	return f.rerun(ctx, v.ID, intake.Settle, intake.AwaitingPayment, again)
}

// askAndExpire ends a bill whose time is over, unless it was paid in time.
func (f *Flow) askAndExpire(ctx context.Context, c intake.Case, b payment.Bill) error {
	if err := f.askBill(ctx, c, b); err != nil && !errors.Is(err, payment.ErrNoOrder) {
		return err
	}
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		ended, err := payment.Expire(ctx, tx, b.Ref, at)
		if err != nil || !ended {
			return err
		}
		return f.ringMoney(ctx, tx, c.ID)
	})
}

// PayAt returns the order of a bill of the case that can be paid now, fresh from the
// gateway. Ref "" is the first that waits. It returns payment.ErrUnknownBill if there
// is nothing to pay.
func (f *Flow) PayAt(ctx context.Context, number intake.Number, ref string) (payment.Order, error) {
	v, err := f.find(ctx, number)
	if err != nil {
		return payment.Order{}, err
	}
	for _, b := range v.Bills {
		if b.State == payment.BillOpen && !b.Overdue(v.ReadAt) && (ref == "" || ref == b.Ref) && v.State == intake.Open {
			if f.Gateway == nil {
				return payment.Order{}, ErrNoGateway
			}
			return f.Gateway.Ask(ctx, b)
		}
	}
	return payment.Order{}, payment.ErrUnknownBill
}
