package tax

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"onewindow/internal/money"
)

// home returns the facts of the plainest sale: one seller's only home in the
// centre of 岳阳, held for ten years, 95 m² for 800 000 yuan, to a family
// without a home. Tests change what their sentence is about.
func home(change func(*Facts)) Facts {
	on := day(2026, time.March, 15)
	f := Facts{
		Unit: "430602001001GB00001F00010001", County: "430602", Parties: Fingerprint("b", "a"), Deal: Sale, Use: Housing,
		ContractOn: on, FilingOn: on, TransferOn: on,
		Price: money.Yuan(800_000), Assessed: money.Yuan(800_000), LowPriceJustified: false, Area: 95_00, Ordinary: Yes,
		Buyers:  []Buyer{{Kind: Resident}},
		Family:  Family{Known: Yes, Count: 1, Minor: false, ChangedOn: time.Time{}, Homes: HomesEverywhere(0)},
		Sellers: []Seller{{Kind: Resident, Num: 1, Den: 1, OnlyHome: Yes}},
		Acquired: Acquired{
			By: ByPurchase, CertificateOn: day(2016, time.March, 15), VoucherOn: day(2016, time.March, 20), PredecessorOn: time.Time{},
		},
		Cost:    Cost{Proven: No, Price: 0, DeedTax: 0, Decoration: 0, Interest: 0, Fees: 0},
		Special: nil,
	}
	if change != nil {
		change(&f)
	}
	return f
}

// filed moves every clock of f to a day.
func filed(f *Facts, on time.Time) { f.ContractOn, f.FilingOn, f.TransferOn = on, on, on }

// acquiredOn sets both records of the seller's purchase.
func acquiredOn(f *Facts, on time.Time) { f.Acquired.CertificateOn, f.Acquired.VoucherOn = on, on }

// due returns what a's lines of one tax pay together.
func due(a Assessment, t Tax) money.Fen {
	var sum money.Fen
	for _, l := range a.Lines {
		if l.Tax == t {
			sum += l.Payable
		}
	}
	return sum
}

// codes lists why a needs a person.
func codes(a Assessment) []Code {
	var all []Code
	for _, r := range a.Manual {
		all = append(all, r.Code)
	}
	return all
}

func TestTheLawOfAHomeSale(t *testing.T) {
	t.Parallel()
	type want map[Tax]money.Fen
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		want   want
	}{
		{"a family's only home of exactly 140 m² pays 1 %", func(f *Facts) { f.Area = 140_00 }, want{Deed: money.Yuan(8_000)}},
		{"a family's only home over 140 m² pays 1.5 %", func(f *Facts) { f.Area = 140_01 }, want{Deed: money.Yuan(12_000)}},
		{
			"to 30 November 2024 an only home of exactly 90 m² pays 1 %",
			func(f *Facts) { f.Area = 90_00; filed(f, day(2024, 11, 30)) }, want{Deed: money.Yuan(8_000)},
		},
		{
			"to 30 November 2024 an only home over 90 m² pays 1.5 %",
			func(f *Facts) { f.Area = 90_01; filed(f, day(2024, 11, 30)) }, want{Deed: money.Yuan(12_000)},
		},
		{
			"from 1 December 2024 the same home pays 1 %",
			func(f *Facts) { f.Area = 90_01; filed(f, day(2024, 12, 1)) }, want{Deed: money.Yuan(8_000)},
		},
		{
			"a second home of 140 m² pays 1 %",
			func(f *Facts) { f.Area = 140_00; f.Family.Homes = HomesEverywhere(1) }, want{Deed: money.Yuan(8_000)},
		},
		{
			"a second home over 140 m² pays 2 %",
			func(f *Facts) { f.Area = 140_01; f.Family.Homes = HomesEverywhere(1) }, want{Deed: money.Yuan(16_000)},
		},
		{
			"a third home pays the province's 4 %, as the office adopted it",
			func(f *Facts) { f.Family.Homes = HomesEverywhere(2) }, want{Deed: money.Yuan(32_000)},
		},
		{
			"a home under a filed contract counts, as the office adopted it",
			func(f *Facts) { f.Area = 150_00; f.Family.Homes = Homes{County: 0, City: 0, Province: 0, NetSigned: 1} },
			want{Deed: money.Yuan(16_000)},
		},
		{
			"a home in another city of the province does not count, as the office adopted it",
			func(f *Facts) { f.Area = 150_00; f.Family.Homes = Homes{County: 0, City: 0, Province: 1, NetSigned: 0} },
			want{Deed: money.Yuan(12_000)},
		},
		{
			"a home held for exactly two years is exempt from VAT",
			func(f *Facts) { acquiredOn(f, day(2024, 3, 15)) }, want{VAT: 0, Income: money.Yuan(8_000), Deed: money.Yuan(8_000)},
		},
		{
			"one day short of two years pays VAT on the whole price, halved surcharges, and the rest on the net price",
			func(f *Facts) { acquiredOn(f, day(2024, 3, 16)) },
			want{
				VAT: 23_300_97, Construction: 815_53, Education: 349_51, LocalEducation: 233_01,
				Income: 7_766_99, Deed: 7_766_99,
			},
		},
		{
			"the earlier of certificate and voucher counts: a voucher two years old is enough",
			func(f *Facts) { f.Acquired.CertificateOn = day(2025, 1, 1); f.Acquired.VoucherOn = day(2024, 3, 15) },
			want{VAT: 0, Income: money.Yuan(8_000)},
		},
		{
			"a sole home of exactly five years pays no income tax",
			func(f *Facts) { acquiredOn(f, day(2021, 3, 15)) }, want{Income: 0},
		},
		{
			"one day short of five years a sole home pays it",
			func(f *Facts) { acquiredOn(f, day(2021, 3, 16)) }, want{Income: money.Yuan(8_000)},
		},
		{
			"a seller who owns another home in the province pays it after any time",
			func(f *Facts) { f.Sellers[0].OnlyHome = No }, want{Income: money.Yuan(8_000)},
		},
		{
			"what began on 29 February is two years old on 28 February",
			func(f *Facts) { acquiredOn(f, day(2024, 2, 29)); filed(f, day(2026, 2, 28)) }, want{VAT: 0},
		},
		{
			"and not on 27 February",
			func(f *Facts) { acquiredOn(f, day(2024, 2, 29)); filed(f, day(2026, 2, 27)) }, want{VAT: 23_300_97},
		},
		{
			"on the last day of 2025 the rate is 5 %",
			func(f *Facts) { acquiredOn(f, day(2025, 1, 1)); filed(f, day(2025, 12, 31)) }, want{VAT: 38_095_24},
		},
		{
			"on the first day of 2026 the rate is 3 %",
			func(f *Facts) { acquiredOn(f, day(2025, 1, 1)); filed(f, day(2026, 1, 1)) }, want{VAT: 23_300_97},
		},
		{
			"a contract of 2025 filed in 2026 follows the new rate",
			func(f *Facts) {
				acquiredOn(f, day(2025, 1, 1))
				filed(f, day(2026, 1, 5))
				f.ContractOn = day(2025, 12, 20)
			}, want{VAT: 23_300_97},
		},
		{
			"an inherited home continues the holding of the deceased",
			func(f *Facts) {
				f.Acquired = Acquired{
					By: ByInheritance, CertificateOn: day(2025, 9, 1), VoucherOn: time.Time{}, PredecessorOn: day(2015, 5, 1),
				}
			}, want{VAT: 0, Income: 0},
		},
		{
			"a gift from outside the family begins a new holding",
			func(f *Facts) {
				f.Acquired = Acquired{
					By: ByOtherGift, CertificateOn: day(2025, 8, 1), VoucherOn: day(2025, 8, 1), PredecessorOn: day(2010, 1, 1),
				}
			}, want{VAT: 23_300_97},
		},
		{
			"with proof of the cost a fifth of the gain is due, decoration up to a tenth of the price",
			func(f *Facts) {
				f.Sellers[0].OnlyHome = No
				f.Cost = Cost{
					Proven: Yes, Price: money.Yuan(500_000), DeedTax: money.Yuan(5_000), Decoration: money.Yuan(80_000),
					Interest: money.Yuan(20_000), Fees: money.Yuan(1_000),
				}
			}, want{Income: money.Yuan((800_000 - 500_000 - 5_000 - 50_000 - 20_000 - 1_000) / 5)},
		},
		{
			"a sale at a loss pays no income tax",
			func(f *Facts) {
				f.Sellers[0].OnlyHome = No
				f.Cost = Cost{Proven: Yes, Price: money.Yuan(900_000), DeedTax: 0, Decoration: 0, Interest: 0, Fees: 0}
			}, want{Income: 0},
		},
		{"a price equal to the assessed value stands", func(f *Facts) { f.Assessed = f.Price }, want{Deed: money.Yuan(8_000)}},
		{
			"a low price with a reason stands",
			func(f *Facts) { f.Assessed = f.Price + 1; f.LowPriceJustified = true }, want{Deed: money.Yuan(8_000)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := Assess(home(tt.change), SampleAdoptions())
			if len(a.Manual) > 0 {
				t.Fatalf("needs a person: %v", a.Manual)
			}
			for tax, want := range tt.want {
				if got := due(a, tax); got != want {
					t.Errorf("%s = %v, want %v", tax, got, want)
				}
			}
			for _, tax := range []Tax{Stamp, LandVAT} {
				if got := due(a, tax); got != 0 {
					t.Errorf("%s = %v, but individuals' housing is exempt", tax, got)
				}
			}
		})
	}
}

func TestThreeOwnersAndOneFenLeft(t *testing.T) {
	t.Parallel()
	f := home(func(f *Facts) {
		f.Price, f.Assessed = 1_000_000_01, 1_000_000_01
		f.Sellers = slices.Repeat([]Seller{{Kind: Resident, Num: 1, Den: 3, OnlyHome: No}}, 3)
		f.Sellers[2].OnlyHome = Yes
	})
	a := Assess(f, SampleAdoptions())
	var got []Line
	for _, l := range a.Lines {
		if l.Tax == Income {
			got = append(got, Line{Person: l.Person, Base: l.Base, Payable: l.Payable, Reason: l.Reason})
		}
	}
	want := []Line{
		{Person: 1, Base: 333_333_34, Payable: 3_333_33},
		{Person: 2, Base: 333_333_34, Payable: 3_333_33},
		{Person: 3, Base: 333_333_33, Payable: 0, Reason: IncomeSoleHome},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("income tax of three owners = %+v, want %+v", got, want)
	}
}

func TestEveryLineSaysOnWhoseWord(t *testing.T) {
	t.Parallel()
	exempt := Assess(home(nil), SampleAdoptions())
	taxed := Assess(home(func(f *Facts) { acquiredOn(f, day(2025, 1, 1)) }), SampleAdoptions())
	for _, l := range append(exempt.Lines, taxed.Lines...) {
		if len(l.Settled) == 0 {
			t.Errorf("%s: no settlement", l.Tax)
		}
		for _, s := range l.Settled {
			switch {
			case s.Document == "" || s.Standing == Unsettled:
				t.Errorf("%s rests on %+v", l.Tax, s)
			case s.Standing == Adopted && (s.Office == "" || s.By == "" || s.On.IsZero() || !s.Sample):
				t.Errorf("%s rests on an adoption without office, person, day or the mark of a sample: %+v", l.Tax, s)
			}
		}
		if l.Tax == Deed && l.Rule != "deed.rate.first.small@2024-12-01" {
			t.Errorf("deed tax follows %s", l.Rule)
		}
	}
}
