package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrInUse says that an older key still seals rows, or may soon.
var ErrInUse = errors.New("an older key still seals rows: run `onewindow keys rotate` again")

// ErrNotYet says that the newest key of the ring does not seal yet.
var ErrNotYet = errors.New("the newest key does not seal yet")

// Rotate seals everything with the newest key of the ring, in small transactions
// beside the running program, and returns how many values it sealed. If all of the
// database is sealed with that key already, a new key is drawn first. Stopped in
// the middle it may be called again and goes on. The ring must be that of a file.
func (r *Ring) Rotate(ctx context.Context, pool *pgxpool.Pool) (values int64, err error) {
	if err := r.Match(ctx, pool); err != nil {
		return 0, err
	}
	if err := r.newest(ctx, pool); err != nil {
		return 0, err
	}
	values, err = r.reseal(ctx, pool)
	if err != nil {
		return values, err
	}
	if err := r.settle(ctx, pool); err != nil {
		return values, err
	}
	late, err := r.reseal(ctx, pool) // what the program sealed before it knew the new key
	return values + late, err
}

// newest makes sure that the newest key seals, and draws one if the last rotation
// is over.
func (r *Ring) newest(ctx context.Context, pool *pgxpool.Pool) error {
	keys := r.keys.Load()
	if last := keys.keys[len(keys.keys)-1]; last.from.After(time.Now()) {
		return fmt.Errorf("%w: key %d seals from %s", ErrNotYet, last.id, last.from.Local().Format(time.DateTime))
	}
	use, err := r.Use(ctx, pool)
	if err != nil || use.older(r.sealing()) > 0 {
		return err
	}
	if _, err := Add(r.path, time.Now()); err != nil {
		return err
	}
	r.look()
	return r.Match(ctx, pool)
}

// sealing is the id of the key that seals now.
func (r *Ring) sealing() uint32 {
	now := time.Now()
	return r.current(now).sealer(now).id
}

// settle waits until every process has read the new key and every transaction that
// was begun before has ended: from then on nothing is sealed with an older key.
func (r *Ring) settle(ctx context.Context, pool *pgxpool.Pool) error {
	now := time.Now()
	known := r.current(now).sealer(now).from.Add(3 * lookEach)
	if err := sleep(ctx, time.Until(known)); err != nil {
		return err
	}
	var began time.Time
	if err := pool.QueryRow(ctx, `SELECT now()`).Scan(&began); err != nil {
		return fmt.Errorf("wait for older transactions: %w", err)
	}
	for older := 1; older > 0; {
		err := pool.QueryRow(ctx, `
			SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < $1
				AND backend_type = 'client backend'`, began).Scan(&older)
		if err != nil {
			return fmt.Errorf("wait for older transactions: %w", err)
		}
		if older > 0 {
			err = sleep(ctx, lookEach/10)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Retire removes the keys that no longer seal anything from the ring's file and
// from the database's knowledge, and returns how many. It refuses with ErrInUse if
// a value is left that needs one. Backups from before need the old ring.
func (r *Ring) Retire(ctx context.Context, pool *pgxpool.Pool) (removed int, err error) {
	if err := r.Match(ctx, pool); err != nil {
		return 0, err
	}
	if err := r.settle(ctx, pool); err != nil {
		return 0, err
	}
	use, err := r.Use(ctx, pool)
	if err != nil {
		return 0, err
	}
	sealing := r.sealing()
	if n := use.older(sealing); n > 0 {
		return 0, fmt.Errorf("%w (%d values)", ErrInUse, n)
	}
	for _, k := range r.keys.Load().keys {
		if k.id < sealing {
			removed++
		}
	}
	// The database forgets first: a ring with a key too many is introduced again, one
	// that lacks a key is refused.
	if _, err := pool.Exec(ctx, `DELETE FROM vault_key WHERE id < $1`, int64(sealing)); err != nil {
		return 0, fmt.Errorf("forget old keys: %w", err)
	}
	if err := edit(r.path, func(f ringFile) ringFile { return f.without(sealing) }); err != nil {
		return 0, fmt.Errorf("remove old keys from %s: %w", r.path, err)
	}
	r.look()
	return removed, nil
}

// Use counts sealed values by the id of their key.
type Use map[uint32]int64

// older counts the values sealed with keys older than one.
func (u Use) older(than uint32) (n int64) {
	for id, values := range u {
		if id < than {
			n += values
		}
	}
	return n
}

// Use counts what each key seals. It reads all tables with sealed columns.
func (r *Ring) Use(ctx context.Context, pool *pgxpool.Pool) (Use, error) {
	columns, err := sealedColumns(ctx, pool)
	if err != nil {
		return nil, err
	}
	use := Use{}
	for _, c := range columns {
		rows, err := pool.Query(ctx, `SELECT vault_key_of(`+c.column+`), count(*) FROM `+c.table+`
			WHERE `+c.column+` IS NOT NULL GROUP BY 1`)
		if err != nil {
			return nil, fmt.Errorf("count the values of %s: %w", c.name, err)
		}
		var id uint32
		var n int64
		if _, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error { use[id] += n; return nil }); err != nil {
			return nil, fmt.Errorf("count the values of %s: %w", c.name, err)
		}
	}
	return use, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
