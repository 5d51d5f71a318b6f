package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax/payment"
)

// reconcileKind is the kind of the job that holds our books against the gateway's.
const reconcileKind = "reconcile"

// When and how much is reconciled.
const (
	reconcileEvery = 15 * time.Minute
	reconcileTime  = 10 * time.Minute
	recently       = 24 * time.Hour // so long after its payment an order is asked about again
	reconcileMost  = 1000
	fileReadyAt    = 10 * time.Hour // of the next day, when gateways have their bill file of a day
)

// reconcileArgs are the arguments of the periodic job.
type reconcileArgs struct{}

// Kind is "reconcile", which is also its queue.
func (reconcileArgs) Kind() string { return reconcileKind }

// InsertOpts gives it one attempt, for the next one comes by itself.
func (reconcileArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: reconcileKind, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{
		ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}}}
}

// bookkeeper reconciles.
type bookkeeper struct {
	river.WorkerDefaults[reconcileArgs]
	flow *Flow
}

// Timeout is how long one round may take.
func (*bookkeeper) Timeout(*river.Job[reconcileArgs]) time.Duration { return reconcileTime }

// Work makes one round.
func (w *bookkeeper) Work(ctx context.Context, _ *river.Job[reconcileArgs]) error {
	return w.flow.Reconcile(ctx)
}

// Reconcile asks the gateway about everything that may have happened unheard (对账):
// open bills and those paid of late, orders to close and refunds to carry out, and,
// once it is there, the bill file of yesterday. It returns what went wrong, after
// doing all it could.
func (f *Flow) Reconcile(ctx context.Context) error {
	if f.Gateway == nil {
		return nil
	}
	var bills []payment.Bill
	var cases []int64
	var now time.Time
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		if now, err = intake.Now(ctx, tx); err != nil {
			return err
		}
		if bills, err = payment.Unsure(ctx, tx, now, now.Add(-recently), reconcileMost); err != nil {
			return err
		}
		cases, err = payment.Unfinished(ctx, tx, reconcileMost)
		return err
	})
	for _, b := range bills {
		err = errors.Join(err, f.reconcileBill(ctx, b, now))
	}
	for _, id := range cases {
		if failed := f.clearMoney(ctx, id); !errors.Is(failed, errAskedBack) {
			err = errors.Join(err, failed)
		}
	}
	return errors.Join(err, f.reconcileYesterday(ctx, now))
}

// reconcileBill asks about one bill.
func (f *Flow) reconcileBill(ctx context.Context, b payment.Bill, now time.Time) error {
	c, err := f.get(ctx, b.CaseID)
	if err != nil {
		return err
	}
	switch {
	case b.Overdue(now):
		return f.askAndExpire(ctx, c, b)
	case b.State == payment.BillPaid:
		return f.askPaid(ctx, c, b)
	}
	err = f.askBill(ctx, c, b)
	if errors.Is(err, payment.ErrNoOrder) && b.Page != "" { // it has forgotten the order: make it again
		_, err = f.Gateway.Ask(ctx, b)
	}
	if errors.Is(err, payment.ErrNoOrder) { // not asked yet
		return nil
	}
	return err
}

// askPaid holds a paid bill against what the gateway says of it now.
func (f *Flow) askPaid(ctx context.Context, c intake.Case, b payment.Bill) error {
	order, err := f.Gateway.Query(ctx, b.Ref)
	switch {
	case errors.Is(err, payment.ErrNoOrder):
		return f.tellMoney(ctx, c.ID, "paid here, unknown to the gateway: "+b.Ref)
	case err != nil:
		return err
	case order.State == payment.OrderPaid && order.Amount == b.Amount:
		return f.endIfPaid(ctx, c) // in case it was the last, and nobody came to say so
	case order.State == payment.OrderReturned && b.Returned > 0:
		return nil
	}
	return f.tellMoney(ctx, c.ID, fmt.Sprintf("paid here, and to the gateway %s: %s", order.State, b.Ref))
}

// reconcileYesterday compares the books of yesterday, once.
func (f *Flow) reconcileYesterday(ctx context.Context, now time.Time) error {
	today := registration.DayOf(now)
	if now.Before(startOf(today).Add(fileReadyAt)) {
		return nil
	}
	yesterday := today.AddDate(0, 0, -1)
	var done bool
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		_, done, err = payment.Reconciled(ctx, tx, yesterday)
		return err
	})
	if err != nil || done {
		return err
	}
	_, err = f.ReconcileDay(ctx, yesterday)
	return err
}

// startOf returns the instant at which a day begins in China.
func startOf(day time.Time) time.Time { return day.Add(-8 * time.Hour) }

// ReconcileDay holds our books against the gateway's bill file of a day: what is
// missing here is asked for first; what differs then becomes a letter each, and the
// result of the day is stored. A file that is not there yet is no error.
func (f *Flow) ReconcileDay(ctx context.Context, day time.Time) (r payment.Reconciliation, err error) {
	var at time.Time
	err = f.read(ctx, func(tx pgx.Tx) error {
		at, err = intake.Now(ctx, tx)
		return err
	})
	if err != nil {
		return r, err
	}
	file, err := f.Gateway.Day(ctx, day)
	if errors.Is(err, payment.ErrNoDay) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	for _, t := range file {
		if err := f.askMissing(ctx, t); err != nil {
			return r, err
		}
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		from := startOf(day)
		if r, err = payment.Compare(ctx, tx, day, from, from.Add(24*time.Hour), at, file); err != nil {
			return err
		}
		return tellFindings(ctx, tx, r)
	})
	return r, err
}

// askMissing asks about a payment of the file that is not in our books. Of a bill
// that is no longer open it is money for which nothing is owed: the second of two,
// which no query shows any more.
func (f *Flow) askMissing(ctx context.Context, t payment.Trade) error {
	if t.Refund != "" {
		return nil
	}
	b, c, err := f.caseOfBill(ctx, t.Ref)
	switch {
	case errors.Is(err, payment.ErrUnknownBill):
		return nil // the comparison says so
	case err != nil:
		return err
	case b.State != payment.BillOpen:
		return f.bookTrade(ctx, c, t)
	}
	if err := f.askBill(ctx, c, b); err != nil && !strange(err) && !errors.Is(err, payment.ErrNoOrder) {
		return err
	}
	return nil
}

// tellFindings writes a letter about each trade that differs.
func tellFindings(ctx context.Context, tx pgx.Tx, r payment.Reconciliation) error {
	for _, d := range r.Findings {
		text := fmt.Sprintf("%s: %s %s%s: here %d, there %d fen", r.Day.Format(time.DateOnly), d.Kind, d.Ref,
			space(d.Refund), d.Here, d.There)
		if err := putLetterOnce(ctx, tx, d.CaseID, moneyKind, text); err != nil {
			return err
		}
	}
	return nil
}

func space(s string) string {
	if s != "" {
		s = " " + s
	}
	return s
}

// askPayers asks about every bill that a case waits for.
func (f *Flow) askPayers(ctx context.Context, id int64) error {
	if f.Gateway == nil {
		return nil
	}
	c, err := f.get(ctx, id)
	if err != nil {
		return err
	}
	var bills []payment.Bill
	err = f.read(ctx, func(tx pgx.Tx) (err error) {
		bills, err = payment.BillsOf(ctx, tx, id)
		return err
	})
	for _, b := range bills {
		if b.State == payment.BillOpen {
			if asked := f.askBill(ctx, c, b); !errors.Is(asked, payment.ErrNoOrder) {
				err = errors.Join(err, asked)
			}
		}
	}
	return errors.Join(err, f.endIfPaid(ctx, c))
}

// endIfPaid ends a step that waits although everybody has paid.
func (f *Flow) endIfPaid(ctx context.Context, c intake.Case) error {
	state, err := f.stateOf(ctx, c.ID, intake.Settle)
	if err != nil || state != intake.AwaitingPayment && state != intake.Manual {
		return err
	}
	return already(f.endSettle(ctx, c))
}

// bookTrade books a payment of the file, if it is news.
func (f *Flow) bookTrade(ctx context.Context, c intake.Case, t payment.Trade) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		return f.note(ctx, tx, c, payment.Order{Ref: t.Ref, ID: t.OrderID, Amount: t.Amount, State: payment.OrderPaid})
	})
}
