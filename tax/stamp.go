package tax

import (
	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// stamps adds the stamp duty of both sides, who both write the document
// (印花税法 art. 1, 10). The deceased writes none, and a developer files elsewhere.
func (s *sheet) stamps() {
	if s.f.Deal != NewHome && s.f.Deal != Inheritance && s.f.Deal != Bequest {
		s.stamp(SellerSide)
	}
	s.stamp(BuyerSide)
}

// stamp adds the stamp duty of one side (印花税). Individuals who sell or buy
// housing are exempt (财税〔2008〕137号).
func (s *sheet) stamp(side Side) {
	if (s.f.exemptTrade(side) || s.book.set.Edition == 1) && s.book.says(rule.StampExempt) {
		s.add(Line{Tax: Stamp, Payer: side, Base: s.f.Price, Reason: StampHousing}, rule.StampExempt)
		return
	}
	if p, ok := stampOn[s.f.Deal]; ok && s.f.Use == Housing && !s.book.says(p) {
		s.add(Line{Tax: Stamp, Payer: side, Base: s.net, Reason: StampNoSale}, p)
		return
	}
	rate := s.book.value(rule.StampRate)
	base := s.stampBase()
	s.halved(Line{Tax: Stamp, Payer: side, Base: base, RateBP: rate, Due: money.MulBP(base, rate)}, rule.StampRate)
}

// stampOn holds the choices that say whether a document about housing is taxed
// although nothing is sold.
var stampOn = map[Deal]rule.Param{
	GiftFamily: rule.StampGift, GiftOther: rule.StampGift,
	Inheritance: rule.StampInheritance, Bequest: rule.StampInheritance,
	Divorce: rule.StampDivision, Spouses: rule.StampDivision,
}

// stampBase returns the amount of the document, without the VAT that it lists
// (印花税法 art. 5).
func (s *sheet) stampBase() money.Fen {
	if s.book.set.Edition == 1 {
		return s.f.Price
	}
	s.book.guess(s.netLacks...)
	if s.book.says(rule.StampListsVAT) {
		return s.net
	}
	return s.price
}
