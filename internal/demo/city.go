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

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/utilities"
)

const (
	parcel       = "430602001001GB00001"
	homesOnOffer = 48 // in building 2: what the demonstration sells, one after another
)

// listing is a home of building 1, whose sale an example file asks for.
type listing struct {
	door          string
	area          registration.Area
	price         int64 // of the filed contract, in yuan
	owner, seller registration.Party
	buyers        []registration.Party
	shares        registration.CoOwnership
}

func person(name, id string) registration.Party {
	return registration.Party{Name: name, IDKind: registration.Resident, ID: id}
}

func part(p registration.Party, num, den int64) registration.Party {
	p.Share = registration.Share{Num: num, Den: den}
	return p
}

// listings are the homes of the files in examples/.
var listings = []listing{
	{door: "0101", area: 95_00, price: 860_000, seller: person("试乙出让", "430602189102150024"),
		buyers: []registration.Party{person("试乙受让", "430602189411201024")}},
	{door: "0102", area: 138_60, price: 1_250_000, seller: person("试丙出让", "430602189203150031"),
		shares: registration.ByShares, buyers: []registration.Party{
			part(person("试丙受让", "430602189512201031"), 2, 3), part(person("试乙共有", "430602189510201134"), 1, 3),
		}},
	{door: "0103", area: 88_20, price: 730_000, seller: person("试丁出让", "430602189304150049"),
		buyers: []registration.Party{person("试䶮𬎆", "430602189610201043")}},
	{door: "0104", area: 102_00, price: 910_000, seller: person("试戊出让", "430602189405150056"),
		buyers: []registration.Party{person("试戊受让", "430602189711201050")}},
	{door: "0105", area: 76_40, price: 680_000, seller: person("试己出让", "430602189506150063"),
		buyers: []registration.Party{person("试己受让", "430602189812201068")}},
	{door: "0106", area: 90_00, price: 820_000, seller: person("试庚出让", "430602189607150070"),
		buyers: []registration.Party{person("试庚受让", "43060218991020107X")}},
	{door: "0107", area: 96_30, price: 800_000, seller: person("试辛出让", "430602189708150088"),
		buyers: []registration.Party{town.Person("试辛受让", 3001)}},
	{door: "0109", area: 79_90, price: 640_000, seller: person("试癸受让", "430602189211201206"),
		owner: town.Person("试癸真主", 3003), buyers: []registration.Party{person("试癸受让", "430602189210201108")}},
	{door: "0111", area: 84_00, price: 700_000, seller: town.Person("试子出让", 3005),
		buyers: []registration.Party{town.Person("试子受让", 3006)}},
	{door: "0112", area: 84_00, price: 710_000, seller: town.Person("试丑出让", 3007),
		buyers: []registration.Party{town.Person("试丑受让", 3008)}},
	{door: "0113", area: 84_00, price: 720_000, seller: town.Person("试寅出让", 3009),
		buyers: []registration.Party{town.Person("试寅受让", 3010)}},
}

// Seed builds the city in one transaction. A city that stands is left alone.
func Seed(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('onewindow demonstration city', 0))`)
		if err != nil {
			return err
		}
		_, err = registration.TitleOf(ctx, tx, unitOf(1, "0101"))
		if err == nil {
			return nil
		}
		if !errors.Is(err, registration.ErrNoUnit) {
			return err
		}
		return build(ctx, tx)
	})
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
	return nil
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

// listed builds the homes of the examples and files their contracts.
func listed(ctx context.Context, tx pgx.Tx) error {
	for _, l := range listings {
		a := l.application()
		owner := l.seller
		if l.owner.ID != "" {
			owner = l.owner
		}
		home := town.Home{
			Unit: a.Unit, Location: addressOf(1, l.door), Area: l.area, Floor: 1, Floors: 18, Certificate: a.Certificate,
			Owners: []registration.Party{owner}, CoOwnership: registration.Sole, BoughtOn: day(2020, 5, 18),
			Cost: money.Yuan(l.price * 7 / 10), Value: money.Yuan(l.price * 95 / 100),
		}
		if err := errors.Join(home.Put(ctx, tx), town.File(ctx, tx, a, l.area, day(2026, 11, 16)),
			town.PutSingles(ctx, tx, owner), families(ctx, tx, l)); err != nil {
			return fmt.Errorf("home %s: %w", l.door, err)
		}
	}
	return nil
}

func (l listing) application() intake.Application {
	shares := registration.Sole
	if l.shares != "" {
		shares = l.shares
	}
	return intake.Application{Application: registration.Application{
		Kind: registration.SaleTransfer, Unit: unitOf(1, l.door), Price: money.Yuan(l.price), CoOwnership: shares,
		Certificate: registration.Number("湘（2020）岳阳市不动产权第000" + l.door + "号"), Contract: "YY-2026-00" + l.door,
		Sellers: []registration.Party{l.seller}, Buyers: l.buyers,
	}}
}

// families: several buyers are one couple; the seller who is not the owner is a
// family of its own.
func families(ctx context.Context, tx pgx.Tx, l listing) error {
	members := []tax.Member{{ID: l.buyers[0].ID, Role: tax.Self}}
	for _, p := range l.buyers[1:] {
		members = append(members, tax.Member{ID: p.ID, Role: tax.Spouse})
	}
	err := tax.PutHousehold(ctx, tx, day(2015, 10, 1), members...)
	if l.owner.ID != "" {
		err = errors.Join(err, town.PutSingles(ctx, tx, l.seller))
	}
	return err
}

// offered builds the homes that the demonstration sells. Their owners bought
// them more than five years ago, or, every third, less than two; every fifth is large.
func offered(ctx context.Context, tx pgx.Tx) error {
	for i := range homesOnOffer {
		owner, door := town.Person(surname(i)+"出让", 100+i), doorOf(i)
		bought, area := day(2017, 4, 12), registration.Area(86_50+int64(i)*75)
		if i%3 == 2 {
			bought = day(2025, 6, 3)
		}
		if i%5 == 4 {
			area += 60_00
		}
		price := int64(area) * 82 / 1000 * 1000 // about 8 200 yuan a square metre
		home := town.Home{
			Unit: unitOf(2, door), Location: addressOf(2, door), Area: area, Floor: i/4 + 1, Floors: 18,
			Certificate: registration.Number(fmt.Sprintf("湘（2017）岳阳市不动产权第%07d号", 20_000+i)),
			Owners:      []registration.Party{owner}, CoOwnership: registration.Sole, BoughtOn: bought,
			Cost: money.Yuan(price * 6 / 10), Value: money.Yuan(price * 9 / 10),
		}
		if err := errors.Join(home.Put(ctx, tx), town.PutSingles(ctx, tx, owner)); err != nil {
			return fmt.Errorf("home %s: %w", door, err)
		}
	}
	return nil
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

// Customers are the accounts that the companies keep for the city, by utility.
func Customers() map[utilities.Utility][]sandbox.Account {
	all := map[utilities.Utility][]sandbox.Account{}
	for letter, u := range map[string]utilities.Utility{"W": utilities.Water, "P": utilities.Power, "G": utilities.Gas} {
		for _, l := range listings {
			all[u] = append(all[u], sandbox.Account{
				Number: letter + "430602" + l.door, Holder: l.seller.Name, Address: addressOf(1, l.door), BalanceFen: 12_30,
			})
		}
	}
	return all
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
