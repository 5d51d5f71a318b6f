package tax

import (
	"math/big"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// LandVATMethod is how the deductions of the land VAT are found (土地增值税扣除办法).
type LandVATMethod string

// The three ways for old buildings.
const (
	ByAppraisal LandVATMethod = "appraisal" // 评估价格: replacement cost × newness, and the land
	ByInvoice   LandVATMethod = "invoice"   // 购房发票, more for every year
	ByRate      LandVATMethod = "deemed"    // 核定征收 on the income
)

// LandVATFacts are the facts that only the land VAT reads.
type LandVATFacts struct {
	Method    LandVATMethod `json:"method,omitzero"`
	Years     int64         `json:"years,omitzero"`      // since the invoice, where the office has counted them
	Counted   bool          `json:"counted,omitzero"`    // Years is given, be it zero
	Appraised money.Fen     `json:"appraised,omitzero"`  // replacement cost × newness
	LandPrice money.Fen     `json:"land_price,omitzero"` // paid for the land right
}

// landVAT adds the land VAT (土地增值税). Individuals' housing is exempt
// (财税〔2008〕137号), gifts in the family and inheritance are outside, and so is what
// an expropriation takes (暂行条例 art. 8).
func (s *sheet) landVAT() {
	free := func(p rule.Param, why Code) bool {
		return s.book.says(p) && s.add(Line{Tax: LandVAT, Payer: SellerSide, Base: s.net, Reason: why}, p)
	}
	switch {
	case s.book.set.Edition == 1:
		if !free(rule.LandVATExempt, LandVATHousing) {
			s.book.refuse(noRule(rule.LandVATExempt, s.book.days.filing))
			s.add(Line{Tax: LandVAT, Payer: SellerSide}, rule.LandVATExempt)
		}
	case s.f.onInvoice():
	case s.f.terms().family && free(rule.LandVATGift, LandVATFamily),
		s.f.Deal == Resettlement && free(rule.LandVATExpropriation, LandVATCompensation),
		s.f.Use == Housing && free(rule.LandVATExempt, LandVATHousing):
	default:
		s.taxLand()
	}
}

// taxLand adds the land VAT of what is not exempt, in the way that the vouchers
// allow.
func (s *sheet) taxLand() {
	s.book.guess(s.netLacks...)
	switch s.landVATMethod() {
	case ByRate:
		rate := s.book.value(rule.LandVATDeemed)
		due := money.MulBP(s.net, rate)
		s.add(Line{Tax: LandVAT, Payer: SellerSide, Base: s.net, RateBP: rate, Due: due}, rule.LandVATDeemed)
	case ByAppraisal:
		if s.f.LandVAT.Appraised == 0 {
			s.book.guess(lackAppraised)
		}
		s.progress(thousandths(s.f.LandVAT.Appraised + s.f.LandVAT.LandPrice + s.costs))
	default:
		s.progress(s.invoiceDeductions())
	}
}

// landVATMethod returns the way that is stated, or else the one that the proof
// of the purchase allows.
func (s *sheet) landVATMethod() LandVATMethod {
	switch m := s.f.LandVAT.Method; {
	case m != "":
		return m
	case s.f.Cost.documented() == No:
		return ByRate
	case s.f.Cost.Price == 0:
		s.book.guess(lackLandMethod)
	}
	return ByInvoice
}

// invoiceDeductions returns, in ten-thousandths of a fen, the invoice with what
// is added for each year, the deed tax then paid, and the taxes at the sale
// (财税〔2006〕21号 art. 2).
func (s *sheet) invoiceDeductions() *big.Int {
	c := s.f.Cost
	if c.Price == 0 {
		s.book.guess(lackCost)
	}
	years := s.f.LandVAT.Years
	if !s.f.LandVAT.Counted {
		if s.startOn().IsZero() {
			s.book.guess(lackAcquired)
		}
		years = yearsOver(s.startOn(), s.f.TransferOn)
	}
	s.book.guess(s.costLacks...)
	grown := big.NewInt(10_000 + years*s.book.value(rule.LandVATYearly))
	grown.Mul(grown, big.NewInt(int64(c.Price)))
	return grown.Add(grown, thousandths(c.DeedTax+s.costs))
}

// thousandths returns f in ten-thousandths of a fen.
func thousandths(f money.Fen) *big.Int {
	return new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(10_000))
}

// progress adds the land VAT of the tier that the gain reaches (暂行条例 art. 7):
// gain × rate − deductions × the quick deduction that follows from the tiers
// below, rounded once. The deductions are in ten-thousandths of a fen.
func (s *sheet) progress(deductions *big.Int) {
	gain := new(big.Int).Sub(thousandths(s.net), deductions)
	if gain.Sign() <= 0 {
		s.book.value(rule.LandVATRate1)
		s.add(Line{Tax: LandVAT, Payer: SellerSide, Reason: LandVATNoGain}, rule.LandVATRate1)
		return
	}
	p, rate, quick := s.tier(gain, deductions)
	due := new(big.Int).Mul(gain, big.NewInt(rate))
	due.Sub(due, new(big.Int).Mul(deductions, big.NewInt(quick)))
	base := roundedUnits(gain, 10_000)
	s.add(Line{Tax: LandVAT, Payer: SellerSide, Base: base, RateBP: rate, Due: roundedUnits(due, 100_000_000)}, p)
}

// tiers are the rates with the limits up to which they go.
var tiers = []struct{ rate, limit rule.Param }{
	{rule.LandVATRate1, rule.LandVATLimit1}, {rule.LandVATRate2, rule.LandVATLimit2},
	{rule.LandVATRate3, rule.LandVATLimit3}, {rule.LandVATRate4, ""},
}

// tier returns the tier of a gain, its rate, and its quick deduction: the sum of
// every limit below times the step of the rate there.
func (s *sheet) tier(gain, deductions *big.Int) (p rule.Param, rate, quick int64) {
	for i, t := range tiers {
		step := rate
		p, rate = t.rate, s.book.value(t.rate)
		if i > 0 {
			quick += (rate - step) * s.book.value(tiers[i-1].limit) / 10_000
		}
		if t.limit == "" || !over(gain, deductions, s.book.value(t.limit)) {
			break
		}
	}
	return p, rate, quick
}

// over reports whether gain is more than limit basis points of deductions.
func over(gain, deductions *big.Int, limit int64) bool {
	left := new(big.Int).Mul(gain, big.NewInt(10_000))
	return left.Cmp(new(big.Int).Mul(deductions, big.NewInt(limit))) > 0
}

// roundedUnits returns n ÷ unit, halves up; n is not negative.
func roundedUnits(n *big.Int, unit int64) money.Fen {
	twice := new(big.Int).Lsh(n, 1)
	twice.Add(twice, big.NewInt(unit))
	return money.Fen(twice.Quo(twice, big.NewInt(2*unit)).Int64())
}
