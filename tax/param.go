package tax

import (
	"strings"
	"time"
)

// Param names one number or choice of law that has a date and a source.
type Param string

// The parameters, with the unit of their value.
const (
	DeedStatutory    Param = "deed.rate.statutory"     // basis points, by province (契税法 art. 3)
	DeedFirstSmall   Param = "deed.rate.first.small"   // basis points
	DeedFirstLarge   Param = "deed.rate.first.large"   // basis points
	DeedSecondSmall  Param = "deed.rate.second.small"  // basis points
	DeedSecondLarge  Param = "deed.rate.second.large"  // basis points
	DeedArea         Param = "deed.area"               // the largest small home, hundredths of m²
	DeedSecondRelief Param = "deed.second.relief"      // 1: second homes have a reduced rate here
	DeedTransition   Param = "deed.transition.2024_16" // 1: contracts before it, filed after it, use it
	CountScope       Param = "deed.count.scope"        // ScopeCounty, ScopeCity or ScopeProvince
	CountNetSigned   Param = "deed.count.net_signed"   // 1: filed contracts count as homes

	VATRate          Param = "vat.rate"               // basis points
	VATYears         Param = "vat.years"              // years of holding that exempt
	VATDifference    Param = "vat.difference"         // 1: non-ordinary homes pay on the difference
	VATTransition    Param = "vat.transition.2025_17" // 1: contracts before it, filed after it, use it
	HoldingContinues Param = "holding.continues"      // 1: the previous owner's date continues

	ConstructionRate   Param = "construction.rate"    // basis points, by county
	ConstructionBase   Param = "construction.base"    // 1: the VAT paid
	EducationRate      Param = "education.rate"       // basis points
	LocalEducationRate Param = "local_education.rate" // basis points
	SixTaxesRelief     Param = "six_taxes.relief"     // basis points of the tax

	IncomeRate       Param = "income.rate"       // basis points of the gain
	IncomeDeemed     Param = "income.deemed"     // basis points of the income
	IncomeSoleYears  Param = "income.sole_years" // years after which a sole home is exempt
	IncomeDecoration Param = "income.decoration" // cap, basis points of the purchase price

	StampExempt   Param = "stamp.exempt"    // 1: individuals' housing is exempt
	StampRate     Param = "stamp.rate"      // basis points
	LandVATExempt Param = "land_vat.exempt" // 1: individuals' housing is exempt
	SmallestTax   Param = "smallest_tax"    // a tax of so many fen or less is waived
)

// The areas in which homes may be counted (住房套数查询范围), values of CountScope.
const (
	ScopeCounty   = 1
	ScopeCity     = 2
	ScopeProvince = 3
)

// never is a number of years that nobody holds a home for.
const never = 1000

// bounds are the least and the greatest value that a parameter may be given: the
// law's own range where it has one.
var bounds = map[Param][2]int64{
	DeedStatutory:  {300, 500}, // 契税法 art. 3
	DeedFirstSmall: {0, 500}, DeedFirstLarge: {0, 500}, DeedSecondSmall: {0, 500}, DeedSecondLarge: {0, 500},
	DeedArea: {1, 1000_00}, DeedSecondRelief: {0, 1}, DeedTransition: {0, 1},
	CountScope: {ScopeCounty, ScopeProvince}, CountNetSigned: {0, 1},
	VATRate: {0, 1300}, VATYears: {0, 10}, VATDifference: {0, 1}, VATTransition: {0, 1}, HoldingContinues: {0, 1},
	ConstructionRate: {100, 700}, // 城市维护建设税法 art. 4
	ConstructionBase: {1, 1},
	EducationRate:    {0, 300}, LocalEducationRate: {0, 200}, SixTaxesRelief: {0, 5000},
	IncomeRate: {2000, 2000}, IncomeDeemed: {100, 300}, IncomeSoleYears: {1, never}, IncomeDecoration: {0, 1500},
	StampExempt: {0, 1}, StampRate: {0, 5}, LandVATExempt: {0, 1}, SmallestTax: {0, 100},
}

// Evidence is how a value of law was learnt.
type Evidence string

// Only the official text, or a verbatim copy of it, verifies a value.
const (
	Official   Evidence = "official"    // read in the official text or a verbatim copy
	Press      Evidence = "press"       // a named news outlet repeats the announcement
	Secondhand Evidence = "second_hand" // a commentary, a program or a portal says so
	Recalled   Evidence = "recalled"    // from memory
)

// source is where a value of law stands.
type source struct {
	document string
	article  string
	evidence Evidence
}

// at returns the source narrowed to an article.
func (s source) at(article string) source {
	s.article = article
	return s
}

// A row is one value of one parameter for a region and a span of days. The
// alternatives are the other values that the law may turn out to have; a row
// that is not official has at least one.
type row struct {
	param        Param
	region       string // prefix of the county code; empty for the whole country
	from, to     time.Time
	value        int64
	alternatives []int64
	source       source
}

// covers reports whether r is in force for county on a day.
func (r row) covers(county string, on time.Time) bool {
	return strings.HasPrefix(county, r.region) && within(on, r.from, r.to)
}

// within reports whether on lies in from…to, both included; a zero to is open.
func within(on, from, to time.Time) bool {
	return !on.Before(from) && (to.IsZero() || !on.After(to))
}

// find returns the row of p in force for county on a day, the narrowest region
// first, then the newest.
func find(p Param, county string, on time.Time) (row, bool) {
	var best row
	found := false
	for _, r := range rulesOf[p] {
		if r.covers(county, on) && (!found || len(r.region) > len(best.region)) {
			best, found = r, true
		}
	}
	return best, found
}
