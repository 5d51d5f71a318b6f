package tax

import (
	"slices"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// A sheet is one computation of every line, in the order of dependence: VAT from
// the price; surcharges from the VAT; stamp duty and land VAT; income tax and
// deed tax from the price without VAT.
type sheet struct {
	f     Facts
	book  *book
	price money.Fen // taxable price, VAT included
	net   money.Fen // without the VAT of this sale
	vat   money.Fen // payable
	costs money.Fen // the seller's taxes at the sale, deductible from the gain
	borne money.Fen // the recipient's taxes on a gift, deductible from its value

	priceLacks []string // facts that the price was guessed from
	netLacks   []string // and the price without VAT
	costLacks  []string // and the seller's taxes at the sale
	lines      []Line
	without    []Tax
}

// All taxes, in the order of computation.
var taxes = []Tax{VAT, Construction, Education, LocalEducation, Stamp, LandVAT, Income, Deed}

// compute fills a sheet.
func compute(f Facts, b *book) *sheet {
	s := &sheet{f: f, book: b}
	s.setPrice()
	if !s.valueAdded() {
		s.without = slices.Clone(taxes)
		return s
	}
	s.netLacks = append(s.netLacks, s.priceLacks...)
	if f.terms().asSale && !f.onInvoice() || b.set.Edition == 1 {
		s.surcharge(Construction, rule.ConstructionRate, rule.ConstructionBase)
		s.surcharge(Education, rule.EducationRate, rule.EducationRate)
		s.surcharge(LocalEducation, rule.LocalEducationRate, rule.LocalEducationRate)
	} else if !f.onInvoice() {
		s.noSurcharges()
	}
	s.stamps()
	s.landVAT()
	if f.Deal == GiftOther { // the recipient pays, after the taxes on the gift
		s.deed()
		s.giftIncome()
	} else {
		s.income()
		s.deed()
	}
	s.onlyBuyer()
	return s
}

// noSurcharges notes that nothing follows from a VAT that no one owes.
func (s *sheet) noSurcharges() {
	for _, t := range []Tax{Construction, Education, LocalEducation} {
		s.book.value(rule.ConstructionBase)
		s.add(Line{Tax: t, Payer: SellerSide, Reason: NoVAT}, rule.ConstructionBase)
	}
}

// onlyBuyer drops what is the seller's where only the buyer files here.
func (s *sheet) onlyBuyer() {
	if !s.f.BuyerOnly {
		return
	}
	s.lines = slices.DeleteFunc(s.lines, func(l Line) bool { return l.Payer == SellerSide })
	s.without = slices.DeleteFunc(s.without, func(t Tax) bool { return t != Deed && t != Stamp })
}

// setPrice sets the price that the taxes start from: the assessed value where
// there is no price, or the declared one is below it without a reason.
func (s *sheet) setPrice() {
	f := s.f
	switch {
	case s.book.set.Edition > 1 && !f.terms().priced:
		s.price = f.Assessed
		if s.price == 0 {
			s.price = f.Price
			s.priceLacks = []string{lackAssessed}
		}
	case f.Assessed <= f.Price || f.LowPriceJustified || f.Deal == CourtSale && s.book.says(rule.CourtPrice):
		s.price = f.Price
	default:
		s.price = f.Assessed
	}
}

// add closes a line under its main parameter. A line that a missing rule left
// without a figure is not added: its tax is named in without.
func (s *sheet) add(l Line, main rule.Param) bool {
	l.Payable = l.Due - l.Relief
	s.waiveSmall(&l)
	if !s.book.close(&l, main) {
		s.without = append(s.without, l.Tax)
		for _, field := range l.Lacks {
			s.book.miss(lacking(field))
		}
		if l.Tax != Deed && l.Payer == SellerSide {
			s.costLacks = append(s.costLacks, lackCosts)
		}
		return false
	}
	if l.Payable == 0 && l.Reason == "" {
		l.Reason = BelowOneFen
	}
	if s.lines == nil {
		s.lines = make([]Line, 0, 12)
	}
	s.lines = append(s.lines, l)
	s.carry(l)
	return true
}

// carry notes what later lines deduct, and what they are guessed from.
func (s *sheet) carry(l Line) {
	switch {
	case l.Tax == VAT:
		s.netLacks = append(s.netLacks, l.Lacks...)
	case l.Payer == SellerSide && l.Tax != Income:
		s.costs += l.Payable
		s.costLacks = append(s.costLacks, l.Lacks...)
	case l.Payer == BuyerSide:
		s.borne += l.Payable
	}
}

// waiveSmall relieves a tax so small that no voucher is written for it, where
// the office works that way.
func (s *sheet) waiveSmall(l *Line) {
	if l.Payable <= 0 || l.Payable > money.Yuan(1) {
		return
	}
	if int64(l.Payable) <= s.book.value(rule.SmallestTax) {
		l.Relief, l.Payable, l.Reason = l.Due, 0, SmallTax
	}
}
