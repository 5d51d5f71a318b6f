package worked

import (
	"slices"

	"onewindow/internal/money"
	"onewindow/tax"
)

// Outcome is how a case ends.
type Outcome string

// The outcomes.
const (
	Assessed Outcome = "assessed" // decided, and something is owed
	Exempt   Outcome = "exempt"   // decided, and nothing is owed
	Manual   Outcome = "manual"   // a person decides; the lines are proposals
)

// A Result is what a case owes. Missing names the facts that lines would need;
// those lines are not given, and their totals are nil.
type Result struct {
	ID      string
	Outcome Outcome
	Reasons []tax.Reason
	Missing []string
	Lines   []tax.Line
	Refund  *tax.Refund // of a home swap
	Totals  map[string]*int64
}

// The keys of the totals, as the case file names them.
const (
	Deed, VAT, PIT, LVAT = "deed_tax_fen", "vat_fen", "pit_fen", "lvat_fen"
	UCT, Education       = "urban_construction_tax_fen", "education_surcharge_fen"
	LocalEducation       = "local_education_surcharge_fen"
	Surcharges           = "surcharges_total_fen"
	Stamp                = "stamp_duty_fen"
	StampSeller          = "stamp_duty_seller_fen"
	StampBuyer           = "stamp_duty_buyer_fen"
	TotalBuyer           = "total_buyer_fen"
	TotalSeller          = "total_seller_fen"
	PITRefund            = "pit_refund_fen"
	RefundRatio          = "refund_ratio_bp"
)

// Keys are the keys of the totals, in the order of the case file.
var Keys = []string{
	Deed, VAT, UCT, Education, LocalEducation, Surcharges, PIT, LVAT, Stamp, StampSeller, StampBuyer,
	TotalBuyer, TotalSeller, PITRefund, RefundRatio,
}

// Assess computes one case with what an office adopted besides what the case
// states. It is pure and never fails.
func (c Case) Assess(adopted []tax.Adoption) Result {
	r := &reader{c: c}
	adopted = append(slices.Clip(adopted), r.adoptions()...)
	res := Result{ID: c.ID, Totals: map[string]*int64{}}
	for _, k := range Keys {
		res.Totals[k] = nil
	}
	if c.kind() == refund {
		res.refund(tax.AssessRefund(c.claim(), adopted))
	} else {
		res.transfer(r.facts(), adopted)
	}
	for _, field := range slices.Concat(r.missing, r.unclear) {
		res.miss(field)
	}
	for _, field := range r.unclear {
		res.Reasons = append(res.Reasons, tax.Reason{Code: tax.FactUnclear, Args: map[string]string{"field": field}})
	}
	res.end()
	return res
}

// miss notes a missing fact once.
func (r *Result) miss(field string) {
	if field != "" && !slices.Contains(r.Missing, field) {
		r.Missing = append(r.Missing, field)
	}
}

// end decides the outcome.
func (r *Result) end() {
	owed := r.Refund != nil && r.Refund.Amount > 0
	for _, l := range r.Lines {
		owed = owed || l.Payable > 0
	}
	switch {
	case len(r.Reasons) > 0 || len(r.Missing) > 0:
		r.Outcome = Manual
	case owed:
		r.Outcome = Assessed
	default:
		r.Outcome = Exempt
	}
}

// refund fills in a home swap.
func (r *Result) refund(f tax.Refund) {
	r.Refund, r.Reasons = &f, f.Manual
	for _, field := range f.Lacks {
		r.miss(field)
	}
	if slices.ContainsFunc(f.Manual, func(m tax.Reason) bool { return m.Code == tax.AmountImplausible }) {
		return
	}
	known := func(field string) bool { return !slices.Contains(f.Lacks, field) }
	if len(f.Lacks) == 0 || len(f.Lacks) == 1 && !known("pit_paid_fen") {
		r.Totals[RefundRatio] = &f.RatioBP
	}
	if len(f.Lacks) == 0 {
		amount := int64(f.Amount)
		r.Totals[PITRefund] = &amount
	}
}

// asked are the facts that a reason asks for in words of its own.
var asked = map[tax.Code]string{
	tax.FamilyUnknown: "buyer_home_rank", tax.SellerHomesUnknown: "seller_sole_home_in_province",
	tax.CostUnknown: "pit_method", tax.HoldingUnproven: "seller_acquired_date",
	tax.AssessedUnknown: "assessed_price_fen", tax.OrdinaryUnknown: "ordinary_housing",
}

// transfer fills in a transfer: the lines whose facts suffice, and the totals of
// the taxes all of whose lines are given.
func (r *Result) transfer(f tax.Facts, adopted []tax.Adoption) {
	a := tax.Assess(f, adopted)
	r.Reasons = a.Manual
	for _, reason := range a.Manual {
		r.miss(asked[reason.Code])
		if reason.Code == tax.FactMissing {
			r.miss(reason.Args["field"])
		}
	}
	sums := newSums(f, a)
	for _, l := range a.Lines {
		for _, field := range l.Lacks {
			r.miss(field)
		}
		if len(l.Lacks) == 0 {
			r.Lines = append(r.Lines, l)
		}
	}
	for key, of := range sums {
		if of.given && !of.open {
			amount := int64(of.sum)
			r.Totals[key] = &amount
		}
	}
}

// A sum is one total: given once it has a line, open while one is missing.
type sum struct {
	sum         money.Fen
	given, open bool
}

// newSums adds up the lines of an assessment by the keys of the case file.
func newSums(f tax.Facts, a tax.Assessment) map[string]*sum {
	sums := map[string]*sum{}
	for _, k := range Keys {
		sums[k] = &sum{}
	}
	for _, l := range a.Lines {
		for _, k := range keysOf(l.Tax, l.Payer) {
			s := sums[k]
			s.sum, s.given, s.open = s.sum+l.Payable, true, s.open || len(l.Lacks) > 0
		}
	}
	for _, t := range a.Without {
		for _, payer := range payers(f, t) {
			for _, k := range keysOf(t, payer) {
				sums[k].open = true
			}
		}
	}
	if !sums[VAT].given { // the seller files elsewhere
		sums[TotalSeller].open = true
	}
	if f.Deal == tax.NoTransfer {
		for _, k := range []string{Deed, VAT, PIT, LVAT, Stamp, TotalBuyer, TotalSeller} {
			sums[k].given, sums[k].open = true, false
		}
	}
	return sums
}

var keyOf = map[tax.Tax][]string{
	tax.Deed: {Deed}, tax.VAT: {VAT}, tax.Construction: {UCT, Surcharges}, tax.Education: {Education, Surcharges},
	tax.LocalEducation: {LocalEducation, Surcharges}, tax.Income: {PIT}, tax.LandVAT: {LVAT}, tax.Stamp: {Stamp},
}

// keysOf returns the totals that a line of a tax and payer adds to.
func keysOf(t tax.Tax, payer tax.Side) []string {
	total, stamp := TotalSeller, StampSeller
	if payer == tax.BuyerSide {
		total, stamp = TotalBuyer, StampBuyer
	}
	keys := append(slices.Clip(keyOf[t]), total)
	if t == tax.Stamp {
		keys = append(keys, stamp)
	}
	return keys
}

// payers returns who would owe a tax that has no figure.
func payers(f tax.Facts, t tax.Tax) []tax.Side {
	switch {
	case t == tax.Deed || t == tax.Income && f.Deal == tax.GiftOther:
		return []tax.Side{tax.BuyerSide}
	case t == tax.Stamp:
		return []tax.Side{tax.SellerSide, tax.BuyerSide}
	}
	return []tax.Side{tax.SellerSide}
}
