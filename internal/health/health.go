// Package health says whether a process can do its work: whether the database
// takes a write and stands at this program's schema, somebody leads the queue,
// the clocks agree and the disk has room.
//
// It knows PostgreSQL and the file system, and nothing of doors or cases. What
// it says of a fault is for everybody: no address, no name, no server's message.
package health

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/schema"
)

// Check is one thing that must hold for a process to be ready. Ask returns ""
// while it holds, and otherwise why it does not, in words for everybody, with an
// error for the log.
type Check struct {
	Name string
	Ask  func(ctx context.Context) (why string, err error)
}

// Result is what a check found.
type Result struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"`
	Err  error  `json:"-"` // for the log
}

// askTime bounds each question: a database that does not answer is away.
const askTime = 3 * time.Second

// AskAll asks all checks at once and returns what each found, in their order.
func AskAll(ctx context.Context, checks []Check) (results []Result, ready bool) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	results = make([]Result, len(checks))
	var asked sync.WaitGroup
	for i, c := range checks {
		asked.Go(func() {
			why, err := c.Ask(ctx)
			results[i] = Result{Name: c.Name, OK: why == "", Why: why, Err: err}
		})
	}
	asked.Wait()
	ready = true
	for _, r := range results {
		ready = ready && r.OK
	}
	return results, ready
}

// away is what is said of a database that does not answer.
const away = "the database does not answer"

// Database checks that the database takes a write. The write is a line in its log
// that nobody reads; a probe that only reads has kept services "healthy" for days
// that could not save a thing.
func Database(pool *pgxpool.Pool) Check {
	return Check{"database", func(ctx context.Context) (string, error) {
		var writable bool
		err := pool.QueryRow(ctx, `
			SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
				AND pg_logical_emit_message(true, 'onewindow', 'ready') IS NOT NULL`).Scan(&writable)
		switch {
		case err != nil:
			return away + ", or takes no write", err
		case !writable:
			return "the database only reads", nil
		}
		return "", nil
	}}
}

// Migrations checks that rooms and queue stand at this program's schema.
func Migrations(pool *pgxpool.Pool) Check {
	return Check{"migrations", func(ctx context.Context) (string, error) {
		lacks, err := schema.Differs(ctx, pool)
		if err != nil {
			return away, err
		}
		return lacks, nil
	}}
}

// Leader checks that a process leads the queue, by seen: without one no job that
// failed is tried again, and nobody sweeps.
func Leader(seen func(context.Context) (bool, error)) Check {
	return Check{"leader", func(ctx context.Context) (string, error) {
		led, err := seen(ctx)
		switch {
		case err != nil:
			return away, err
		case !led:
			return "no process has led the queue for a minute", nil
		}
		return "", nil
	}}
}

// Skew is how far the clocks of this machine and of the database may be apart:
// the queue compares instants of both.
const Skew = 2 * time.Second

// Clock checks that the clock now and the database's agree.
func Clock(pool *pgxpool.Pool, now func() time.Time) Check {
	return Check{"clock", func(ctx context.Context) (string, error) {
		var there time.Time
		before := now()
		if err := pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
			return away, err
		}
		onTheWay := now().Sub(before) / 2
		apart := there.Sub(before.Add(onTheWay))
		if apart.Abs()-onTheWay >= Skew { // what may be the way's is not held against the clocks
			return fmt.Sprintf("the database's clock is %.1f s off this machine's", apart.Seconds()), nil
		}
		return "", nil
	}}
}

// Disk checks that the file system of path has so many bytes free.
func Disk(path string, least uint64) Check {
	return Check{"disk", func(context.Context) (string, error) {
		left, err := Free(path)
		switch {
		case err != nil:
			return "the directory to watch cannot be looked at", err
		case left < least:
			return fmt.Sprintf("%d MB are free of the %d MB that must be", left>>20, least>>20), nil
		}
		return "", nil
	}}
}
