package tax

import (
	"errors"
	"sync"
	"testing"

	"onewindow/internal/pgtest"
)

func TestABillIsPaidOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	assessed(t, pool, 1, home(nil), SampleAdoptions())
	b := billed(t, pool, 1, "R-1")
	if again := billed(t, pool, 1, "R-2"); again != b {
		t.Errorf("a second bill %+v beside %+v", again, b)
	}
	paidOrder := Order{Ref: "R-1", ID: "G-1", Amount: b.Amount, State: OrderPaid}
	for name, tt := range map[string]struct {
		change func(*Order)
		want   error
	}{
		"an open order":                      {func(o *Order) { o.State = OrderOpen }, ErrNotPaid},
		"a declined order":                   {func(o *Order) { o.State = OrderDeclined }, ErrNotPaid},
		"one fen less":                       {func(o *Order) { o.Amount-- }, ErrWrongAmount},
		"one fen more":                       {func(o *Order) { o.Amount++ }, ErrWrongAmount},
		"a reference that no bill has":       {func(o *Order) { o.Ref = "R-2" }, ErrUnknownBill},
		"a reference that is no text at all": {func(o *Order) { o.Ref = "" }, ErrUnknownBill},
	} {
		o := paidOrder
		tt.change(&o)
		if _, err := pay(t, pool, o); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if b := billed(t, pool, 1, "R-1"); b.State != BillOpen {
		t.Fatalf("a wrong payment changed the bill: %+v", b)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if id, err := pay(t, pool, paidOrder); err != nil || id != 1 {
				t.Errorf("the same payment told again: case %d, %v", id, err)
			}
		})
	}
	all.Wait()
	other := paidOrder
	other.ID = "G-2"
	if _, err := pay(t, pool, other); !errors.Is(err, ErrAnotherPayment) {
		t.Errorf("a second payment of one bill: %v, want ErrAnotherPayment", err)
	}
	var payments int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM tax_payment").Scan(&payments); err != nil || payments != 1 {
		t.Errorf("%d payments, %v", payments, err)
	}
}

func TestACaseThatOwesNothingIsSettledAtOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	// No sale of a home owes nothing, deed tax is always due; the rule is the
	// bill's own, so a line of zero is written by hand.
	f := home(nil)
	assessed(t, pool, 1, f, SampleAdoptions())
	_, err := pool.Exec(t.Context(), `
		INSERT INTO tax_assessment (case_id, rule_set, facts, adopted, manual, without)
		SELECT 2, rule_set, facts, adopted, manual, without FROM tax_assessment WHERE case_id = 1`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `
		INSERT INTO tax_line (case_id, ordinal, tax, payer, person, base_fen, rate_bp, due_fen, relief_fen,
			payable_fen, reason, rule, settled)
		SELECT 2, ordinal, tax, payer, person, base_fen, 0, 0, 0, 0, 'exempt', rule, settled
		FROM tax_line WHERE case_id = 1`)
	if err != nil {
		t.Fatal(err)
	}
	if b := billed(t, pool, 2, "R-2"); b.State != BillPaid || b.Amount != 0 || !b.PaidAt.Equal(noon) {
		t.Errorf("bill of nothing: %+v", b)
	}
	if err := settled(t, pool, 2, f.Unit, f.Price); err != nil {
		t.Error(err)
	}
}
