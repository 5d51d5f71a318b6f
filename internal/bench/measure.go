package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// runCase carries one case from the window to its certificate.
type runCase func(ctx context.Context, unit string) error

// measured is one measurement.
type measured struct {
	times   []time.Duration
	elapsed time.Duration
	before  reading
	after   reading
}

// serial makes the units of a run differ.
var serial atomic.Int64

func nextUnit() string {
	n := serial.Add(1)
	return fmt.Sprintf("430602001001GB00001F%04d%04d", n/9999%9999+1, n%9999+1)
}

// measure warms up, reads the meters, runs the load and reads them again.
func measure(ctx context.Context, pool *pgxpool.Pool, o Options, run runCase) (*measured, error) {
	warm := o
	warm.Time = max(o.Time/10, time.Second)
	if _, _, err := load(ctx, warm, run); err != nil {
		return nil, err
	}
	m := &measured{}
	var err error
	if m.before, err = read(ctx, pool); err != nil {
		return nil, err
	}
	if m.times, m.elapsed, err = load(ctx, o, run); err != nil {
		return nil, err
	}
	m.after, err = read(ctx, pool)
	return m, err
}

func load(ctx context.Context, o Options, run runCase) ([]time.Duration, time.Duration, error) {
	if o.Saturate {
		return closedLoop(ctx, o, run)
	}
	return openLoop(ctx, o, run)
}

// closedLoop keeps InFlight cases on their way and counts those that end in time.
func closedLoop(ctx context.Context, o Options, run runCase) ([]time.Duration, time.Duration, error) {
	var mu sync.Mutex
	var times []time.Duration
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for range InFlight {
		group.Go(func() error {
			for time.Since(began) < o.Time {
				start := time.Now()
				if err := run(ctx, nextUnit()); err != nil {
					return err
				}
				mu.Lock()
				times = append(times, time.Since(start))
				mu.Unlock()
			}
			return nil
		})
	}
	err := group.Wait()
	return times, time.Since(began), err
}

// openLoop starts a case at every planned arrival, late or not, and counts its
// time from the plan: a window that falls behind is seen to fall behind.
func openLoop(ctx context.Context, o Options, run runCase) ([]time.Duration, time.Duration, error) {
	arrivals := int(o.Rate * o.Time.Seconds())
	times := make([]time.Duration, arrivals)
	gap := time.Duration(float64(time.Second) / o.Rate)
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for i := range arrivals {
		planned := began.Add(time.Duration(i) * gap)
		time.Sleep(time.Until(planned))
		group.Go(func() error {
			err := run(ctx, nextUnit())
			times[i] = time.Since(planned)
			return err
		})
	}
	err := group.Wait()
	return times, time.Since(began), err
}

// percentile returns the p-th part of times, in milliseconds.
func percentile(times []time.Duration, p float64) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return ms(sorted[min(int(float64(len(sorted))*p), len(sorted)-1)])
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func report(o Options, bare, full *measured) *Report {
	perCase := func(m *measured, total float64) float64 { return total / float64(max(len(m.times), 1)) }
	perSecond := func(m *measured) float64 { return float64(len(m.times)) / m.elapsed.Seconds() }
	r := &Report{
		Plan: o.Plan, Load: loadName(o), StepCPU: o.StepCPU, PDF: o.PDF,
		Cases: len(full.times), Seconds: full.elapsed.Seconds(),
		CasesPerS: perSecond(full), BareCasesPerS: perSecond(bare),
		P50: percentile(full.times, .5), P95: percentile(full.times, .95), P99: percentile(full.times, .99),
		BareP50: percentile(bare.times, .5), BareP95: percentile(bare.times, .95), BareP99: percentile(bare.times, .99),
		CPUPerCase:          perCase(full, ms(full.after.cpu-full.before.cpu)),
		BareCPUPerCase:      perCase(bare, ms(bare.after.cpu-bare.before.cpu)),
		TransactionsPerCase: perCase(full, float64(full.after.transactions-full.before.transactions)),
		RSS:                 full.after.rssMB,
	}
	r.WALPerCase = perCase(full, float64(full.after.wal-full.before.wal))
	r.WALWithoutImages = r.WALPerCase - perCase(full, float64(full.after.images-full.before.images))
	r.Ratio = r.CasesPerS / r.BareCasesPerS
	return r
}

func loadName(o Options) string {
	if o.Saturate {
		return fmt.Sprintf("saturate, %d in flight", InFlight)
	}
	return fmt.Sprintf("%g cases/s", o.Rate)
}
