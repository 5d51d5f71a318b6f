package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/web"
	"onewindow/jobs"
)

// office is a running window: the doors and the work behind them.
type office struct {
	url    string
	flow   *jobs.Flow
	engine *pgxpool.Pool
	server *http.Server
	end    context.CancelFunc // ends the event streams
	stop   time.Duration      // how long requests and jobs have to end
}

// listen opens the address, or, if wanted, the next free port after it.
func listen(address string, next bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	for try := range 50 {
		l, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(number+try)))
		if err == nil || !next || number == 0 {
			return l, err
		}
	}
	return nil, fmt.Errorf("no free port from %s on", address)
}

// hostName names this machine.
func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "onewindow"
	}
	return host
}

// flowOptions say what the flow of a process is.
type flowOptions struct {
	name    string // the same after a restart and no other's
	offices jobs.Offices
	moved   func(int64, intake.Step, intake.State) // may be nil
	log     *slog.Logger
	// demonstration says that everybody knows the accounts.
	demonstration bool

	samples func(context.Context) ([]web.Sample, error) // of a demonstration; nil outside it
	inbox   func() []web.Letter                         // of a demonstration; nil outside it
	told    config                                      // what the process was told
	watch   *watch
}

// heard counts a move and passes it on.
func (o flowOptions) heard(id int64, step intake.Step, to intake.State) {
	o.watch.meter.Moved(string(step), string(to))
	if o.moved != nil {
		o.moved(id, step, to)
	}
}

// newFlow makes the flow of this process.
func newFlow(ctx context.Context, d *database, o flowOptions) (*jobs.Flow, *pgxpool.Pool, error) {
	engine, err := jobs.EnginePool(ctx, d.url)
	if err != nil {
		return nil, nil, err
	}
	o.watch.pools(d.pool, engine)
	flow, err := jobs.New(jobs.Config{
		Name: o.name, Pool: d.pool, Engine: engine, Log: o.log, Offices: o.offices, Moved: o.heard,
		Faulty: o.watch.meter.Faulty, Plugins: o.watch.plugins(),
	})
	if err != nil {
		engine.Close()
		return nil, nil, err
	}
	return flow, engine, nil
}

// openOffice starts the work and opens the doors on l.
func openOffice(ctx context.Context, d *database, l net.Listener, options flowOptions) (*office, error) {
	flow, engine, err := newFlow(ctx, d, options)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	o := &office{
		url: "http://" + l.Addr().String(), flow: flow, engine: engine, end: end, stop: options.told.StopWithin.time(),
	}
	handler, err := doors(life, d, flow, options)
	if err == nil {
		err = flow.Start(ctx)
	}
	if err != nil {
		end()
		engine.Close()
		return nil, err
	}
	o.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return life },
		ErrorLog:          slog.NewLogLogger(options.log.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := o.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			options.log.Error("the doors are closed", "err", err)
		}
	}()
	return o, nil
}

// doors makes what answers requests, until life ends.
func doors(life context.Context, d *database, flow *jobs.Flow, options flowOptions) (http.Handler, error) {
	console, err := flow.Console(life, "/admin/jobs", options.log)
	if err != nil {
		return nil, err
	}
	desk, err := openDesk(options.told.Files, options.log)
	if err != nil {
		return nil, err
	}
	return options.watch.traces.Requests(web.New(web.Config{
		Flow: flow, Pool: d.pool, Log: options.log, Inbox: options.inbox, Files: desk,
		Samples:        options.samples,
		Secure:         strings.HasPrefix(options.told.PublicURL, "https://"),
		TrustedProxies: options.told.TrustedProxies, Limits: options.told.Limits,
		Porter: d.porter(), Idle: options.told.SignIn.IdleLock.time(), Providers: options.told.SignIn.Providers,
		CitizenProviders: options.told.SignIn.CitizenProviders,
		PublicURL:        cmp.Or(options.told.PublicURL, "http://"+options.told.Listen), Demonstration: options.demonstration,
		Ready: options.watch.checks(d.pool, flow), Answered: options.watch.answered, Admin: options.watch.admin(console),
	})), nil
}

// stopTime is how long requests and jobs have to end, unless something else is said.
const stopTime = 25 * time.Second

// close shuts the doors and lets the work end.
func (o *office) close() {
	ctx, cancel := context.WithTimeout(context.Background(), o.stop)
	defer cancel()
	o.end()
	_ = o.server.Shutdown(ctx) // what is still open is cut by the end of the program
	_ = o.flow.Stop(ctx)       // what is still running is taken up at the next start
	o.engine.Close()
}

// newLog writes what operators must know.
func newLog(s streams, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}
