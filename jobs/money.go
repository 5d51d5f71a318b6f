package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/tax/payment"
)

// moneyKind is the kind of the jobs that close orders and give money back, their
// queue, and what their letters are about.
const moneyKind = "money"

// moneyArgs are the arguments of such a job: of which case.
type moneyArgs struct {
	Case int64 `json:"case"`
}

// Kind is "money", which is also its queue.
func (moneyArgs) Kind() string { return moneyKind }

// InsertOpts gives money a queue of its own: a slow gateway holds up no case.
func (moneyArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: moneyKind} }

// errAskedBack says that the gateway has taken a refund and not carried it out yet.
var errAskedBack = errors.New("the gateway is still giving the money back")

// cashier works the jobs of money.
type cashier struct {
	river.WorkerDefaults[moneyArgs]
	flow *Flow
}

// Work closes orders and gives back what is due of one case; what cannot be done
// becomes a letter.
func (w *cashier) Work(ctx context.Context, job *river.Job[moneyArgs]) error {
	err := w.flow.clearMoney(ctx, job.Args.Case)
	if err != nil && job.Attempt >= job.MaxAttempts {
		return errors.Join(err, w.flow.tellMoney(ctx, job.Args.Case, launder(err).Error()))
	}
	return err
}

// ringMoney inserts the job of a case's money, in the transaction that makes it due.
func (f *Flow) ringMoney(ctx context.Context, tx pgx.Tx, id int64) error {
	params := []river.InsertManyParams{{
		Args: moneyArgs{id}, InsertOpts: &river.InsertOpts{MaxAttempts: f.patience.attempts(moneyKind)},
	}}
	if _, err := f.river.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert the job of the money of case %d: %w", id, err)
	}
	return nil
}

// clearMoney closes the orders of bills that nobody owes any more, and gives back
// what is due. It may be repeated at any point: the gateway does each thing once.
func (f *Flow) clearMoney(ctx context.Context, id int64) error {
	if f.Gateway == nil {
		return ErrNoGateway
	}
	c, err := f.get(ctx, id)
	if err != nil {
		return err
	}
	var bills []payment.Bill
	err = f.read(ctx, func(tx pgx.Tx) (err error) {
		bills, err = payment.ToClose(ctx, tx, id)
		return err
	})
	for _, b := range bills {
		err = errors.Join(err, f.closeOrder(ctx, c, b))
	}
	return errors.Join(err, f.giveBack(ctx, c))
}

// closeOrder closes one order. If it was paid after all, the payment is booked, and
// given back.
func (f *Flow) closeOrder(ctx context.Context, c intake.Case, b payment.Bill) error {
	order, err := f.Gateway.Query(ctx, b.Ref)
	switch {
	case errors.Is(err, payment.ErrNoOrder):
	case err != nil:
		return err
	case order.State == payment.OrderPaid:
		if err := f.take(ctx, c, order); err != nil {
			return err
		}
	case order.State == payment.OrderOpen || order.State == payment.OrderDeclined:
		if err := f.Gateway.Close(ctx, b.Ref); err != nil {
			return err // paid this instant: the next attempt sees it
		}
	}
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		return payment.NoteClosed(ctx, tx, b.Ref, at)
	})
}

// giveBack carries out the refunds of a case that are due or on their way.
func (f *Flow) giveBack(ctx context.Context, c intake.Case) (err error) {
	var refunds []payment.Refund
	err = f.read(ctx, func(tx pgx.Tx) (err error) {
		refunds, err = payment.RefundsOf(ctx, tx, c.ID)
		return err
	})
	for _, r := range refunds {
		if r.State == payment.RefundDue || r.State == payment.RefundAsked {
			err = errors.Join(err, f.refund(ctx, c, r))
		}
	}
	return err
}

// refund asks the gateway for one refund and writes down what it says.
func (f *Flow) refund(ctx context.Context, c intake.Case, r payment.Refund) error {
	state, err := f.Gateway.Refund(ctx, r)
	if errors.Is(err, payment.ErrRefused) {
		state = payment.RefundFailed
	} else if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := payment.MoveRefund(ctx, tx, r.Ref, state, at); err != nil {
			return err
		}
		switch state {
		case payment.RefundFailed:
			return putLetterOnce(ctx, tx, c.ID, moneyKind, "refund "+r.Ref+": "+payment.ErrRefused.Error())
		case payment.RefundDone:
			return audit.Write(ctx, tx, onCase(c.Number, audit.Refunded, intake.Machine, r.Ref))
		}
		return nil
	})
	if err == nil && state == payment.RefundAsked {
		err = errAskedBack
	}
	return err
}

// voidBills ends the bills of a case whose taxes nobody owes any more, and gives
// back what was paid for them (契税法 art. 12).
func (f *Flow) voidBills(ctx context.Context, tx pgx.Tx, id int64, why payment.Excess) error {
	at, err := intake.Now(ctx, tx)
	if err != nil {
		return err
	}
	ended, err := payment.Void(ctx, tx, id, why, at)
	if err != nil {
		return err
	}
	return f.billsEnded(ctx, tx, id, ended)
}

// billsEnded sees to it that the orders of bills that ended are closed, and that what
// was paid for them goes back.
func (f *Flow) billsEnded(ctx context.Context, tx pgx.Tx, id int64, ended payment.Ended) error {
	for _, ref := range ended.Treasury {
		text := "refund due: " + ref + " is in the treasury, from which only the tax office gives back"
		if err := putLetterOnce(ctx, tx, id, moneyKind, text); err != nil {
			return err
		}
	}
	if !ended.Any {
		return nil
	}
	return f.ringMoney(ctx, tx, id)
}
