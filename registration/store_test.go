package registration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

// register is a register on a database of its own.
type register struct {
	t    testing.TB
	pool *pgxpool.Pool
}

// newRegister holds a parcel with one building and n units, each owned by
// sellerAnna under its own certificate and sold by its own filed contract.
func newRegister(t testing.TB, n int) register {
	r := register{t, pgtest.Pool(t)}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		parcel := unitCode.Parcel()
		if err := PutParcel(ctx, tx, Parcel{parcel, "测试路1号", 12345_67, UrbanResidential}); err != nil {
			return err
		}
		if err := PutBuilding(ctx, tx, Building{parcel, "0001", "1栋", ReinforcedConcrete, 32, 2018}); err != nil {
			return err
		}
		for i := range n {
			if err := putHome(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

// unitAt is the code of the i-th unit, its application that of its sale.
func unitAt(i int) UnitCode {
	return UnitCode(fmt.Sprintf("%s%04d", unitCode[:24], i+1))
}

func saleOf(i int) Application {
	a := application()
	a.Unit = unitAt(i)
	a.Certificate = Number(fmt.Sprintf("湘（2018）岳阳市不动产权第%07d号", i+1))
	a.Contract = fmt.Sprintf("合同%d", i)
	return a
}

func putHome(ctx context.Context, tx pgx.Tx, i int) error {
	a, right, contract := saleOf(i), stockRight(), filed()
	right.Unit, right.Number = a.Unit, a.Certificate
	contract.Number, contract.Unit = a.Contract, a.Unit
	if err := PutUnit(ctx, tx, Unit{Code: a.Unit, Description: home()}); err != nil {
		return err
	}
	if err := PutSurvey(ctx, tx, a.Unit, title().Survey, []byte("SAMPLE")); err != nil {
		return err
	}
	if _, err := PutStockRight(ctx, tx, right); err != nil {
		return err
	}
	return PutContract(ctx, tx, contract)
}

func (r register) try(do func(context.Context, pgx.Tx) error) error {
	r.t.Helper()
	ctx := context.Background()
	return pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

func (r register) must(do func(context.Context, pgx.Tx) error) {
	r.t.Helper()
	if err := r.try(do); err != nil {
		r.t.Fatal(err)
	}
}

// enter enters a case in a transaction of its own.
func (r register) enter(caseID int64, a Application, at time.Time) (e Entry, err error) {
	err = r.try(func(ctx context.Context, tx pgx.Tx) error {
		e, err = Enter(ctx, tx, caseID, a, Approval{By: "registrar", At: at.Add(-time.Minute)}, at)
		return err
	})
	return e, err
}

func (r register) title(unit UnitCode) (title Title) {
	r.t.Helper()
	r.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		title, err = TitleOf(ctx, tx, unit)
		return err
	})
	return title
}

// refusal returns the code of the first finding that blocks, "" if err is no refusal.
func refusal(err error) string {
	var refused *RefusedError
	if !errors.As(err, &refused) || !errors.Is(err, ErrRefused) {
		return ""
	}
	for _, f := range refused.Findings {
		if f.Outcome == Block {
			return f.Code
		}
	}
	return ""
}

func TestTheRegisterGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	got := r.title(unitCode)
	if got.Unit.Description != home() || got.Survey.Description != home() || !got.Survey.Sample || got.Unit.Building != "0001" {
		t.Errorf("unit %+v, survey %+v", got.Unit, got.Survey)
	}
	right, ok := got.CurrentRight()
	want := stockRight()
	want.ID = right.ID
	if !ok || fmt.Sprint(right) != fmt.Sprint(want) {
		t.Errorf("right %+v,\nwant  %+v", right, want)
	}
	if found := Review(saleOf(0), got, today); !found.Passed() {
		t.Errorf("review found %q", places(found))
	}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		c, err := ContractOf(ctx, tx, saleOf(0).Contract)
		if found := CheckFiling(saleOf(0), c); !found.Passed() {
			t.Errorf("filing found %q", places(found))
		}
		return err
	})
}

func TestTheNewestSurveyCounts(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	newer := title().Survey
	newer.Area++
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		return PutSurvey(ctx, tx, unitCode, newer, []byte("SAMPLE 2"))
	})
	if got := r.title(unitCode).Survey; got.Area != newer.Area {
		t.Errorf("area %d", got.Area)
	}
}

func TestWhatTheRegisterDoesNotHold(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 0)
	r.must(func(ctx context.Context, tx pgx.Tx) error { // one transaction: an absence does not break it
		if _, err := TitleOf(ctx, tx, unitCode); !errors.Is(err, ErrNoUnit) {
			t.Errorf("title: %v", err)
		}
		if _, err := ContractOf(ctx, tx, "none"); !errors.Is(err, ErrNoContract) {
			t.Errorf("contract: %v", err)
		}
		if _, err := EntryOf(ctx, tx, 1); !errors.Is(err, ErrNoEntry) {
			t.Errorf("entry: %v", err)
		}
		return nil
	})
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); refusal(err) != codeUnitUnknown {
		t.Errorf("entering an unknown unit: %v", err)
	}
}

func TestHomesAreCountedPerFamilyAndOnlyWhileTheyAreOwned(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 3)
	office := unitAt(9)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		d := home()
		d.HouseUse = OfficeSpace
		if err := PutUnit(ctx, tx, Unit{Code: office, Description: d}); err != nil {
			return err
		}
		right := stockRight()
		right.Unit, right.Number, right.CoOwnership = office, "湘（2017）岳阳市不动产权第0000001号", Joint
		right.Holders = holders(sellerAnna, buyerDing)
		_, err := PutStockRight(ctx, tx, right)
		return err
	})
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		people []Party
		except UnitCode
		want   int
	}{
		{"one home of three was sold, the office is no home", []Party{sellerAnna}, "", 2},
		{"the home that is being sold does not count", []Party{sellerAnna}, unitAt(1), 1},
		{"the buyer owns since the entry", []Party{buyerDing}, "", 1},
		{"a family counts together", []Party{sellerAnna, buyerDing}, "", 3},
		{"a stranger owns nothing", []Party{stranger}, "", 0},
		{"nobody owns nothing", nil, "", 0},
	} {
		var ids []string
		for _, p := range tt.people {
			ids = append(ids, p.ID)
		}
		r.must(func(ctx context.Context, tx pgx.Tx) error {
			homes, err := HomesOf(ctx, tx, ids)
			units := map[UnitCode]bool{}
			for _, h := range homes {
				if !slices.Contains(ids, h.Holder) {
					t.Errorf("%s: a home of %s, who was not asked about", tt.name, h.Holder)
				}
				units[h.Unit] = units[h.Unit] || !h.Contracted && h.Unit != tt.except
			}
			got := 0
			for _, counts := range units {
				if counts {
					got++
				}
			}
			if got != tt.want {
				t.Errorf("%s: %d homes, want %d", tt.name, got, tt.want)
			}
			return err
		})
	}
	if got := withOldNumbers([]string{"43060219900307001X"}); got[1] != "430602900307001" {
		t.Errorf("old number %v", got)
	}
}
