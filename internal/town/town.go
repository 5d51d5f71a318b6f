// Package town builds homes that can be sold, by the thousand: synthetic
// parcels, owners, families, filed contracts and earlier vouchers, for tests
// and benchmarks.
//
// Nobody in it has ever lived: the people are born in the 1890s, with identity
// numbers whose check digits are right.
package town

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/registration"
	"onewindow/tax"
)

const (
	parcel      = "430602001001GB00001"
	perBuilding = 5000
	location    = "岳阳市岳阳楼区样本路1号"
)

// Person returns the n-th person of the town.
func Person(name string, n int) registration.Party {
	born := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%3650)
	id := fmt.Sprintf("430602%s%03d", born.Format("20060102"), n/3650+1)
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
// offices know of them. Each home is built once.
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
	return registration.PutParcel(ctx, tx, registration.Parcel{
		Code: parcel, Location: location, Area: 12345_67, Use: registration.UrbanResidential,
	})
}

func buildHome(ctx context.Context, tx pgx.Tx, i int) error {
	a := Sale(i)
	home := registration.Description{
		Location: fmt.Sprintf("%s%d栋%d号", location, i/perBuilding+1, i%perBuilding+1),
		LandUse:  registration.UrbanResidential, HouseUse: registration.CompleteDwelling,
		Structure: registration.ReinforcedConcrete, LandArea: 12345_67, Area: 120_50, Exclusive: 98_50, Shared: 22_00,
		Floors: 32, Floor: 15, CompletedYear: 2018,
	}
	unit := registration.Unit{Code: a.Unit, Building: a.Unit.Building(), Description: home}
	if err := registration.PutUnit(ctx, tx, unit); err != nil {
		return err
	}
	survey := registration.Survey{Description: home, SurveyedOn: day(2018, 1, 1), FileName: "survey.txt", Sample: true}
	if err := registration.PutSurvey(ctx, tx, a.Unit, survey, []byte("SAMPLE")); err != nil {
		return err
	}
	if _, err := registration.PutStockRight(ctx, tx, stockRight(a)); err != nil {
		return err
	}
	if err := registration.PutContract(ctx, tx, registration.Contract{
		Number: a.Contract, Unit: a.Unit, Area: home.Area, Price: a.Price, CoOwnership: a.CoOwnership,
		Sellers: []registration.Holder{holder(a.Sellers[0])}, Buyers: []registration.Holder{holder(a.Buyers[0])},
		SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2),
	}); err != nil {
		return err
	}
	return buildTaxRecords(ctx, tx, a)
}

func stockRight(a intake.Application) registration.Right {
	return registration.Right{
		Unit: a.Unit, Number: a.Certificate, CoOwnership: registration.Sole,
		Holders:    []registration.Holder{holder(a.Sellers[0])},
		LandNature: registration.Granted, HouseNature: registration.Market,
		TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31), Acquired: registration.Purchase,
		AcquiredOn: day(2018, 3, 1), CertifiedOn: day(2018, 3, 1), Price: money.Yuan(500_000),
	}
}

func buildTaxRecords(ctx context.Context, tx pgx.Tx, a intake.Application) error {
	for _, p := range []registration.Party{a.Sellers[0], a.Buyers[0]} {
		if err := tax.PutHousehold(ctx, tx, time.Time{}, tax.Member{ID: p.ID, Role: tax.Self}); err != nil {
			return err
		}
	}
	if err := tax.PutValuation(ctx, tx, tax.Valuation{
		Unit: string(a.Unit), Value: a.Price, On: day(2026, 11, 1), Document: "样本评估",
	}); err != nil {
		return err
	}
	return tax.PutPrior(ctx, tx, tax.Prior{
		Unit: string(a.Unit), Voucher: "样本凭证",
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: day(2018, 3, 1), VoucherOn: day(2018, 2, 1)},
		Cost:     tax.Cost{Proven: tax.Yes, Price: money.Yuan(500_000), DeedTax: money.Yuan(7_500)},
	})
}

func holder(p registration.Party) registration.Holder {
	return registration.Holder{Name: p.Name, IDKind: registration.Resident, ID: p.ID}
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
