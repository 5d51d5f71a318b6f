package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/vault"
)

// keysCommand is for whoever keeps the keys of sealed columns (docs/VAULT.md).
type keysCommand struct {
	New    keysNewCommand    `cmd:"" help:"Draw the ring of a new database."`
	List   keysListCommand   `cmd:"" help:"Say what each key seals."`
	Add    keysAddCommand    `cmd:"" help:"Draw one more key, which seals later, so that every machine has it by then."`
	Rotate keysRotateCommand `cmd:"" help:"Seal everything with the newest key, or a new one, while the program runs."`
	Retire keysRetireCommand `cmd:"" help:"Remove the keys that no longer seal anything."`
}

// keysNewCommand draws a ring.
type keysNewCommand struct {
	Ring string `help:"File to make." required:"" type:"path"`
}

// Run draws a ring where none is.
func (c keysNewCommand) Run(s streams) error {
	if _, err := os.Stat(c.Ring); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: a ring is never written over, because what it seals would be lost", c.Ring)
	}
	if _, err := vault.ReadOrDraw(c.Ring); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "新密钥环已生成，请立即备份到数据库以外的地方。\n"+
		"%s is drawn. Keep a copy outside the database and its backups now: without it nothing opens again.\n", c.Ring)
	return err
}

// keysAddCommand adds a key for later.
type keysAddCommand struct {
	Ring string        `help:"The ring." required:"" type:"path"`
	In   time.Duration `help:"How long until it seals: long enough to copy the ring to every machine." default:"1h"`
}

// Run adds the key.
func (c keysAddCommand) Run(s streams) error {
	from := time.Now().Add(c.In)
	id, err := vault.Add(c.Ring, from)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "key %d seals from %s on: copy %s to every machine before, then run keys rotate\n",
		id, from.Format(time.DateTime), c.Ring)
	return err
}

// sealed is a database and its ring.
type sealed struct {
	Ring     string `help:"The ring." required:"" type:"path"`
	Database string `help:"Address of the database, as the owner of its tables." env:"DATABASE_URL" required:""`
}

// open opens both and makes sure that they belong together.
func (c sealed) open(ctx context.Context) (*vault.Ring, *pgxpool.Pool, error) {
	ring, err := vault.Read(c.Ring)
	if err != nil {
		return nil, nil, err
	}
	config, err := pgxpool.ParseConfig(c.Database)
	if err != nil {
		return nil, nil, fmt.Errorf("read the database's address: %w", err)
	}
	ring.Prepare(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	if err := ring.Match(ctx, pool); err != nil {
		pool.Close()
		return nil, nil, err
	}
	return ring, pool, nil
}

type keysListCommand struct{ sealed }

// Run lists keys by id, with how many values each seals.
func (c keysListCommand) Run(ctx context.Context, s streams) error {
	ring, pool, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	use, err := ring.Use(ctx, pool)
	for _, k := range ring.Keys() {
		if err == nil {
			from := k.From.Local().Format(time.DateTime)
			_, err = fmt.Fprintf(s.out, "key %d\tseals from %s\t%d values\n", k.ID, from, use[k.ID])
		}
	}
	return err
}

type keysRotateCommand struct{ sealed }

// Run rotates.
func (c keysRotateCommand) Run(ctx context.Context, s streams) error {
	ring, pool, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	began := time.Now()
	values, err := ring.Rotate(ctx, pool)
	if err != nil {
		return fmt.Errorf("after %d values: %w", values, err)
	}
	_, err = fmt.Fprintf(s.out, "%d values sealed with the newest key in %v: back the ring up, then run keys retire\n",
		values, time.Since(began).Round(time.Millisecond))
	return err
}

type keysRetireCommand struct{ sealed }

// Run retires what nothing needs.
func (c keysRetireCommand) Run(ctx context.Context, s streams) error {
	ring, pool, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	removed, err := ring.Retire(ctx, pool)
	if err == nil {
		_, err = fmt.Fprintf(s.out, "%d keys removed; a backup from before opens only with a copy of the old ring\n", removed)
	}
	return err
}
