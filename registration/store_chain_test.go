package registration

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

// After any sequence of sales of a unit, some of them refused, there is exactly
// one current right, the chain of predecessors reaches the stock record, shares
// are whole, and the serials of the year are dense.
func TestAnySequenceOfSalesLeavesOneRightAndAnUnbrokenChain(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 0)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		return PutBuilding(ctx, tx, Building{unitCode.Parcel(), "0002", "2栋", ReinforcedConcrete, 32, 2018})
	})
	unit, cases := 0, int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		i := unit
		unit++
		r.must(func(ctx context.Context, tx pgx.Tx) error { return putHome(ctx, tx, i) })
		sold := 0
		for range rapid.IntRange(0, 4).Draw(rt, "sales") {
			cases++
			good := rapid.Bool().Draw(rt, "good")
			right, _ := r.title(unitAt(i)).CurrentRight()
			how, buyers := drawBuyers(rt, right.Holders)
			if err := r.sellOn(cases, unitAt(i), how, buyers, good); (err == nil) != good {
				rt.Fatalf("sale %d: %v", cases, err)
			}
			if good {
				sold++
			}
		}
		checkChain(rt, r.title(unitAt(i)), sold)
	})
	r.checkDense(2026)
}

// drawBuyers draws one to three people who do not own yet, holding as the law allows.
func drawBuyers(t *rapid.T, owners []Holder) (CoOwnership, []Party) {
	people := rapid.Permutation([]Party{sellerAnna, sellerBo, sellerChu, buyerDing, buyerWu, stranger}).Draw(t, "people")
	people = slices.DeleteFunc(people, func(p Party) bool { return holderOf(p, owners) >= 0 })
	n := rapid.IntRange(1, 3).Draw(t, "buyers")
	buyers := slices.Clone(people[:n])
	switch {
	case n == 1:
		return Sole, buyers
	case rapid.Bool().Draw(t, "joint"):
		return Joint, buyers
	}
	for i := range buyers {
		buyers[i].Share = Share{1, int64(n)}
	}
	return ByShares, buyers
}

// sellOn files a contract between the current holders and the buyers and enters
// it; a sale that is not good states another price than its contract.
func (r register) sellOn(caseID int64, unit UnitCode, how CoOwnership, buyers []Party, good bool) error {
	right, _ := r.title(unit).CurrentRight()
	a := application()
	a.Unit, a.Certificate, a.Contract = unit, right.Number, fmt.Sprintf("SALE-%d", caseID)
	a.CoOwnership, a.Buyers, a.Sellers = how, buyers, nil
	for _, h := range right.Holders {
		a.Sellers = append(a.Sellers, Party{Name: h.Name, IDKind: h.IDKind, ID: h.ID, Share: h.Share})
	}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		c := filed()
		c.Number, c.Unit, c.CoOwnership = a.Contract, unit, how
		c.Sellers, c.Buyers = right.Holders, holdersFrom(buyers)
		return PutContract(ctx, tx, c)
	})
	if !good {
		a.Price++
	}
	_, err := r.enter(caseID, a, noon(2026, 11, 23).Add(time.Duration(caseID)*time.Second))
	return err
}

func checkChain(t *rapid.T, title Title, sold int) {
	current, ok := title.CurrentRight()
	if !ok || len(title.Rights) != sold+1 {
		t.Fatalf("%d rights after %d sales, current: %v", len(title.Rights), sold, ok)
	}
	byID := make(map[int64]Right)
	for _, right := range title.Rights {
		byID[right.ID] = right
		sum := new(big.Rat)
		for _, h := range right.Holders {
			if h.Share.Valid() {
				sum.Add(sum, h.Share.rat())
			}
		}
		if right.CoOwnership == ByShares && sum.Cmp(big.NewRat(1, 1)) != 0 {
			t.Fatalf("shares of right %d sum to %s", right.ID, sum)
		}
	}
	steps := 0
	for current.Predecessor != 0 {
		next := byID[current.Predecessor]
		if next.Status != Historical || next.ClosedByCase != current.OpenedByCase || next.ClosedAt != current.EnteredAt {
			t.Fatalf("right %d does not follow %+v", current.ID, next)
		}
		current = next
		steps++
	}
	if steps != sold || current.OpenedByCase != 0 {
		t.Fatalf("the chain has %d links after %d sales and ends at case %d", steps, sold, current.OpenedByCase)
	}
}

// checkDense checks that the serials of a year are 1, 2, 3 … without a gap, that
// each belongs to a right, and that the counter stands at the last.
func (r register) checkDense(year int) {
	r.t.Helper()
	var gaps, last, counter, loose int
	err := r.pool.QueryRow(context.Background(), `
		SELECT coalesce(max(serial), 0) - count(*), coalesce(max(serial), 0),
			(SELECT coalesce(max(last), 0) FROM registration_number WHERE year = $1),
			count(*) FILTER (WHERE right_id IS NULL)
		FROM registration_issued
		WHERE year = $1`, year).Scan(&gaps, &last, &counter, &loose)
	if err != nil || gaps != 0 || last != counter || loose != 0 {
		r.t.Errorf("%d: %d gaps, last %d, counter %d, %d without a right: %v", year, gaps, last, counter, loose, err)
	}
}
