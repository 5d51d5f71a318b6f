package tax

import (
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// A trigger is a circumstance in which a person must decide. Where it leaves
// the figures computable, the officer sees them.
type trigger struct {
	edition int // of the rules that ask so; 0: every one
	code    Code
	figures bool
	when    func(Facts) bool
}

// greatest is beyond the price of any home; sums below it cannot overflow.
const greatest = money.Fen(100_000_000_000_00)

// firstSet is the rule set of the first edition: it proposed figures beyond its
// years.
var firstSet, _ = rule.At("2026-11-22")

// vatThreshold is the amount of one transaction below which no VAT arises
// (财政部 税务总局公告2026年第10号 一(二)); no home is sold so cheaply.
const vatThreshold = money.Fen(1000_00)

// triggers lists what forces manual handling, in the order in which an officer
// would ask. Those of the first edition repeat what was assessed under it.
var triggers = []trigger{
	{1, NotASale, false, func(f Facts) bool { return f.Deal != Sale }},
	{1, NotHousing, false, func(f Facts) bool { return f.Use != Housing }},
	{2, UnknownDeal, false, func(f Facts) bool { return f.terms() == terms{} }},
	{2, UnknownUse, false, func(f Facts) bool { return !uses[f.Use] }},
	{0, NoParties, false, func(f Facts) bool { return len(f.Buyers) == 0 || len(f.Sellers) == 0 }},
	{1, OrganisationParty, false, func(f Facts) bool { return f.bought(Organisation) || f.sold(Organisation) }},
	{2, OrganisationParty, true, func(f Facts) bool { return f.organisations() }},
	{2, NotHousing, true, func(f Facts) bool { return uses[f.Use] && f.Use != Housing }},
	{2, GiftToProve, true, func(f Facts) bool { return f.terms().code == GiftToProve }},
	{2, InheritanceToProve, true, func(f Facts) bool { return f.terms().code == InheritanceToProve }},
	{2, SwapToCheck, true, func(f Facts) bool { return f.terms().code == SwapToCheck }},
	{2, CourtPriceToCheck, true, func(f Facts) bool { return f.terms().code == CourtPriceToCheck }},
	{2, CompensationToProve, true, func(f Facts) bool { return f.terms().code == CompensationToProve }},
	{2, DivisionUnproven, true, func(f Facts) bool {
		return (f.Deal == Divorce || f.Deal == Spouses) && f.Family.Known != Yes
	}},
	{0, ForeignParty, true, func(f Facts) bool { return f.strangers() }},
	{1, FactsIncomplete, false, func(f Facts) bool { return f.Area <= 0 }},
	{0, FactsIncomplete, false, func(f Facts) bool { return len(f.County) != 6 || !rule.County(f.County) }},
	{0, FactsIncomplete, false, func(f Facts) bool {
		return f.ContractOn.IsZero() || f.FilingOn.IsZero() || f.TransferOn.IsZero()
	}},
	{1, AmountImplausible, false, func(f Facts) bool { return f.implausible() || f.Price == 0 }},
	{2, AmountImplausible, false, func(f Facts) bool { return f.implausible() || f.measuresImplausible() }},
	{1, PriceTooSmall, true, func(f Facts) bool { return f.Price < vatThreshold }},
	{2, PriceTooSmall, true, func(f Facts) bool { return f.terms().priced && f.Price < vatThreshold }},
	{1, OutsideRuleSet, true, func(f Facts) bool { return !firstSet.Covers(f.FilingOn) }},
	{1, AssessedUnknown, true, func(f Facts) bool { return f.Assessed == 0 }},
	{2, AssessedUnknown, true, func(f Facts) bool { return f.Assessed == 0 && f.valued() }},
	{1, BelowAssessed, true, func(f Facts) bool { return f.Price < f.Assessed && !f.LowPriceJustified }},
	{2, BelowAssessed, true, func(f Facts) bool { return f.tooCheap() }},
	{1, FamilyUnknown, true, func(f Facts) bool { return f.familyUnknown() }},
	{2, FamilyUnknown, true, func(f Facts) bool { return f.ranked() && f.familyUnknown() }},
	{1, SeveralFamilies, true, func(f Facts) bool { return f.Family.Count > 1 }},
	{2, SeveralFamilies, true, func(f Facts) bool { return f.ranked() && f.Family.Count > 1 }},
	{0, MinorBuyer, true, func(f Facts) bool { return f.Family.Minor }},
	{0, FamilyChanged, true, func(f Facts) bool { return f.familyChangedLately() }},
	{1, AcquisitionOpen, true, func(f Facts) bool { return !f.acquisitionCovered() }},
	{2, AcquisitionOpen, true, func(f Facts) bool { return f.aged() && !f.acquisitionCovered() }},
	{1, HoldingUnproven, true, func(f Facts) bool { return f.holdingUnproven() || f.holdingImpossible() }},
	{2, HoldingUnproven, true, func(f Facts) bool { return f.aged() && f.holdingUnproven() }},
	{2, HoldingImpossible, false, func(f Facts) bool { return f.holdingImpossible() }},
	{2, DaysImpossible, true, func(f Facts) bool { return !f.FilingOn.IsZero() && f.ContractOn.After(f.FilingOn) }},
	{0, SharesUnclear, true, func(f Facts) bool { _, ok := f.weights(); return !ok && len(f.Sellers) > 0 }},
}

// organisations reports whether an organisation is a party where individuals
// are meant: a developer always is one.
func (f Facts) organisations() bool {
	return f.bought(Organisation) || f.sold(Organisation) && f.Deal != NewHome
}

// valued reports whether the base of f's taxes is, or is measured by, the value
// that the tax office assesses. A developer's and a court's price stand.
func (f Facts) valued() bool {
	switch f.Deal {
	case Sale, Swap, GiftFamily, GiftOther, Bequest:
		return true
	}
	return false
}

// tooCheap reports whether the price is below the assessed value, with no
// reason and nobody who accepted to pay on that value.
func (f Facts) tooCheap() bool {
	return f.terms().priced && f.Deal != CourtSale && f.Price < f.Assessed &&
		!f.LowPriceJustified && !f.AssessedAccepted
}

// ranked reports whether the rank of the home in the buyers' family can matter.
func (f Facts) ranked() bool {
	return f.terms().purchase && f.Use == Housing && !f.bought(Organisation)
}

func (f Facts) familyUnknown() bool { return f.Family.Known != Yes || f.Family.Count < 1 }

// aged reports whether the seller's holding matters.
func (f Facts) aged() bool {
	return f.terms().asSale && f.Use == Housing && !f.onInvoice() && f.VATExempt != Yes
}

// strangers reports whether a party is neither a resident nor an organisation.
func (f Facts) strangers() bool {
	for _, b := range f.Buyers {
		if b.Kind != Resident && b.Kind != Organisation {
			return true
		}
	}
	for _, s := range f.Sellers {
		if s.Kind != Resident && s.Kind != Organisation {
			return true
		}
	}
	return false
}

// implausible reports whether an amount is negative or beyond any home's, or a
// family owns less than no home.
func (f Facts) implausible() bool {
	c := f.Cost
	for _, sum := range []money.Fen{f.Price, f.Assessed, c.Price, c.DeedTax, c.Decoration, c.Interest, c.Fees} {
		if sum < 0 || sum > greatest {
			return true
		}
	}
	h := f.Family.Homes
	return min(h.County, h.City, h.Province, h.NetSigned) < 0 ||
		max(h.County, h.City, h.Province, h.NetSigned) > 10_000
}

// measuresImplausible reports the same of what the second edition reads.
func (f Facts) measuresImplausible() bool {
	for _, sum := range []money.Fen{
		f.Invoice.Net, f.Compensation, f.Cost.Taxes, f.LandVAT.Appraised, f.LandVAT.LandPrice,
	} {
		if sum < 0 || sum > greatest {
			return true
		}
	}
	d := f.Swap.Difference
	return f.terms().priced && f.Price == 0 || d < -greatest || d > greatest || f.Invoice.Net > f.Price ||
		f.Area < 0 || f.Area > 10_000_000_00 || f.Invoice.RateBP < 0 || f.Invoice.RateBP > 2000 ||
		f.LandVAT.Years < 0 || f.LandVAT.Years > 200
}

// familyChangedLately reports whether the buyers' family changed in the year
// before the filing: a divorce may have been made for the rank.
func (f Facts) familyChangedLately() bool {
	changed := f.Family.ChangedOn
	return !changed.IsZero() && f.FilingOn.Before(changed.Add(366*24*time.Hour))
}

// acquisitionCovered reports whether the holding period of this acquisition is
// computed here.
func (f Facts) acquisitionCovered() bool {
	return f.Acquired.By == ByPurchase || f.Acquired.By == ByOtherGift || continues(f.Acquired.By)
}

// holdingUnproven reports whether no record at all shows since when the home is
// held. Where one of two records is missing, the doubts decide.
func (f Facts) holdingUnproven() bool {
	a := f.Acquired
	start := earlier(a.CertificateOn, a.VoucherOn)
	if continues(a.By) && a.PredecessorOn.IsZero() {
		return true
	}
	return start.IsZero() && a.PredecessorOn.IsZero()
}

// holdingImpossible reports whether the sale would precede the purchase.
func (f Facts) holdingImpossible() bool {
	return f.TransferOn.Before(earlier(f.Acquired.CertificateOn, f.Acquired.VoucherOn))
}
