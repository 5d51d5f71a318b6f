// Package meter measures the program for those who operate it: figures for
// Prometheus, traces for an OpenTelemetry collector.
//
// It knows routes, steps, states and durations, and nothing that names a person
// or a case: every label is one of a fixed few words, and what leaves in a trace
// is on a list.
package meter

import (
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Meter holds the figures of one process.
type Meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	answered *prometheus.HistogramVec
	moves    *prometheus.CounterVec
	faulty   prometheus.Counter
}

// New returns a meter that reads what only the database knows from db.
func New(db *pgxpool.Pool) *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onewindow_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		answered: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "onewindow_http_request_seconds", Help: "Time to answer, by route; event streams are left out.",
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		moves: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onewindow_step_moves_total", Help: "Moves of steps by this process, by step and new state.",
		}, []string{"step", "state"}),
		faulty: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "onewindow_certificate_lint_failures_total",
			Help: "Certificates that were kept back because what was printed is not what must be.",
		}),
	}
	m.registry.MustRegister(m.requests, m.answered, m.moves, m.faulty, newFigures(db), buildInfo(),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// AddPool adds the figures of a pool of connections under a name.
func (m *Meter) AddPool(name string, pool *pgxpool.Pool) {
	m.registry.MustRegister(newPoolFigures(name, pool))
}

// Handler answers Prometheus.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, // without the database there is still the process
	})
}

// methods are the words that a request's method is counted under; whatever else a
// client writes there is "other".
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodOptions}

// Answered counts a request by the pattern of its route, never by its path.
// Streams, which last as long as somebody looks, have no time.
func (m *Meter) Answered(method, route string, status int, took time.Duration, stream bool) {
	if !slices.Contains(methods, method) {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	if !stream {
		m.answered.WithLabelValues(method, route).Observe(took.Seconds())
	}
}

// Moved counts a move of a step.
func (m *Meter) Moved(step, state string) { m.moves.WithLabelValues(step, state).Inc() }

// Faulty counts a certificate that was kept back.
func (m *Meter) Faulty() { m.faulty.Inc() }

// buildInfo is always 1; its labels say which build runs.
func buildInfo() prometheus.Collector {
	labels := prometheus.Labels{"version": "unknown", "revision": "unknown", "go": "unknown"}
	if build, ok := debug.ReadBuildInfo(); ok {
		labels["version"], labels["go"] = build.Main.Version, build.GoVersion
		for _, s := range build.Settings {
			if s.Key == "vcs.revision" {
				labels["revision"] = s.Value
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "onewindow_build_info", Help: "Which build runs; always 1.", ConstLabels: labels,
	})
	g.Set(1)
	return g
}
