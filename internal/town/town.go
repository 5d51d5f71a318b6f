// Package town builds homes that can be sold, by the thousand: synthetic
// parcels, owners, families, filed contracts and earlier vouchers, and the offices
// that know of them, for tests and benchmarks.
//
// Nobody in it has ever lived: the people are born in the 1890s, with identity
// numbers whose check digits are right.
package town

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
)

const (
	parcel      = "430602001001GB00001"
	perBuilding = 5000
	perSequence = 3650 // people whose identity numbers have the same sequence digits: one a day, for ten years
	location    = "岳阳市岳阳楼区样本路1号"
	area        = registration.Area(120_50)
)

// Person returns the n-th person of the town.
func Person(name string, n int) registration.Party {
	born := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%perSequence)
	id := fmt.Sprintf("430602%s%03d", born.Format("20060102"), n/perSequence+1)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(id[i]-'0') * weight
	}
	return registration.Party{Name: name, IDKind: registration.Resident, ID: id + string("10X98765432"[sum%11])}
}

// Unit is the code of home i.
func Unit(i int) registration.UnitCode {
	return registration.UnitCode(fmt.Sprintf("%sF%04d%04d", parcel, i/perBuilding+1, i%perBuilding+1))
}

// Sale is the application by which home i is sold: with nothing against it, its
// holder of more than five years sells the only home, and all three accounts move.
func Sale(i int) intake.Application {
	account := func(utility string) intake.Account {
		return intake.Account{Utility: utility, Number: fmt.Sprintf("%s-%06d-OK", utility, i)}
	}
	return intake.Application{
		Application: registration.Application{
			Kind: registration.SaleTransfer, Unit: Unit(i), Price: money.Yuan(800_000),
			Certificate: registration.Number(fmt.Sprintf("湘（2018）岳阳市不动产权第%07d号", i+1)),
			Contract:    fmt.Sprintf("TOWN-%06d", i), CoOwnership: registration.Sole,
			Sellers: []registration.Party{Person("镇出让", 2*i)}, Buyers: []registration.Party{Person("镇受让", 2*i+1)},
		},
		Utilities: []intake.Account{account("water"), account("power"), account("gas")},
	}
}

// Build builds homes from first up to, and not with, last, with all that the
// register and the housing bureau know of them. Each home is built once.
func Build(ctx context.Context, tx pgx.Tx, first, last int) error {
	if err := adopt(ctx, tx, first); err != nil {
		return err
	}
	for i := first; i < last; i++ {
		if i%perBuilding == 0 {
			if err := registration.PutBuilding(ctx, tx, registration.Building{
				Parcel: parcel, Number: fmt.Sprintf("%04d", i/perBuilding+1), Name: fmt.Sprintf("样本%d栋", i/perBuilding+1),
				Structure: registration.ReinforcedConcrete, Floors: 32, CompletedYear: 2018,
			}); err != nil {
				return err
			}
		}
		if err := buildHome(ctx, tx, i); err != nil {
			return fmt.Errorf("home %d: %w", i, err)
		}
	}
	return nil
}

// adopt makes the first homes' parcel and adopts the sample parameters of tax.
func adopt(ctx context.Context, tx pgx.Tx, first int) error {
	if first != 0 {
		return nil
	}
	for _, a := range tax.SampleAdoptions() {
		if err := tax.Adopt(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := payment.Adopt(ctx, tx, payment.SampleAdoptions()...); err != nil {
		return err
	}
	return registration.PutParcel(ctx, tx, registration.Parcel{
		Code: parcel, Location: location, Area: 12345_67, Use: registration.UrbanResidential,
	})
}

func buildHome(ctx context.Context, tx pgx.Tx, i int) error {
	return errors.Join(homeOf(i).Put(ctx, tx), File(ctx, tx, Sale(i), area, day(2026, 11, 2)))
}

// homeOf is home i as it stands before its sale.
func homeOf(i int) Home {
	a := Sale(i)
	return Home{
		Unit: a.Unit, Location: fmt.Sprintf("%s%d栋%d号", location, i/perBuilding+1, i%perBuilding+1),
		Area: area, Floor: 15, Floors: 32, Certificate: a.Certificate, Owners: a.Sellers, CoOwnership: registration.Sole,
		BoughtOn: day(2018, 3, 1), Cost: money.Yuan(500_000), Value: a.Price,
	}
}
