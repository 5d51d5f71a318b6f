package tax

import "onewindow/internal/money"

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

	lines   []Line
	without []Tax
}

// compute fills a sheet.
func compute(f Facts, b *book) *sheet {
	s := &sheet{f: f, book: b, price: f.taxable()}
	if !s.valueAdded() {
		s.without = []Tax{VAT, Construction, Education, LocalEducation, Stamp, LandVAT, Income, Deed}
		return s
	}
	s.surcharge(Construction, ConstructionRate, ConstructionBase)
	s.surcharge(Education, EducationRate, EducationRate)
	s.surcharge(LocalEducation, LocalEducationRate, LocalEducationRate)
	s.stamp(SellerSide)
	s.stamp(BuyerSide)
	s.landVAT()
	s.income()
	s.deed()
	return s
}

// taxable returns the price that the taxes start from: the assessed value where
// the declared price is below it without a reason.
func (f Facts) taxable() money.Fen {
	if f.Assessed > f.Price && !f.LowPriceJustified {
		return f.Assessed
	}
	return f.Price
}

// add closes a line under its main parameter. A line that a missing rule left
// without a figure is not added: its tax is named in without.
func (s *sheet) add(l Line, main Param) bool {
	l.Payable = l.Due - l.Relief
	s.waiveSmall(&l)
	settled, rule, ok := s.book.close(main)
	if !ok {
		s.without = append(s.without, l.Tax)
		return false
	}
	if l.Payable == 0 && l.Reason == "" {
		l.Reason = BelowOneFen
	}
	l.Rule, l.Settled = rule, settled
	s.lines = append(s.lines, l)
	if l.Payer == SellerSide && l.Tax != VAT && l.Tax != Income {
		s.costs += l.Payable
	}
	return true
}

// waiveSmall relieves a tax so small that no voucher is written for it, where
// the office works that way.
func (s *sheet) waiveSmall(l *Line) {
	if l.Payable <= 0 || l.Payable > money.Yuan(1) {
		return
	}
	if int64(l.Payable) <= s.book.value(SmallestTax) {
		l.Relief, l.Payable, l.Reason = l.Due, 0, SmallTax
	}
}
