package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"onewindow/jobs"
)

// KillReport is what a kill -9 of a process in mid-load left behind.
type KillReport struct {
	Comeback Aftermath `json:"comeback"` // the same process started again
	Takeover Aftermath `json:"takeover"` // no process of that name came back
}

// Aftermath counts, after one kill -9 near saturation.
type Aftermath struct {
	Acknowledged int     `json:"acknowledged"` // intakes answered before the kill
	Open         int     `json:"open"`         // cases on their way when it came
	Lost         int     `json:"lost"`         // acknowledged, and not finished
	Orphaned     int     `json:"orphaned"`     // in the database, acknowledged or not, and not finished
	Doubled      int     `json:"doubled"`      // effects that happened twice
	Recovery     float64 `json:"recovery_s"`   // from the start of the next process to the last case
}

// Child is how the benchmark starts a worker process: the arguments that make
// the program run Worker with the name, and with load or without.
type Child func(name string, load bool) *exec.Cmd

// recoveryLimit is how long the benchmark waits for the last case.
const recoveryLimit = 3 * time.Minute

// Kill runs a child at saturation for the time of o, kills it without warning,
// and lets another carry on: first one of the same name, then one of another.
func Kill(ctx context.Context, url string, o Options, child Child) (*KillReport, error) {
	pool, err := open(ctx, url, o.Ring)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	var r KillReport
	if r.Comeback, err = killOnce(ctx, pool, o, child, "worker-a", "worker-a"); err != nil {
		return nil, fmt.Errorf("the same process comes back: %w", err)
	}
	if r.Takeover, err = killOnce(ctx, pool, o, child, "worker-a", "worker-b"); err != nil {
		return nil, fmt.Errorf("another takes over: %w", err)
	}
	return &r, nil
}

func killOnce(ctx context.Context, pool *pgxpool.Pool, o Options, child Child,
	name, next string) (a Aftermath, err error) {
	acknowledged, err := loadAndKill(child(name, true), o.Time)
	if err != nil {
		return a, err
	}
	a.Acknowledged = len(acknowledged)
	if a.Open, err = openCases(ctx, pool); err != nil {
		return a, err
	}
	began := time.Now()
	second := child(next, false)
	if err := second.Start(); err != nil {
		return a, fmt.Errorf("start %s: %w", next, err)
	}
	defer func() {
		_ = second.Process.Signal(syscall.SIGTERM)
		_ = second.Wait()
	}()
	for left := a.Open; left > 0 && time.Since(began) < recoveryLimit; time.Sleep(20 * time.Millisecond) {
		if left, err = openCases(ctx, pool); err != nil {
			return a, err
		}
		a.Recovery = time.Since(began).Seconds()
	}
	return a, a.count(ctx, pool, acknowledged)
}

// loadAndKill runs a loaded child for a while from its first case on, kills it,
// and returns the acceptance numbers that it had acknowledged.
func loadAndKill(cmd *exec.Cmd, after time.Duration) (numbers []string, err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	first := make(chan struct{})
	begun := sync.OnceFunc(func() { close(first) })
	var reading sync.WaitGroup
	reading.Go(func() {
		defer begun() // a child that ends without a case is waited for no longer
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if number, ok := strings.CutPrefix(lines.Text(), acknowledge); ok && len(number) > 14 {
				numbers = append(numbers, number)
				begun()
			}
		}
	})
	<-first
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		return nil, err
	}
	reading.Wait()
	_ = cmd.Wait() // it was killed: that is no error
	return numbers, nil
}

func openCases(ctx context.Context, pool *pgxpool.Pool) (n int, err error) {
	err = pool.QueryRow(ctx, `SELECT count(*) FROM intake_case WHERE state <> 'closed'`).Scan(&n)
	return n, err
}

func (a *Aftermath) count(ctx context.Context, pool *pgxpool.Pool, acknowledged []string) (err error) {
	if a.Orphaned, err = openCases(ctx, pool); err != nil {
		return err
	}
	return pool.QueryRow(ctx, `
		SELECT
			(SELECT count(*) FROM unnest($1::text[]) AS n (number) WHERE NOT EXISTS (
				SELECT FROM intake_case c JOIN bench_certificate b ON b.case_id = c.id
				WHERE c.number = n.number AND c.state = 'closed')),
			(SELECT count(*) FROM (SELECT FROM bench_effect GROUP BY case_id, step HAVING count(*) > 1) e)
				+ (SELECT count(*) FROM (SELECT FROM bench_certificate GROUP BY case_id HAVING count(*) > 1) d)`,
		acknowledged).Scan(&a.Lost, &a.Doubled)
}

// acknowledge begins the line that a worker prints for each accepted case.
const acknowledge = "accepted "

// Worker is the process that is killed: it works cases, and with load accepts
// InFlight of them at a time and prints the number of each once it is committed.
// It returns when ctx ends.
func Worker(ctx context.Context, url, name string, load bool, o Options, out io.Writer) error {
	pool, err := open(ctx, url, o.Ring)
	if err != nil {
		return err
	}
	defer pool.Close()
	waiting := newEnds()
	flow, stop, err := startFlow(ctx, url, pool, name, o, jobs.Offices{}, waiting.tellEntry)
	if err != nil {
		return err
	}
	defer stop()
	if !load {
		<-ctx.Done()
		return nil
	}
	prefix, next := time.Now().UnixNano(), atomic.Int64{}
	group, ctx := errgroup.WithContext(ctx)
	var mu sync.Mutex
	for range InFlight {
		group.Go(func() error {
			for ctx.Err() == nil {
				accepted, err := acceptDrill(ctx, flow, fmt.Sprintf("%d-%d", prefix, next.Add(1)))
				if err != nil {
					return err
				}
				mu.Lock()
				_, err = fmt.Fprintf(out, "%s%s\n", acknowledge, accepted.Number)
				mu.Unlock()
				if err != nil {
					return err
				}
				if waiting.wait(ctx, accepted.CaseID) != nil {
					return nil
				}
			}
			return nil
		})
	}
	return group.Wait()
}
