// Package demo is the demonstration city (演示城市): a few buildings of one
// county, their owners and families, filed contracts, restrictions, utility
// accounts and staff, all invented, and one sale after another to show.
//
// Nobody in it has ever lived: the people are born in the 1890s, with identity
// numbers whose check digits are right. Parameters of tax are adopted as
// samples; survey files say that they are samples.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/money"
	"onewindow/internal/town"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
)

const (
	parcel       = "430602001001GB00001"
	homesOnOffer = 48 // in building 2: what the demonstration sells, one after another
)

// ErrTaken says that the database holds another register than the demonstration's.
var ErrTaken = errors.New("the database holds a register that is no demonstration: nothing invented goes in there")

// Seed builds the city in one transaction. A city that stands is left alone, but for
// the parameters that a newer program brings, which it adopts. It returns ErrTaken where
// there is another.
func Seed(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('onewindow demonstration city', 0))`)
		if err != nil {
			return err
		}
		_, err = registration.TitleOf(ctx, tx, unitOf(1, "0101"))
		if err == nil { // the city stands
			return adopt(ctx, tx)
		}
		if !errors.Is(err, registration.ErrNoUnit) {
			return err
		}
		if err := onEmptyGround(ctx, tx); err != nil {
			return err
		}
		return build(ctx, tx)
	})
}

// onEmptyGround refuses a database with a register that is not the demonstration's.
func onEmptyGround(ctx context.Context, tx pgx.Tx) error {
	taken := false
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM registration_parcel)`).Scan(&taken); err != nil {
		return fmt.Errorf("look for a register: %w", err)
	}
	if taken {
		return ErrTaken
	}
	return nil
}

func build(ctx context.Context, tx pgx.Tx) error {
	for _, step := range []func(context.Context, pgx.Tx) error{adopt, ground, listed, offered, restrict} {
		if err := step(ctx, tx); err != nil {
			return fmt.Errorf("build the demonstration city: %w", err)
		}
	}
	return nil
}

func adopt(ctx context.Context, tx pgx.Tx) error {
	for _, a := range tax.SampleAdoptions() {
		if err := tax.Adopt(ctx, tx, a); err != nil {
			return err
		}
	}
	return payment.Adopt(ctx, tx, payment.SampleAdoptions()...)
}

func ground(ctx context.Context, tx pgx.Tx) error {
	err := registration.PutParcel(ctx, tx, registration.Parcel{
		Code: parcel, Location: "岳阳市岳阳楼区样本路1号", Area: 12345_67, Use: registration.UrbanResidential,
	})
	for i := range 2 {
		err = errors.Join(err, registration.PutBuilding(ctx, tx, registration.Building{
			Parcel: parcel, Number: fmt.Sprintf("%04d", i+1), Name: fmt.Sprintf("样本小区%d栋", i+1),
			Structure: registration.ReinforcedConcrete, Floors: 18, CompletedYear: 2014,
		}))
	}
	return err
}

func unitOf(building int, door string) registration.UnitCode {
	return registration.UnitCode(fmt.Sprintf("%sF%04d%s", parcel, building, door))
}

func addressOf(building int, door string) string {
	return fmt.Sprintf("岳阳市岳阳楼区样本路1号样本小区%d栋%s室", building, door[1:])
}

// offered builds the homes that the demonstration sells.
func offered(ctx context.Context, tx pgx.Tx) error {
	for i := range homesOnOffer {
		if err := onOfferAt(i).Put(ctx, tx); err != nil {
			return fmt.Errorf("home %s: %w", doorOf(i), err)
		}
	}
	return nil
}

// onOfferAt is one of them. Their owners bought them more than five years ago, or,
// every third, less than two; every fifth is large.
func onOfferAt(i int) town.Home {
	owner, door := town.Person(surname(i)+"出让", 100+i), doorOf(i)
	bought, area := day(2017, 4, 12), registration.Area(86_50+int64(i)*75)
	if i%3 == 2 {
		bought = day(2025, 6, 3)
	}
	if i%5 == 4 {
		area += 60_00
	}
	price := int64(area) * 82 / 1000 * 1000 // about 8 200 yuan a square metre
	return town.Home{
		Unit: unitOf(2, door), Location: addressOf(2, door), Area: area, Floor: i/4 + 1, Floors: 18,
		Certificate: registration.Number(fmt.Sprintf("湘（2017）岳阳市不动产权第%07d号", 20_000+i)),
		Owners:      []registration.Party{owner}, CoOwnership: registration.Sole, BoughtOn: bought,
		Cost: money.Yuan(price * 6 / 10), Value: money.Yuan(price * 9 / 10),
	}
}

// doorOf is the i-th door of building 2: four on a floor.
func doorOf(i int) string { return fmt.Sprintf("%02d%02d", i/4+1, i%4+1) }

// surname invents one.
func surname(i int) string {
	return string([]rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨")[i%16]) + "演"
}

// restrict lays on the listed homes what stands in the way of a sale.
func restrict(ctx context.Context, tx pgx.Tx) error {
	_, seized := registration.RegisterSeizure(ctx, tx, registration.Seizure{
		Scope: registration.OnUnit, Target: string(unitOf(1, "0105")), Court: "样本市人民法院", Document: "(2026)样执字第1号",
		ServedAt: day(2026, 3, 2), FromOn: day(2026, 3, 2), ExpiresOn: day(2029, 3, 1),
	})
	_, locked := registration.PutLock(ctx, tx, registration.Lock{
		Scope: registration.OnUnit, Target: string(unitOf(1, "0111")), Authority: "样本登记机构", Document: "样锁〔2026〕1号",
		LockedOn: day(2026, 6, 1),
	})
	_, mortgaged := registration.PutMortgage(ctx, tx, registration.Mortgage{
		Unit: unitOf(1, "0112"), Mortgagee: "样本银行", MortgageeID: "914306001234567881", Secured: money.Yuan(400_000),
		DebtFrom: day(2020, 6, 1), DebtUntil: day(2040, 5, 31), Proof: "湘（2020）岳阳市不动产证明第0000112号",
		RegisteredOn: day(2020, 6, 2),
	})
	objector := town.Person("试卯异议", 3011)
	_, objected := registration.PutObjection(ctx, tx, registration.Objection{
		Unit: unitOf(1, "0113"), Objector: objector.Name, ObjectorID: objector.ID,
		RegisteredAt: day(2026, 10, 8), SuedOn: day(2026, 10, 12),
	})
	return errors.Join(seized, locked, mortgaged, objected)
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
