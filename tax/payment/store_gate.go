package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
	"onewindow/tax"
)

// Claim is what the case says now, and must have been assessed.
type Claim struct {
	Unit    string
	Price   money.Fen
	Parties []string // identity numbers
}

// Gate is how an office settles the tax of a transfer before its entry (先税后证).
// The zero Gate is the default: everything is settled.
type Gate struct {
	// Later are the taxes and fees that may be paid after the entry; never those that
	// the law has before it.
	Later []string
}

// before are the taxes that the law has settled before a right is entered (契税法
// art. 11, 个人所得税法 art. 15, 土地增值税暂行条例 art. 12).
var before = []tax.Tax{tax.Deed, tax.Income, tax.LandVAT}

// Valid returns an error that names what the office may not put off.
func (g Gate) Valid() error {
	for _, code := range g.Later {
		if slices.Contains(before, tax.Tax(code)) {
			return fmt.Errorf("%s is settled before the entry by law", code)
		}
	}
	return nil
}

// waits says whether the entry waits for an item.
func (g Gate) waits(code string) bool { return !slices.Contains(g.Later, code) }

// Waits says whether the entry waits for a bill: it is not settled, and holds
// something that may not be paid later.
func (g Gate) Waits(b Bill) bool {
	return !b.Settled() && b.Lives() && slices.ContainsFunc(b.Items, func(i Item) bool {
		return i.Amount > 0 && g.waits(i.Code)
	}) || b.State == BillOpen && len(b.Items) == 0
}

// Owing says whether the entry waits for a payer: for the newest bill of each. One
// that is void or expired is owed as much as an open one.
func (g Gate) Owing(bills []Bill) bool {
	newest := map[Payer]Bill{}
	for _, b := range bills {
		newest[b.Payer] = b
	}
	for _, b := range newest {
		if b.Payer.Side != BothSides && !b.Lives() {
			b.State = BillOpen
		}
		if g.Waits(b) {
			return true
		}
	}
	return len(newest) == 0
}

// Settled returns nil when the right may be entered as far as tax goes (I7): the
// assessment is decided, its facts still are those of the case, and every line that
// the office does not put off pays nothing for a coded reason or is covered by a
// bill that was paid and not given back, or that the tax side confirms. Otherwise
// it returns ErrNotSettled with what is open, or ErrFactsChanged.
func (g Gate) Settled(ctx context.Context, tx pgx.Tx, caseID int64, c Claim) error {
	f, a, err := tax.Of(ctx, tx, caseID)
	switch {
	case errors.Is(err, tax.ErrNotAssessed):
		return notSettled(caseID, "it is not assessed")
	case err != nil:
		return fmt.Errorf("settled: %w", err)
	case f.Unit != c.Unit:
		return changed(caseID, "another unit was assessed")
	case f.Price != c.Price:
		return changed(caseID, "another price was assessed")
	case len(c.Parties) > 0 && f.Parties != tax.Fingerprint(c.Parties...):
		return changed(caseID, "other parties were assessed")
	case !a.Decided():
		return notSettled(caseID, "a tax officer must decide")
	case len(a.Lines) == 0:
		return notSettled(caseID, "nothing was assessed")
	}
	bills, err := BillsOf(ctx, tx, caseID)
	if err != nil {
		return fmt.Errorf("settled: %w", err)
	}
	live := slices.DeleteFunc(slices.Clone(bills), func(b Bill) bool { return !b.Lives() })
	if err := g.covered(caseID, a, live); err != nil {
		return err
	}
	if g.Owing(bills) {
		return notSettled(caseID, "a payer has no bill that is paid")
	}
	return nil
}

// covered returns nil when the bills that live cover every line and fee.
func (g Gate) covered(caseID int64, a tax.Assessment, bills []Bill) error {
	if len(bills) == 0 {
		return notSettled(caseID, "no bill was written")
	}
	for _, l := range a.Lines {
		switch {
		case l.Payable == 0 && l.Reason == "":
			return notSettled(caseID, fmt.Sprintf("%s pays nothing and nobody says why", l.Tax))
		case l.Payable > 0 && g.waits(string(l.Tax)) && !covers(bills, a, payerOf(a, l)):
			return notSettled(caseID, fmt.Sprintf("%s of the %s is not paid", l.Tax, l.Payer))
		}
	}
	for _, b := range bills {
		if g.Waits(b) || b.Returned > 0 {
			return notSettled(caseID, "the bill "+b.Ref+" is not paid")
		}
	}
	return nil
}

// covers reports whether a settled bill of the payer bears all that a has them pay.
func covers(bills []Bill, a tax.Assessment, p Payer) bool {
	return slices.ContainsFunc(bills, func(b Bill) bool {
		if b.Payer.Side == BothSides {
			return b.Settled() && b.Returned == 0 && b.Amount == a.Total()
		}
		return b.Payer == p && b.Settled() && b.Returned == 0 && b.taxes() == owed(a, p)
	})
}

// owed is what a has a payer pay.
func owed(a tax.Assessment, p Payer) (sum money.Fen) {
	for _, l := range a.Lines {
		if payerOf(a, l) == p {
			sum += l.Payable
		}
	}
	return sum
}

// taxes is what a bill asks without its fees.
func (b Bill) taxes() (sum money.Fen) {
	for _, i := range b.Items {
		if i.Ruling == nil {
			sum += i.Amount
		}
	}
	return sum
}

func notSettled(caseID int64, why string) error {
	return fmt.Errorf("case %d: %w: %s", caseID, ErrNotSettled, why)
}

func changed(caseID int64, why string) error {
	return fmt.Errorf("case %d: %w: %s", caseID, ErrFactsChanged, why)
}
