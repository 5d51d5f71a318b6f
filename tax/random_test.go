package tax

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// howMany facts are drawn: TAX_FACTS, or few enough for every run of the tests.
func howMany(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("TAX_FACTS"))
	switch {
	case os.Getenv("TAX_FACTS") == "":
		return 6_000
	case err != nil || n < 1:
		t.Fatalf("TAX_FACTS is %q, not a number", os.Getenv("TAX_FACTS"))
	}
	return n
}

// dice draw facts.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// sum draws amounts of every magnitude up to the greatest, boundaries among them.
func (d dice) sum() money.Fen {
	top := int64(1)
	for range d.IntN(14) {
		top *= 10
	}
	return money.Fen(d.Int64N(top) + 1)
}

func (d dice) day(fromYear, throughYear int) time.Time {
	if d.IntN(20) == 0 {
		return pick(d, day(2024, 11, 30), day(2024, 12, 1), day(2025, 12, 31), day(2026, 1, 1), day(2027, 12, 31), day(2024, 2, 29))
	}
	return day(fromYear, 1, 1).AddDate(0, 0, d.IntN(366*(throughYear-fromYear+1)))
}

// anything draws facts that may be nonsense.
func (d dice) anything() Facts {
	f := d.plausible()
	f.Deal = pick(d, Sale, Sale, NewHome, GiftFamily, GiftOther, Inheritance, Bequest, Divorce, Spouses, Swap, CourtSale,
		Resettlement, NoTransfer, "barter")
	f.Use = pick(d, Housing, Shop, Office, Parking, Other, "castle")
	f.County = pick(d, "430602", "110101", "310101", "440305", "440114", "000000", "岳阳", "320102")
	f.FilingOn, f.ContractOn, f.TransferOn = d.day(2014, 2029), d.day(2014, 2029), d.day(2014, 2029)
	f.Tier = pick(d, "", City, Town, Elsewhere)
	f.Price = pick(d, f.Price, 0, -1, 1<<62, greatest, 1)
	f.Assessed = pick(d, 0, f.Price, d.sum(), -5)
	f.Area = pick(d, f.Area, 0, -1, 1<<40)
	f.Acquired.By = pick(d, ByPurchase, ByInheritance, ByFamilyGift, ByDivorce, ByOtherGift, BySelf, "found")
	f.Buyers = pick(d, f.Buyers, nil, []Buyer{{Organisation}}, []Buyer{{Foreign}, {Resident}})
	f.Sellers = pick(d, f.Sellers, nil, []Seller{{Organisation, 1, 1, No}},
		[]Seller{{Resident, 1, 3, Yes}, {Resident, 1, 3, No}, {Resident, 1, 3, Unknown}},
		[]Seller{{Resident, 1, 2, Yes}, {Resident, 1, 3, No}}, []Seller{{Resident, 0, 0, Yes}, {Resident, 0, 0, ""}})
	f.Cost.Documented = pick(d, "", Yes, No, Unknown)
	f.LandVAT.Method = pick(d, "", ByAppraisal, ByInvoice, ByRate)
	f.VATExempt, f.Ordinary = pick(d, "", Yes, No), pick(d, Yes, No, Unknown)
	f.Compensation, f.Swap = pick(d, 0, d.sum()), SwapTerms{pick(d, Yes, Unknown), pick(d, d.sum(), -d.sum(), 0)}
	f.Invoice, f.BuyerOnly = pick(d, Invoice{}, Invoice{RateBP: 500}, Invoice{Net: d.sum()}), d.IntN(3) == 0
	f.Family.Count, f.Family.Each = pick(d, 1, 2), pick(d, nil, []Homes{HomesEverywhere(1), HomesEverywhere(3)})
	f.BuyerRelief, f.SellerRelief = pick(d, "", Yes, No), pick(d, "", Yes, No)
	return f
}

// plausible draws facts of the deals that the second computation knows.
func (d dice) plausible() Facts {
	return home(func(f *Facts) {
		f.Deal, f.Use = pick(d, Sale, Sale, Sale, GiftFamily, NewHome), Housing
		if f.Deal == Sale && d.IntN(3) == 0 {
			f.Use = Shop
		}
		filed(f, d.day(2016, 2027))
		if f.FilingOn.Before(day(2016, 5, 1)) || f.FilingOn.After(day(2027, 12, 31)) {
			filed(f, day(2026, 3, 15))
		}
		f.Price = d.sum() + vatThreshold
		f.Assessed = f.Price
		f.Area = pick(d, 90_00, 90_01, 140_00, 140_01, 1+d.Int64N(500_00))
		f.Family.Homes = HomesEverywhere(d.IntN(4))
		f.Tier = City
		f.Sellers[0].OnlyHome = pick(d, Yes, No)
		years := d.IntN(8)
		acquiredOn(f, f.TransferOn.AddDate(-years, 0, pick(d, 0, 1, -1, d.IntN(365))-366))
		f.Cost = Cost{
			Proven: pick(d, Yes, No), Price: min(greatest, 1+f.Price*money.Fen(d.IntN(120))/100), DeedTax: d.sum() / 1000,
			Decoration: d.sum() / 100, Interest: d.sum() / 100, Fees: d.sum() / 1000, Documented: "", Taxes: 0,
		}
		f.LandVAT = LandVATFacts{Method: "", Years: d.Int64N(20), Counted: true, Appraised: d.sum(), LandPrice: d.sum()}
		f.Invoice.RateBP = pick[int64](d, 900, 500, 300)
	})
}

// TestRandomFacts draws facts and asks of each what must always hold. TAX_FACTS
// says how many: make million draws a million.
func TestRandomFacts(t *testing.T) {
	t.Parallel()
	adopted := officeAdoptions()
	const parts = 4
	n := howMany(t)
	for p := range parts {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			t.Parallel()
			d := dice{rand.New(rand.NewPCG(uint64(p), 20261129))}
			for range (n + parts - 1) / parts {
				holds(t, d.anything(), adopted)
				agrees(t, d.plausible(), adopted)
				refunds(t, d)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// officeAdoptions are the sample's and the two rates that nobody proposes.
func officeAdoptions() []Adoption {
	land, income := adoption(rule.LandVATDeemed, "4306", 500), adoption(rule.IncomeDeemedOther, "4306", 150)
	land.FromOn, income.FromOn = day(2016, 1, 1), day(2016, 1, 1)
	return append(SampleAdoptions(), land, income)
}

// holds asks what must be true of any facts at all.
func holds(t *testing.T, f Facts, adopted []Adoption) {
	a := Assess(f, adopted)
	var sum money.Fen
	vat := due(a, VAT)
	for _, l := range a.Lines {
		if l.Due < 0 || l.Relief < 0 || l.Payable < 0 || l.Payable != l.Due-l.Relief || l.Base < 0 {
			t.Errorf("a line does not add up: %+v of %+v", l, f)
		}
		if (l.Payable == 0 || l.Relief > 0) && l.Reason == "" {
			t.Errorf("a line without a reason: %+v of %+v", l, f)
		}
		if vat == 0 && (l.Tax == Construction || l.Tax == Education || l.Tax == LocalEducation) && l.Payable > 0 {
			t.Errorf("a surcharge without VAT: %+v of %+v", l, f)
		}
		sum += l.Payable
	}
	if sum != a.Total() || sum != a.Payable(BuyerSide)+a.Payable(SellerSide) {
		t.Errorf("the total %v is not the sum of the lines %v: %+v", a.Total(), sum, f)
	}
	again, err := AssessUnder(a.RuleSet, f, a.Adopted)
	if err != nil || !reflect.DeepEqual(again, a) {
		t.Errorf("repeated %+v\nwas %+v: %v", again, a, err)
	}
}

// agrees compares with the second computation, and with a higher price.
func agrees(t *testing.T, f Facts, adopted []Adoption) {
	a := Assess(f, adopted)
	want := byLaw(f)
	for _, tax := range taxes {
		if got := due(a, tax); got != want[tax] {
			t.Errorf("%s = %v, by the second computation %v: manual %v of %+v", tax, got, want[tax], a.Manual, f)
		}
	}
	if len(a.Without) > 0 || len(a.Lines) == 0 {
		t.Errorf("no figures: %v, %v of %+v", a.Without, a.Manual, f)
	}
	for _, l := range a.Lines {
		whole := f.Price
		if f.Use == Shop && f.Cost.Proven == Yes {
			whole = max(0, f.Price-f.Cost.Price)
		}
		if l.Tax == VAT && f.Deal == Sale && l.Base+l.Due != whole {
			t.Errorf("net and VAT are not the price: %+v of %+v", l, f)
		}
	}
	f.Price += money.Fen(1 + f.Area)
	f.Assessed = f.Price
	higher := Assess(f, adopted)
	for _, tax := range []Tax{Deed, VAT} {
		if due(higher, tax) < due(a, tax) {
			t.Errorf("%s falls from %v to %v as the price rises: %+v", tax, due(a, tax), due(higher, tax), f)
		}
	}
}

// refunds asks that no more comes back than was paid.
func refunds(t *testing.T, d dice) {
	c := Claim{
		County: pick(d, "430602", "000000"), SoldOn: d.day(2021, 2028), BoughtOn: d.day(2021, 2029),
		OldPrice: pick(d, d.sum(), 0), NewPrice: pick(d, d.sum(), 0), Paid: pick(d, d.sum(), 0, -1),
		PaidKnown: pick(d, Yes, Unknown), SameCity: pick(d, Yes, No, Unknown), SellerOwner: pick(d, Yes, No, Unknown),
	}
	r := AssessRefund(c, nil)
	if r.Amount < 0 || r.Amount > max(0, c.Paid) || r.RatioBP < 0 || r.RatioBP > 10_000 {
		t.Errorf("a refund of %v of %+v", r.Amount, c)
	}
	if r.Amount > 0 && (c.SameCity == No || c.SellerOwner == No || c.BoughtOn.Before(c.SoldOn)) {
		t.Errorf("a refund that nobody is entitled to: %+v of %+v", r, c)
	}
}

func BenchmarkAssess(b *testing.B) {
	adopted := officeAdoptions()
	for name, change := range map[string]func(*Facts){
		"exempt": nil,
		"taxed":  func(f *Facts) { acquiredOn(f, day(2025, 1, 1)); f.Sellers[0].OnlyHome = No },
		"three owners": func(f *Facts) {
			f.Sellers = []Seller{{Resident, 1, 3, No}, {Resident, 1, 3, No}, {Resident, 1, 3, No}}
		},
		"shop": func(f *Facts) {
			f.Use, f.Cost = Shop, Cost{Proven: Yes, Price: money.Yuan(300_000), DeedTax: money.Yuan(12_000)}
		},
		"gift": func(f *Facts) { f.Deal = GiftFamily },
	} {
		f := home(change)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Assess(f, adopted)
			}
		})
	}
}
