// Package schema brings a database to the tables that this program needs: the
// rooms' own, one numbered file each, and River's.
//
// It knows the order of the migrations and nothing of what the tables mean.
package schema

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/tern/v2/migrate"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var files embed.FS

const versionTable = "public.schema_version"

// lock is the number of the advisory lock under which a database is migrated.
const lock = 0x6f6e6577696e646f

// unused are indexes of River on columns that nothing here searches; they cost
// half of the write-ahead log of a case.
var unused = []string{"river_job_args_index", "river_job_metadata_index"}

// ErrNewer says that the database was migrated by a newer version of this
// program, which alone may use it.
var ErrNewer = errors.New("the database was migrated by a newer version of this program")

// Migrate brings the database of pool up to date. It may be called at every
// start and by several processes at once: one migrates, the others wait. The
// waiting is done on connections outside the pool, which would otherwise have
// none left for the one that migrates.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // the lock goes with the connection
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return fmt.Errorf("migrate: lock: %w", err)
	}
	if err := migrateRooms(ctx, conn); err != nil {
		return err
	}
	config := pool.Config()
	config.AfterConnect, config.MaxConns, config.MinConns, config.MinIdleConns = nil, 2, 0, 0
	owner, err := pgxpool.NewWithConfig(ctx, config) // the pool's connections may work under a role that owns nothing
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer owner.Close()
	return migrateRiver(ctx, owner)
}

// migrateRooms runs the files that the database has not seen. They are plain
// SQL: tern's templates and its downward half are not used.
func migrateRooms(ctx context.Context, conn *pgx.Conn) error {
	scripts, err := read(files)
	if err != nil {
		return err
	}
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, s := range scripts {
		m.AppendMigration(s.name, s.sql, "")
	}
	version, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrate: read the version: %w", err)
	}
	if int(version) > len(scripts) {
		return fmt.Errorf("%w: it is at %d, this program at %d", ErrNewer, version, len(scripts))
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate from %d: %w", version, located(err))
	}
	return nil
}

// located adds the place in the file to a syntax error, where it is known.
func located(err error) error {
	var e migrate.MigrationPgError
	if errors.As(err, &e) && e.PgError != nil {
		return fmt.Errorf("%s, at character %d: %w", e.MigrationName, e.Position, err)
	}
	return err
}

// migrateRiver creates or updates the tables of the queue.
func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("migrate River: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate River: %w", err)
	}
	for _, index := range unused {
		if _, err := pool.Exec(ctx, "DROP INDEX IF EXISTS "+index); err != nil {
			return fmt.Errorf("migrate River: drop index %s: %w", index, err)
		}
	}
	return nil
}

// A script is one migration file.
type script struct{ name, sql string }

// read returns the migrations in order. Their numbers must run from 001
// without a gap, because the database remembers only the last one.
func read(fsys fs.FS) ([]script, error) {
	names, err := fs.Glob(fsys, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var scripts []script
	for i, path := range names {
		name := strings.TrimPrefix(path, "migrations/")
		digits, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(digits); err != nil || n != i+1 || len(digits) != 3 {
			return nil, fmt.Errorf("migrate: %s stands where %03d_….sql is due", name, i+1)
		}
		sql, err := fs.ReadFile(fsys, path)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, script{name, string(sql)})
	}
	return scripts, nil
}

// Fingerprint names the state that Migrate leads to, in twelve hexadecimal
// digits: it changes with every migration of the rooms and of River.
func Fingerprint() (string, error) {
	scripts, err := read(files)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, s := range scripts {
		feed(h, s.name, s.sql)
	}
	m, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", fmt.Errorf("list the migrations of River: %w", err)
	}
	for _, v := range m.AllVersions() {
		feed(h, v.Name, v.SQLUp)
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

// feed adds one migration to a hash, which takes whatever it is given.
func feed(h hash.Hash, name, sql string) {
	_, _ = io.WriteString(h, name+"\x00"+sql+"\x00")
}

// Differs says in words how the database's schema differs from the one that this
// program needs; "" if it does not.
func Differs(ctx context.Context, pool *pgxpool.Pool) (string, error) {
	scripts, err := read(files)
	if err != nil {
		return "", err
	}
	var version int
	if err := pool.QueryRow(ctx, "SELECT version FROM "+versionTable).Scan(&version); err != nil {
		return "", fmt.Errorf("read the schema's version: %w", err)
	}
	if version != len(scripts) {
		return fmt.Sprintf("the database's schema is at %d, this program's at %d", version, len(scripts)), nil
	}
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", fmt.Errorf("list the migrations of River: %w", err)
	}
	found, err := m.Validate(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("read the version of River's tables: %w", err)
	}
	if !found.OK {
		return "the queue's tables are older than this program", nil
	}
	return "", nil
}
