package tax

import (
	"time"

	"onewindow/internal/money"
)

// valueAdded adds the VAT of the sale (增值税) and sets the price without it. A
// home held long enough is exempt and its price is not reduced
// (财税〔2016〕43号). It reports whether the price without VAT is known.
func (s *sheet) valueAdded() bool {
	on := s.lawOn(VATTransition, vat2026On)
	switch {
	case !s.held(s.book.valueOn(VATYears, on)):
		return s.onPrice(on)
	case s.f.Ordinary == No && s.book.exists(VATDifference) && s.book.value(VATDifference) == 1:
		return s.onDifference(on)
	}
	s.net = s.price
	return s.add(Line{Tax: VAT, Payer: SellerSide, Base: s.price, Reason: VATHeld}, VATYears)
}

// onPrice taxes the whole price: net = price ÷ (1 + rate), and the tax is the
// rest, so that net and tax always add up to the price.
func (s *sheet) onPrice(on time.Time) bool {
	rate := s.book.valueOn(VATRate, on)
	s.net = money.MulDiv(s.price, 10_000, 10_000+rate)
	s.vat = s.price - s.net
	return s.add(Line{Tax: VAT, Payer: SellerSide, Base: s.net, RateBP: rate, Due: s.vat}, VATRate)
}

// onDifference taxes what the home brought over its purchase price; without a
// proven purchase price there is no figure.
func (s *sheet) onDifference(on time.Time) bool {
	rate := s.book.valueOn(VATRate, on)
	if s.f.Cost.Price == 0 {
		s.book.refuse(Reason{CostUnknown, nil})
	}
	gain := max(0, s.price-s.f.Cost.Price)
	base := money.MulDiv(gain, 10_000, 10_000+rate)
	s.vat, s.net = gain-base, s.price-(gain-base)
	reason := VATDifferential
	if gain == 0 {
		reason = VATNoGain
	}
	return s.add(Line{Tax: VAT, Payer: SellerSide, Base: base, RateBP: rate, Due: s.vat, Reason: reason}, VATRate)
}

// lawOn returns the day whose law applies: the filing date, unless the contract
// is older than the new law and the transition p does not admit it.
func (s *sheet) lawOn(p Param, newLawOn time.Time) time.Time {
	f := s.f
	straddles := f.ContractOn.Before(newLawOn) && !f.FilingOn.Before(newLawOn)
	if straddles && s.book.value(p) == 0 {
		return f.ContractOn
	}
	return f.FilingOn
}

// halved adds a line of which individuals owe half (六税两费).
func (s *sheet) halved(l Line, main Param) {
	l.Relief, l.Reason = money.MulBP(l.Due, s.book.value(SixTaxesRelief)), SixTaxesHalved
	s.add(l, main)
}

// surcharge adds one of the taxes that follow the VAT paid
// (城市维护建设税法 art. 2), halved for individuals while the six-tax relief lasts.
// The ruling named by base says that nothing follows from no VAT.
func (s *sheet) surcharge(t Tax, p, base Param) {
	if s.vat == 0 {
		s.book.value(base)
		s.add(Line{Tax: t, Payer: SellerSide, Reason: NoVAT}, base)
		return
	}
	rate := s.book.value(p)
	due := money.MulBP(s.vat, rate)
	s.halved(Line{Tax: t, Payer: SellerSide, Base: s.vat, RateBP: rate, Due: due}, p)
}
