package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/registration"
	"onewindow/utilities"
)

// listing is a home of building 1. A file in examples/ asks for its sale.
type listing struct {
	door   string
	lesson Lesson
	area   registration.Area
	price  int64                // of the filed contract, in yuan; 0: it is not for sale
	owners []registration.Party // as the register has them: one, or a couple that owns jointly
	seller registration.Party   // who the contract says sells, where that is not the owner
	buyers []registration.Party // one, or a couple
	shares registration.CoOwnership
	bought time.Time // zero: in May 2020
}

// listings are the homes of building 1, by what their sale shows.
func listings() []listing {
	return []listing{
		{door: "0101", lesson: PlainSale, area: 95_00, price: 860_000, owners: one("试乙出让", 101), buyers: one("试乙受让", 201)},
		{door: "0102", lesson: ByShares, area: 138_60, price: 1_250_000, owners: one("试丙出让", 102),
			shares: registration.ByShares, buyers: []registration.Party{part("试丙受让", 202, 2, 3), part("试丙配偶", 302, 1, 3)}},
		{door: "0103", lesson: RareName, area: 88_20, price: 730_000, owners: one("试丁出让", 103), buyers: one("王𬎆", 203)},
		{door: "0104", lesson: PlainSale, area: 102_00, price: 910_000, owners: one("试戊出让", 104), buyers: one("试戊受让", 204)},
		{door: "0105", lesson: Seized, area: 76_40, price: 680_000, owners: one("试己出让", 105), buyers: one("试己受让", 205)},
		{door: "0106", lesson: PlainSale, area: 90_00, price: 820_000, owners: one("试庚出让", 106), buyers: one("试庚受让", 206)},
		{door: "0107", lesson: PlainSale, area: 96_30, price: 800_000, owners: one("试辛出让", 107), buyers: one("试辛受让", 207)},
		{door: "0109", lesson: NotTheOwner, area: 79_90, price: 640_000, owners: one("试癸真主", 309),
			seller: resident("试癸出让", 109), buyers: one("试癸受让", 209)},
		{door: "0111", lesson: Locked, area: 84_00, price: 700_000, owners: one("试子出让", 111), buyers: one("试子受让", 211)},
		{door: "0112", lesson: Mortgaged, area: 84_00, price: 710_000, owners: one("试丑出让", 112), buyers: one("试丑受让", 212)},
		{door: "0113", lesson: Objected, area: 84_00, price: 720_000, owners: one("试寅出让", 113), buyers: one("试寅受让", 213)},
		{door: "0114", lesson: TwoYears, area: 89_90, price: 770_000, owners: one("试卯出让", 114), buyers: one("试卯受让", 214),
			bought: day(2025, 6, 3)},
		{door: "0115", lesson: JointOwners, area: 143_80, price: 1_320_000, owners: two("试辰出让", "试辰配偶", 115),
			shares: registration.Joint, buyers: two("试巳受让", "试巳配偶", 215)},
		{door: "0116", lesson: SecondHome, area: 91_20, price: 790_000, owners: one("试午出让", 116), buyers: one("试未有房", 117)},
		{door: "0117", area: 70_10, owners: one("试未有房", 117)},
		{door: "0118", lesson: FiveYears, area: 93_00, price: 810_000, owners: one("试申出让", 118), buyers: one("试申受让", 218),
			bought: day(2023, 2, 14)},
	}
}

// resident is the n-th person of building 1; those of building 2 have lower numbers.
func resident(name string, n int) registration.Party { return town.Person(name, 1000+n) }

func one(name string, n int) []registration.Party { return []registration.Party{resident(name, n)} }

func two(name, spouse string, n int) []registration.Party {
	return append(one(name, n), resident(spouse, n+200))
}

func part(name string, n int, num, den int64) registration.Party {
	p := resident(name, n)
	p.Share = registration.Share{Num: num, Den: den}
	return p
}

// listed builds the homes of building 1 and files their contracts.
func listed(ctx context.Context, tx pgx.Tx) error {
	for _, l := range listings() {
		if err := errors.Join(l.home().Put(ctx, tx), l.file(ctx, tx)); err != nil {
			return fmt.Errorf("home %s: %w", l.door, err)
		}
	}
	return nil
}

func (l listing) home() town.Home {
	home := town.Home{
		Unit: unitOf(1, l.door), Location: addressOf(1, l.door), Area: l.area, Floor: 1, Floors: 18,
		Certificate: l.certificate(), Owners: l.owners, CoOwnership: registration.Sole, BoughtOn: l.bought,
		Cost: money.Yuan(l.price * 7 / 10), Value: money.Yuan(l.price * 95 / 100),
	}
	if len(l.owners) > 1 {
		home.CoOwnership = registration.Joint
	}
	if l.bought.IsZero() {
		home.BoughtOn = day(2020, 5, 18)
	}
	if l.price == 0 {
		home.Cost, home.Value = money.Yuan(400_000), money.Yuan(600_000)
	}
	return home
}

func (l listing) certificate() registration.Number {
	year := 2020
	if !l.bought.IsZero() {
		year = l.bought.Year()
	}
	return registration.Number(fmt.Sprintf("湘（%d）岳阳市不动产权第000%s号", year, l.door))
}

func (l listing) sellers() []registration.Party {
	if l.seller.ID != "" {
		return []registration.Party{l.seller}
	}
	return l.owners
}

func (l listing) file(ctx context.Context, tx pgx.Tx) error {
	if l.price == 0 {
		return nil
	}
	return town.File(ctx, tx, l.application(), l.area, day(2026, 11, 16))
}

// contract is the number under which the sale is filed.
func (l listing) contract() string { return "YY-2026-00" + l.door }

// application is the sale as the filed contract has it.
func (l listing) application() intake.Application {
	a := intake.Application{Application: registration.Application{
		Kind: registration.SaleTransfer, Unit: unitOf(1, l.door), Price: money.Yuan(l.price), CoOwnership: l.shares,
		Certificate: l.certificate(), Contract: l.contract(), Sellers: l.sellers(), Buyers: l.buyers,
	}}
	if l.shares == "" {
		a.CoOwnership = registration.Sole
	}
	for _, u := range utilities.Utilities {
		a.Utilities = append(a.Utilities, intake.Account{Utility: string(u), Number: accountOf(u, l.door)})
	}
	return a
}

// accountOf is the number under which a company keeps a home of building 1.
func accountOf(u utilities.Utility, door string) string {
	letters := map[utilities.Utility]string{utilities.Water: "W", utilities.Power: "P", utilities.Gas: "G"}
	return letters[u] + "430602" + door
}

// Customers are the accounts that the companies keep for the city, by utility.
func Customers() map[utilities.Utility][]sandbox.Account {
	all := map[utilities.Utility][]sandbox.Account{}
	for _, u := range utilities.Utilities {
		for _, l := range listings() {
			all[u] = append(all[u], sandbox.Account{
				Number: accountOf(u, l.door), Holder: l.sellers()[0].Name, Address: addressOf(1, l.door), BalanceFen: 12_30,
			})
		}
	}
	return all
}
