package meter

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// figures are read from the database when Prometheus asks, and are the same
// whichever process is asked. However often that is, counting takes at most a
// fiftieth of the time of one connection.
type figures struct {
	db *pgxpool.Pool

	mu    sync.Mutex
	last  []sample
	next  time.Time
	known bool
}

const (
	countTime  = 5 * time.Second  // how long counting may take
	countPause = 10 * time.Second // how old a figure may be, at least
	countShare = 50               // and so many times longer than counting took
)

// figure is what one query yields: its labels come first, then its value.
type figure struct {
	desc *prometheus.Desc
	sql  string
}

// sample is one value of a figure.
type sample struct {
	desc   *prometheus.Desc
	labels []string
	value  float64
}

func newFigures(db *pgxpool.Pool) *figures { return &figures{db: db} }

// counted says whether the database could be asked.
var counted = gauge("database_counted", "1 if the figures of the database are fresh, else 0.")

// Describe lists the figures.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	out <- counted
	for _, q := range queries {
		out <- q.desc
	}
}

// Collect counts, or says again what was counted a moment ago.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if began := time.Now(); began.After(f.next) {
		ctx, cancel := context.WithTimeout(context.Background(), countTime)
		defer cancel()
		samples, err := count(ctx, f.db)
		f.last, f.known = samples, err == nil
		f.next = time.Now().Add(max(countPause, countShare*time.Since(began)))
	}
	fresh := 0.0
	if f.known {
		fresh = 1
	}
	out <- prometheus.MustNewConstMetric(counted, prometheus.GaugeValue, fresh)
	for _, s := range f.last {
		out <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, s.value, s.labels...)
	}
}

// poolFigures are those of a pool of connections.
type poolFigures struct {
	pool                           *pgxpool.Pool
	connections, waits, waitedTime *prometheus.Desc
}

func newPoolFigures(name string, pool *pgxpool.Pool) *poolFigures {
	labels := prometheus.Labels{"pool": name}
	return &poolFigures{pool,
		prometheus.NewDesc("onewindow_pool_connections", "Connections of a pool, by use.", []string{"use"}, labels),
		prometheus.NewDesc("onewindow_pool_waits_total", "Times that no connection was free.", nil, labels),
		prometheus.NewDesc("onewindow_pool_wait_seconds_total", "Time waited for a free connection.", nil, labels),
	}
}

// Describe lists the figures.
func (p *poolFigures) Describe(out chan<- *prometheus.Desc) {
	out <- p.connections
	out <- p.waits
	out <- p.waitedTime
}

// Collect reads the pool.
func (p *poolFigures) Collect(out chan<- prometheus.Metric) {
	s := p.pool.Stat()
	for use, n := range map[string]int32{"busy": s.AcquiredConns(), "idle": s.IdleConns(), "most": s.MaxConns()} {
		out <- prometheus.MustNewConstMetric(p.connections, prometheus.GaugeValue, float64(n), use)
	}
	out <- prometheus.MustNewConstMetric(p.waits, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	out <- prometheus.MustNewConstMetric(p.waitedTime, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}
