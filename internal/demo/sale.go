package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/internal/town"
	"onewindow/registration"
)

// ErrSoldOut says that every home on offer has a case on its way.
var ErrSoldOut = errors.New("every home on offer is being sold: finish or refuse a case first")

// NextSale files the contract of one more sale and returns the application for
// it. It offers the homes that nobody has sold yet and then, the longest held
// first, those whose buyers sell on, so it works the first and the thousandth
// time.
func NextSale(ctx context.Context, pool *pgxpool.Pool) (a intake.Application, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		// One start at a time, so that no two file the same contract.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('onewindow next sale', 0))`); err != nil {
			return err
		}
		serial := 0
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM registration_contract`).Scan(&serial); err != nil {
			return fmt.Errorf("count contracts: %w", err)
		}
		right, area, err := onOffer(ctx, tx)
		if err != nil {
			return err
		}
		a, err = file(ctx, tx, right, area, serial)
		return err
	})
	return a, err
}

// onOffer finds the home of building 2 that has had its owner the longest and
// has no case on its way.
func onOffer(ctx context.Context, tx pgx.Tx) (best registration.Right, area registration.Area, err error) {
	for i := range homesOnOffer {
		title, err := registration.TitleOf(ctx, tx, unitOf(2, doorOf(i)))
		if err != nil {
			return best, area, err
		}
		right, ok := title.CurrentRight()
		reserved, err := intake.Reserved(ctx, tx, title.Unit.Code)
		if err != nil {
			return best, area, err
		}
		if ok && reserved == "" && (best.ID == 0 || right.ID < best.ID) { // rights are numbered as they arise
			best, area = right, title.Unit.Area
		}
	}
	if best.ID == 0 {
		return best, area, ErrSoldOut
	}
	return best, area, nil
}

// file makes the sale of a right to a family that owns nothing yet.
func file(ctx context.Context, tx pgx.Tx, right registration.Right, area registration.Area,
	serial int) (intake.Application, error) {
	buyer := town.Person(surname(serial)+"受让", firstBuyer+2*serial)
	spouse := town.Person(surname(serial+3)+"配偶", firstBuyer+2*serial+1)
	door := string(right.Unit[len(right.Unit)-4:])
	a := intake.Application{
		Application: registration.Application{
			Kind: registration.SaleTransfer, Unit: right.Unit, Certificate: right.Number,
			Contract: fmt.Sprintf("YY-2026-%06d", 900_000+serial), Price: money.Yuan(int64(area) * 82 / 1000 * 1000),
			CoOwnership: registration.Joint, Buyers: []registration.Party{buyer, spouse},
		},
		Utilities: []intake.Account{
			{Utility: "water", Number: "W4306022" + door + "-OK"}, {Utility: "power", Number: "P4306022" + door + "-OK"},
			{Utility: "gas", Number: "G4306022" + door + "-LATER"},
		},
	}
	for _, h := range right.Holders {
		a.Sellers = append(a.Sellers, registration.Party{Name: h.Name, IDKind: h.IDKind, ID: h.ID})
	}
	on, err := intake.Today(ctx, tx)
	if err != nil {
		return a, err
	}
	return a, town.File(ctx, tx, a, area, on)
}
