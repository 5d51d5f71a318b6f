package tax

import (
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// A Claim is what is known of a home swap (换购住房退税): a home sold with income
// tax paid, and another bought afterwards. Amounts are those without VAT where a
// contract lists it. A zero day or price is one that nobody knows.
type Claim struct {
	County      string    `json:"county"`
	SoldOn      time.Time `json:"sold_on"`
	BoughtOn    time.Time `json:"bought_on"`
	OldPrice    money.Fen `json:"old_price_fen"`
	NewPrice    money.Fen `json:"new_price_fen"`
	Paid        money.Fen `json:"paid_fen"` // income tax, by this seller
	PaidKnown   Answer    `json:"paid_known"`
	SameCity    Answer    `json:"same_city"`
	SellerOwner Answer    `json:"seller_is_new_owner"`
}

// A Refund is what of the income tax comes back, with the ruling behind it.
// Ratio is in basis points, rounded; the amount is computed from the prices. Where
// Lacks names a fact the figures are guesses.
type Refund struct {
	RuleSet string       `json:"rule_set"`
	Paid    money.Fen    `json:"paid_fen"`
	RatioBP int64        `json:"ratio_bp"`
	Amount  money.Fen    `json:"amount_fen"`
	Reason  Code         `json:"reason,omitempty"`
	Rule    string       `json:"rule"`
	Settled []Settlement `json:"settled"`
	Lacks   []string     `json:"lacks,omitempty"`
	Manual  []Reason     `json:"manual,omitempty"`
}

// The facts of a claim, as the case file names them.
const (
	lackOldPrice = "old_home_sale_price_fen"
	lackNewPrice = "new_home_price_fen"
	lackSoldOn   = "old_home_sale_date"
	lackBoughtOn = "new_home_purchase_date"
	lackPaid     = "pit_paid_fen"
	lackSameCity = "same_city"
	lackOwner    = "seller_is_new_owner"
)

// AssessRefund computes the refund of a home swap under the newest rule set. It
// is a pure function and never fails; see Assess.
func AssessRefund(c Claim, adopted []Adoption) Refund {
	b := &book{set: rule.Latest(), county: c.County, adopted: adopted}
	b.days = days{contract: c.SoldOn, filing: c.BoughtOn, acquired: c.SoldOn, transfer: c.SoldOn}
	r := Refund{RuleSet: b.set.Version, Paid: c.Paid}
	if c.implausible() {
		r.Manual = []Reason{{Code: AmountImplausible}}
		return r
	}
	r.Lacks = c.lacks()
	months := b.value(rule.RefundMonths)
	r.RatioBP, r.Reason = c.ratio(months)
	r.pay(c)
	var l Line
	if !b.close(&l, rule.RefundMonths) {
		r.Manual = append(r.Manual, c.noAct(&r, b)...)
	}
	r.Rule, r.Settled = l.Rule, l.Settled
	for _, field := range r.Lacks {
		r.Manual = append(r.Manual, lacking(field))
	}
	if len(b.asked) > 0 && b.asked[0].settlement.Standing == Unsettled && r.Amount > 0 {
		r.Manual = append(r.Manual, b.asked[0].unsettled())
	}
	if bought := b.days.filing; !bought.IsZero() && !b.set.Covers(bought) {
		r.Manual = append(r.Manual, noRule(rule.RefundMonths, bought))
	}
	return r
}

// pay sets the amount: all of the tax, or the part that the new price is of the
// old one.
func (r *Refund) pay(c Claim) {
	switch {
	case r.RatioBP == 0:
	case c.NewPrice >= c.OldPrice:
		r.Amount = c.Paid
	default:
		r.Amount = money.MulDiv(c.Paid, int64(c.NewPrice), int64(c.OldPrice))
	}
	if c.Paid == 0 && c.PaidKnown == Yes && r.Reason == "" {
		r.Reason = RefundNothingPaid
	}
}

// ratio returns the part that comes back, and why it is not the whole.
func (c Claim) ratio(months int64) (int64, Code) {
	switch {
	case c.SameCity == No:
		return 0, RefundNotSameCity
	case c.SellerOwner == No:
		return 0, RefundNotOwner
	case c.late(months):
		return 0, RefundTooLate
	case c.OldPrice == 0 || c.NewPrice == 0:
		return 0, ""
	case c.NewPrice < c.OldPrice:
		return int64(money.MulDiv(c.NewPrice, 10_000, int64(c.OldPrice))), RefundInPart
	}
	return 10_000, ""
}

// late reports whether the new home was not bought within so many months after
// the sale; the last day counts.
func (c Claim) late(within int64) bool {
	if c.SoldOn.IsZero() || c.BoughtOn.IsZero() {
		return false
	}
	return c.BoughtOn.Before(c.SoldOn) || c.BoughtOn.After(months(c.SoldOn, int(within)))
}

// noAct explains a sale that no act covers. Before the first act there was no
// refund; after the last one nobody knows yet: nothing is proposed.
func (c Claim) noAct(r *Refund, b *book) []Reason {
	r.Amount, r.RatioBP, r.Reason = 0, 0, RefundNoAct
	if c.SoldOn.IsZero() || c.SoldOn.Before(b.set.Through) {
		return nil
	}
	return b.missing
}

func (c Claim) implausible() bool {
	return min(c.OldPrice, c.NewPrice, c.Paid) < 0 || max(c.OldPrice, c.NewPrice, c.Paid) > greatest ||
		c.OldPrice > 0 && c.Paid > c.OldPrice
}

// lacks names the unknown facts that the figures would need: an answer that
// rules a refund out needs no other.
func (c Claim) lacks() (all []string) {
	if c.SameCity == No || c.SellerOwner == No {
		return nil
	}
	for _, f := range []struct {
		name    string
		unknown bool
	}{
		{lackOldPrice, c.OldPrice == 0}, {lackNewPrice, c.NewPrice == 0}, {lackSoldOn, c.SoldOn.IsZero()},
		{lackBoughtOn, c.BoughtOn.IsZero()}, {lackPaid, c.PaidKnown != Yes},
		{lackSameCity, c.SameCity != Yes}, {lackOwner, c.SellerOwner != Yes},
	} {
		if f.unknown {
			all = append(all, f.name)
		}
	}
	return all
}
