package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"
	metric "go.opentelemetry.io/otel/metric/noop"

	"onewindow/internal/health"
	"onewindow/internal/meter"
	"onewindow/internal/web"
	"onewindow/jobs"
)

// watch is how operators see into a process.
type watch struct {
	traces *meter.Traces
	disk   diskConfig

	meter *meter.Meter // of a flow, once there is one
}

// newWatch makes what c asks for.
func newWatch(ctx context.Context, c config) (*watch, error) {
	w := &watch{traces: &meter.Traces{}, disk: c.Disk}
	if c.Traces.Endpoint == "" {
		return w, nil
	}
	var err error
	w.traces, err = meter.NewTraces(ctx, c.Traces.Endpoint, fmt.Sprintf("%s-%d", hostName(), os.Getpid()), c.Traces.Share)
	return w, err
}

// stop sends the traces that have not been sent.
func (w *watch) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = w.traces.Stop(ctx) // a collector that is away must not hold the stop up
}

// pools begins to measure. The engine's pool asks the database, so that figures
// come while every connection of the rooms is taken.
func (w *watch) pools(rooms, engine *pgxpool.Pool) {
	w.meter = meter.New(engine)
	w.meter.AddPool("rooms", rooms)
	w.meter.AddPool("queue", engine)
}

// plugins trace the jobs of the queue.
func (w *watch) plugins() []rivertype.Plugin {
	if !w.traces.On() {
		return nil
	}
	return []rivertype.Plugin{&traceOfCase{}, otelriver.NewMiddleware(&otelriver.MiddlewareConfig{
		TracerProvider: w.traces.Provider(), MeterProvider: metric.NewMeterProvider(), EnableWorkSpanJobKindSuffix: true,
	})}
}

// traceOfCase puts every job of a case into the trace of that case.
type traceOfCase struct{ river.MiddlewareDefaults }

// Work runs the job inside the trace.
func (*traceOfCase) Work(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) error {
	var args struct {
		Case int64 `json:"case"`
	}
	if err := json.Unmarshal(job.EncodedArgs, &args); err == nil && args.Case != 0 { // a sweep has no case
		ctx = meter.OfCase(ctx, args.Case)
	}
	return inner(ctx)
}

// answered counts an answer and returns the trace it belongs to.
func (w *watch) answered(ctx context.Context, e web.Exchange) (trace string) {
	w.meter.Answered(e.Method, e.Route, e.Status, e.Took, e.Stream)
	return w.traces.Name(ctx, e.Method, e.Route)
}

// checks are what must hold for the process to be ready.
func (w *watch) checks(rooms *pgxpool.Pool, flow *jobs.Flow) []health.Check {
	return []health.Check{
		health.Database(rooms), health.Migrations(rooms), health.Leader(flow.Led), health.Clock(rooms, time.Now),
		health.Disk(w.disk.Path, w.disk.LeastFree),
	}
}

// admin is what lies below /admin.
func (w *watch) admin(console http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/admin/jobs/", console)
	mux.Handle("/admin/metrics", w.meter.Handler())
	return mux
}

// serve answers probers and Prometheus on an address of its own, for
// processes without doors and for networks that have no accounts.
func (w *watch) serve(address string, checks []health.Check, log *slog.Logger) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", w.meter.Handler())
	mux.Handle("/livez", health.Live())
	mux.Handle("/readyz", health.Ready(checks, log))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are closed", "err", err)
		}
	}()
	return func() { _ = server.Close() }, nil
}
