package tax

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"

	"pgregory.net/rapid"
)

// anySale draws the facts of a home sale that a machine may assess, all
// boundaries of dates and areas among them.
func anySale(t *rapid.T) Facts {
	return home(func(f *Facts) {
		filed(f, rapid.Custom(anyDay(day(2016, 5, 1), day(2027, 12, 31))).Draw(t, "filed"))
		f.Price = money.Fen(rapid.Int64Range(int64(vatThreshold), 1e11).Draw(t, "price"))
		f.Assessed = money.Fen(rapid.Int64Range(1, int64(f.Price)).Draw(t, "assessed"))
		f.Area = rapid.OneOf(rapid.SampledFrom([]int64{90_00, 90_01, 140_00, 140_01}), rapid.Int64Range(1, 500_00)).Draw(t, "area")
		f.Family.Homes = HomesEverywhere(rapid.IntRange(0, 3).Draw(t, "homes"))
		acquiredOn(f, rapid.Custom(anyDay(day(2000, 1, 1), f.TransferOn)).Draw(t, "acquired"))
		f.Sellers = anySellers(t)
		f.Cost = Cost{
			Proven: rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "proven"),
			Price:  money.Fen(rapid.Int64Range(1, 1e11).Draw(t, "cost")), DeedTax: 0,
			Decoration: money.Fen(rapid.Int64Range(0, 1e9).Draw(t, "decoration")), Interest: 0, Fees: 0,
		}
	})
}

func anyDay(from, to time.Time) func(*rapid.T) time.Time {
	return func(t *rapid.T) time.Time {
		return from.AddDate(0, 0, rapid.IntRange(0, int(to.Sub(from).Hours()/24)).Draw(t, "day"))
	}
}

func anySellers(t *rapid.T) []Seller {
	n := rapid.IntRange(1, 5).Draw(t, "sellers")
	left, sellers := int64(100), make([]Seller, n)
	for i := range sellers {
		share := rapid.Int64Range(0, left).Draw(t, "share")
		if i == n-1 {
			share = left
		}
		left -= share
		home := rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "only")
		sellers[i] = Seller{Kind: Resident, Num: share, Den: 100, OnlyHome: home}
	}
	return sellers
}

func TestEverySaleAddsUp(t *testing.T) {
	t.Parallel()
	adopted := SampleAdoptions()
	rapid.Check(t, func(t *rapid.T) {
		f := anySale(t)
		a := Assess(f, adopted)
		if len(a.Manual) > 0 || len(a.Without) > 0 {
			t.Fatalf("needs a person: %v without %v", a.Manual, a.Without)
		}
		var total, bases money.Fen
		for _, l := range a.Lines {
			if l.Due < 0 || l.Relief < 0 || l.Payable != l.Due-l.Relief || l.Payable < 0 {
				t.Fatalf("line does not add up: %+v", l)
			}
			if (l.Payable == 0 || l.Relief > 0) && l.Reason == "" {
				t.Fatalf("line without a reason: %+v", l)
			}
			if l.Tax == VAT && l.Base+l.Due != f.Price {
				t.Fatalf("net and VAT are not the price: %+v of %v", l, f.Price)
			}
			if l.Tax == Income && l.Reason == IncomeSoleHome && due(a, VAT) != 0 {
				t.Fatalf("held five years and yet taxed: %+v", a.Lines)
			}
			total, bases = total+l.Payable, bases+l.Base
		}
		if total != a.Total() || total != a.Payable(BuyerSide)+a.Payable(SellerSide) {
			t.Fatalf("total %v, lines %v", a.Total(), total)
		}
		if due(a, VAT) == 0 && due(a, Construction)+due(a, Education)+due(a, LocalEducation) != 0 {
			t.Fatalf("surcharges without VAT: %+v", a.Lines)
		}
	})
}

func TestAHigherPriceNeverLowersATax(t *testing.T) {
	t.Parallel()
	adopted := SampleAdoptions()
	rapid.Check(t, func(t *rapid.T) {
		f := anySale(t)
		lower := Assess(f, adopted)
		f.Price += money.Yuan(rapid.Int64Range(1, 1_000_000).Draw(t, "more"))
		f.Assessed = f.Price
		higher := Assess(f, adopted)
		for _, tax := range []Tax{Deed, VAT, Construction, Education, LocalEducation, Income} {
			if due(higher, tax) < due(lower, tax) {
				t.Fatalf("%s falls from %v to %v", tax, due(lower, tax), due(higher, tax))
			}
		}
	})
}

// TestAnAssessmentCanBeRepeated proves invariant I13: the stored facts and the
// adoptions it rests on give the same assessment, through JSON as well.
func TestAnAssessmentCanBeRepeated(t *testing.T) {
	t.Parallel()
	all := SampleAdoptions()
	rapid.Check(t, func(t *rapid.T) {
		f := anySale(t)
		f.Acquired.By = rapid.SampledFrom([]Acquisition{ByPurchase, ByInheritance, ByOtherGift, "self_built"}).Draw(t, "by")
		f.Special = nil
		var adopted []Adoption
		for _, a := range all {
			if rapid.IntRange(0, 9).Draw(t, "adopted") > 0 {
				adopted = append(adopted, a)
			}
		}
		a := Assess(f, adopted)
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var again Facts
		if err := json.Unmarshal(raw, &again); err != nil {
			t.Fatal(err)
		}
		if b := Assess(again, a.Adopted); !reflect.DeepEqual(a, b) {
			t.Fatalf("repeated:\n%+v\nwas:\n%+v", b, a)
		}
	})
}

func FuzzAssessNeverFails(f *testing.F) {
	for _, facts := range []Facts{home(nil), {}, home(func(f *Facts) { f.Price = -1; f.Sellers[0].Den = -1 })} {
		raw, _ := json.Marshal(facts)
		f.Add(string(raw))
	}
	adopted := SampleAdoptions()
	f.Fuzz(func(t *testing.T, raw string) {
		var facts Facts
		if json.Unmarshal([]byte(raw), &facts) != nil {
			return
		}
		a := Assess(facts, adopted)
		for _, l := range a.Lines {
			if l.Payable < 0 {
				t.Errorf("negative tax %+v of %s", l, raw)
			}
		}
	})
}

func TestSampleAdoptionsAreMarkedAndValid(t *testing.T) {
	t.Parallel()
	for _, a := range SampleAdoptions() {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
		if !a.Sample || !strings.HasPrefix(a.Region, "4306") || !strings.Contains(a.Document, "样本") {
			t.Errorf("not marked as the demonstration's: %+v", a)
		}
	}
}

func TestAnAdoptionMustBeLawful(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Adoption){
		"no such parameter":                  func(a *Adoption) { a.Param = "deed.rate" },
		"six per cent is not in 3–5 %":       func(a *Adoption) { a.Value = 600 },
		"adopted for the whole country":      func(a *Adoption) { a.Region = "" },
		"a region that is no code":           func(a *Adoption) { a.Region = "岳阳" },
		"nobody signed":                      func(a *Adoption) { a.By = "" },
		"no office":                          func(a *Adoption) { a.Office = "" },
		"no document":                        func(a *Adoption) { a.Document = "" },
		"no day of adoption":                 func(a *Adoption) { a.On = time.Time{} },
		"in force from no day":               func(a *Adoption) { a.FromOn = time.Time{} },
		"it ends before it comes into force": func(a *Adoption) { a.ToOn = a.FromOn.AddDate(0, 0, -1) },
	} {
		a := adoption(rule.DeedStatutory, "43", 400)
		if change(&a); a.Check() == nil {
			t.Errorf("%s: accepted %+v", name, a)
		}
		f := home(func(f *Facts) { f.Family.Homes = HomesEverywhere(2) })
		if len(unsettled(Assess(f, append(without(SampleAdoptions(), rule.DeedStatutory), a)))) == 0 {
			t.Errorf("%s: it settled a line", name)
		}
	}
}

func TestWhichAdoptionWins(t *testing.T) {
	t.Parallel()
	province, city, later := adoption(rule.DeedStatutory, "43", 300), adoption(rule.DeedStatutory, "4306", 400), adoption(rule.DeedStatutory, "4306", 500)
	f := home(func(f *Facts) { f.Family.Homes = HomesEverywhere(2) })
	rest := without(SampleAdoptions(), rule.DeedStatutory)
	for _, tt := range []struct {
		name    string
		adopted []Adoption
		want    money.Fen
	}{
		{"the city's before the province's", []Adoption{city, province}, money.Yuan(32_000)},
		{"of two alike the one made last", []Adoption{city, later}, money.Yuan(40_000)},
	} {
		if got := due(Assess(f, append(tt.adopted, rest...)), Deed); got != tt.want {
			t.Errorf("%s: deed tax %v, want %v", tt.name, got, tt.want)
		}
	}
	verified := append([]Adoption{adoption(rule.DeedFirstSmall, "4306", 50)}, SampleAdoptions()...)
	old := home(func(f *Facts) { f.Area = 90_00; filed(f, day(2024, 11, 30)) })
	if got := due(Assess(old, verified), Deed); got != money.Yuan(8_000) {
		t.Errorf("an adoption overruled the official text: deed tax %v", got)
	}
}
