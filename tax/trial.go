package tax

import (
	"slices"

	"onewindow/tax/rule"
)

// A trial computes the sale again with something else assumed.
type trial struct {
	set      *rule.Set
	facts    Facts
	adopted  []Adoption
	proposed []Line
	asked    []ruling
}

// parameters returns a reason for every unsettled parameter one of whose
// alternatives changes a line. Where no single one does, pairs are tried: two
// uncertainties may hide behind each other.
func (t trial) parameters() []Reason {
	loose := slices.DeleteFunc(slices.Clone(t.asked), func(r ruling) bool { return r.settlement.Standing != Unsettled })
	var why []Reason
	for _, r := range loose {
		if t.decides(nil, r) {
			why = append(why, r.unsettled())
		}
	}
	if len(why) > 0 {
		return why
	}
	return t.pairs(loose)
}

// pairs returns reasons for the first two unsettled parameters that change a
// line only together.
func (t trial) pairs(loose []ruling) []Reason {
	for i, r := range loose {
		for _, v := range r.alternatives {
			for _, other := range loose[i+1:] {
				if t.decides(map[rule.Param]int64{r.settlement.Param: v}, other) {
					return []Reason{r.unsettled(), other.unsettled()}
				}
			}
		}
	}
	return nil
}

// decides reports whether an alternative of r, with the values assumed, changes
// a line.
func (t trial) decides(assumed map[rule.Param]int64, r ruling) bool {
	for _, v := range r.alternatives {
		with := map[rule.Param]int64{r.settlement.Param: v}
		for p, other := range assumed {
			with[p] = other
		}
		if t.changes(t.facts, with) {
			return true
		}
	}
	return false
}

// doubts returns a reason for every answer that another office did not give
// where one of the possible answers changes a line.
func (t trial) doubts() []Reason {
	var why []Reason
	for _, d := range doubts {
		for _, f := range d.could(t.facts) {
			if t.changes(f, nil) {
				why = append(why, Reason{Code: d.code})
				break
			}
		}
	}
	return why
}

// changes reports whether the sale of f, with the values assumed, has other
// lines than those proposed.
func (t trial) changes(f Facts, assumed map[rule.Param]int64) bool {
	s := compute(f, openBook(t.set, f, t.adopted, assumed))
	return !slices.EqualFunc(s.lines, t.proposed, sameFigures)
}

// sameFigures reports whether two lines say the same to the payer.
func sameFigures(a, b Line) bool {
	return a.Tax == b.Tax && a.Payer == b.Payer && a.Person == b.Person && a.Base == b.Base && a.RateBP == b.RateBP &&
		a.Due == b.Due && a.Relief == b.Relief && a.Payable == b.Payable && a.Reason == b.Reason
}

// A doubt is a fact that no office has answered, with the facts as they could be.
type doubt struct {
	code  Code
	could func(Facts) []Facts
}

// doubts lists the answers that only sometimes matter: a missing voucher cannot
// shorten a holding, an unknown cost is no matter for an exempt seller.
var doubts = []doubt{
	{HoldingUnproven, oneRecord},
	{SellerHomesUnknown, sellersHomes},
	{OrdinaryUnknown, ordinary},
	{CostUnknown, purchaseCost},
}

// oneRecord returns f as if the record that is missing were far older (孰先).
func oneRecord(f Facts) []Facts {
	long := f.TransferOn.AddDate(-50, 0, 0)
	a := &f.Acquired
	if a.CertificateOn.IsZero() == a.VoucherOn.IsZero() {
		return nil
	}
	a.CertificateOn, a.VoucherOn = earlier(a.CertificateOn, long), earlier(a.VoucherOn, long)
	return []Facts{f}
}

// sellersHomes returns f with every unknown seller's home taken for the only one.
func sellersHomes(f Facts) []Facts {
	f.Sellers = slices.Clone(f.Sellers)
	changed := false
	for i, s := range f.Sellers {
		if s.OnlyHome != Yes && s.OnlyHome != No {
			f.Sellers[i].OnlyHome, changed = Yes, true
		}
	}
	if !changed {
		return nil
	}
	return []Facts{f}
}

// ordinary returns f as a non-ordinary home where that is unknown.
func ordinary(f Facts) []Facts {
	if f.Ordinary == Yes || f.Ordinary == No {
		return nil
	}
	f.Ordinary = No
	return []Facts{f}
}

// purchaseCost returns f with a proven cost where nobody has said whether there
// is proof.
func purchaseCost(f Facts) []Facts {
	if f.Cost.Proven == Yes || f.Cost.Proven == No {
		return nil
	}
	f.Cost.Proven = Yes
	return []Facts{f}
}
