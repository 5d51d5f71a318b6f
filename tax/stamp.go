package tax

import "onewindow/internal/money"

// stamp adds the stamp duty of one side (印花税). Individuals who sell or buy
// housing are exempt (财税〔2008〕137号); the contract lists no VAT, so the duty it
// would otherwise bear is on the whole price (印花税法 art. 5).
func (s *sheet) stamp(side Side) {
	if s.book.value(StampExempt) == 1 {
		s.add(Line{Tax: Stamp, Payer: side, Base: s.f.Price, Reason: StampHousing}, StampExempt)
		return
	}
	rate := s.book.value(StampRate)
	due := money.MulBP(s.f.Price, rate)
	s.halved(Line{Tax: Stamp, Payer: side, Base: s.f.Price, RateBP: rate, Due: due}, StampRate)
}

// landVAT adds the land VAT (土地增值税), from which individuals' housing is
// exempt. What it would be otherwise this package does not compute.
func (s *sheet) landVAT() {
	if s.book.value(LandVATExempt) == 0 {
		s.book.refuse(noRule(LandVATExempt, s.book.on))
	}
	s.add(Line{Tax: LandVAT, Payer: SellerSide, Base: s.net, Reason: LandVATHousing}, LandVATExempt)
}
