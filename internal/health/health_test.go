package health

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

// holds asks one check and fails unless it answers as wanted.
func holds(t *testing.T, c Check, want bool, when string) {
	t.Helper()
	why, err := c.Ask(t.Context())
	if (why == "") != want {
		t.Errorf("%s, %s says %q (%v)", when, c.Name, why, err)
	}
}

func run(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestASchemaOfAnotherProgramIsNotReady(t *testing.T) {
	t.Parallel()
	for when, tt := range map[string]struct{ spoil, mend string }{
		"a migration is missing":       {`UPDATE schema_version SET version = version - 1`, `UPDATE schema_version SET version = version + 1`},
		"a newer program has migrated": {`UPDATE schema_version SET version = version + 1`, `UPDATE schema_version SET version = version - 1`},
		"a migration of the queue is missing": {`DELETE FROM river_migration WHERE version = 6`,
			`INSERT INTO river_migration (line, version) VALUES ('main', 6)`},
		"nobody has ever migrated the tables": {`ALTER TABLE schema_version RENAME TO gone`, `ALTER TABLE gone RENAME TO schema_version`},
		"the queue's tables are another's":    {`ALTER TABLE river_migration RENAME TO gone`, `ALTER TABLE gone RENAME TO river_migration`},
	} {
		pool := pgtest.Pool(t)
		c := Migrations(pool)
		holds(t, c, true, "at first")
		run(t, pool, tt.spoil)
		holds(t, c, false, when)
		run(t, pool, tt.mend)
		holds(t, c, true, "when it is mended")
	}
}

func TestADatabaseThatOnlyReadsOrIsAwayIsNotReady(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	c := Database(pool)
	holds(t, c, true, "at first")
	var name string
	if err := pool.QueryRow(t.Context(), `SELECT quote_ident(current_database())`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	run(t, pool, `ALTER DATABASE `+name+` SET default_transaction_read_only = on`)
	pool.Reset()
	holds(t, c, false, "read-only")
	away, err := pgxpool.New(t.Context(), "postgres://127.0.0.1:1/none")
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	for _, c := range []Check{Database(away), Migrations(away), Clock(away, time.Now)} {
		holds(t, c, false, "without a database")
	}
}

func TestClocksMayBeTwoSecondsApart(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for off, want := range map[time.Duration]bool{
		0: true, 1500 * time.Millisecond: true, -1500 * time.Millisecond: true,
		4 * time.Second: false, -4 * time.Second: false, 24 * time.Hour: false,
	} {
		holds(t, Clock(pool, func() time.Time { return time.Now().Add(off) }), want, "this machine "+off.String()+" off")
	}
}

// The disk is filled for real: a gigabyte less than there is may be missing, then
// two are taken.
func TestADiskThatFillsUpIsNotReady(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left, err := Free(dir)
	if err != nil || left < 4<<30 {
		t.Fatalf("%d bytes are free, and the test takes 2 GiB (%v)", left, err)
	}
	c := Disk(dir, left-1<<30)
	holds(t, c, true, "at first")
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(unix.Fallocate(int(f.Fd()), 0, 0, 2<<30), f.Close()); err != nil {
		t.Fatal(err)
	}
	holds(t, c, false, "filled")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	holds(t, c, true, "emptied")
	holds(t, Disk(filepath.Join(dir, "none"), 1), false, "a directory that is not there")
}

func TestOneFaultIsEnough(t *testing.T) {
	t.Parallel()
	good := Check{"a", func(context.Context) (string, error) { return "", nil }}
	bad := Check{"b", func(context.Context) (string, error) { return "no", errors.New("secret") }}
	slow := Check{"c", func(ctx context.Context) (string, error) { <-ctx.Done(); return "slow", ctx.Err() }}
	if r, ready := AskAll(t.Context(), []Check{good, bad}); ready || !r[0].OK || r[1].OK || r[1].Why != "no" {
		t.Errorf("%v, ready %v", r, ready)
	}
	if r, ready := AskAll(t.Context(), []Check{slow, good}); ready || r[0].OK || !r[1].OK {
		t.Errorf("%v, ready %v", r, ready)
	}
	if _, ready := AskAll(t.Context(), []Check{good}); !ready {
		t.Error("what holds is not ready")
	}
}
