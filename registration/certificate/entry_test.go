package certificate

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
	"onewindow/registration"
)

// The sale of the tests. Its people are synthetic: they were born in the
// nineteenth century, and only the check digits of their numbers are right.
const (
	unit     = registration.UnitCode("430602001001GB00001F00010001")
	previous = registration.Number("湘（2018）岳阳市不动产权第0000041号")
	contract = "岳网签2026110001"
	caseID   = 7
)

var (
	entered = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	key     = bytes.Repeat([]byte("k"), 32)
)

// resident returns an identity number with a right check digit (GB 11643-1999).
func resident(born, serial string) string {
	digits := "430602" + born + serial
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// home is what the register, the survey and the certificate say of the flat.
func home() registration.Description {
	return registration.Description{
		Location: "岳阳市岳阳楼区测试路1号1栋1502室", LandUse: registration.UrbanResidential,
		HouseUse: registration.CompleteDwelling, Structure: registration.ReinforcedConcrete,
		LandArea: 12345_67, Area: 120_50, Exclusive: 98_50, Shared: 22_00, Floors: 32, Floor: 15, CompletedYear: 2018,
	}
}

// sale is the application: one seller, two buyers by shares.
func sale() registration.Application {
	return registration.Application{
		Kind: registration.SaleTransfer, Unit: unit, Certificate: previous, Contract: contract, Price: 80_000_000,
		CoOwnership: registration.ByShares,
		Sellers:     []registration.Party{{Name: "测试甲", ID: resident("18900307", "001")}},
		Buyers: []registration.Party{
			{Name: "王𬎆", ID: resident("18930307", "004"), Share: registration.Share{Num: 1, Den: 3}},
			{Name: "阿不都热依木·买买提", ID: resident("18940307", "005"), Share: registration.Share{Num: 2, Den: 3}},
		},
	}
}

func holdersOf(parties []registration.Party) []registration.Holder {
	var all []registration.Holder
	for _, p := range parties {
		all = append(all, registration.Holder{Name: p.Name, IDKind: registration.Resident, ID: p.ID, Share: p.Share})
	}
	return all
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// seed puts the flat, its owner and the filed contract into the register.
func seed(ctx context.Context, tx pgx.Tx) error {
	d := home()
	if err := registration.PutParcel(ctx, tx, registration.Parcel{Code: unit.Parcel(), Location: "测试路1号",
		Area: d.LandArea, Use: d.LandUse}); err != nil {
		return err
	}
	if err := registration.PutBuilding(ctx, tx, registration.Building{Parcel: unit.Parcel(), Number: "0001",
		Name: "1栋", Structure: d.Structure, Floors: d.Floors, CompletedYear: d.CompletedYear}); err != nil {
		return err
	}
	if err := registration.PutUnit(ctx, tx, registration.Unit{Code: unit, Description: d}); err != nil {
		return err
	}
	survey := registration.Survey{Description: d, SurveyedOn: day(2018, 1, 1), FileName: "survey.txt", Sample: true}
	if err := registration.PutSurvey(ctx, tx, unit, survey, []byte("SAMPLE")); err != nil {
		return err
	}
	return seedSale(ctx, tx, sale())
}

// seedSale puts the seller's right and the contract.
func seedSale(ctx context.Context, tx pgx.Tx, a registration.Application) error {
	_, err := registration.PutStockRight(ctx, tx, registration.Right{Unit: unit, Number: previous,
		CoOwnership: registration.Sole, Holders: holdersOf(a.Sellers), LandNature: registration.Granted,
		HouseNature: registration.Market, TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31),
		Acquired: registration.Purchase, AcquiredOn: day(2018, 3, 1), CertifiedOn: day(2018, 3, 1), Price: 50_000_000})
	if err != nil {
		return err
	}
	return registration.PutContract(ctx, tx, registration.Contract{Number: contract, Unit: unit, Area: home().Area,
		Price: a.Price, CoOwnership: a.CoOwnership, Sellers: holdersOf(a.Sellers), Buyers: holdersOf(a.Buyers),
		SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2)})
}

// entry seeds a database of its own and enters the sale.
func entry(t testing.TB) (*pgxpool.Pool, registration.Entry) {
	t.Helper()
	pool := pgtest.Pool(t)
	var e registration.Entry
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		if err := seed(ctx, tx); err != nil {
			return err
		}
		by := registration.Approval{By: "registrar", At: entered.Add(-time.Minute)}
		e, err = registration.Enter(ctx, tx, caseID, sale(), by, entered)
		return err
	})
	return pool, e
}

// within runs do in a transaction and ends the test if it fails.
func within(t testing.TB, pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) {
	t.Helper()
	if err := try(pool, do); err != nil {
		t.Fatal(err)
	}
}

func try(pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

// sheetOf is the sheet the job would print.
func sheetOf(t testing.TB, e registration.Entry) Sheet {
	t.Helper()
	id, err := VerifyIDOf(key, e.ID(), e.Number().Kind(), "")
	if err != nil {
		t.Fatal(err)
	}
	return SheetOf(e, Terms{IssuedAt: e.At(), VerifyID: id, VerifyURL: "https://example.invalid/v/" + string(id),
		Sample: true})
}
