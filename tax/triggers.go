package tax

import (
	"time"

	"onewindow/internal/money"
)

// A trigger is a circumstance in which a person must decide. Where it leaves
// the figures computable, the officer sees them.
type trigger struct {
	code    Code
	figures bool
	when    func(Facts) bool
}

// greatest is beyond the price of any home; sums below it cannot overflow.
const greatest = money.Fen(100_000_000_000_00)

// vatThreshold is the amount of one transaction below which no VAT arises
// (财政部 税务总局公告2026年第10号 一(二)); no home is sold so cheaply.
const vatThreshold = money.Fen(1000_00)

// triggers lists what forces manual handling, in the order in which an officer
// would ask.
var triggers = []trigger{
	{NotASale, false, func(f Facts) bool { return f.Deal != Sale }},
	{NotHousing, false, func(f Facts) bool { return f.Use != Housing }},
	{NoParties, false, func(f Facts) bool { return len(f.Buyers) == 0 || len(f.Sellers) == 0 }},
	{OrganisationParty, false, func(f Facts) bool { return f.anyone(Organisation) }},
	{ForeignParty, true, func(f Facts) bool { return f.strangers() }},
	{FactsIncomplete, false, func(f Facts) bool { return f.Area <= 0 || len(f.County) != 6 || !county(f.County) }},
	{FactsIncomplete, false, func(f Facts) bool {
		return f.ContractOn.IsZero() || f.FilingOn.IsZero() || f.TransferOn.IsZero()
	}},
	{AmountImplausible, false, func(f Facts) bool { return f.implausible() }},
	{PriceTooSmall, true, func(f Facts) bool { return f.Price < vatThreshold }},
	{OutsideRuleSet, true, func(f Facts) bool { return !within(f.FilingOn, rulesFromOn, rulesThroughOn) }},
	{AssessedUnknown, true, func(f Facts) bool { return f.Assessed == 0 }},
	{BelowAssessed, true, func(f Facts) bool { return f.Price < f.Assessed && !f.LowPriceJustified }},
	{FamilyUnknown, true, func(f Facts) bool { return f.Family.Known != Yes || f.Family.Count < 1 }},
	{SeveralFamilies, true, func(f Facts) bool { return f.Family.Count > 1 }},
	{MinorBuyer, true, func(f Facts) bool { return f.Family.Minor }},
	{FamilyChanged, true, func(f Facts) bool { return f.familyChangedLately() }},
	{AcquisitionOpen, true, func(f Facts) bool { return !f.acquisitionCovered() }},
	{HoldingUnproven, true, func(f Facts) bool { return f.holdingUnproven() }},
	{SharesUnclear, true, func(f Facts) bool { _, ok := f.weights(); return !ok && len(f.Sellers) > 0 }},
}

// anyone reports whether a party is of kind k.
func (f Facts) anyone(k PersonKind) bool {
	for _, b := range f.Buyers {
		if b.Kind == k {
			return true
		}
	}
	for _, s := range f.Sellers {
		if s.Kind == k {
			return true
		}
	}
	return false
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
	return f.Price == 0 || min(h.County, h.City, h.Province, h.NetSigned) < 0 ||
		max(h.County, h.City, h.Province, h.NetSigned) > 10_000
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
// held, or the sale would precede it. Where one of two records is missing, the
// doubts decide.
func (f Facts) holdingUnproven() bool {
	a := f.Acquired
	start := earlier(a.CertificateOn, a.VoucherOn)
	if continues(a.By) && a.PredecessorOn.IsZero() {
		return true
	}
	return start.IsZero() && a.PredecessorOn.IsZero() || f.TransferOn.Before(start)
}
