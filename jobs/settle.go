package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/tax"
)

// payerTime is what a payer has, until when at the latest.
const payerTime = 24 * time.Hour

const billSuffix = "-tax"

// BillRef names the bill of a case to the gateway.
func BillRef(number intake.Number) string { return string(number) + billSuffix }

// settle writes the bill, asks the gateway for an order and waits for its
// payment (4). It is also how a lost callback is made good: the order that the
// gateway returns may be paid already.
func (f *Flow) settle(ctx context.Context, c intake.Case) (Record, error) {
	var bill tax.Bill
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error { // the intention first: the reference is ours
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		bill, err = tax.OpenBill(ctx, tx, c.ID, BillRef(c.Number), at)
		return err
	})
	if err != nil {
		return nil, err
	}
	if bill.State == tax.BillPaid {
		return f.settled(c, tax.Order{}), nil
	}
	order, err := f.Gateway.Ask(ctx, bill)
	if err != nil {
		return nil, err
	}
	return f.settled(c, order), nil
}

// settled ends the step if its bill is paid and waits otherwise. The case is
// held while it looks, so that a callback that comes meanwhile is not missed.
func (f *Flow) settled(c intake.Case, order tax.Order) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return intake.Move{}, err
		}
		if order.State == tax.OrderPaid {
			if _, err := tax.Pay(ctx, tx, order, at); err != nil {
				return intake.Move{}, err
			}
		}
		bill, err := tax.BillOf(ctx, tx, c.ID)
		if err != nil {
			return intake.Move{}, err
		}
		if bill.State == tax.BillPaid {
			m := intake.Move{State: intake.Done, Actor: payer(order), Reason: reasonPaid(bill)}
			if err := settleLetters(ctx, tx, c.ID, intake.Settle, m.Actor); err != nil {
				return m, err
			}
			return m, audit.Write(ctx, tx, onCase(c.Number, audit.Paid, m.Actor, m.Reason))
		}
		return intake.Move{
			State: intake.AwaitingPayment, Holder: intake.Applicant, Within: payerTime, Reason: "payment_asked",
		}, f.tellDue(ctx, tx, c, bill)
	}
}

// payer is who moves the step: the applicant, if an order was paid.
func payer(o tax.Order) string {
	if o.State == tax.OrderPaid {
		return intake.Applicant
	}
	return intake.Machine
}

func reasonPaid(b tax.Bill) string {
	if b.Amount == 0 {
		return "nothing_due"
	}
	return "paid"
}

// Paid takes the gateway's signed callback. Nothing in it is believed: the
// gateway is asked, and reference and amount must be those of the bill. The
// errors are those of tax.Verify, tax.Pay and the gateway.
func (f *Flow) Paid(ctx context.Context, header http.Header, body []byte) error {
	if f.Gateway.Key == "" {
		return ErrNoGateway
	}
	order, err := f.Gateway.Confirmed(ctx, header, body, time.Now())
	if err != nil {
		return err
	}
	if order.State != tax.OrderPaid {
		return nil // declined: the parties may pay again at the same order
	}
	c, err := f.caseOfBill(ctx, order.Ref)
	if err != nil {
		return err
	}
	return f.take(ctx, c, order)
}

// take books a payment that the gateway has confirmed, wherever the step stands.
func (f *Flow) take(ctx context.Context, c intake.Case, order tax.Order) error {
	err := intake.ErrAlready
	for _, from := range []intake.State{intake.AwaitingPayment, intake.Manual} {
		if errors.Is(err, intake.ErrAlready) {
			err = f.finish(ctx, c, intake.Settle, from, f.settled(c, order))
		}
	}
	if errors.Is(err, intake.ErrAlready) { // not asked yet, settled, or cancelled: note the payment, if it is news
		err = f.notePayment(ctx, c, order)
	}
	if errors.Is(err, tax.ErrAnotherPayment) || errors.Is(err, tax.ErrWrongAmount) {
		err = errors.Join(err, f.tellMoney(ctx, c, err))
	}
	return err
}

// tellMoney tells an operator of money that fits no bill.
func (f *Flow) tellMoney(ctx context.Context, c intake.Case, cause error) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		return putLetterOnce(ctx, tx, c.ID, intake.Settle, launder(cause).Error())
	})
}

// PayPage returns the address at which a person pays what a case owes. It
// returns tax.ErrUnknownBill if there is nothing to pay.
func (f *Flow) PayPage(ctx context.Context, number intake.Number) (string, error) {
	v, err := f.find(ctx, number)
	if err != nil {
		return "", err
	}
	if v.Bill == nil || v.Bill.State == tax.BillPaid || v.Steps[intake.Settle].Final() {
		return "", tax.ErrUnknownBill
	}
	order, err := f.Gateway.Ask(ctx, *v.Bill)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(order.Page, "/") { // on the gateway itself
		return f.Gateway.URL + order.Page, nil
	}
	page, err := url.Parse(order.Page)
	if err != nil || page.Scheme != "https" {
		return "", tax.ErrOtherOrder
	}
	return page.String(), nil
}

// askRefused asks the gateway about the open bills of refused cases: an order
// that people hold can still be paid, and its callback can be lost.
func (f *Flow) askRefused(ctx context.Context) error {
	var bills []bell
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		bills, err = billsOfRefused(ctx, tx)
		return err
	})
	for _, b := range bills {
		err = errors.Join(err, f.askBill(ctx, b.CaseID))
	}
	return err
}

func (f *Flow) askBill(ctx context.Context, id int64) error {
	c, err := f.get(ctx, id)
	if err != nil {
		return err
	}
	order, err := f.Gateway.Query(ctx, BillRef(c.Number))
	switch {
	case errors.Is(err, tax.ErrNoOrder):
		return nil
	case err != nil:
		return err
	case order.State != tax.OrderPaid:
		return nil
	}
	return f.take(ctx, c, order)
}

// caseOfBill finds the case whose bill has the reference.
func (f *Flow) caseOfBill(ctx context.Context, ref string) (c intake.Case, err error) {
	text, ours := strings.CutSuffix(ref, billSuffix)
	number, err := intake.ParseNumber(text)
	if err != nil || !ours {
		return c, tax.ErrUnknownBill
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if errors.Is(err, intake.ErrNoCase) {
			return fmt.Errorf("%s: %w", ref, tax.ErrUnknownBill)
		}
		if err == nil {
			c, err = intake.Facts(ctx, tx, id)
		}
		return err
	})
	return c, err
}

func (f *Flow) notePayment(ctx context.Context, c intake.Case, order tax.Order) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		if _, err = tax.Pay(ctx, tx, order, at); err != nil {
			return err
		}
		state, err := intake.StateOf(ctx, tx, c.ID, intake.Settle)
		if state == intake.Cancelled {
			err = oweRefund(ctx, tx, c.ID)
		}
		return err
	})
}

// oweRefund tells an operator, once, that a case which enters no right has been
// paid for (契税法 art. 12).
func oweRefund(ctx context.Context, tx pgx.Tx, id int64) error {
	bill, err := tax.BillOf(ctx, tx, id)
	switch {
	case errors.Is(err, tax.ErrUnknownBill):
		return nil
	case err != nil:
		return err
	case bill.State != tax.BillPaid || bill.Amount == 0:
		return nil
	}
	return putLetterOnce(ctx, tx, id, intake.Settle, "refund due: the case was refused and its bill is paid")
}
