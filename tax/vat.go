package tax

import (
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// The days on which new laws admitted contracts made before them.
var (
	deed2024On = day(2024, time.December, 1)
	vat2026On  = day(2026, time.January, 1)
)

// valueAdded adds the VAT of the transfer (增值税) and sets the price without it.
// What is exempt has its price not reduced (财税〔2016〕43号). It reports whether
// the price without VAT is known.
func (s *sheet) valueAdded() bool {
	f := s.f
	switch {
	case s.book.set.Edition == 1:
		return s.housingVAT()
	case f.onInvoice():
		return s.invoice()
	case f.VATExempt == Yes:
		s.book.given(VATStated)
		return s.vatExempt(rule.VATYears, VATStated)
	case f.terms().family && s.book.says(rule.VATFamily):
		return s.vatExempt(rule.VATFamily, VATFamily)
	case f.Deal == Resettlement && s.book.says(rule.VATExpropriation):
		return s.vatExempt(rule.VATExpropriation, VATCompensation)
	case f.Use != Housing:
		return s.otherVAT()
	case f.Acquired.By == BySelf && s.book.says(rule.VATSelfBuilt):
		return s.vatExempt(rule.VATSelfBuilt, VATSelfBuilt)
	}
	return s.housingVAT()
}

// vatExempt adds a line that pays nothing because of p.
func (s *sheet) vatExempt(p rule.Param, why Code) bool {
	s.net = s.price
	return s.add(Line{Tax: VAT, Payer: SellerSide, Base: s.price, Reason: why}, p)
}

// invoice takes the price without VAT from the seller's invoice, whose VAT is
// no business of this assessment.
func (s *sheet) invoice() bool {
	s.net = s.f.Invoice.Net
	if s.net == 0 {
		s.net = money.MulDiv(s.price, 10_000, 10_000+s.f.Invoice.RateBP)
	}
	if s.f.Invoice == (Invoice{}) {
		s.netLacks = append(s.netLacks, lackInvoice)
	}
	return true
}

// housingVAT taxes a home that is not held long enough, and in some places a
// non-ordinary one on the difference.
func (s *sheet) housingVAT() bool {
	on := s.lawOn(rule.VATTransition, vat2026On)
	long := s.held(s.book.valueOn(rule.VATYears, on))
	switch {
	case !long || s.f.Deal == GiftOther && !s.book.says(rule.VATGiftHeld):
		return s.vatOn(s.price, rule.VATRate, on, "")
	case s.onDifference():
		return s.vatOn(s.gainOverPurchase(), rule.VATRate, on, VATDifferential)
	}
	return s.vatExempt(rule.VATYears, VATHeld)
}

// onDifference reports whether this is a non-ordinary home where such a home is
// taxed on the difference.
func (s *sheet) onDifference() bool {
	if !s.differenceKnown() {
		return false
	}
	if s.f.Ordinary != Yes && s.f.Ordinary != No {
		s.book.guess(lackOrdinary)
		return false
	}
	return s.f.Ordinary == No && s.book.says(rule.VATDifference)
}

// differenceKnown reports whether the rule set has the difference here and now.
func (s *sheet) differenceKnown() bool {
	_, ok := s.book.set.Find(rule.VATDifference, s.f.County, s.f.FilingOn)
	return ok
}

// otherVAT taxes what is no housing: the difference where the purchase price is
// proven, else the whole price.
func (s *sheet) otherVAT() bool {
	if s.f.Cost.documented() == No || !s.book.says(rule.VATOtherDifference) {
		return s.vatOn(s.price, rule.VATOtherRate, s.f.FilingOn, "")
	}
	return s.vatOn(s.gainOverPurchase(), rule.VATOtherRate, s.f.FilingOn, VATDifferential)
}

// gainOverPurchase returns the price less the purchase price, at least nothing.
func (s *sheet) gainOverPurchase() money.Fen {
	if s.f.Cost.Price == 0 {
		if s.book.set.Edition == 1 {
			s.book.refuse(Reason{CostUnknown, nil})
		}
		s.book.guess(lackCost)
	}
	return max(0, s.price-s.f.Cost.Price)
}

// vatOn taxes a part of the price, VAT included: net = part ÷ (1 + rate), and the
// tax is the rest, so that net and tax always add up to the price.
func (s *sheet) vatOn(part money.Fen, p rule.Param, on time.Time, why Code) bool {
	rate := s.book.valueOn(p, on)
	base := money.MulDiv(part, 10_000, 10_000+rate)
	s.vat = part - base
	s.net = s.price - s.vat
	if part == 0 {
		why = VATNoGain
	}
	s.book.guess(s.priceLacks...)
	return s.add(Line{Tax: VAT, Payer: SellerSide, Base: base, RateBP: rate, Due: s.vat, Reason: why}, p)
}

// lawOn returns the day whose law applies: the filing date, unless the contract
// is older than the new law and the transition p does not admit it.
func (s *sheet) lawOn(p rule.Param, newLawOn time.Time) time.Time {
	f := s.f
	straddles := f.ContractOn.Before(newLawOn) && !f.FilingOn.Before(newLawOn)
	if straddles && s.book.value(p) == 0 {
		return f.ContractOn
	}
	return f.FilingOn
}

// halved adds a line of which a side entitled to it owes half (六税两费).
func (s *sheet) halved(l Line, main rule.Param) {
	if s.f.relief(l.Payer) || s.book.set.Edition == 1 {
		l.Relief = money.MulBP(l.Due, s.book.value(rule.SixTaxesRelief))
		if l.Relief > 0 || s.book.set.Edition == 1 {
			l.Reason = SixTaxesHalved
		}
	}
	s.add(l, main)
}

// surcharge adds one of the taxes that follow the VAT paid
// (城市维护建设税法 art. 2), halved for individuals while the six-tax relief lasts.
// The ruling named by base says that nothing follows from no VAT.
func (s *sheet) surcharge(t Tax, p, base rule.Param) {
	s.book.guess(s.netLacks...)
	if s.vat == 0 {
		s.book.value(base)
		s.add(Line{Tax: t, Payer: SellerSide, Reason: NoVAT}, base)
		return
	}
	if p == rule.ConstructionRate {
		p = s.constructionRate()
	}
	if s.book.gap { // nobody knows where the property lies
		s.add(Line{Tax: t, Payer: SellerSide}, p)
		return
	}
	rate := s.book.value(p)
	due := money.MulBP(s.vat, rate)
	s.halved(Line{Tax: t, Payer: SellerSide, Base: s.vat, RateBP: rate, Due: due}, p)
}

// constructionRate chooses the rate by the tier, where one is known, else the
// county's own.
func (s *sheet) constructionRate() rule.Param {
	switch s.f.Tier {
	case City:
		return rule.ConstructionCity
	case Town:
		return rule.ConstructionTown
	case Elsewhere:
		return rule.ConstructionOther
	}
	if s.book.set.Edition > 1 && !s.book.has(rule.ConstructionRate) {
		s.book.refuse(lacking(lackTier))
	}
	return rule.ConstructionRate
}
