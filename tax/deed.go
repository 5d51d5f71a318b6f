package tax

import "onewindow/internal/money"

// deed adds the buyers' deed tax (契税) on the price without VAT, at the reduced
// rates for a family's first and second home or the province's statutory rate
// (契税法 art. 3, 6).
func (s *sheet) deed() {
	p, reason := s.deedRate()
	on := s.lawOn(DeedTransition, deed2024On)
	rate := s.book.valueOn(p, on)
	due := money.MulBP(s.net, rate)
	s.add(Line{Tax: Deed, Payer: BuyerSide, Base: s.net, RateBP: rate, Due: due, Reason: reason}, p)
}

// deedRate chooses the rate by the rank of the home in the family and its area.
func (s *sheet) deedRate() (Param, Code) {
	on := s.lawOn(DeedTransition, deed2024On)
	rank := s.rank()
	if rank > 2 || rank == 2 && s.book.valueOn(DeedSecondRelief, on) == 0 {
		return DeedStatutory, ""
	}
	small := s.f.Area <= s.book.valueOn(DeedArea, on)
	switch {
	case rank == 1 && small:
		return DeedFirstSmall, DeedFirstHome
	case rank == 1:
		return DeedFirstLarge, DeedFirstHome
	case small:
		return DeedSecondSmall, DeedSecondHome
	}
	return DeedSecondLarge, DeedSecondHome
}

// rank returns 1 for the family's first home, counting this one (住房套数).
func (s *sheet) rank() int {
	homes := s.f.Family.Homes
	held := map[int64]int{
		ScopeCounty: homes.County, ScopeCity: homes.City, ScopeProvince: homes.Province,
	}[s.book.value(CountScope)]
	if s.book.value(CountNetSigned) == 1 {
		held += homes.NetSigned
	}
	return 1 + held
}
