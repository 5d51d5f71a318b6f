package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
	"onewindow/tax"
)

// Opening is what a case's bills are opened with.
type Opening struct {
	CaseID int64
	Number string        // in the references of its bills
	Kind   string        // of registration
	County string        // of the unit
	Within time.Duration // how long they can be paid
	At     time.Time
	On     time.Time // the day of At, which chooses the fees in force
}

// Opened is what became of an Opening.
type Opened struct {
	Bills  []Bill // all of the case's, the oldest first
	Doubts []FeeDoubt
	Ended  // of bills that ask for something else than is owed now
}

// OpenBills writes the bills of a decided assessment and of the fees, one for each
// payer who has none that lives. A payer who owes nothing gets a bill of zero, paid at
// once. A bill of another sum, from before the case was assessed anew, is void; what
// was paid for one that still is what its payer owes stays paid. It returns
// ErrUndecided while an officer is waited for; while the fees have doubts, it writes
// nothing.
func OpenBills(ctx context.Context, tx pgx.Tx, o Opening) (opened Opened, err error) {
	facts, a, err := tax.Of(ctx, tx, o.CaseID)
	if err != nil {
		return opened, fmt.Errorf("open bills: %w", err)
	}
	if !a.Decided() {
		return opened, fmt.Errorf("open bills of case %d: %w", o.CaseID, ErrUndecided)
	}
	opened.Bills, err = BillsOf(ctx, tx, o.CaseID)
	if err != nil || bothPay(opened.Bills, a) {
		return opened, err
	}
	fees, err := o.fees(ctx, tx, facts)
	if opened.Doubts = fees.Doubts; err != nil || len(fees.Doubts) > 0 {
		return opened, err
	}
	drafts := whoOwesNoMore(draftsOf(a, fees), opened.Bills)
	if opened.Ended, err = end(ctx, tx, outdated(opened.Bills, drafts), Reassessed, o.At); err != nil {
		return opened, err
	}
	if opened.Any {
		if opened.Bills, err = BillsOf(ctx, tx, o.CaseID); err != nil {
			return opened, err
		}
	}
	written, err := o.write(ctx, tx, opened.Bills, drafts)
	if err != nil || written == 0 {
		return opened, err
	}
	opened.Bills, err = BillsOf(ctx, tx, o.CaseID)
	return opened, err
}

// bothPay reports whether one bill of both sides, of before there was one for each,
// asks for what is owed.
func bothPay(bills []Bill, a tax.Assessment) bool {
	return len(bills) > 0 && bills[0].Payer.Side == BothSides && bills[0].Lives() && bills[0].Amount == a.Total() &&
		bills[0].Returned == 0
}

// asks reports whether b asks its payer for what d does, item by item, and nothing of
// it was given back.
func (b Bill) asks(d draft) bool {
	return d.payer == b.Payer && b.Returned == 0 && slices.Equal(owing(b.Items), owing(d.items))
}

// sum is what an item asks for.
type sum struct {
	code   string
	amount money.Fen
}

func owing(items []Item) (sums []sum) {
	for _, i := range items {
		if i.Amount > 0 {
			sums = append(sums, sum{i.Code, i.Amount})
		}
	}
	return sums
}

// whoOwesNoMore adds a draft of nothing for each payer who had a bill and is in none:
// the gate waits for the newest bill of everybody.
func whoOwesNoMore(drafts []draft, bills []Bill) []draft {
	for _, b := range bills {
		if b.Payer.Side != BothSides && !slices.ContainsFunc(drafts, func(d draft) bool { return d.payer == b.Payer }) {
			drafts = append(drafts, draft{payer: b.Payer, items: []Item{}})
		}
	}
	return drafts
}

// outdated are the bills that live and are none of what is owed now.
func outdated(bills []Bill, drafts []draft) (old []Bill) {
	for _, b := range bills {
		if b.Lives() && !slices.ContainsFunc(drafts, b.asks) {
			old = append(old, b)
		}
	}
	return old
}

// Lives reports whether b is owed or paid: neither void nor expired.
func (b Bill) Lives() bool { return b.State != BillVoid && b.State != BillExpired }

// fees computes what the registration costs; a person's confirmation ends all doubt.
func (o Opening) fees(ctx context.Context, tx pgx.Tx, f tax.Facts) (Fees, error) {
	adopted, err := adoptionsOf(ctx, tx)
	if err != nil {
		return Fees{}, err
	}
	small := tax.No
	for _, b := range f.Buyers {
		if b.Kind == tax.Organisation {
			small = tax.Unknown
		}
	}
	fees := FeesOf(FeeFacts{
		County: o.County, On: o.On, Kind: o.Kind, Housing: f.Use == tax.Housing, Copies: 1, Small: small,
	}, adopted)
	if len(fees.Doubts) == 0 {
		return fees, nil
	}
	confirmed, err := feesConfirmed(ctx, tx, o.CaseID)
	if confirmed {
		fees.Doubts = nil
	}
	return fees, err
}

// write inserts the bills of payers who have none that lives.
func (o Opening) write(ctx context.Context, tx pgx.Tx, have []Bill, drafts []draft) (int, error) {
	batch := &pgx.Batch{}
	for _, d := range drafts {
		nth, lives := 1, false
		for _, b := range have {
			if b.Payer == d.payer {
				nth, lives = nth+1, lives || b.Lives()
			}
		}
		if lives {
			continue
		}
		items, err := json.Marshal(d.items)
		if err != nil {
			return 0, fmt.Errorf("write bill of case %d: %w", o.CaseID, err)
		}
		state, paidAt := BillOpen, (*time.Time)(nil)
		if d.amount() == 0 {
			state, paidAt = BillPaid, &o.At
		}
		batch.Queue(`
			INSERT INTO tax_bill (case_id, ref, payer, person, items, amount_fen, state, opened_at, expires_at, paid_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT DO NOTHING`, // another worker was first
			o.CaseID, RefOf(o.Number, d.payer, nth), d.payer.Side, d.payer.Person, items, d.amount(), state, o.At,
			o.At.Add(o.Within), paidAt)
	}
	if batch.Len() == 0 {
		return 0, nil
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("write bills of case %d: %w", o.CaseID, err)
	}
	return batch.Len(), nil
}

// columns of a bill, with what was given back of its payment.
const columns = `b.case_id, b.ref, b.payer, b.person, b.items, b.amount_fen, b.state, b.page, b.voucher, b.opened_at,
	nullif(b.expires_at, 'infinity'), b.paid_at, b.treasury_at,
	(SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM tax_refund r JOIN tax_payment p USING (order_id)
		WHERE p.ref = b.ref AND p.excess = '' AND r.state <> 'failed')`

// BillsOf returns every bill of a case, the oldest first.
func BillsOf(ctx context.Context, tx pgx.Tx, caseID int64) ([]Bill, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM tax_bill b WHERE b.case_id = $1 ORDER BY b.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read bills of case %d: %w", caseID, err)
	}
	bills, err := pgx.CollectRows(rows, billOf)
	if err != nil {
		return nil, fmt.Errorf("read bills of case %d: %w", caseID, err)
	}
	return bills, nil
}

// ByRef returns the bill of a reference, or ErrUnknownBill.
func ByRef(ctx context.Context, tx pgx.Tx, ref string) (Bill, error) {
	return one(tx.Query(ctx, `SELECT `+columns+` FROM tax_bill b WHERE b.ref = $1`, ref))
}

// locked is ByRef, with the bill kept from everybody else.
func locked(ctx context.Context, tx pgx.Tx, ref string) (Bill, error) {
	return one(tx.Query(ctx, `SELECT `+columns+` FROM tax_bill b WHERE b.ref = $1 FOR UPDATE OF b`, ref))
}

func one(rows pgx.Rows, err error) (Bill, error) {
	if err != nil {
		return Bill{}, fmt.Errorf("read bill: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, billOf)
	if errors.Is(err, pgx.ErrNoRows) {
		return Bill{}, ErrUnknownBill
	}
	if err != nil {
		return Bill{}, fmt.Errorf("read bill: %w", err)
	}
	return b, nil
}

func billOf(row pgx.CollectableRow) (b Bill, err error) {
	var items []byte
	var expires, paid, treasury *time.Time
	err = row.Scan(&b.CaseID, &b.Ref, &b.Payer.Side, &b.Payer.Person, &items, &b.Amount, &b.State, &b.Page, &b.Voucher,
		&b.OpenedAt, &expires, &paid, &treasury, &b.Returned)
	if err != nil {
		return b, err
	}
	b.OpenedAt = b.OpenedAt.UTC()
	b.ExpiresAt, b.PaidAt, b.TreasuryAt = moment(expires), moment(paid), moment(treasury)
	return b, json.Unmarshal(items, &b.Items)
}

// Asked notes where the order of an open bill is paid.
func Asked(ctx context.Context, tx pgx.Tx, orders ...Order) error {
	for _, o := range orders {
		_, err := tx.Exec(ctx, `UPDATE tax_bill SET page = $2 WHERE ref = $1 AND state = 'open' AND page <> $2`,
			o.Ref, o.Page)
		if err != nil {
			return fmt.Errorf("note the order of %s: %w", o.Ref, err)
		}
	}
	return nil
}

// InTreasury notes the tax side's word that the money of a bill is in the treasury,
// with the number of its voucher as received. A bill that was paid at a counter of
// the tax office becomes settled by it. It is idempotent; ErrVoucher otherwise.
func InTreasury(ctx context.Context, tx pgx.Tx, ref, voucher string, at time.Time) (Bill, error) {
	b, err := locked(ctx, tx, ref)
	switch {
	case err != nil:
		return b, err
	case b.State == BillTreasury && b.Voucher == voucher:
		return b, nil
	case voucher == "" || !b.Lives() || b.State == BillTreasury || b.Returned > 0 || b.Amount == 0:
		return b, fmt.Errorf("voucher of %s: %w", ref, ErrVoucher)
	}
	_, err = tx.Exec(ctx, `
		UPDATE tax_bill SET state = 'treasury', voucher = $2, treasury_at = $3, paid_at = coalesce(paid_at, $3)
		WHERE ref = $1`, ref, voucher, at)
	if err != nil {
		return b, fmt.Errorf("voucher of %s: %w", ref, err)
	}
	return ByRef(ctx, tx, ref)
}

// Due returns the sum of the bills that are open.
func Due(bills []Bill) (sum money.Fen) {
	for _, b := range bills {
		if b.State == BillOpen {
			sum += b.Amount
		}
	}
	return sum
}

// Total returns the sum of the bills that live.
func Total(bills []Bill) (sum money.Fen) {
	for _, b := range bills {
		if b.Lives() {
			sum += b.Amount
		}
	}
	return sum
}
