package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrClaimed says that a demonstration of another data directory works on the database.
var ErrClaimed = errors.New("another demonstration works on this database; stop it or use its data directory")

// Claim is the right to run the city of a database, of which there is one: its
// sandbox offices remember their orders in one process.
type Claim struct{ conn *pgx.Conn }

// ClaimCity claims the city of the database. A process that was killed has lost
// its claim as soon as PostgreSQL sees that, so it is waited for a little.
func ClaimCity(ctx context.Context, database string) (*Claim, error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("claim the demonstration city: %w", err)
	}
	free := false
	for range 30 {
		err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('onewindow demonstration', 0))`).Scan(&free)
		if err != nil || free {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err == nil && !free {
		err = ErrClaimed
	}
	if err != nil {
		_ = conn.Close(ctx) // nothing was claimed on it
		return nil, fmt.Errorf("claim the demonstration city: %w", err)
	}
	return &Claim{conn}, nil
}

// Release gives the claim back. A nil claim is none.
func (c *Claim) Release() {
	if c != nil {
		_ = c.conn.Close(context.Background()) // the claim ends with the connection
	}
}
