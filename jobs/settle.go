package jobs

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/registration"
	"onewindow/tax/payment"
)

// payerTime is how long a bill can be paid; then its payer asks for another.
const payerTime = 24 * time.Hour

// The findings about fees that a person must decide.
const (
	codeFeeUnsettled  = "fee_unsettled"  // an entry of the fee table that nobody verified or adopted
	codeFeeEnterprise = "fee_enterprise" // whether the payer is a small enterprise
)

// FeeCodes lists the codes of findings about fees, for the catalogues.
func FeeCodes() map[string][]string {
	return map[string][]string{codeFeeUnsettled: {"fee", "proposed"}, codeFeeEnterprise: nil}
}

// settle writes a bill for each payer, asks the gateway for their orders and waits
// for their payments (4). It is also how a lost callback is made good: an order that
// the gateway returns may be paid already.
func (f *Flow) settle(ctx context.Context, c intake.Case) (Record, error) {
	opened, seen, err := f.openBills(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(opened.Doubts) > 0 {
		return moved(toPerson(intake.TaxOfficer, "fee_unsettled"), feeFindings(opened.Doubts))
	}
	orders, err := f.askOrders(ctx, opened.Bills)
	if err != nil {
		return nil, err
	}
	settled := f.settled(c, orders, intake.Running)
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		// Taken back meanwhile, these are the bills of an assessment that no longer stands.
		if err := intake.Unmoved(ctx, tx, c.ID, intake.Settle, seen); err != nil {
			return intake.Move{}, err
		}
		return settled(ctx, tx)
	}, nil
}

// openBills writes the intention first: the references are ours. The case is held
// while it does, so that nothing is asked for on an assessment that was taken back
// meanwhile: then it is intake.ErrAlready. Seen is the version of the case then.
func (f *Flow) openBills(ctx context.Context, c intake.Case) (opened payment.Opened, seen int64, err error) {
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		state, err := intake.StateOf(ctx, tx, c.ID, intake.Settle)
		if err == nil && state != intake.Running {
			err = intake.ErrAlready
		}
		if err != nil {
			return err
		}
		if seen, err = intake.Version(ctx, tx, c.ID); err != nil {
			return err
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		opened, err = payment.OpenBills(ctx, tx, payment.Opening{
			CaseID: c.ID, Number: string(c.Number), Kind: string(c.Kind), County: c.Unit.County(), Within: payerTime,
			At: at, On: registration.DayOf(at),
		})
		if err != nil {
			return err
		}
		return f.billsEnded(ctx, tx, c.ID, opened.Ended)
	})
	return opened, seen, err
}

func feeFindings(doubts []payment.FeeDoubt) (found registration.Findings) {
	for _, d := range doubts {
		finding := registration.Finding{Check: registration.CheckForm, Outcome: registration.Human, Code: codeFeeEnterprise}
		if d.Fee != "" {
			finding.Code = codeFeeUnsettled
			finding.Args = map[string]string{"fee": string(d.Fee), "proposed": proposed(d)}
		}
		found = append(found, finding)
	}
	return found
}

// proposed writes an amount of the fee table as money, a choice as its number.
func proposed(d payment.FeeDoubt) string {
	switch d.Fee {
	case payment.FeeHousing, payment.FeeOther, payment.FeeCopy:
		return money.Fen(d.Proposed).Format()
	}
	return strconv.FormatInt(d.Proposed, 10)
}

// askOrders asks for the order of each open bill.
func (f *Flow) askOrders(ctx context.Context, bills []payment.Bill) (orders []payment.Order, err error) {
	for _, b := range bills {
		if b.State != payment.BillOpen {
			continue
		}
		if f.Gateway == nil {
			return nil, ErrNoGateway
		}
		order, err := f.Gateway.Ask(ctx, b)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, nil
}

// settled ends the step if nothing is waited for any more, and waits otherwise. The
// case is held while it looks, so that a callback that comes meanwhile is not
// missed. A step that waits already stays as it is: ErrAlready.
func (f *Flow) settled(c intake.Case, orders []payment.Order, from intake.State) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		for _, order := range orders {
			if err := f.note(ctx, tx, c, order); err != nil {
				return intake.Move{}, err
			}
		}
		bills, err := payment.BillsOf(ctx, tx, c.ID)
		if err != nil {
			return intake.Move{}, err
		}
		if !f.Gate.Owing(bills) {
			return f.paidUp(ctx, tx, c, bills)
		}
		if from != intake.Running {
			return intake.Move{}, intake.ErrAlready
		}
		return intake.Move{
			State: intake.AwaitingPayment, Holder: intake.Applicant, Within: payerTime, Reason: "payment_asked",
		}, f.tellDue(ctx, tx, c, bills)
	}
}

// paidUp ends the step.
func (f *Flow) paidUp(ctx context.Context, tx pgx.Tx, c intake.Case, bills []payment.Bill) (intake.Move, error) {
	m := intake.Move{State: intake.Done, Actor: intake.Machine, Reason: "nothing_due"}
	if payment.Total(bills) > 0 {
		m.Actor, m.Reason = intake.Applicant, "paid"
	} else if err := audit.Write(ctx, tx, onCase(c.Number, audit.Paid, m.Actor, m.Reason)); err != nil {
		return m, err
	}
	return m, settleLetters(ctx, tx, c.ID, intake.Settle, m.Actor)
}

// note writes down what the gateway says of an order: a payment, or where it is paid.
func (f *Flow) note(ctx context.Context, tx pgx.Tx, c intake.Case, order payment.Order) error {
	if order.State != payment.OrderPaid {
		return payment.Asked(ctx, tx, order)
	}
	at, err := intake.Now(ctx, tx)
	if err != nil {
		return err
	}
	booked, err := payment.Pay(ctx, tx, order, at)
	if err != nil || !booked.News {
		return err
	}
	if booked.Excess == "" {
		return audit.Write(ctx, tx, onCase(c.Number, audit.Paid, intake.Applicant, "paid"))
	}
	return f.excess(ctx, tx, c, order, booked.Excess)
}

// excess sees to it that a payment for which nothing is owed is given back.
func (f *Flow) excess(ctx context.Context, tx pgx.Tx, c intake.Case, order payment.Order, why payment.Excess) error {
	if err := audit.Write(ctx, tx, onCase(c.Number, audit.Paid, intake.Applicant, string(why))); err != nil {
		return err
	}
	if why == payment.PaidOther {
		if err := putLetterOnce(ctx, tx, c.ID, moneyKind, "paid "+order.Ref+": "+payment.ErrWrongAmount.Error()); err != nil {
			return err
		}
	}
	return f.ringMoney(ctx, tx, c.ID)
}

// Paid takes the gateway's signed callback. Nothing in it is believed: the gateway
// is asked, and reference and amount must be those of the bill. The errors are those
// of payment.Gateway and payment.Pay.
func (f *Flow) Paid(ctx context.Context, header http.Header, body []byte) error {
	if f.Gateway == nil {
		return ErrNoGateway
	}
	ref, err := f.Gateway.Heard(header, body, time.Now())
	if err != nil {
		return err
	}
	b, c, err := f.caseOfBill(ctx, ref)
	if err != nil {
		return err
	}
	return f.askBill(ctx, c, b)
}

// askBill asks the gateway about a bill's order and books what it says.
func (f *Flow) askBill(ctx context.Context, c intake.Case, b payment.Bill) error {
	order, err := f.Gateway.Query(ctx, b.Ref)
	if strange(err) {
		return errors.Join(err, f.tellMoney(ctx, c.ID, b.Ref+": "+launder(err).Error()))
	}
	if err != nil || order.State != payment.OrderPaid {
		return err // open or declined: it can be paid still
	}
	return f.take(ctx, c, order)
}

// strange says whether a gateway answered what no honest one does.
func strange(err error) bool {
	return errors.Is(err, payment.ErrOtherMerchant) || errors.Is(err, payment.ErrCurrency) ||
		errors.Is(err, payment.ErrOtherOrder)
}

// take books a payment that the gateway has confirmed, wherever the step stands. The
// last one that is waited for commits together with the end of the step.
func (f *Flow) take(ctx context.Context, c intake.Case, order payment.Order) error {
	err := f.endSettle(ctx, c, order)
	if !errors.Is(err, intake.ErrAlready) {
		return err
	}
	// Others are to pay, or it was not asked yet, is settled, or cancelled: note it, if it is news.
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		return f.note(ctx, tx, c, order)
	})
	if err != nil {
		return err
	}
	return already(f.endSettle(ctx, c)) // two that paid at once both found the other's bill open
}

// endSettle ends the step if these payments are the last that are waited for;
// otherwise it changes nothing and returns intake.ErrAlready.
func (f *Flow) endSettle(ctx context.Context, c intake.Case, orders ...payment.Order) error {
	err := intake.ErrAlready
	for _, from := range []intake.State{intake.AwaitingPayment, intake.Manual} {
		if errors.Is(err, intake.ErrAlready) {
			err = f.finish(ctx, c, intake.Settle, from, f.settled(c, orders, from))
		}
	}
	return err
}

// tellMoney tells an operator, once, of money that fits no bill.
func (f *Flow) tellMoney(ctx context.Context, id int64, text string) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error { return putLetterOnce(ctx, tx, id, moneyKind, text) })
}

// caseOfBill finds the bill of a reference, and its case.
func (f *Flow) caseOfBill(ctx context.Context, ref string) (b payment.Bill, c intake.Case, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		b, err = payment.ByRef(ctx, tx, ref)
		return err
	})
	if err == nil {
		c, err = f.get(ctx, b.CaseID)
	}
	return b, c, err
}

// confirmFees takes the proposed fees as the officer's own and lets the step run.
func (f *Flow) confirmFees(c intake.Case, d Decision) Record {
	again := f.again(c, d.Step, intake.Move{Actor: d.By, Reason: "fees_confirmed"})
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return intake.Move{}, err
		}
		if err := payment.ConfirmFees(ctx, tx, c.ID, d.By, at); err != nil {
			return intake.Move{}, err
		}
		return again(ctx, tx)
	}
}
