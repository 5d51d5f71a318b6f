package audit

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Role is the database role under which the program works. It owns nothing: it
// may add to the audit and read it, and cannot change it.
const Role = "onewindow_program"

// AsProgram lets every connection of a pool work under Role. It must be called
// before the pool is made; an AfterConnect that config has is kept. Migrations run
// as whoever owns the tables, on connections of their own.
func AsProgram(config *pgxpool.Config) {
	before := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "SET ROLE "+Role); err != nil {
			return fmt.Errorf("work as %s, which the owner of the database must grant (docs/AUDIT.md): %w", Role, err)
		}
		if before == nil {
			return nil
		}
		return before(ctx, conn)
	}
}
