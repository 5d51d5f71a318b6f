package payment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/money"
	"onewindow/internal/pgtest"
	"onewindow/tax"
)

var noon = time.Date(2026, time.March, 15, 4, 0, 0, 0, time.UTC)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// home is a sale of a home for 800 000 yuan that a couple of single people make: the
// buyer owes deed tax of 8 000, the sellers what acquired makes them owe.
func home(acquired time.Time, sellers ...tax.Seller) tax.Facts {
	if sellers == nil {
		sellers = []tax.Seller{{Kind: tax.Resident, Num: 1, Den: 1, OnlyHome: tax.Yes}}
	}
	return tax.Facts{
		Unit: "430602001001GB00001F00010001", County: "430602", Parties: tax.Fingerprint("a", "b"),
		Deal: tax.Sale, Use: tax.Housing, ContractOn: day(2026, 3, 1), FilingOn: day(2026, 3, 15),
		TransferOn: day(2026, 3, 15), Price: money.Yuan(800_000), Assessed: money.Yuan(800_000), Area: 95_00,
		Ordinary: tax.Yes, Buyers: []tax.Buyer{{Kind: tax.Resident}},
		Family: tax.Family{Known: tax.Yes, Count: 1, Homes: tax.HomesEverywhere(0)}, Sellers: sellers,
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: acquired, VoucherOn: acquired},
		Cost:     tax.Cost{Proven: tax.No},
	}
}

// till is a case that is assessed, in a database of its own.
type till struct {
	t    *testing.T
	pool *pgxpool.Pool
	f    tax.Facts
}

func newTill(t *testing.T, f tax.Facts) *till {
	t.Helper()
	return newTillOf(t, f, SampleAdoptions())
}

// newTillOf is newTill of an office that has adopted something else of the fee table.
func newTillOf(t *testing.T, f tax.Facts, adopted []FeeAdoption) *till {
	t.Helper()
	s := &till{t: t, pool: pgtest.Pool(t), f: f}
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(tax.Record(ctx, tx, 1, f, tax.Assess(f, tax.SampleAdoptions())), Adopt(ctx, tx, adopted...))
	})
	return s
}

func (s *till) try(do func(context.Context, pgx.Tx) error) error {
	return pgx.BeginFunc(s.t.Context(), s.pool, func(tx pgx.Tx) error { return do(s.t.Context(), tx) })
}

func (s *till) must(do func(context.Context, pgx.Tx) error) {
	s.t.Helper()
	if err := s.try(do); err != nil {
		s.t.Fatal(err)
	}
}

func (s *till) open(at time.Time) (bills []Bill) {
	s.t.Helper()
	s.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		opened, err := OpenBills(ctx, tx, Opening{CaseID: 1, Number: "260315000000014", Kind: "sale_transfer",
			County: "430602", Within: 24 * time.Hour, At: at, On: day(2026, 3, 15)})
		if bills = opened.Bills; len(opened.Doubts) > 0 {
			s.t.Errorf("doubts %+v", opened.Doubts)
		}
		return err
	})
	return bills
}

func (s *till) bills() (bills []Bill) {
	s.t.Helper()
	s.must(func(ctx context.Context, tx pgx.Tx) (err error) { bills, err = BillsOf(ctx, tx, 1); return err })
	return bills
}

func (s *till) refunds() (list []Refund) {
	s.t.Helper()
	s.must(func(ctx context.Context, tx pgx.Tx) (err error) { list, err = RefundsOf(ctx, tx, 1); return err })
	return list
}

func (s *till) pay(o Order, at time.Time) (booked Booked, err error) {
	err = s.try(func(ctx context.Context, tx pgx.Tx) (err error) { booked, err = Pay(ctx, tx, o, at); return err })
	return booked, err
}

func (s *till) settled(g Gate) error {
	return s.try(func(ctx context.Context, tx pgx.Tx) error {
		return g.Settled(ctx, tx, 1, Claim{Unit: s.f.Unit, Price: s.f.Price, Parties: []string{"a", "b"}})
	})
}

func paid(b Bill, id string) Order {
	return Order{Ref: b.Ref, ID: id, Amount: b.Amount, State: OrderPaid}
}

// Each payer has a bill of their own, with all their taxes; the holder's bears the fee.
func TestEachPayerHasABill(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2025, 1, 1))) // held for less than two years: VAT
	bills := s.open(noon)
	if len(bills) != 2 || bills[0].Payer != (Payer{Side: tax.BuyerSide}) || bills[1].Payer != (Payer{Side: tax.SellerSide}) {
		t.Fatalf("bills %+v", bills)
	}
	if got := bills[0].Amount; got != 7_766_99+80_00 { // 800 000 / 1.03 × 1 %, and the fee
		t.Errorf("the buyer's bill is %v", got)
	}
	if last := bills[0].Items[len(bills[0].Items)-1]; last.Code != string(FeeHousing) || last.Ruling[0].Standing != tax.Adopted {
		t.Errorf("the fee is %+v", last)
	}
	_, a, _ := s.assessed()
	if got, want := bills[1].Amount, a.Payable(tax.SellerSide); got != want || want == 0 {
		t.Errorf("the seller's bill is %v, want %v", got, want)
	}
	if again := s.open(noon.Add(time.Hour)); !slices.EqualFunc(again, bills, func(a, b Bill) bool { return a.Ref == b.Ref }) {
		t.Errorf("opened again: %+v", again)
	}
	for _, b := range bills {
		if !reference(b.Ref) || len(b.Ref) > 32 || !b.ExpiresAt.Equal(noon.Add(24*time.Hour)) {
			t.Errorf("bill %+v", b)
		}
	}
}

func (s *till) assessed() (f tax.Facts, a tax.Assessment, err error) {
	s.must(func(ctx context.Context, tx pgx.Tx) error { f, a, err = tax.Of(ctx, tx, 1); return err })
	return f, a, err
}

// Several sellers owe their income tax each for themselves, the rest together.
func TestSeveralSellersHaveBillsOfTheirOwn(t *testing.T) {
	t.Parallel()
	half := func(only tax.Answer) tax.Seller {
		return tax.Seller{Kind: tax.Resident, Num: 1, Den: 2, OnlyHome: only}
	}
	s := newTill(t, home(day(2015, 1, 1), half(tax.Yes), half(tax.No)))
	var refs []string
	for _, b := range s.open(noon) {
		refs = append(refs, strings.TrimPrefix(b.Ref, "260315000000014-")+" "+string(b.State))
	}
	want := []string{"b-1 open", "s-1 paid", "s1-1 paid", "s2-1 open"} // together exempt, the first exempt, the second not
	if !slices.Equal(refs, want) {
		t.Errorf("bills %v, want %v", refs, want)
	}
}

func TestABillIsPaidOnce(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2015, 1, 1)))
	b := s.open(noon)[0]
	for name, tt := range map[string]struct {
		change func(*Order)
		want   error
	}{
		"an open order":                  {func(o *Order) { o.State = OrderOpen }, ErrNotPaid},
		"a declined order":               {func(o *Order) { o.State = OrderDeclined }, ErrNotPaid},
		"a returned order":               {func(o *Order) { o.State = OrderReturned }, ErrNotPaid},
		"a payment without a number":     {func(o *Order) { o.ID = "" }, ErrNotPaid},
		"a reference that no bill has":   {func(o *Order) { o.Ref = "R-2" }, ErrUnknownBill},
		"a reference that is no text":    {func(o *Order) { o.Ref = "" }, ErrUnknownBill},
		"a reference of another payment": {func(o *Order) { o.Ref += "1" }, ErrUnknownBill},
	} {
		o := paid(b, "G-1")
		tt.change(&o)
		if _, err := s.pay(o, noon); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if s.bills()[0].State != BillOpen {
		t.Fatal("a wrong payment changed the bill")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := s.pay(paid(b, "G-1"), noon); err != nil || got.CaseID != 1 || got.Excess != "" {
				t.Errorf("the same payment told again: %+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if got := s.bills()[0]; got.State != BillPaid || len(s.refunds()) != 0 {
		t.Errorf("bill %+v, refunds %+v", got, s.refunds())
	}
}

// Money for which nothing is owed never pays a bill, and is due to be given back.
func TestWhatIsNotOwedIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before func(*till, Bill)
		order  func(Bill) Order
		why    Excess
		state  BillState
	}{
		"a second payment": {func(s *till, b Bill) { _, _ = s.pay(paid(b, "G-1"), noon) },
			func(b Bill) Order { return paid(b, "G-2") }, PaidTwice, BillPaid},
		"one fen less": {func(*till, Bill) {},
			func(b Bill) Order { o := paid(b, "G-2"); o.Amount--; return o }, PaidOther, BillVoid},
		"one fen more": {func(*till, Bill) {},
			func(b Bill) Order { o := paid(b, "G-2"); o.Amount++; return o }, PaidOther, BillVoid},
		"after its time": {func(s *till, b Bill) {
			s.must(func(ctx context.Context, tx pgx.Tx) error {
				_, err := Expire(ctx, tx, b.Ref, noon.Add(25*time.Hour))
				return err
			})
		}, func(b Bill) Order { return paid(b, "G-2") }, PaidLate, BillExpired},
		"after the case was refused": {func(s *till, _ Bill) { s.void() },
			func(b Bill) Order { return paid(b, "G-2") }, PaidLate, BillVoid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTill(t, home(day(2015, 1, 1)))
			b := s.open(noon)[0]
			tt.before(s, b)
			for range 2 { // told twice, given back once
				if got, err := s.pay(tt.order(b), noon.Add(26*time.Hour)); err != nil || got.Excess != tt.why {
					t.Errorf("%+v, %v, want %s", got, err, tt.why)
				}
			}
			refunds := s.refunds()
			if len(refunds) != 1 || refunds[0].Amount != tt.order(b).Amount || refunds[0].OrderID != "G-2" ||
				refunds[0].State != RefundDue || s.bills()[0].State != tt.state {
				t.Errorf("refunds %+v, bill %+v", refunds, s.bills()[0])
			}
		})
	}
}

func (s *till) void() (treasury []string) {
	s.t.Helper()
	s.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		ended, err := Void(ctx, tx, 1, CaseEnded, noon.Add(time.Hour))
		treasury = ended.Treasury
		return err
	})
	return treasury
}

// A case that is refused gives back what was paid, once, less what went back before;
// what is in the treasury only the tax side gives back.
func TestARefusedCaseGivesBackWhatWasPaid(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2025, 1, 1)))
	bills := s.open(noon)
	for i, b := range bills {
		if _, err := s.pay(paid(b, []string{"G-1", "G-2"}[i]), noon); err != nil {
			t.Fatal(err)
		}
	}
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := GiveBack(ctx, tx, Return{Ref: bills[0].Ref, Amount: 80_00, Available: bills[0].Amount, By: "tax-01",
			Words: "免收登记费", At: noon})
		_, err2 := InTreasury(ctx, tx, bills[1].Ref, "343068260300000001", noon)
		return errors.Join(err, err2)
	})
	for range 2 {
		if got := s.void(); !slices.Equal(got, []string{bills[1].Ref}) {
			t.Errorf("in the treasury: %v", got)
		}
	}
	refunds := s.refunds()
	if len(refunds) != 2 || refunds[0].Amount+refunds[1].Amount != bills[0].Amount || refunds[1].Why != string(CaseEnded) {
		t.Errorf("refunds %+v", refunds)
	}
	if got := s.bills(); got[0].State != BillVoid || got[1].State != BillTreasury {
		t.Errorf("bills %+v", got)
	}
}

// Raced refunds: one goes through, the others are stale; never more than was paid.
func TestOfRefundsThatRaceOneGoesThrough(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2015, 1, 1)))
	b := s.open(noon)[0]
	back := func(amount, available money.Fen) error {
		return s.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := GiveBack(ctx, tx, Return{Ref: b.Ref, Amount: amount, Available: available, By: "tax-01", Words: "x", At: noon})
			return err
		})
	}
	if err := back(1, b.Amount); !errors.Is(err, ErrStaleAmount) {
		t.Errorf("of what nobody paid: %v", err)
	}
	if _, err := s.pay(paid(b, "G-1"), noon); err != nil {
		t.Fatal(err)
	}
	if err := back(b.Amount+1, b.Amount); !errors.Is(err, ErrTooMuch) {
		t.Errorf("more than was paid: %v", err)
	}
	for round, available := range []money.Fen{b.Amount, b.Amount - 1} {
		var mu sync.Mutex
		var through, stale int
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				err := back(1, available)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					through++
				case errors.Is(err, ErrStaleAmount):
					stale++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if through != 1 || stale != 5 {
			t.Errorf("round %d: %d through, %d stale", round, through, stale)
		}
	}
	if got := s.bills()[0]; got.Returned != 2 || got.Returnable() != b.Amount-2 {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsPaidIsNeverEdited(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2015, 1, 1)))
	b := s.open(noon)[0]
	if _, err := s.pay(paid(b, "G-1"), noon); err != nil {
		t.Fatal(err)
	}
	_, _ = s.pay(paid(b, "G-2"), noon)
	for _, sql := range []string{
		"UPDATE tax_payment SET amount_fen = 1", "DELETE FROM tax_payment",
		"UPDATE tax_bill SET state = 'open'", "UPDATE tax_bill SET amount_fen = 1", "DELETE FROM tax_bill",
		"UPDATE tax_bill SET paid_at = now()", "UPDATE tax_bill SET items = '[]'",
		"UPDATE tax_refund SET amount_fen = 1", "DELETE FROM tax_refund",
	} {
		_, err := s.pool.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23001" {
			t.Errorf("%s: %v, want it refused", sql, err)
		}
	}
	_, err := s.pool.Exec(t.Context(), `INSERT INTO tax_refund (ref, order_id, amount_fen, why, asked_by, state, due_at)
		VALUES ('x', 'G-1', $1, 'x', 'x', 'due', now())`, b.Amount+1)
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "23514" {
		t.Errorf("more back than was paid: %v", err)
	}
}

// A bill of which something was given back is none of what is owed: when the bills are
// opened again it is void, the rest goes back, and its payer gets a whole one.
func TestABillPartlyGivenBackIsWrittenAnew(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2015, 1, 1)))
	b := s.open(noon)[0]
	if _, err := s.pay(paid(b, "G-1"), noon); err != nil {
		t.Fatal(err)
	}
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := GiveBack(ctx, tx, Return{Ref: b.Ref, Amount: 80_00, Available: b.Amount, By: "tax-01", Words: "x", At: noon})
		return err
	})
	bills := s.open(noon.Add(time.Hour))
	last := bills[len(bills)-1]
	if bills[0].State != BillVoid || last.Payer != b.Payer || last.State != BillOpen || last.Amount != b.Amount {
		t.Errorf("bills %+v", bills)
	}
	if refunds := s.refunds(); len(refunds) != 2 || refunds[0].Amount+refunds[1].Amount != b.Amount {
		t.Errorf("refunds %+v", refunds)
	}
	if again := s.open(noon.Add(2 * time.Hour)); len(again) != len(bills) {
		t.Errorf("opened again: %+v", again)
	}
}

// A bill counts for what it asks for, item by item; who owes no more gets a bill of
// nothing, because the gate waits for the newest of everybody.
func TestABillCountsForTheItemsThatItAsksFor(t *testing.T) {
	t.Parallel()
	buyer, second := Payer{Side: tax.BuyerSide}, Payer{Side: tax.SellerSide, Person: 2}
	deed := []Item{{Code: "deed", Amount: 100}, {Code: "stamp", Amount: 0}}
	d := draft{payer: buyer, items: deed[:1]}
	for name, tt := range map[string]struct {
		b   Bill
		old bool
	}{
		"the same":             {Bill{Payer: buyer, State: BillPaid, Items: deed}, false},
		"over already":         {Bill{Payer: buyer, State: BillVoid, Items: nil}, false},
		"something given back": {Bill{Payer: buyer, State: BillPaid, Items: deed, Returned: 1}, true},
		"the sum of others":    {Bill{Payer: buyer, State: BillPaid, Items: []Item{{Code: "vat", Amount: 100}}}, true},
		"a payer who is none":  {Bill{Payer: second, State: BillTreasury, Items: deed}, true},
	} {
		if got := len(outdated([]Bill{tt.b}, []draft{d})) == 1; got != tt.old {
			t.Errorf("%s: outdated %v", name, got)
		}
	}
	drafts := whoOwesNoMore([]draft{d}, []Bill{{Payer: second}, {Payer: second}, {Payer: buyer}, {Payer: Payer{Side: BothSides}}})
	if len(drafts) != 2 || drafts[1].payer != second || drafts[1].amount() != 0 {
		t.Errorf("drafts %+v", drafts)
	}
}
