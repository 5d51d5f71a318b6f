package tax

import (
	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// incomeExemptions are the deals on which the transferor owes no income tax.
var incomeExemptions = map[Deal]struct {
	param  rule.Param
	reason Code
}{
	GiftFamily:   {rule.IncomeFamily, IncomeFamily},
	Inheritance:  {rule.IncomeFamily, IncomeFamily},
	Bequest:      {rule.IncomeFamily, IncomeFamily},
	Divorce:      {rule.IncomeDivorce, IncomeDivision},
	Spouses:      {rule.IncomeDivorce, IncomeDivision},
	Resettlement: {rule.IncomeExpropriation, IncomeCompensation},
}

// income adds the individual income tax of every seller on the own share
// (个人所得税法实施条例 art. 18): exempt for a sole home held long enough, else
// 20 % of the gain where the cost is proven, else a deemed rate of the income.
func (s *sheet) income() {
	if s.f.onInvoice() && s.book.set.Edition > 1 {
		return
	}
	if e, ok := incomeExemptions[s.f.Deal]; ok && s.book.says(e.param) {
		s.add(Line{Tax: Income, Payer: SellerSide, Base: s.net, Reason: e.reason}, e.param)
		return
	}
	weights, ok := s.f.weights()
	if !ok {
		s.book.refuse(Reason{SharesUnclear, nil})
		s.add(Line{Tax: Income, Payer: SellerSide}, rule.IncomeRate)
		return
	}
	gross := money.Split(s.net, weights)
	for i, seller := range s.f.Sellers {
		switch {
		case s.soleHome(seller):
			exempt := Line{Tax: Income, Payer: SellerSide, Person: i + 1, Base: gross[i], Reason: IncomeSoleHome}
			s.add(exempt, rule.IncomeSoleYears)
		case s.f.Cost.Proven == Yes:
			s.incomeAt(rule.IncomeRate, i+1, money.Split(s.gain(), weights)[i])
		default:
			if s.f.Cost.Proven != No {
				s.book.guess(lackMethod)
			}
			s.incomeAt(s.deemedRate(), i+1, gross[i])
		}
	}
}

// soleHome reports whether a seller is exempt (满五唯一). What is not known is
// taken for a no; it is a guess where the other half does not rule it out.
func (s *sheet) soleHome(seller Seller) bool {
	if s.book.set.Edition == 1 {
		return seller.OnlyHome == Yes && s.held(s.book.value(rule.IncomeSoleYears))
	}
	if s.f.Use != Housing || seller.OnlyHome == No {
		return false
	}
	long := s.held(s.book.value(rule.IncomeSoleYears))
	if seller.OnlyHome != Yes && (long || s.startOn().IsZero()) {
		s.book.guess(lackSole)
	}
	return long && seller.OnlyHome == Yes
}

// deemedRate chooses the rate of the income where the cost is not proven.
func (s *sheet) deemedRate() rule.Param {
	switch {
	case s.book.set.Edition == 1:
	case s.f.Use != Housing:
		return rule.IncomeDeemedOther
	case s.f.Ordinary == No && s.book.has(rule.IncomeDeemedNonordinary):
		return rule.IncomeDeemedNonordinary
	}
	return rule.IncomeDeemed
}

// incomeAt adds the income tax of one person at the rate p.
func (s *sheet) incomeAt(p rule.Param, person int, base money.Fen) {
	s.book.guess(s.netLacks...)
	l := Line{Tax: Income, Payer: SellerSide, Person: person, Base: max(base, 0), RateBP: s.book.value(p)}
	l.Due = money.MulBP(l.Base, l.RateBP)
	if base <= 0 {
		l.Reason = IncomeNoGain
	}
	s.add(l, p)
}

// gain returns what the sale brought over the proven cost (国税发〔2006〕108号
// art. 2). The decoration of a home counts up to a share of the purchase price.
func (s *sheet) gain() money.Fen {
	c := s.f.Cost
	if c.Price == 0 {
		s.book.guess(lackCost)
	}
	decoration := c.Decoration
	if decoration > 0 && (s.f.Use == Housing || s.book.set.Edition == 1) {
		decoration = min(decoration, money.MulBP(c.Price, s.book.value(rule.IncomeDecoration)))
	}
	costs := c.Taxes
	if costs == 0 {
		s.book.guess(s.costLacks...)
		costs = s.costs
	}
	return s.net - c.Price - c.DeedTax - decoration - c.Interest - c.Fees - costs
}

// giftIncome adds the income tax of the recipient of a gift from outside the
// family: a fifth of the value less the taxes borne (财政部 税务总局公告2019年第74号).
func (s *sheet) giftIncome() {
	s.book.guess(s.netLacks...)
	l := Line{Tax: Income, Payer: BuyerSide, Base: max(0, s.net-s.borne), RateBP: s.book.value(rule.IncomeGiftRate)}
	l.Due = money.MulBP(l.Base, l.RateBP)
	s.add(l, rule.IncomeGiftRate)
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
