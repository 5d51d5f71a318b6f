package payment

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/rule"
)

// ErrBadAdoption says that an adoption of a fee names no fee, no office, no
// document, or a value that cannot be.
var ErrBadAdoption = errors.New("not a valid adoption of a fee")

// Fee names one number or choice of the fee table; an amount is also an item of a
// bill (不动产登记费、工本费).
type Fee string

// The fee table. Amounts are fen.
const (
	FeeHousing    Fee = "fee.housing"    // 住宅类登记费, each item
	FeeOther      Fee = "fee.other"      // 非住宅类登记费, each item
	FeeCopy       Fee = "fee.copy"       // 证书工本费, each certificate after the first
	FeePayer      Fee = "fee.payer"      // 1: the party registered as holder; 2: the transferor
	FeeSmallFree  Fee = "fee.small_free" // 1: small and micro enterprises pay nothing
	FeeFreeKindOf Fee = "fee.free_kind_" // and a kind of registration; 1: it is free
)

// FeeFacts is what the fee table asks about a registration.
type FeeFacts struct {
	County  string // of the unit
	On      time.Time
	Kind    string // of the registration
	Housing bool
	Copies  int        // certificates
	Small   tax.Answer // the payer is a small or micro enterprise
}

// A FeeAdoption is an office's decision to work with a value of the fee table that
// nobody has verified, as tax.Adoption is of a tax parameter.
type FeeAdoption struct {
	Fee      Fee
	Region   string
	Value    int64
	FromOn   time.Time
	ToOn     time.Time
	Office   string
	By       string
	On       time.Time
	Document string
	Sample   bool
}

// Check returns ErrBadAdoption with what is wrong with a, or nil.
func (a FeeAdoption) Check() error {
	switch {
	case !slices.ContainsFunc(feeTable, func(r feeRow) bool { return r.fee == a.Fee }):
		return fmt.Errorf("%w: no fee %q", ErrBadAdoption, a.Fee)
	case a.Value < 0 || a.Value > int64(money.Yuan(10_000)):
		return fmt.Errorf("%w: %s of %d", ErrBadAdoption, a.Fee, a.Value)
	case len(a.Region) < 2 || len(a.Region) > 6 || strings.Trim(a.Region, "0123456789") != "":
		return fmt.Errorf("%w: region %q", ErrBadAdoption, a.Region)
	case a.FromOn.IsZero() || a.On.IsZero() || a.Office == "" || a.By == "" || a.Document == "":
		return fmt.Errorf("%w: %s lacks a day, the office, the person or the document", ErrBadAdoption, a.Fee)
	}
	return nil
}

// within reports whether on lies in from…to, both included; a zero to is open.
func within(on, from, to time.Time) bool { return !on.Before(from) && (to.IsZero() || !on.After(to)) }

// settles reports whether a decides its fee for a county on a day.
func (a FeeAdoption) settles(county string, on time.Time) bool {
	return strings.HasPrefix(county, a.Region) && within(on, a.FromOn, a.ToOn)
}

// Fees is what a registration costs (登记费). When Doubts is not empty its items are
// proposals until a person confirms them.
type Fees struct {
	Payer  tax.Side
	Items  []Item
	Doubts []FeeDoubt
}

// A FeeDoubt is why a person must decide: an entry of the fee table that nobody has
// verified or adopted, or, with Fee "", whether the payer is a small enterprise.
type FeeDoubt struct {
	Fee      Fee
	Proposed int64
}

// FeesOf computes what a registration costs. It is a pure function of the facts,
// the table and the adoptions.
func FeesOf(f FeeFacts, adopted []FeeAdoption) Fees {
	d := &desk{facts: f, adopted: adopted}
	fees := d.fees()
	fees.Doubts = d.missing // nothing is in force
	for _, r := range slices.Clone(d.asked) {
		if r.standing == tax.Unsettled && slices.ContainsFunc(r.row.alternatives, func(v int64) bool {
			return !fees.same((&desk{facts: f, adopted: adopted, assumed: map[Fee]int64{r.row.fee: v}}).fees())
		}) {
			fees.Doubts = append(fees.Doubts, FeeDoubt{r.row.fee, r.value})
		}
	}
	if f.Small != tax.Yes && f.Small != tax.No {
		f.Small = tax.Yes
		if !fees.same((&desk{facts: f, adopted: adopted}).fees()) {
			fees.Doubts = append(fees.Doubts, FeeDoubt{})
		}
	}
	return fees
}

// same reports whether two results cost the same people the same.
func (f Fees) same(o Fees) bool {
	return f.Payer == o.Payer && slices.EqualFunc(f.Items, o.Items, func(x, y Item) bool {
		return x.Code == y.Code && x.Amount == y.Amount
	})
}

// desk answers what the table says, and writes down what it was asked.
type desk struct {
	facts   FeeFacts
	adopted []FeeAdoption
	assumed map[Fee]int64
	asked   []feeRuling
	missing []FeeDoubt
}

// feeRuling is one value of the table as it stands here and now.
type feeRuling struct {
	row      feeRow
	value    int64
	standing tax.Standing
	adoption FeeAdoption
}

// fees applies the table.
func (d *desk) fees() (f Fees) {
	f.Payer = tax.BuyerSide
	if d.value(FeePayer) == 2 {
		f.Payer = tax.SellerSide
	}
	if d.value(FeeFreeKindOf+Fee(d.facts.Kind)) == 1 || d.facts.Small == tax.Yes && d.value(FeeSmallFree) == 1 {
		return f
	}
	main := FeeOther
	if d.facts.Housing {
		main = FeeHousing
	}
	f.Items = append(f.Items, d.item(main, 1))
	if d.facts.Copies > 1 {
		f.Items = append(f.Items, d.item(FeeCopy, d.facts.Copies-1))
	}
	return f
}

// item is a fee, so many times.
func (d *desk) item(fee Fee, times int) Item {
	r, ok := d.rule(fee)
	if !ok {
		d.missing = append(d.missing, FeeDoubt{Fee: fee})
	}
	amount := money.Fen(r.value * int64(times))
	return Item{Code: string(fee), Amount: amount, Rule: string(fee) + "@" + r.row.from.Format(time.DateOnly),
		Ruling: []tax.Settlement{r.settlement()}}
}

// value returns a number of the table. What it does not hold is 0.
func (d *desk) value(fee Fee) int64 {
	r, _ := d.rule(fee)
	return r.value
}

// rule looks a fee up: a verified value first, then the office's adoption, then the
// proposal; false if nothing is in force.
func (d *desk) rule(fee Fee) (feeRuling, bool) {
	at := slices.IndexFunc(feeTable, func(r feeRow) bool { return r.fee == fee && within(d.facts.On, r.from, r.to) })
	if at < 0 {
		return feeRuling{row: feeRow{fee: fee}, standing: tax.Unsettled}, false
	}
	r := feeRuling{row: feeTable[at], value: feeTable[at].value, standing: tax.Unsettled}
	if r.row.evidence == rule.Official {
		r.standing = tax.Verified
	} else if a, ok := d.adoption(fee); ok {
		r.value, r.standing, r.adoption = a.Value, tax.Adopted, a
	} else if v, ok := d.assumed[fee]; ok {
		r.value = v
	}
	d.asked = append(d.asked, r)
	return r, true
}

// adoption returns the office's decision: the narrowest region, then the newest.
func (d *desk) adoption(fee Fee) (best FeeAdoption, ok bool) {
	for _, a := range d.adopted {
		if a.Fee == fee && a.settles(d.facts.County, d.facts.On) && (!ok || len(a.Region) >= len(best.Region)) {
			best, ok = a, true
		}
	}
	return best, ok
}

// settlement says on whose word a fee stands.
func (r feeRuling) settlement() tax.Settlement {
	s := tax.Settlement{Param: rule.Param(r.row.fee), Value: r.value, Standing: r.standing, FromOn: r.row.from,
		Document: r.row.document, Article: r.row.article}
	if r.standing == tax.Adopted {
		a := r.adoption
		s.FromOn, s.Document, s.Article, s.Office, s.By, s.On, s.Sample = a.FromOn, a.Document, "", a.Office, a.By, a.On,
			a.Sample
	}
	return s
}
