package tax

import "onewindow/internal/money"

// income adds the individual income tax of every seller on the own share
// (个人所得税法实施条例 art. 18): exempt for a sole home held long enough, else
// 20 % of the gain where the cost is proven, else a deemed rate of the income.
func (s *sheet) income() {
	weights, ok := s.f.weights()
	if !ok {
		s.book.refuse(Reason{SharesUnclear, nil})
		s.add(Line{Tax: Income, Payer: SellerSide}, IncomeRate)
		return
	}
	gross := money.Split(s.net, weights)
	for i, seller := range s.f.Sellers {
		switch {
		case seller.OnlyHome == Yes && s.held(s.book.value(IncomeSoleYears)):
			exempt := Line{Tax: Income, Payer: SellerSide, Person: i + 1, Base: gross[i], Reason: IncomeSoleHome}
			s.add(exempt, IncomeSoleYears)
		case s.f.Cost.Proven == Yes:
			s.incomeAt(IncomeRate, i+1, money.Split(s.gain(), weights)[i])
		default:
			s.incomeAt(IncomeDeemed, i+1, gross[i])
		}
	}
}

// incomeAt adds the income tax of one person at the rate p.
func (s *sheet) incomeAt(p Param, person int, base money.Fen) {
	l := Line{Tax: Income, Payer: SellerSide, Person: person, Base: max(base, 0), RateBP: s.book.value(p)}
	l.Due = money.MulBP(l.Base, l.RateBP)
	if base <= 0 {
		l.Reason = IncomeNoGain
	}
	s.add(l, p)
}

// gain returns what the sale brought over the proven cost (国税发〔2006〕108号
// art. 2). Decoration counts up to a share of the purchase price.
func (s *sheet) gain() money.Fen {
	c := s.f.Cost
	decoration := c.Decoration
	if decoration > 0 {
		decoration = min(decoration, money.MulBP(c.Price, s.book.value(IncomeDecoration)))
	}
	return s.net - c.Price - c.DeedTax - decoration - c.Interest - c.Fees - s.costs
}

// maxDen is the finest share that is divided: beyond it the common denominator
// of several shares could overflow.
const maxDen = 10_000

// weights returns the sellers' shares over one denominator. Without any share
// the sellers own jointly and divide equally; shares given must add up to one.
func (f Facts) weights() ([]int64, bool) {
	den := int64(1)
	for _, s := range f.Sellers {
		if s.Num < 0 || s.Den < 0 || s.Den > maxDen || s.Num > s.Den {
			return nil, false
		}
		den = lcm(den, max(s.Den, 1))
		if den > 1e15 {
			return nil, false
		}
	}
	weights, sum := make([]int64, len(f.Sellers)), int64(0)
	for i, s := range f.Sellers {
		weights[i] = s.Num * (den / max(s.Den, 1))
		sum += weights[i]
	}
	if sum == 0 {
		return equally(f.Sellers)
	}
	return weights, sum == den
}

// equally returns the weights of joint owners, none of whom has a share.
func equally(sellers []Seller) ([]int64, bool) {
	weights := make([]int64, len(sellers))
	for i, s := range sellers {
		if s.Den != 0 {
			return nil, false
		}
		weights[i] = 1
	}
	return weights, len(weights) > 0
}

// lcm returns the least common multiple of two positive numbers.
func lcm(a, b int64) int64 {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
