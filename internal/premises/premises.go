// Package premises knows what a database is for: a live window, a rehearsal with
// sandbox offices, or the demonstration. Its first start decides, for good.
//
// It knows nothing of offices, accounts or cases.
package premises

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Use is what a database is for.
type Use string

// The uses.
const (
	Live          Use = "live"
	Rehearsal     Use = "rehearsal"     // real accounts, sandbox offices
	Demonstration Use = "demonstration" // a made-up city, accounts that anybody knows
)

// OtherUseError says that a database is for something else than what was to be
// started on it.
type OtherUseError struct{ Is, Wanted Use }

// Error says what to change.
func (e *OtherUseError) Error() string {
	return fmt.Sprintf("this database is used for %s since its first start and cannot be used for %s: %s",
		words[e.Is], words[e.Wanted], remedies[e.Wanted])
}

var words = map[Use]string{
	Live: "a live window", Rehearsal: "a rehearsal", Demonstration: "the demonstration",
}

var remedies = map[Use]string{
	Live:          "name the live window's database, or an empty one",
	Rehearsal:     "take rehearsal out of the configuration, or name an empty database",
	Demonstration: "name an empty database, or leave --database and DATABASE_URL out for a private one",
}

// Take says that the database of db is to be used so. It returns *OtherUseError
// if it is for something else.
func Take(ctx context.Context, db *pgxpool.Pool, use Use) error {
	var is Use
	_, err := db.Exec(ctx, `INSERT INTO premises_use (use) VALUES ($1) ON CONFLICT DO NOTHING`, use)
	if err == nil {
		err = db.QueryRow(ctx, `SELECT use FROM premises_use`).Scan(&is)
	}
	if err != nil {
		return fmt.Errorf("ask what the database is for: %w", err)
	}
	if is != use {
		return &OtherUseError{is, use}
	}
	return nil
}
