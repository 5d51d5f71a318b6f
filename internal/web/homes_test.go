package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/registration"
	"onewindow/tax"
)

// person returns a synthetic person born in 1890, with a valid check digit.
func person(name string, serial int) registration.Party {
	id := fmt.Sprintf("430602189003%02d%03d", serial%28+1, serial)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(id[i]-'0') * weight
	}
	return registration.Party{Name: name, ID: id + string("10X98765432"[sum%11]),
		Phone: "1380013" + fmt.Sprintf("%04d", serial)}
}

func sellerOf(i int) registration.Party { return person("试出让", 100+i) }
func buyerOf(i int) registration.Party  { return person("验受让", 500+i) }

func unitOf(i int) registration.UnitCode {
	return registration.UnitCode(fmt.Sprintf("430602001001GB00001F0001%04d", i+1))
}

// application is an application that a test can bend.
type application struct{ intake.Application }

func (a application) text(t testing.TB) string {
	t.Helper()
	raw, err := json.Marshal(a.Application)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// saleOf is the sale of home i, with nothing against it.
func saleOf(i int) application {
	return application{intake.Application{
		Application: registration.Application{
			Kind: registration.SaleTransfer, Unit: unitOf(i), Price: money.Yuan(800_000),
			Certificate: registration.Number(fmt.Sprintf("湘（2018）岳阳市不动产权第%07d号", i+1)),
			Contract:    "YY-2026-" + strconv.Itoa(i), CoOwnership: registration.Sole,
			Sellers: []registration.Party{sellerOf(i)}, Buyers: []registration.Party{buyerOf(i)},
		},
		Utilities: []intake.Account{{Utility: "water", Number: fmt.Sprintf("W%07d", i)}},
	}}
}

const location = "岳阳市岳阳楼区测试路1号1栋101室"

// putHome builds home i, with its owner, the contract of its sale and what the
// tax office knows of it.
func putHome(ctx context.Context, tx pgx.Tx, i int) error {
	a := saleOf(i)
	home := registration.Description{
		Location: location, LandUse: registration.UrbanResidential, HouseUse: registration.CompleteDwelling,
		Structure: registration.ReinforcedConcrete, LandArea: 12345_67, Area: 120_50, Exclusive: 98_50, Shared: 22_00,
		Floors: 32, Floor: 15, CompletedYear: 2018,
	}
	seller, buyer := holderOf(a.Sellers[0]), holderOf(a.Buyers[0])
	if err := registration.PutUnit(ctx, tx, registration.Unit{Code: a.Unit, Description: home}); err != nil {
		return err
	}
	if err := registration.PutSurvey(ctx, tx, a.Unit, registration.Survey{Description: home, SurveyedOn: day(2018, 1, 1),
		FileName: "survey.txt", Sample: true}, []byte("SAMPLE")); err != nil {
		return err
	}
	if _, err := registration.PutStockRight(ctx, tx, registration.Right{
		Unit: a.Unit, Number: a.Certificate, CoOwnership: registration.Sole, Holders: []registration.Holder{seller},
		LandNature: registration.Granted, HouseNature: registration.Market,
		TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31), Acquired: registration.Purchase,
		AcquiredOn: day(2018, 3, 1), CertifiedOn: day(2018, 3, 1), Price: 50_000_000,
	}); err != nil {
		return err
	}
	if err := registration.PutContract(ctx, tx, registration.Contract{
		Number: a.Contract, Unit: a.Unit, Area: home.Area, Price: a.Price, CoOwnership: a.CoOwnership,
		Sellers: []registration.Holder{seller}, Buyers: []registration.Holder{buyer},
		SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2),
	}); err != nil {
		return err
	}
	return putTaxRecords(ctx, tx, a)
}

func putTaxRecords(ctx context.Context, tx pgx.Tx, a application) error {
	for _, p := range []registration.Party{a.Sellers[0], a.Buyers[0]} {
		if err := tax.PutHousehold(ctx, tx, time.Time{}, tax.Member{ID: p.ID, Role: tax.Self}); err != nil {
			return err
		}
	}
	if err := tax.PutValuation(ctx, tx, tax.Valuation{Unit: string(a.Unit), Value: a.Price, On: day(2026, 11, 1),
		Document: "样本评估"}); err != nil {
		return err
	}
	return tax.PutPrior(ctx, tx, tax.Prior{Unit: string(a.Unit), Voucher: "样本凭证",
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: day(2018, 3, 1), VoucherOn: day(2018, 2, 1)},
		Cost:     tax.Cost{Proven: tax.Yes, Price: 50_000_000, DeedTax: 750_000}})
}

func holderOf(p registration.Party) registration.Holder {
	return registration.Holder{Name: p.Name, IDKind: registration.Resident, ID: p.ID}
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
