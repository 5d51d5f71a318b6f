package town

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/registration"
)

// Home is a dwelling with its owners, as every office knows it.
type Home struct {
	Unit        registration.UnitCode
	Location    string
	Area        registration.Area
	Floor       int
	Floors      int
	Certificate registration.Number // of the owners' right
	Owners      []registration.Party
	CoOwnership registration.CoOwnership
	BoughtOn    time.Time
	Cost        money.Fen // what the owners paid, deed tax apart
	Value       money.Fen // as the tax office assesses it
}

// Put writes the home into the register. Its parcel and building are there.
func (h Home) Put(ctx context.Context, tx pgx.Tx) error {
	about := h.description()
	unit := registration.Unit{Code: h.Unit, Building: h.Unit.Building(), Description: about}
	if err := registration.PutUnit(ctx, tx, unit); err != nil {
		return err
	}
	survey := registration.Survey{Description: about, SurveyedOn: day(2015, 6, 1), FileName: "样本测绘成果.txt", Sample: true}
	if err := registration.PutSurvey(ctx, tx, h.Unit, survey, []byte("样本 SAMPLE "+string(h.Unit))); err != nil {
		return err
	}
	_, err := registration.PutStockRight(ctx, tx, registration.Right{
		Unit: h.Unit, Number: h.Certificate, CoOwnership: h.CoOwnership, Holders: Holders(h.Owners),
		LandNature: registration.Granted, HouseNature: registration.Market,
		TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31), Acquired: registration.Purchase,
		AcquiredOn: h.BoughtOn, CertifiedOn: h.BoughtOn, Price: h.Cost,
	})
	return err
}

func (h Home) description() registration.Description {
	exclusive := h.Area * 82 / 100
	return registration.Description{
		Location: h.Location, LandUse: registration.UrbanResidential, HouseUse: registration.CompleteDwelling,
		Structure: registration.ReinforcedConcrete, LandArea: 12345_67, Area: h.Area, Exclusive: exclusive,
		Shared: h.Area - exclusive, Floors: h.Floors, Floor: h.Floor, CompletedYear: 2014,
	}
}

// File files the contract of a sale with the housing bureau.
func File(ctx context.Context, tx pgx.Tx, a intake.Application, area registration.Area, on time.Time) error {
	return registration.PutContract(ctx, tx, registration.Contract{
		Number: a.Contract, Unit: a.Unit, Area: area, Price: a.Price, CoOwnership: a.CoOwnership,
		Sellers: filed(a.Sellers), Buyers: filed(a.Buyers), SignedOn: on, FiledOn: on,
	})
}

// filed are parties as their contract names them, with the telephones that codes go to.
func filed(parties []registration.Party) []registration.Holder {
	holders := Holders(parties)
	for i, p := range parties {
		holders[i].Phone = cmp.Or(p.Phone, Phone(p.ID))
	}
	return holders
}

// Phone is the telephone of the person with an identity number. No network gives
// out numbers that begin with 12.
func Phone(id string) string {
	return fmt.Sprintf("12%09d", crc32.ChecksumIEEE([]byte(id))%1_000_000_000)
}

// Holders are parties as the register names them.
func Holders(parties []registration.Party) (holders []registration.Holder) {
	for _, p := range parties {
		holders = append(holders, registration.Holder{Name: p.Name, IDKind: registration.Resident, ID: p.ID, Share: p.Share})
	}
	return holders
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
