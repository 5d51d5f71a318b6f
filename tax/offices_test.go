package tax

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
	"onewindow/internal/pgtest"
	"onewindow/tax/rule"
)

func TestAdoptionsAreKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		for range 2 { // a second start of the demonstration adopts nothing twice
			for _, a := range SampleAdoptions() {
				if err := Adopt(ctx, tx, a); err != nil {
					return err
				}
			}
		}
		got, err := AdoptionsOf(ctx, tx)
		if !reflect.DeepEqual(got, SampleAdoptions()) {
			t.Errorf("read back %+v", got)
		}
		if err := Adopt(ctx, tx, Adoption{Param: rule.DeedStatutory, Value: 600}); !errors.Is(err, ErrBadAdoption) {
			t.Errorf("an unlawful adoption: %v, want ErrBadAdoption", err)
		}
		return err
	})
}

func TestTheFamilyOfTheBuyers(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	married := day(1925, 5, 1)
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(
			PutHousehold(ctx, tx, married, Member{"A1", Self}, Member{"A2", Spouse}, Member{"A3", MinorChild}),
			PutHousehold(ctx, tx, time.Time{}, Member{"B1", Self}),
		)
	})
	for _, tt := range []struct {
		name     string
		ids      []string
		known    bool
		count    int
		minor    bool
		changed  time.Time
		everyone []string
		couple   []string
	}{
		{"a wife brings husband and child", []string{"A2"}, true, 1, false, married, []string{"A1", "A2", "A3"}, []string{"A1", "A2"}},
		{"a couple is one family", []string{"A2", "A1"}, true, 1, false, married, []string{"A1", "A2", "A3"}, []string{"A1", "A2"}},
		{"friends are two", []string{"A1", "B1"}, true, 2, false, married, []string{"A1", "A2", "A3", "B1"}, []string{"A1", "A2", "B1"}},
		{"a minor child brings the parents", []string{"A3"}, true, 1, true, married, []string{"A1", "A2", "A3"}, []string{"A1", "A2"}},
		{"one of two is unknown", []string{"B1", "C1"}, false, 1, false, time.Time{}, []string{"B1"}, []string{"B1"}},
		{"nobody is known", []string{"C1"}, false, 0, false, time.Time{}, nil, nil},
		{"nobody is asked about", nil, false, 0, false, time.Time{}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
				h, err := HouseholdOf(ctx, tx, tt.ids)
				if h.Known != tt.known || h.Count != tt.count || h.Minor != tt.minor || !h.ChangedOn.Equal(tt.changed) {
					t.Errorf("household %+v", h)
				}
				if !slices.Equal(h.Everyone(), tt.everyone) || !slices.Equal(h.Couple(), tt.couple) {
					t.Errorf("everyone %v, couple %v", h.Everyone(), h.Couple())
				}
				if f := h.Family(HomesEverywhere(1)); (f.Known == Yes) != tt.known || f.Count != tt.count || f.Homes.City != 1 {
					t.Errorf("family %+v", f)
				}
				return err
			})
		})
	}
}

func TestNobodyHasTwoFamilies(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	marry := func() error {
		return commit(t, pool, func(ctx context.Context, tx pgx.Tx) error {
			return PutHousehold(ctx, tx, time.Time{}, Member{"A1", Self})
		})
	}
	if first, second := marry(), marry(); first != nil || second == nil {
		t.Errorf("first family %v, second %v", first, second)
	}
}

func TestWhatTheTaxOfficeHoldsOfAUnit(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	prior := Prior{
		Unit: "u", Voucher: "V-1",
		Acquired: Acquired{By: ByPurchase, CertificateOn: time.Time{}, VoucherOn: day(2016, 3, 20), PredecessorOn: time.Time{}},
		Cost: Cost{
			Proven: Yes, Price: money.Yuan(500_000), DeedTax: money.Yuan(5_000), Decoration: 1, Interest: 2, Fees: 3,
		},
	}
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := ValuationOf(ctx, tx, "u"); !errors.Is(err, ErrNoValuation) {
			t.Errorf("valuation of a unit never valued: %v", err)
		}
		if _, err := PriorOf(ctx, tx, "u"); !errors.Is(err, ErrNoPrior) {
			t.Errorf("voucher of a unit never taxed: %v", err)
		}
		old := Valuation{Unit: "u", Value: 1, On: day(2025, 1, 1), Document: "old"}
		latest := Valuation{Unit: "u", Value: money.Yuan(780_000), On: day(2026, 1, 1), Document: "new"}
		if err := errors.Join(PutValuation(ctx, tx, latest), PutValuation(ctx, tx, old), PutPrior(ctx, tx, prior)); err != nil {
			return err
		}
		v, err := ValuationOf(ctx, tx, "u")
		p, err2 := PriorOf(ctx, tx, "u")
		if v != latest || p != prior {
			t.Errorf("read back %+v and %+v", v, p)
		}
		return errors.Join(err, err2)
	})
}
