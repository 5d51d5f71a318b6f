package tax

import (
	"slices"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

func TestWhatForcesAPerson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		change  func(*Facts)
		want    []Code
		figures bool
	}{
		{"a gift in the family", func(f *Facts) { f.Deal = GiftFamily }, []Code{GiftToProve}, true},
		{"a gift to another", func(f *Facts) { f.Deal = GiftOther }, []Code{GiftToProve}, true},
		{"an inheritance", func(f *Facts) { f.Deal = Inheritance }, []Code{InheritanceToProve}, true},
		{"a swap", func(f *Facts) { f.Deal = Swap; f.Swap.Known = Yes }, []Code{SwapToCheck}, true},
		{"an auction by a court", func(f *Facts) { f.Deal = CourtSale }, []Code{CourtPriceToCheck}, true},
		{
			"a home for compensation", func(f *Facts) { f.Deal, f.Compensation = Resettlement, 1 },
			[]Code{CompensationToProve}, true,
		},
		{
			"a division at a divorce that civil affairs do not confirm",
			func(f *Facts) { f.Deal = Divorce; f.Family.Known = Unknown }, []Code{DivisionUnproven}, true,
		},
		{"a deal that nobody knows", func(f *Facts) { f.Deal = "barter" }, []Code{UnknownDeal}, false},
		{"a castle", func(f *Facts) { f.Use = "castle" }, []Code{UnknownUse}, false},
		{
			"a shop without rates that anyone knows", func(f *Facts) { f.Use = Shop },
			[]Code{NotHousing, NoRule, NoRule}, true,
		},
		{
			"a new home without the developer's invoice", func(f *Facts) { f.Deal = NewHome; f.Sellers[0].Kind = Organisation },
			[]Code{FactMissing}, true,
		},
		{"a company that buys", func(f *Facts) { f.Buyers[0].Kind = Organisation }, []Code{OrganisationParty}, true},
		{
			"a company that sells without an invoice", func(f *Facts) { f.Sellers[0].Kind = Organisation },
			[]Code{OrganisationParty, FactMissing}, true,
		},
		{"a foreigner who buys", func(f *Facts) { f.Buyers[0].Kind = Foreign }, []Code{ForeignParty}, true},
		{"a seller of no known kind", func(f *Facts) { f.Sellers[0].Kind = "" }, []Code{ForeignParty}, true},
		{"nobody buys", func(f *Facts) { f.Buyers = nil }, []Code{NoParties}, false},
		{"nobody sells", func(f *Facts) { f.Sellers = nil }, []Code{NoParties}, false},
		{"no area", func(f *Facts) { f.Area = 0 }, []Code{FactMissing}, true},
		{"an area below nothing", func(f *Facts) { f.Area = -1 }, []Code{AmountImplausible}, false},
		{"a county that is none", func(f *Facts) { f.County = "岳阳" }, []Code{FactsIncomplete}, false},
		{"no filing date", func(f *Facts) { f.FilingOn = time.Time{} }, []Code{FactsIncomplete}, false},
		{"a negative price", func(f *Facts) { f.Price = -1 }, []Code{AmountImplausible, PriceTooSmall, BelowAssessed}, false},
		{"a price of nothing", func(f *Facts) { f.Price = 0 }, []Code{AmountImplausible, PriceTooSmall, BelowAssessed}, false},
		{"an absurd price", func(f *Facts) { f.Price = 1<<63 - 1 }, []Code{AmountImplausible}, false},
		{
			"a price under the VAT threshold", func(f *Facts) { f.Price, f.Assessed = 999_99, 999_99 },
			[]Code{PriceTooSmall}, true,
		},
		{"one fen below the assessed value", func(f *Facts) { f.Price-- }, []Code{BelowAssessed}, true},
		{"no assessed value", func(f *Facts) { f.Assessed = 0 }, []Code{AssessedUnknown}, true},
		{"an unknown family", func(f *Facts) { f.Family.Known = Unknown }, []Code{FamilyUnknown}, true},
		{"nobody asked about the family", func(f *Facts) { f.Family = Family{} }, []Code{FamilyUnknown}, true},
		{"buyers of two families", func(f *Facts) { f.Family.Count = 2 }, []Code{SeveralFamilies}, true},
		{"a minor who buys", func(f *Facts) { f.Family.Minor = true }, []Code{MinorBuyer}, true},
		{"a divorce three months ago", func(f *Facts) { f.Family.ChangedOn = day(2025, 12, 15) }, []Code{FamilyChanged}, true},
		{"a home built by the seller", func(f *Facts) { f.Acquired.By = "self_built" }, []Code{AcquisitionOpen}, true},
		{"no record of the purchase", func(f *Facts) { acquiredOn(f, time.Time{}) }, []Code{HoldingUnproven}, true},
		{
			"an inheritance without the day of the deceased's purchase",
			func(f *Facts) { f.Acquired.By = ByInheritance }, []Code{HoldingUnproven}, true,
		},
		{"sold before it was bought", func(f *Facts) { acquiredOn(f, day(2027, 1, 1)) }, []Code{HoldingImpossible}, false},
		{"signed after it was filed", func(f *Facts) { f.ContractOn = day(2026, 3, 16) }, []Code{DaysImpossible}, true},
		{"shares of one half in all", func(f *Facts) { f.Sellers[0].Den = 2 }, []Code{SharesUnclear}, true},
		{"a share of minus one", func(f *Facts) { f.Sellers[0].Num = -1 }, []Code{SharesUnclear}, true},
		{
			"a court's ruling and a part of the home",
			func(f *Facts) { f.Special = []Special{CourtDocument, PartShare} }, []Code{SpecialCase, SpecialCase}, true,
		},
		{"filed before the first rule", func(f *Facts) { filed(f, day(2016, 2, 21)); acquiredOn(f, day(2010, 1, 1)) }, []Code{NoRule}, false},
		{"filed on the last day of the windows", func(f *Facts) { filed(f, day(2027, 12, 31)) }, nil, true},
		{
			"filed in 2028, VAT due and the six-tax relief ended",
			func(f *Facts) { filed(f, day(2028, 1, 1)); acquiredOn(f, day(2027, 1, 1)) },
			[]Code{NoRule}, false,
		},
		{
			"everything at once: every reason is named",
			func(f *Facts) {
				f.Price--
				f.Family.Known, f.Family.Minor = No, true
				f.Buyers[0].Kind = Foreign
			}, []Code{ForeignParty, BelowAssessed, FamilyUnknown, MinorBuyer}, true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := Assess(home(tt.change), SampleAdoptions())
			if got := codes(a); !slices.Equal(got, tt.want) {
				t.Errorf("reasons %v, want %v", got, tt.want)
			}
			if (len(a.Lines) > 0) != tt.figures {
				t.Errorf("%d proposed lines, want figures: %v", len(a.Lines), tt.figures)
			}
		})
	}
}

func TestAnAnswerThatCannotMatterIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		want   []Code
	}{
		{
			"without the voucher, ten years on the certificate are proof enough",
			func(f *Facts) { f.Acquired.VoucherOn = time.Time{} }, nil,
		},
		{
			"without the voucher, one year on the certificate is not: it may be older",
			func(f *Facts) { f.Acquired.VoucherOn, f.Acquired.CertificateOn = time.Time{}, day(2025, 3, 1) },
			[]Code{HoldingUnproven},
		},
		{
			"without the certificate's day, ten years on the voucher are enough",
			func(f *Facts) { f.Acquired.CertificateOn = time.Time{} }, nil,
		},
		{
			"a seller's other homes matter after five years",
			func(f *Facts) { f.Sellers[0].OnlyHome = Unknown }, []Code{SellerHomesUnknown},
		},
		{
			"and not before",
			func(f *Facts) { f.Sellers[0].OnlyHome = ""; acquiredOn(f, day(2022, 1, 1)) }, nil,
		},
		{
			"the cost matters to a seller who owes income tax",
			func(f *Facts) { f.Sellers[0].OnlyHome, f.Cost.Proven = No, Unknown }, []Code{CostUnknown},
		},
		{"and not to one who owes none", func(f *Facts) { f.Cost.Proven = "" }, nil},
		{"whether the home is ordinary does not matter in 岳阳", func(f *Facts) { f.Ordinary = Unknown }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := codes(Assess(home(tt.change), SampleAdoptions())); !slices.Equal(got, tt.want) {
				t.Errorf("reasons %v, want %v", got, tt.want)
			}
		})
	}
	beijing := home(func(f *Facts) {
		f.County, f.Ordinary = "110101", Unknown
		filed(f, day(2024, 11, 30))
	})
	if got := codes(Assess(beijing, adoptAll("110101"))); !slices.Equal(got, []Code{OrdinaryUnknown, CostUnknown}) &&
		!slices.Equal(got, []Code{OrdinaryUnknown}) {
		t.Errorf("in Beijing before December 2024 it matters, but the reasons are %v", got)
	}
}

// unsettled lists the parameters that a waits for.
func unsettled(a Assessment) []string {
	var all []string
	for _, r := range a.Manual {
		if r.Code == ParameterUnsettled {
			all = append(all, r.Args["param"])
		}
	}
	return all
}

// without drops the adoptions of some parameters.
func without(all []Adoption, params ...rule.Param) []Adoption {
	return slices.DeleteFunc(slices.Clone(all), func(a Adoption) bool { return slices.Contains(params, a.Param) })
}

func TestAnUnsettledParameterDecidesOnlyWhereAnAlternativeChangesALine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		drop   []rule.Param
		want   []string
	}{
		{"Hunan's statutory rate does not touch a first home", nil, []rule.Param{rule.DeedStatutory}, nil},
		{
			"it decides a third home", func(f *Facts) { f.Family.Homes = HomesEverywhere(2) },
			[]rule.Param{rule.DeedStatutory}, []string{"deed.rate.statutory"},
		},
		{"the deemed rate does not touch an exempt seller", nil, []rule.Param{rule.IncomeDeemed}, nil},
		{
			"it decides a seller with another home", func(f *Facts) { f.Sellers[0].OnlyHome = No },
			[]rule.Param{rule.IncomeDeemed}, []string{"income.deemed"},
		},
		{"the county's tier does not touch a sale without VAT", nil, []rule.Param{rule.ConstructionRate}, nil},
		{
			"it decides a sale with VAT", func(f *Facts) { acquiredOn(f, day(2025, 1, 1)) },
			[]rule.Param{rule.ConstructionRate}, []string{"construction.rate"},
		},
		{"where to count is no matter for a family without a home", nil, []rule.Param{rule.CountScope, rule.CountNetSigned}, nil},
		{
			"it decides where the family's home stands in another county",
			func(f *Facts) {
				f.Area = 150_00
				f.Family.Homes = Homes{County: 0, City: 1, Province: 1, NetSigned: 0}
			}, []rule.Param{rule.CountScope}, []string{"deed.count.scope"},
		},
		{"the threshold of 140 m² is no matter for 90 m²", func(f *Facts) { f.Area = 90_00 }, []rule.Param{rule.DeedArea}, nil},
		{
			"it decides between 90 m² and 140 m²", func(f *Facts) { f.Area = 90_01 },
			[]rule.Param{rule.DeedArea}, []string{"deed.area"},
		},
		{
			"the transition of 2024 is no matter for a contract made after it",
			nil, []rule.Param{rule.DeedTransition}, nil,
		},
		{
			"it decides a contract made before it and filed after it",
			func(f *Facts) { filed(f, day(2024, 12, 5)); f.ContractOn = day(2024, 11, 15) },
			[]rule.Param{rule.DeedTransition}, []string{"deed.transition.2024_16"},
		},
		{"the continued holding is no matter for a purchase", nil, []rule.Param{rule.HoldingContinues}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := Assess(home(tt.change), without(SampleAdoptions(), tt.drop...))
			if got := unsettled(a); !slices.Equal(got, tt.want) {
				t.Errorf("waits for %v, want %v", got, tt.want)
			}
			if len(a.Lines) == 0 {
				t.Error("the officer sees no figures")
			}
		})
	}
}

func TestTwoUncertaintiesBehindEachOther(t *testing.T) {
	t.Parallel()
	// Inherited three years ago, bought by the deceased sixteen years ago. VAT
	// falls due only if the deceased's time does not count and five years are
	// asked for: neither alone would change a line.
	f := home(func(f *Facts) {
		f.Sellers[0].OnlyHome = No
		acquiredOn(f, day(2023, 1, 1))
		f.Acquired.By, f.Acquired.PredecessorOn = ByInheritance, day(2010, 1, 1)
	})
	for _, one := range []rule.Param{rule.VATYears, rule.HoldingContinues} {
		if got := unsettled(Assess(f, without(SampleAdoptions(), one))); got != nil {
			t.Errorf("%s alone changes nothing, but a person is asked about %v", one, got)
		}
	}
	both := unsettled(Assess(f, without(SampleAdoptions(), rule.VATYears, rule.HoldingContinues)))
	if !slices.Equal(both, []string{"vat.years", "holding.continues"}) {
		t.Errorf("together they change the VAT, but a person is asked about %v", both)
	}
}

func TestNothingAdoptedMeansAPersonDecides(t *testing.T) {
	t.Parallel()
	a := Assess(home(nil), nil)
	want := []string{"income.sole_years", "stamp.exempt", "land_vat.exempt", "deed.area"}
	got := unsettled(a)
	for _, p := range want {
		if !slices.Contains(got, p) {
			t.Errorf("waits for %v, want %s among them", got, p)
		}
	}
	if due(a, Deed) != money.Yuan(8_000) {
		t.Errorf("the proposed deed tax is %v", due(a, Deed))
	}
}

func TestAPlaceWithoutATableGoesToAPerson(t *testing.T) {
	t.Parallel()
	f := home(func(f *Facts) { f.County, f.Sellers[0].OnlyHome = "320102", No })
	a := Assess(f, SampleAdoptions())
	if !slices.Contains(codes(a), NoRule) || !slices.Equal(a.Without, []Tax{Income}) {
		t.Errorf("reasons %v without %v: the deemed rate of another province was guessed", codes(a), a.Without)
	}
}
