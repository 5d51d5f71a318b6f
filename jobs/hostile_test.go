package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/tax/payment"
)

// call sends a callback that the test made up, as the gateway's door would take it.
func (w *window) call(key, ref string, at time.Time) error {
	body, err := json.Marshal(map[string]string{"ref": ref, "state": "paid"})
	if err != nil {
		return err
	}
	h := http.Header{}
	if err := outbound.Sign(h, "msg-"+ref, at, body, key); err != nil {
		return err
	}
	return w.Paid(w.t.Context(), h, body)
}

// wrongPaid counts bills that are paid without the gateway holding their money, and
// money that the gateway holds for no paid bill.
func (w *window) wrongPaid() (paid, held int) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		var ref string
		var state payment.BillState
		var amount, back int64
		rows, err := tx.Query(ctx, `
			SELECT b.ref, b.state, b.amount_fen, (SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM tax_refund r
				JOIN tax_payment p USING (order_id) WHERE p.ref = b.ref AND p.excess = '' AND r.state = 'done')
			FROM tax_bill b WHERE b.amount_fen > 0`)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&ref, &state, &amount, &back}, func() error {
			balance := int64(w.offices.Payments.Balance(ref))
			switch {
			case state == payment.BillPaid && balance < amount-back:
				w.t.Errorf("%s is paid, and the gateway holds %d of %d", ref, balance, amount)
				paid++
			case state != payment.BillPaid && balance != 0, balance > amount:
				held++
			}
			return nil
		})
		return err
	})
	return paid, held
}

// hostility is one thing that a gateway, or somebody in its name, does.
type hostility struct {
	fault func(*window)                                 // what the gateway does wrong; may be nil
	act   func(t *testing.T, w *window, b payment.Bill) // what happens to an open bill
	paid  bool                                          // it was paid, and is in the end
}

var hostilities = map[string]hostility{
	"a forged signature": {act: func(t *testing.T, w *window, b payment.Bill) {
		refusedAs(t, w.call(outbound.Key(make([]byte, 32)), b.Ref, time.Now()), outbound.ErrSignature)
	}},
	"its own signature, and nobody has paid": {act: func(t *testing.T, w *window, b payment.Bill) {
		refusedAs(t, w.call(w.offices.GatewayKey, b.Ref, time.Now()), nil) // the query contradicts it
	}},
	"a replay of an hour ago": {act: func(t *testing.T, w *window, b payment.Bill) {
		refusedAs(t, w.call(w.offices.GatewayKey, b.Ref, time.Now().Add(-time.Hour)), outbound.ErrSkew)
	}},
	"a replay in time, again and again": {paid: true, act: func(t *testing.T, w *window, b payment.Bill) {
		w.mustPay(b.Ref)
		for range 5 {
			refusedAs(t, w.call(w.offices.GatewayKey, b.Ref, time.Now()), nil)
		}
	}},
	"an order that nobody asked for": {act: func(t *testing.T, w *window, b payment.Bill) {
		refusedAs(t, w.call(w.offices.GatewayKey, "260315000000014-b-9", time.Now()), payment.ErrUnknownBill)
	}},
	"a reference that leads elsewhere": {act: func(t *testing.T, w *window, b payment.Bill) {
		refusedAs(t, w.call(w.offices.GatewayKey, "../orders/"+b.Ref, time.Now()), outbound.ErrMalformed)
	}},
	"a forged callback of a real payment": {fault: func(w *window) { w.offices.Payments.Faults.Forged = true }, paid: true,
		act: func(t *testing.T, w *window, b payment.Bill) { w.mustPay(b.Ref) }},
	"a lost callback": {fault: func(w *window) { w.offices.Payments.Faults.Silent = true }, paid: true,
		act: func(t *testing.T, w *window, b payment.Bill) { w.mustPay(b.Ref) }},
	"a double callback": {fault: func(w *window) { w.offices.Payments.Faults.Twice = true }, paid: true,
		act: func(t *testing.T, w *window, b payment.Bill) { w.mustPay(b.Ref) }},
	"a declined payment": {fault: func(w *window) { w.offices.Payments.Faults.Decline = true },
		act: func(t *testing.T, w *window, b payment.Bill) { w.mustPay(b.Ref) }},
	"paid in two tabs at once": {fault: func(w *window) { w.offices.Payments.Faults.Again = true }, paid: true,
		act: func(t *testing.T, w *window, b payment.Bill) {
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() { w.mustPay(b.Ref) })
			}
			both.Wait()
		}},
	"a gateway that is down": {act: func(t *testing.T, w *window, b payment.Bill) {
		w.mustPay(b.Ref)
		w.offices.Payments.Faults.Down = true
		if err := w.Reconcile(t.Context()); err == nil {
			w.until(mustNumber(t, b), intake.Settle, intake.Done) // its callback was faster
		}
		w.offices.Payments.Faults.Down = false
	}, paid: true},
	"a late callback, after the bill was over": {fault: func(w *window) { w.offices.Payments.Faults.Silent = true },
		act: func(t *testing.T, w *window, b payment.Bill) {
			w.must(`UPDATE tax_bill SET state = 'expired', ended_at = now() WHERE ref = $1`, b.Ref)
			w.mustPay(b.Ref)
			refusedAs(t, w.call(w.offices.GatewayKey, b.Ref, time.Now()), nil)
		}},
}

func refusedAs(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("it was taken as %v, want %v", err, want)
	}
}

func mustNumber(t *testing.T, b payment.Bill) intake.Number {
	t.Helper()
	number, err := intake.ParseNumber(b.Ref[:len(b.Ref)-len("-b-1")])
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func (w *window) mustPay(ref string) {
	if err := w.offices.Pay(w.t.Context(), ref); err != nil {
		w.t.Error(err)
	}
	w.offices.Payments.Wait()
}

func (w *window) must(sql string, args ...any) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx pgx.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err })
}

// The hostile matrix: whatever a gateway does, or somebody in its name, no bill is
// paid that was not, none stays open that was, and no money is kept that nobody owes.
func TestAHostileGatewayPaysNothing(t *testing.T) {
	t.Parallel()
	for name, h := range hostilities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWindow(t, 1)
			if h.fault != nil {
				h.fault(w)
			}
			a := town.Sale(0)
			a.Utilities = nil
			number := w.accept(a)
			b := w.owed(number)[0]
			h.act(t, w, b)
			w.settle()
			paid, held := w.wrongPaid()
			if now := w.bill(number); paid > 0 || held > 0 || (now.State == payment.BillPaid) != h.paid {
				t.Errorf("%d wrong paid, %d held for nothing, the bill is %s", paid, held, now.State)
			}
			if h.paid {
				w.until(number, intake.Settle, intake.Done)
			} else if s, err := w.Find(t.Context(), number); err != nil || s.Steps[intake.Settle] != intake.AwaitingPayment {
				t.Errorf("the step is %s, %v", s.Steps[intake.Settle], err)
			}
		})
	}
}

// settle reconciles until nothing changes any more.
func (w *window) settle() {
	w.t.Helper()
	for range 3 {
		if err := w.Reconcile(w.t.Context()); err != nil {
			w.t.Errorf("reconcile: %v", err)
		}
	}
	today := time.Now().In(time.FixedZone("UTC+8", 8*60*60))
	day := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	r, err := w.ReconcileDay(w.t.Context(), day)
	if err != nil || len(r.Findings) > 0 {
		w.t.Errorf("against the bill file: %+v, %v", r.Findings, err)
	}
	if err := w.Reconcile(w.t.Context()); err != nil { // what the file has told of is given back
		w.t.Errorf("reconcile: %v", err)
	}
}

// An order of another amount, or in other money, is never asked for again in vain
// until it pays: an operator gets the step, and nothing is paid.
func TestAGatewayThatMakesAnotherOrderIsNotPaid(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*window){
		"another amount": func(w *window) { w.offices.Payments.Faults.Short = true },
		"other money":    func(w *window) { w.offices.Payments.Faults.Foreign = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWindow(t, 1)
			fault(w)
			a := town.Sale(0)
			a.Utilities = nil
			number := w.accept(a)
			w.until(number, intake.Settle, intake.Manual)
			b := w.bill(number)
			w.mustPay(b.Ref)
			_ = w.Reconcile(t.Context()) // it says what is strange
			if now := w.bill(number); now.State == payment.BillPaid {
				t.Errorf("%+v", now)
			}
			if letters, err := w.Letters(t.Context()); err != nil || len(letters) == 0 {
				t.Errorf("nobody was told: %v", err)
			}
			if name == "another amount" { // it took money: that goes back
				w.eventually("the money went back", func() bool { return w.offices.Payments.Balance(b.Ref) == 0 })
			}
		})
	}
}

// A bill has a time. When that is over its order is closed, and its payer may ask for
// another bill.
func TestABillThatIsOverIsRenewed(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	first := w.owed(number)[0]
	w.must(`ALTER TABLE tax_bill DISABLE TRIGGER tax_bill_goes_forward`)
	w.must(`UPDATE tax_bill SET expires_at = now() - interval '1 second' WHERE ref = $1`, first.Ref)
	w.must(`ALTER TABLE tax_bill ENABLE TRIGGER tax_bill_goes_forward`)
	if _, err := w.PayAt(t.Context(), number, ""); !errors.Is(err, payment.ErrUnknownBill) {
		t.Errorf("it can be paid: %v", err)
	}
	if err := w.Renew(t.Context(), number, intake.Applicant); err != nil {
		t.Fatal(err)
	}
	w.eventually("there is another", func() bool { return w.bill(number).Ref != first.Ref })
	w.eventually("the first order is closed", func() bool {
		order, err := w.offices.Gateway.Query(t.Context(), first.Ref)
		return err == nil && order.State == payment.OrderClosed
	})
	w.pay(number)
	w.until(number, intake.Settle, intake.Done)
	if err := w.Renew(t.Context(), number, intake.Applicant); !errors.Is(err, jobs.ErrVerdict) {
		t.Errorf("renewed when it is paid: %v", err)
	}
}

// boughtLately are the town's books, in which every home was bought so lately that
// its seller owes tax, too.
func boughtLately() *sandbox.Books {
	books := *town.OwnBooks()
	purchase := books.Purchase
	books.Purchase = func(unit string) (sandbox.Purchase, bool) {
		p, known := purchase(unit)
		p.CertificateOn, p.VoucherOn = "2025-06-01", "2025-06-01"
		return p, known
	}
	return &books
}

// Each payer pays for themselves; the step ends with the last, in whatever order,
// also when both pay at once.
func TestTheStepEndsWithTheLastPayer(t *testing.T) {
	t.Parallel()
	soon := jobs.Patience{Office: []time.Duration{0, 0}, Company: []time.Duration{0, 0}}
	w := newWindowIn(t, town.Config{Books: boughtLately()}, 1, soon, func(*jobs.Offices) {})
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	bills := w.owed(number)
	if len(bills) != 2 {
		t.Fatalf("bills %+v", bills)
	}
	var both sync.WaitGroup
	for _, b := range bills {
		both.Go(func() { w.mustPay(b.Ref) })
	}
	both.Wait()
	w.until(number, intake.Settle, intake.Done)
	w.settle()
}

// A trade that only the gateway knows becomes a letter, and a row of the day.
func TestATradeThatIsMissingHereBecomesALetter(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	stray := payment.Bill{Ref: "260315000000014-b-7", Amount: 5_00}
	if _, err := w.offices.Gateway.Ask(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	w.mustPay(stray.Ref)
	today := time.Now().In(time.FixedZone("UTC+8", 8*60*60))
	for range 2 {
		r, err := w.ReconcileDay(t.Context(), time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC))
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Kind != payment.MissingHere {
			t.Errorf("findings %+v, %v", r.Findings, err)
		}
	}
	if letters, err := w.Letters(t.Context()); err != nil || len(letters) != 1 || letters[0].Number != "" {
		t.Errorf("letters %+v, %v", letters, err)
	}
}

// A fee that nobody has adopted is a tax officer's to confirm; then the case goes on.
func TestAnUnsettledFeeWaitsForAnOfficer(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	w.must(`ALTER TABLE tax_fee_adoption DISABLE TRIGGER refuse_change`)
	w.must(`DELETE FROM tax_fee_adoption`)
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	s := w.until(number, intake.Settle, intake.Manual)
	if found := s.Findings(intake.Settle); len(found) != 2 || len(s.Bills) != 0 {
		t.Fatalf("findings %+v, bills %+v", found, s.Bills)
	}
	if err := w.decide(number, intake.Settle, jobs.Confirm, "tax-01", ""); !errors.Is(err, jobs.ErrNoReason) {
		t.Errorf("without a reason: %v", err)
	}
	if err := w.decide(number, intake.Settle, jobs.Confirm, "tax-01", "按公示标准"); err != nil {
		t.Fatal(err)
	}
	w.pay(number)
	w.until(number, intake.Settle, intake.Done)
}
