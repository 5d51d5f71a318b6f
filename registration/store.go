package registration

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

var errUnbuilt = errors.New("not built yet")

// TitleOf reads everything the register knows of a unit, ErrNoUnit if nothing.
func TitleOf(ctx context.Context, tx pgx.Tx, unit UnitCode) (Title, error) {
	return Title{}, errUnbuilt
}

// ContractOf reads a filed contract, ErrNoContract if there is none.
func ContractOf(ctx context.Context, tx pgx.Tx, number string) (Contract, error) {
	return Contract{}, errUnbuilt
}

// HomesOf counts the homes that any of these people hold now, one unit excepted.
func HomesOf(ctx context.Context, tx pgx.Tx, idNumbers []string, except UnitCode) (int, error) {
	return 0, errUnbuilt
}

// EntryOf finds the entry that a case has made, ErrNoEntry if none.
func EntryOf(ctx context.Context, tx pgx.Tx, caseID int64) (Entry, error) {
	return Entry{}, errUnbuilt
}

// Enter writes the right into the register (登簿).
func Enter(ctx context.Context, tx pgx.Tx, caseID int64, a Application, by Approval, at time.Time) (Entry, error) {
	return Entry{}, errUnbuilt
}

// ErrNoEntry says that a case has made no entry.
var ErrNoEntry = errors.New("no entry of this case")
