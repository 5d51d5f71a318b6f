package payment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/tax"
)

func feeFacts() FeeFacts {
	return FeeFacts{County: "430602", On: day(2026, 3, 15), Kind: "sale_transfer", Housing: true, Copies: 1, Small: tax.No}
}

func TestTheFeeOfARegistration(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*FeeFacts)
		want   map[string]int64
	}{
		"a home costs 80 yuan":                       {func(*FeeFacts) {}, map[string]int64{"fee.housing": 80_00}},
		"anything else 550":                          {func(f *FeeFacts) { f.Housing = false }, map[string]int64{"fee.other": 550_00}},
		"each certificate after the first 10":        {func(f *FeeFacts) { f.Copies = 3 }, map[string]int64{"fee.housing": 80_00, "fee.copy": 20_00}},
		"a small enterprise pays nothing":            {func(f *FeeFacts) { f.Small = tax.Yes }, map[string]int64{}},
		"a cancellation costs nothing":               {func(f *FeeFacts) { f.Kind = "cancellation" }, map[string]int64{}},
		"before the table nobody says what it costs": {func(f *FeeFacts) { f.On = day(2016, 11, 30) }, map[string]int64{"fee.housing": 0}},
	} {
		f := feeFacts()
		tt.change(&f)
		fees, got := FeesOf(f, SampleAdoptions()), map[string]int64{}
		for _, i := range fees.Items {
			got[i.Code] = int64(i.Amount)
		}
		if len(got) != len(tt.want) || fees.Payer != tax.BuyerSide {
			t.Errorf("%s: %v of the %s", name, got, fees.Payer)
		}
		for code, amount := range tt.want {
			if got[code] != amount {
				t.Errorf("%s: %v", name, got)
			}
		}
		if name != "before the table nobody says what it costs" && len(fees.Doubts) > 0 {
			t.Errorf("%s: doubts %+v", name, fees.Doubts)
		}
	}
}

// An entry that nobody verified or adopted goes to a person where it would change
// the fee, and only there; so does an enterprise of unknown size.
func TestAnUnsettledFeeGoesToAPerson(t *testing.T) {
	t.Parallel()
	doubts := func(f FeeFacts, adopted []FeeAdoption) (names []string) {
		for _, d := range FeesOf(f, adopted).Doubts {
			names = append(names, string(d.Fee))
		}
		slices.Sort(names)
		return names
	}
	if got, want := doubts(feeFacts(), nil), []string{"fee.housing", "fee.payer"}; !slices.Equal(got, want) {
		t.Errorf("nothing is adopted: %v, want %v", got, want)
	}
	enterprise := feeFacts()
	enterprise.Small = tax.Unknown
	if got := doubts(enterprise, SampleAdoptions()); !slices.Equal(got, []string{""}) {
		t.Errorf("an enterprise of unknown size: %v", got)
	}
	without := slices.DeleteFunc(SampleAdoptions(), func(a FeeAdoption) bool { return a.Fee == FeeOther })
	if got := doubts(feeFacts(), without); got != nil {
		t.Errorf("what the fee of shops is matters to no home: %v", got)
	}
	elsewhere := feeFacts()
	elsewhere.County = "430102"
	if got := doubts(elsewhere, SampleAdoptions()); len(got) == 0 {
		t.Error("another city's adoption decided")
	}
}

func TestAnAdoptionOfAFeeThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*FeeAdoption){
		"no such fee": func(a *FeeAdoption) { a.Fee = "fee.x" }, "a negative fee": func(a *FeeAdoption) { a.Value = -1 },
		"no region": func(a *FeeAdoption) { a.Region = "" }, "no document": func(a *FeeAdoption) { a.Document = "" },
		"no day": func(a *FeeAdoption) { a.On = time.Time{} }, "nobody": func(a *FeeAdoption) { a.By = "" },
	} {
		a := SampleAdoptions()[0]
		change(&a)
		if err := a.Check(); !errors.Is(err, ErrBadAdoption) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// While the fee has doubts no bill is written; a person's word ends them.
func TestAPersonConfirmsAFee(t *testing.T) {
	t.Parallel()
	s := newTillOf(t, home(day(2015, 1, 1)), nil)
	open := func() (bills []Bill, doubts []FeeDoubt, err error) {
		err = s.try(func(ctx context.Context, tx pgx.Tx) (err error) {
			opened, err := OpenBills(ctx, tx, Opening{CaseID: 1, Number: "1", Kind: "sale_transfer", County: "430602",
				Within: time.Hour, At: noon, On: day(2026, 3, 15)})
			bills, doubts = opened.Bills, opened.Doubts
			return err
		})
		return bills, doubts, err
	}
	if bills, doubts, err := open(); err != nil || len(bills) > 0 || len(doubts) != 2 {
		t.Fatalf("bills %+v, doubts %+v, %v", bills, doubts, err)
	}
	s.must(func(ctx context.Context, tx pgx.Tx) error { return ConfirmFees(ctx, tx, 1, "tax-01", noon) })
	if bills, doubts, err := open(); err != nil || len(bills) == 0 || len(doubts) > 0 {
		t.Errorf("bills %+v, doubts %+v, %v", bills, doubts, err)
	}
}

// I7: the entry waits until every tax is paid, exempt with a code, or confirmed by
// the tax side, for facts that are still those of the case.
func TestTheGateOpensOnlyWhenEverythingIsSettled(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2025, 1, 1))) // buyer and seller owe
	expect := func(why string) {
		t.Helper()
		err := s.settled(Gate{})
		if why == "" && err != nil || why != "" && (!errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), why)) {
			t.Errorf("settled: %v, want %q", err, why)
		}
	}
	expect("no bill")
	bills := s.open(noon)
	expect("vat of the seller")
	if _, err := s.pay(paid(bills[1], "G-2"), noon); err != nil {
		t.Fatal(err)
	}
	expect("deed of the buyer")
	if _, err := s.pay(paid(bills[0], "G-1"), noon); err != nil {
		t.Fatal(err)
	}
	expect("")
	for why, c := range map[string]Claim{
		"another unit":  {Unit: "430602001001GB00001F00010002", Price: s.f.Price},
		"another price": {Unit: s.f.Unit, Price: s.f.Price + 1},
		"other parties": {Unit: s.f.Unit, Price: s.f.Price, Parties: []string{"a", "c"}},
	} {
		err := s.try(func(ctx context.Context, tx pgx.Tx) error { return Gate{}.Settled(ctx, tx, 1, c) })
		if !errors.Is(err, ErrFactsChanged) || !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s after the assessment: %v", why, err)
		}
	}
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := GiveBack(ctx, tx, Return{Ref: bills[1].Ref, Amount: 1, Available: bills[1].Amount, By: "tax-01", Words: "x", At: noon})
		return err
	})
	expect("of the seller is not paid") // a fen of it went back
	s.void()
	expect("no bill")
}

// What was paid at a counter of the tax office is confirmed by its voucher.
func TestAVoucherOfTheTaxSideSettlesABill(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2015, 1, 1)))
	b := s.open(noon)[0]
	note := func(voucher string) error {
		return s.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := InTreasury(ctx, tx, b.Ref, voucher, noon)
			return err
		})
	}
	if err := note(""); !errors.Is(err, ErrVoucher) {
		t.Errorf("no number: %v", err)
	}
	for range 2 {
		if err := note("343068260300000001"); err != nil {
			t.Error(err)
		}
	}
	if err := note("343068260300000002"); !errors.Is(err, ErrVoucher) {
		t.Errorf("another number: %v", err)
	}
	if err := s.settled(Gate{}); err != nil {
		t.Error(err)
	}
	if got := s.bills()[0]; got.State != BillTreasury || got.Voucher != "343068260300000001" || got.TreasuryAt.IsZero() {
		t.Errorf("%+v", got)
	}
	if got, err := s.pay(paid(b, "G-1"), noon); err != nil || got.Excess != PaidTwice { // then the payer paid all the same
		t.Errorf("%+v, %v", got, err)
	}
}

// An office may let some taxes be paid after the entry, never those that the law has
// before it.
func TestAnOfficeMayPutOffWhatTheLawLetsIt(t *testing.T) {
	t.Parallel()
	for _, t1 := range []tax.Tax{tax.Deed, tax.Income, tax.LandVAT} {
		if err := (Gate{Later: []string{string(t1)}}).Valid(); err == nil {
			t.Errorf("%s may be put off", t1)
		}
	}
	later := Gate{Later: []string{string(tax.VAT), string(tax.Construction), string(tax.Education), string(tax.LocalEducation)}}
	if err := later.Valid(); err != nil {
		t.Fatal(err)
	}
	f := home(day(2022, 1, 1)) // held for two years: no VAT, but income tax if not the sole home for five
	s := newTill(t, f)
	bills := s.open(noon)
	if _, err := s.pay(paid(bills[0], "G-1"), noon); err != nil {
		t.Fatal(err)
	}
	if err := s.settled(later); !errors.Is(err, ErrNotSettled) || !later.Waits(bills[1]) {
		t.Errorf("the income tax is not paid: %v", err)
	}
	vat := Bill{State: BillOpen, Items: []Item{{Code: string(tax.VAT), Amount: 1}}}
	if later.Waits(vat) || !(Gate{}).Waits(vat) {
		t.Error("a bill of VAT is waited for, or not")
	}
}

// The bill file is held against the books: nothing missing on either side, no other
// amount.
func TestABillFileIsHeldAgainstTheBooks(t *testing.T) {
	t.Parallel()
	s := newTill(t, home(day(2025, 1, 1)))
	bills := s.open(noon)
	for i, id := range []string{"G-1", "G-2"} {
		if _, err := s.pay(paid(bills[i], id), noon); err != nil {
			t.Fatal(err)
		}
	}
	good := []Trade{{Ref: bills[0].Ref, OrderID: "G-1", Amount: bills[0].Amount}, {Ref: bills[1].Ref, OrderID: "G-2", Amount: bills[1].Amount}}
	for name, tt := range map[string]struct {
		file []Trade
		want []Mismatch
	}{
		"the same":                   {good, nil},
		"nothing there":              {nil, []Mismatch{MissingThere, MissingThere}},
		"a fen less there":           {[]Trade{good[0], {good[1].Ref, "G-2", good[1].Amount - 1, ""}}, []Mismatch{OtherAmount}},
		"one that nobody here knows": {append([]Trade{{"R-9", "G-9", 1, ""}}, good...), []Mismatch{MissingHere}},
		"a refund that nobody made":  {append([]Trade{{bills[0].Ref, "G-1", 1, "r-1"}}, good...), []Mismatch{MissingHere}},
	} {
		var got []Mismatch
		s.must(func(ctx context.Context, tx pgx.Tx) error {
			from := noon.Add(-12 * time.Hour)
			r, err := Compare(ctx, tx, day(2026, 3, 15), from, from.Add(24*time.Hour), from.Add(25*time.Hour), tt.file)
			for _, f := range r.Findings {
				got = append(got, f.Kind)
				if (f.CaseID == 1) == (f.Ref == "R-9") {
					t.Errorf("%s: of case %d", name, f.CaseID)
				}
			}
			stored, done, err2 := Reconciled(ctx, tx, day(2026, 3, 15))
			if !done || len(stored.Findings) != len(r.Findings) {
				t.Errorf("%s: stored %+v", name, stored)
			}
			return errors.Join(err, err2)
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
