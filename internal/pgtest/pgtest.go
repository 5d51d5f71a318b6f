// Package pgtest gives every test a database of its own, on a real PostgreSQL.
//
// The databases are clones of one template that holds the migrated schema.
// They stand on the server that ONEWINDOW_TEST_PG names, as under make test,
// or on a throw-away server that the first test of a package starts. Where
// PostgreSQL is missing, tests fail; none is ever skipped.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/schema"
	"onewindow/internal/vault"
)

// Env names the environment variable with the address of a running server.
const Env = "ONEWINDOW_TEST_PG"

// Pool returns a pool on a new, migrated, empty database, which is dropped when
// the test ends. It holds at most 20 connections; take URL for another pool.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Open(t, URL(t), 20)
}

// Ring returns the ring of this process's tests.
var Ring = sync.OnceValue(vault.Draw)

// Open returns a pool of at most max connections on the database at url, with the
// ring of the tests. It closes when the test ends.
func Open(t testing.TB, url string, max int32) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = max
	Ring().Prepare(config)
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { closePool(t, pool) })
	return pool
}

// closePool closes a pool, which hangs if a test kept a connection: that is an
// error of the test, and not worth the whole run.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	closed := make(chan struct{})
	go func() {
		pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Errorf("pgtest: the test has not released %d connections", pool.Stat().AcquiredConns())
	}
}

// URL returns the address of a new, migrated, empty database, which is dropped
// when the test ends, whoever is still connected.
func URL(t testing.TB) string {
	t.Helper()
	c, err := prepared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := fmt.Sprintf("onewindow_test_%d_%d", os.Getpid(), serial.Add(1))
	if err := c.exec(c.clone(name)); err != nil {
		t.Fatalf("pgtest: clone the template: %v", err)
	}
	t.Cleanup(func() {
		if err := c.exec("DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return c.url(name)
}

// serial numbers the databases of this process.
var serial atomic.Int64

// A cluster is the server of the tests, with the template in it.
type cluster struct {
	admin    *pgxpool.Pool
	template string
	url      func(db string) string
	copying  string // how CREATE DATABASE copies the template
}

// prepared returns the cluster of this process.
var prepared = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := &cluster{}
	if base := os.Getenv(Env); base != "" {
		if _, err := url.Parse(base); err != nil {
			return nil, fmt.Errorf("%s is not a URL", Env) // it may hold a password
		}
		c.url = func(db string) string { return withDatabase(base, db) }
	} else {
		s, err := Throwaway(ctx)
		if err != nil {
			return nil, err
		}
		c.url = s.URL
	}
	return c, c.open(ctx)
})

// open connects to the cluster and makes sure of the template.
func (c *cluster) open(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(c.url("postgres"))
	if err != nil {
		return err
	}
	config.MaxConns = 4
	if c.admin, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	fingerprint, err := schema.Fingerprint()
	if err != nil {
		return err
	}
	c.template = "onewindow_template_" + fingerprint
	var version int
	err = c.admin.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	if err != nil {
		return err
	}
	if version >= 15_00_00 {
		c.copying = " STRATEGY FILE_COPY" // 24 ms instead of 36 ms where fsync is off
	}
	return c.makeTemplate(ctx)
}

// templateLock is the advisory lock under which a template is made.
const templateLock = 0x6f77746d706c

// makeTemplate migrates a new database and gives it the template's name, unless
// another process has done so. The connection holds the lock until it closes.
func (c *cluster) makeTemplate(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return err
	}
	var done bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", c.template).Scan(&done)
	if err != nil || done {
		return err
	}
	half := c.template + "_half"
	if err := c.execAll("DROP DATABASE IF EXISTS "+quote(half), "CREATE DATABASE "+quote(half)); err != nil {
		return err
	}
	if err := migrate(ctx, c.url(half)); err != nil {
		return err
	}
	return c.exec("ALTER DATABASE " + quote(half) + " RENAME TO " + quote(c.template))
}

// migrate brings the database at url up to date and leaves no connection.
func migrate(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return schema.Migrate(ctx, pool)
}

// clone is the statement that copies the template.
func (c *cluster) clone(name string) string {
	return "CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(c.template) + c.copying
}

// exec runs a statement on the cluster itself.
func (c *cluster) exec(sql string) error {
	_, err := c.admin.Exec(context.Background(), sql)
	return err
}

func (c *cluster) execAll(statements ...string) error {
	for _, sql := range statements {
		if err := c.exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// withDatabase returns base with another database name.
func withDatabase(base, db string) string {
	u, err := url.Parse(base)
	if err != nil { // checked when the variable was read
		return base
	}
	u.Path = "/" + db
	return u.String()
}

// quote makes an identifier of a name.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
