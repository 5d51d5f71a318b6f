package tax

import (
	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// deed adds the buyers' deed tax (契税) on the price without VAT, at the reduced
// rates for a family's first and second home or the province's statutory rate
// (契税法 art. 3, 4, 6).
func (s *sheet) deed() {
	if e, ok := deedExemptions[s.f.Deal]; ok && s.book.says(e.param) {
		s.add(Line{Tax: Deed, Payer: BuyerSide, Base: s.net, Reason: e.reason}, e.param)
		return
	}
	base := s.deedBase()
	p, reason := s.deedRate()
	rate := s.book.valueOn(p, s.lawOn(rule.DeedTransition, deed2024On))
	l := Line{Tax: Deed, Payer: BuyerSide, Base: base, RateBP: rate, Due: money.MulBP(base, rate), Reason: reason}
	switch {
	case s.f.Deal == Swap && base == 0:
		l.Reason = DeedNoDifference
	case s.f.Deal == Resettlement:
		s.compensate(&l)
	}
	s.add(l, p)
}

// deedExemptions are the deals that pay no deed tax at all.
var deedExemptions = map[Deal]struct {
	param  rule.Param
	reason Code
}{
	Spouses:     {rule.DeedSpouses, DeedSpouses},
	Inheritance: {rule.DeedHeirs, DeedHeir},
	Divorce:     {rule.DeedDivorce, DeedDivorce},
}

// deedBase returns what the tax is computed on: of a swap, what this side pays
// on top.
func (s *sheet) deedBase() money.Fen {
	if s.f.Deal != Swap {
		s.book.guess(s.netLacks...)
		return s.net
	}
	if s.f.Swap.Known != Yes {
		s.book.guess(lackDifference)
	}
	return max(0, s.f.Swap.Difference)
}

// compensate relieves the part of the price that compensation paid for (契税法
// art. 7): only the excess is taxed.
func (s *sheet) compensate(l *Line) {
	if s.f.Compensation == 0 {
		s.book.guess(lackCompensation)
	}
	if !s.book.says(rule.DeedExpropriation) {
		return
	}
	excess := money.MulBP(max(0, l.Base-s.f.Compensation), l.RateBP)
	if l.Relief = l.Due - excess; l.Relief > 0 {
		l.Reason = DeedCompensation
	}
}

// deedRate chooses the rate by the rank of the home in the family and its area.
func (s *sheet) deedRate() (rule.Param, Code) {
	if s.book.set.Edition > 1 && !s.preferred() {
		return rule.DeedStatutory, ""
	}
	on := s.lawOn(rule.DeedTransition, deed2024On)
	rank := s.rank()
	if rank > 2 || rank == 2 && s.book.valueOn(rule.DeedSecondRelief, on) == 0 {
		return rule.DeedStatutory, ""
	}
	if s.f.Area == 0 {
		s.book.guess(lackArea)
	}
	small := s.f.Area <= s.book.valueOn(rule.DeedArea, on)
	switch {
	case rank == 1 && small:
		return rule.DeedFirstSmall, DeedFirstHome
	case rank == 1:
		return rule.DeedFirstLarge, DeedFirstHome
	case small:
		return rule.DeedSecondSmall, DeedSecondHome
	}
	return rule.DeedSecondLarge, DeedSecondHome
}

// preferred reports whether the reduced rates are open at all: to individuals
// who buy a home.
func (s *sheet) preferred() bool {
	f := s.f
	if f.Use != Housing || f.bought(Organisation) {
		return false
	}
	return f.terms().purchase || f.Deal == Swap && s.book.says(rule.DeedSwapPreference)
}

// rank returns 1 for the family's first home, counting this one (住房套数). Of
// several families the one with most homes counts (cf. 财税〔2010〕13号).
func (s *sheet) rank() int {
	if s.f.Family.Known != Yes {
		s.book.guess(lackRank)
	}
	scope := s.book.value(rule.CountScope)
	netSigned := s.book.says(rule.CountNetSigned)
	most := s.f.Family.Homes.within(scope, netSigned)
	if each := s.f.Family.Each; len(each) > 0 && s.book.set.Edition > 1 {
		most = 0
		for _, homes := range each {
			most = max(most, homes.within(scope, netSigned))
		}
	}
	return 1 + most
}

// within returns how many homes count in a scope.
func (h Homes) within(scope int64, netSigned bool) int {
	held := map[int64]int{
		rule.ScopeCounty: h.County, rule.ScopeCity: h.City, rule.ScopeProvince: h.Province,
	}[scope]
	if netSigned {
		held += h.NetSigned
	}
	return held
}
