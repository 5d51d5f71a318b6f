package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/audit"
	"onewindow/internal/machine"
	"onewindow/internal/postgres"
	"onewindow/internal/schema"
	"onewindow/internal/vault"
)

// place is where a command keeps its data: a database that somebody runs, or a
// private server in the data directory.
type place struct {
	Data     string `help:"Directory for data (default: /var/lib/onewindow, or the user's state directory)." type:"path"`
	Database string `help:"PostgreSQL database to use instead of a private server of our own." env:"DATABASE_URL"`
}

// errNoPlace says that nothing tells where data may be kept.
var errNoPlace = errors.New("there is no place for data: neither HOME nor XDG_STATE_HOME is set. " +
	"Name a directory: --data DIR")

// directory returns the data directory, made if need be.
func (p place) directory() (string, error) {
	dir, err := p.locate()
	if err != nil {
		return "", err
	}
	// 0711: the account that runs the private server must pass through to its own part.
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", fmt.Errorf("make the data directory: %w", err)
	}
	return dir, nil
}

// locate returns the data directory, which may not be there.
func (p place) locate() (string, error) {
	dir := p.Data
	switch {
	case dir != "":
	case os.Geteuid() == 0:
		dir = "/var/lib/onewindow"
	case os.Getenv("XDG_STATE_HOME") != "":
		dir = filepath.Join(os.Getenv("XDG_STATE_HOME"), "onewindow")
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errNoPlace
		}
		dir = filepath.Join(home, ".local", "state", "onewindow")
	}
	return filepath.Abs(dir)
}

// database is an open, migrated database.
type database struct {
	url    string
	pool   *pgxpool.Pool
	server *postgres.Server // nil if somebody else runs it
	tracer pgx.QueryTracer  // of its statements; may be nil
}

// poolSize is the number of connections for requests and workers of a process.
const poolSize = 24

// ringFile holds the keys of a place's database, beside it and not in it.
const ringFile = "ring.json"

// open finds the database, makes it ready and migrates it.
func (p place) open(ctx context.Context, dir string, log *slog.Logger, s streams) (*database, error) {
	ring, err := vault.ReadOrDraw(filepath.Join(dir, ringFile))
	if err != nil {
		return nil, err
	}
	d := &database{url: p.Database}
	if d.url == "" {
		if err := machine.Ready(ctx, machine.Needs{Unpack: dir}, s.err); err != nil {
			return nil, err
		}
		server, err := postgres.Start(ctx, postgres.Options{Dir: filepath.Join(dir, "postgres"), Log: log})
		if err != nil {
			return nil, err
		}
		d.server, d.url = server, server.URL("postgres")
	}
	if err := d.connect(ctx, ring); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// connect opens the pool with the ring, migrates, and makes sure that the ring is
// the database's.
func (d *database) connect(ctx context.Context, ring *vault.Ring) error {
	config, err := pgxpool.ParseConfig(d.url)
	if err != nil {
		return fmt.Errorf("read the database's address: %w", err)
	}
	config.MaxConns = max(config.MaxConns, poolSize)
	config.ConnConfig.Tracer = d.tracer
	ring.Prepare(config)
	audit.AsProgram(config)
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, d.pool); err != nil {
		return err
	}
	return ring.Match(ctx, d.pool)
}

func (d *database) close() {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.server != nil {
		d.server.Stop()
	}
}

type migrateCommand struct {
	Database string `help:"Address of the database." env:"DATABASE_URL" required:""`
}

// Run migrates. It reads nothing that is sealed and needs no ring.
func (c migrateCommand) Run(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, c.Database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer pool.Close()
	return schema.Migrate(ctx, pool)
}
