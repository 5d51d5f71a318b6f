package pgtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a, b := Pool(t), Pool(t)
	if _, err := a.Exec(ctx, "CREATE TABLE mine ()"); err != nil {
		t.Fatal(err)
	}
	var seen bool
	if err := b.QueryRow(ctx, "SELECT to_regclass('mine') IS NOT NULL").Scan(&seen); err != nil {
		t.Fatal(err)
	}
	if seen {
		t.Error("a table made in one database is seen in the other")
	}
}

func TestADatabaseIsMigratedAndGoneAfterTheTest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var name string
	t.Run("inner", func(t *testing.T) {
		var migrated bool
		err := Pool(t).QueryRow(ctx, "SELECT current_database(), to_regclass('river_job') IS NOT NULL").
			Scan(&name, &migrated)
		if err != nil || !migrated {
			t.Fatalf("River's table is there: %t, error %v", migrated, err)
		}
	})
	c, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	var left bool
	err = c.admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&left)
	if err != nil || left {
		t.Errorf("database %s is left after its test: %t, error %v", name, left, err)
	}
}

func TestAServerOfItsOwnKeepsItsPromises(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var fsync string
	if err := connect(t, Server(t).URL("postgres")).QueryRow(ctx, "SHOW fsync").Scan(&fsync); err != nil {
		t.Fatal(err)
	}
	if fsync != "on" {
		t.Errorf("fsync is %s on a server that tests of crashes rely on", fsync)
	}
}

func BenchmarkURL(b *testing.B) {
	for range b.N {
		URL(b)
	}
}

// connect opens a connection for the length of a test.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
