// Package payment bills what an assessment and the fee table say, has it paid
// through a gateway, and gives back what is not owed (缴款、对账、退款).
//
// It knows a bill for each payer, two gateways' protocols, and when tax is
// settled so far that a right may be entered. Only what a gateway says when it is
// asked is a payment. It knows nothing of how a tax is computed, of queues, of
// pages or of today's date.
package payment

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
)

// The refusals.
var (
	ErrUndecided    = errors.New("the assessment waits for a tax officer")
	ErrUnknownBill  = errors.New("no bill of this reference")
	ErrNotPaid      = errors.New("the gateway has not been paid")
	ErrNotSettled   = errors.New("the tax is not settled")
	ErrFactsChanged = fmt.Errorf("%w: what was assessed is no longer the case", ErrNotSettled)
	ErrStaleAmount  = errors.New("the amount that can be given back is another one")
	ErrTooMuch      = errors.New("more than was paid cannot be given back")
	ErrVoucher      = errors.New("the bill has no such voucher, or is not paid")
)

// A Payer is who owes a bill: a side of the sale, or one person of it.
type Payer struct {
	Side   tax.Side `json:"side"`
	Person int      `json:"person"` // 1 for the first person of the side; 0 when the side owes together
}

// BothSides owed one bill together, before each payer had their own.
const BothSides tax.Side = "both"

// code stands in the reference of a bill.
func (p Payer) code() string {
	code := string(p.Side[:1])
	if p.Person > 0 {
		code += fmt.Sprint(p.Person)
	}
	return code
}

// An Item is one sum of a bill: a tax, or a fee.
type Item struct {
	Code   string           `json:"code"` // of tax.Tax or Fee
	Amount money.Fen        `json:"amount_fen"`
	Rule   string           `json:"rule"`              // parameter and the day it took effect
	Ruling []tax.Settlement `json:"settled,omitempty"` // of a fee; those of a tax stand at its line
}

// BillState is how far a bill has come.
type BillState string

// The states of a bill. Paid is what the gateway says; the money is in the
// treasury (入库) when the tax side says so. A void or expired bill is owed no more.
const (
	BillOpen     BillState = "open"
	BillPaid     BillState = "paid"
	BillTreasury BillState = "treasury"
	BillVoid     BillState = "void"
	BillExpired  BillState = "expired"
)

// A Bill is what one payer owes, to be paid at once by reference (缴款单). It is no
// tax voucher.
type Bill struct {
	CaseID     int64
	Ref        string
	Payer      Payer
	Items      []Item
	Amount     money.Fen
	State      BillState
	Page       string // where it is paid: an address of the gateway, or what its code says; "" before it was asked
	Voucher    string // number of the tax side's voucher, as received
	OpenedAt   time.Time
	ExpiresAt  time.Time // zero: never
	PaidAt     time.Time // zero while open
	TreasuryAt time.Time // zero before
	Returned   money.Fen // given back of its payment, or on its way
}

// Settled reports whether b needs no more money.
func (b Bill) Settled() bool { return b.State == BillPaid || b.State == BillTreasury }

// Overdue reports whether b is open and its time is over.
func (b Bill) Overdue(now time.Time) bool {
	return b.State == BillOpen && !b.ExpiresAt.IsZero() && !now.Before(b.ExpiresAt)
}

// Over reports whether a payer has no bill that can be paid, and none that is.
func Over(bills []Bill, now time.Time) bool {
	newest := map[Payer]Bill{}
	for _, b := range bills {
		newest[b.Payer] = b
	}
	for _, b := range newest {
		if !b.Lives() || b.Overdue(now) {
			return true
		}
	}
	return false
}

// Returnable is how much of the bill's payment can still be given back.
func (b Bill) Returnable() money.Fen {
	if b.PaidAt.IsZero() {
		return 0
	}
	return b.Amount - b.Returned
}

// RefOf names the nth bill of a payer to the gateway: letters, digits and hyphens,
// at most 32 of them.
func RefOf(number string, p Payer, nth int) string {
	return fmt.Sprintf("%s-%s-%d", number, p.code(), nth)
}

// draft is a bill that is to be written.
type draft struct {
	payer Payer
	items []Item
}

// amount is the sum of the items.
func (d draft) amount() (sum money.Fen) {
	for _, i := range d.items {
		sum += i.Amount
	}
	return sum
}

// draftsOf divides what is owed among the payers, the buyers first. Where a side
// has one person, all its lines are theirs.
func draftsOf(a tax.Assessment, fees Fees) (drafts []draft) {
	add := func(p Payer, i Item) {
		at := slices.IndexFunc(drafts, func(d draft) bool { return d.payer == p })
		if at < 0 {
			at, drafts = len(drafts), append(drafts, draft{payer: p})
		}
		drafts[at].items = append(drafts[at].items, i)
	}
	for _, l := range a.Lines {
		add(payerOf(a, l), Item{Code: string(l.Tax), Amount: l.Payable, Rule: l.Rule})
	}
	for _, i := range fees.Items {
		add(Payer{Side: fees.Payer}, i)
	}
	slices.SortStableFunc(drafts, func(x, y draft) int {
		return cmp.Or(cmp.Compare(x.payer.Side, y.payer.Side), cmp.Compare(x.payer.Person, y.payer.Person))
	})
	return drafts
}

// payerOf returns whose bill a line stands on.
func payerOf(a tax.Assessment, l tax.Line) Payer {
	several := slices.ContainsFunc(a.Lines, func(o tax.Line) bool { return o.Payer == l.Payer && o.Person > 1 })
	if !several {
		return Payer{Side: l.Payer}
	}
	return Payer{Side: l.Payer, Person: l.Person}
}

// BoughtOn returns when the buyers' bill was paid: the day that the next seller's
// holding counts from. It is zero if nobody has paid.
func BoughtOn(bills []Bill) (at time.Time) {
	for _, b := range bills {
		if b.Settled() && (b.Payer.Side == tax.BuyerSide || b.Payer.Side == BothSides) {
			at = b.PaidAt
		}
	}
	return at
}
