// Package bench measures the window: how many cases one machine carries, how
// long one takes, what it costs in CPU, commits and log, and what a kill -9
// leaves behind.
//
// Every figure stands beside the bare bound of the same run: the same writes by
// hand, with the same concurrency and pool and no queue. Machines differ and
// are shared; the ratio is what can be compared.
package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/schema"
	"onewindow/internal/vault"
)

// Options say what to measure.
type Options struct {
	Plan     string        // "core" or "sale"
	Saturate bool          // closed loop with InFlight cases
	Rate     float64       // open loop, cases per second, counted from the planned arrival
	Time     time.Duration // of each of the two measurements
	StepCPU  bool          // one SHA-256 over 1 MiB in every step
	PDF      bool          // a drill's entry also renders a certificate
	Ring     *vault.Ring   // seals the cases
	Log      *slog.Logger
}

// InFlight is the number of cases on their way at saturation.
const InFlight = 64

// Report is what was measured. Times are milliseconds.
type Report struct {
	Plan    string  `json:"plan"`
	Load    string  `json:"load"`
	StepCPU bool    `json:"step_cpu"`
	PDF     bool    `json:"pdf"`
	Cases   int     `json:"cases"`
	Seconds float64 `json:"seconds"`

	CasesPerS           float64 `json:"cases_per_s"`
	P50                 float64 `json:"p50_ms"`
	P95                 float64 `json:"p95_ms"`
	P99                 float64 `json:"p99_ms"`
	CPUPerCase          float64 `json:"cpu_ms_per_case"`
	TransactionsPerCase float64 `json:"transactions_per_case"`
	WALPerCase          float64 `json:"wal_bytes_per_case"`
	WALWithoutImages    float64 `json:"wal_bytes_per_case_without_full_page_images"`
	RSS                 float64 `json:"rss_mb"`

	BareCasesPerS  float64 `json:"bare_cases_per_s"`
	BareP50        float64 `json:"bare_p50_ms"`
	BareP95        float64 `json:"bare_p95_ms"`
	BareP99        float64 `json:"bare_p99_ms"`
	BareCPUPerCase float64 `json:"bare_cpu_ms_per_case"`
	Ratio          float64 `json:"ratio"`
}

// Pipeline measures the bare bound and then the window, on the database that
// url names, which it migrates. It must be a database of its own.
func Pipeline(ctx context.Context, url string, o Options) (*Report, error) {
	pool, err := open(ctx, url, o.Ring)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	bare, err := measure(ctx, pool, o, bareCase(pool, o))
	if err != nil {
		return nil, fmt.Errorf("bare bound: %w", err)
	}
	if _, err := pool.Exec(ctx, "CHECKPOINT"); err != nil {
		return nil, err
	}
	window, stop, err := startWindow(ctx, url, pool, o)
	if err != nil {
		return nil, err
	}
	defer stop()
	full, err := measure(ctx, pool, o, window)
	if err != nil {
		return nil, fmt.Errorf("the window: %w", err)
	}
	return report(o, bare, full), nil
}

func open(ctx context.Context, url string, ring *vault.Ring) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	config.MaxConns = 32
	ring.Prepare(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := schema.Migrate(ctx, pool); err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, tables); err != nil {
		return nil, fmt.Errorf("make the benchmark's tables: %w", err)
	}
	return pool, nil
}

// tables are the benchmark's own. The effects have no unique key: if anything
// ran twice they show it.
const tables = `
	CREATE TABLE IF NOT EXISTS bench_case (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit text NOT NULL, state text NOT NULL);
	CREATE TABLE IF NOT EXISTS bench_bare_effect (case_id bigint NOT NULL, step text NOT NULL, sum bytea);
	CREATE TABLE IF NOT EXISTS bench_bare_certificate (case_id bigint NOT NULL, pdf bytea);
	CREATE INDEX IF NOT EXISTS bench_bare_effect_case ON bench_bare_effect (case_id);
	CREATE INDEX IF NOT EXISTS bench_bare_certificate_case ON bench_bare_certificate (case_id);
	CREATE TABLE IF NOT EXISTS bench_effect (case_id bigint NOT NULL, step text NOT NULL, sum bytea);
	CREATE TABLE IF NOT EXISTS bench_certificate (case_id bigint NOT NULL, pdf bytea);
	CREATE INDEX IF NOT EXISTS bench_effect_case ON bench_effect (case_id);
	CREATE INDEX IF NOT EXISTS bench_certificate_case ON bench_certificate (case_id);`

// block is what a step with CPU of its own digests: 1 MiB.
var block = make([]byte, 1<<20)

// toil is the CPU of one step.
func toil(o Options) []byte {
	if !o.StepCPU {
		return nil
	}
	sum := sha256.Sum256(block)
	return sum[:]
}
