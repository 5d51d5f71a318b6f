package registration

import (
	"time"

	"onewindow/internal/money"
)

// Approval is the registrar's decision that authorises an entry. That the
// registrar did not accept the case is checked where cases are kept.
type Approval struct {
	By string
	At time.Time
}

// Entry is a line of the register (登簿). Only Enter makes one and EntryOf finds
// it again, so whoever holds an Entry holds proof that the law was checked while
// the title was locked. Everything a certificate prints is read from it.
type Entry struct {
	right    Right
	previous Number
	survey   Survey
}

// IsZero reports whether e is no entry: anyone can write Entry{}.
func (e Entry) IsZero() bool { return e.right.ID == 0 }

// ID returns the identifier of the line of the register.
func (e Entry) ID() int64 { return e.right.ID }

// CaseID returns the case that the entry carried out.
func (e Entry) CaseID() int64 { return e.right.OpenedByCase }

// Unit returns the code of the unit.
func (e Entry) Unit() UnitCode { return e.right.Unit }

// Number returns the number of the certificate of the entered right.
func (e Entry) Number() Number { return e.right.Number }

// Previous returns the number of the certificate that the entry made void.
func (e Entry) Previous() Number { return e.previous }

// Holders returns who holds the right since the entry.
func (e Entry) Holders() []Holder { return append([]Holder(nil), e.right.Holders...) }

// CoOwnership returns how they hold it.
func (e Entry) CoOwnership() CoOwnership { return e.right.CoOwnership }

// Description returns location, uses, areas and floors as the register has them.
func (e Entry) Description() Description { return e.right.Description }

// LandNature returns the nature of the right to use the land (出让).
func (e Entry) LandNature() LandNature { return e.right.LandNature }

// HouseNature returns the nature of the house (市场化商品房).
func (e Entry) HouseNature() HouseNature { return e.right.HouseNature }

// TermFrom returns the first day of the right to use the land, zero if it has none.
func (e Entry) TermFrom() time.Time { return e.right.TermFrom }

// TermUntil returns the last day of the right to use the land, zero if it has none.
func (e Entry) TermUntil() time.Time { return e.right.TermUntil }

// Contract returns the number of the filed contract that the entry fulfilled.
func (e Entry) Contract() string { return e.right.Contract }

// Price returns the price of that contract.
func (e Entry) Price() money.Fen { return e.right.Price }

// Predecessor returns the identifier of the right that passed (上手).
func (e Entry) Predecessor() int64 { return e.right.Predecessor }

// ApprovedBy returns the registrar whose approval authorised the entry.
func (e Entry) ApprovedBy() string { return e.right.ApprovedBy }

// At returns the instant of legal effect (Civil Code art. 214).
func (e Entry) At() time.Time { return e.right.EnteredAt }

// On returns the day of legal effect in China: the date of the certificate.
func (e Entry) On() time.Time { return DayOf(e.right.EnteredAt) }

// Office returns the authority that entered the right.
func (e Entry) Office() Office {
	o, _ := OfficeOf(e.right.Unit.County())
	return o
}

// Survey returns the survey whose plans belong to the certificate (附图页), zero
// when none is held.
func (e Entry) Survey() Survey { return e.survey }
