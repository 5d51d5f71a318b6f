package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"onewindow/internal/notice"
	"onewindow/internal/outbound"
	"onewindow/internal/premises"
	"onewindow/internal/typeset"
	"onewindow/internal/vault"
	"onewindow/jobs"
	"onewindow/registration/certificate"
	"onewindow/tax/payment"
	"onewindow/utilities"
)

// companyTime is how long a company or the gateway may take to answer.
const companyTime = 10 * time.Second

// open makes the doors to the offices outside.
func (o *officesConfig) open(publicURL string) (offices jobs.Offices, err error) {
	http := outbound.New(companyTime, o.InnerNetworks...)
	if offices.Companies, err = o.companies(http); err != nil {
		return offices, err
	}
	if offices.Sources, err = o.sources(); err != nil {
		return offices, err
	}
	if offices.Visits, err = o.timetable(); err != nil {
		return offices, err
	}
	var options []typeset.Option
	if o.Font != "" {
		options = append(options, typeset.WithFont(o.Font))
	}
	if offices.Fonts, err = typeset.Load(options...); err != nil {
		return offices, err
	}
	if offices.Press, err = certificate.NewPress(offices.Fonts); err != nil {
		return offices, err
	}
	if offices.VerifyKey, err = verifyKey(o.VerifyKeyFile); err != nil {
		return offices, err
	}
	offices.VerifyURL = o.VerifyURL
	offices.Gate = payment.Gate{Later: o.PaidLater}
	offices.Gateway = payment.Platform{
		URL: o.Gateway.URL, Key: o.Gateway.Key, Merchant: o.Gateway.Name, Back: publicURL + "/my/taxes", Client: http,
	}
	if o.WeChat.used() {
		if offices.Gateway, err = o.WeChat.open(publicURL, http); err != nil {
			return offices, err
		}
	}
	offices.Messages = notice.Channel{URL: o.Messages.URL, Key: o.Messages.Key, Client: http}
	return offices, nil
}

func (o *officesConfig) companies(http *http.Client) (map[string]utilities.Company, error) {
	all := map[string]utilities.Company{}
	for utility, c := range o.Companies {
		company := utilities.Company{
			Utility: utilities.Utility(utility), Name: c.Name, URL: c.URL, Key: c.Key, HTTP: http,
		}
		if err := company.Valid(); err != nil {
			return nil, err
		}
		all[utility] = company
	}
	return all, nil
}

// real is what serve and work need: what they are told, and a database.
type real struct {
	Config   string `help:"The configuration (docs/OPERATIONS.md)." required:"" type:"path"`
	Database string `help:"Address of the database." env:"DATABASE_URL"`
}

// open reads the configuration, with the address of the doors unless it is "",
// and opens what it names. The caller closes the database and stops the watch.
func (r real) open(ctx context.Context, listen string, s streams) (d *database, o flowOptions, err error) {
	o.told, err = readConfig(r.Config, overrides{Database: r.Database, Listen: listen, Getenv: os.Getenv})
	if err != nil {
		return nil, o, err
	}
	o.log = o.told.Log.open(s)
	if o.offices, err = o.told.Offices.open(o.told.PublicURL); err != nil {
		return nil, o, err
	}
	o.offices.Sample = o.told.Rehearsal
	if o.watch, err = newWatch(ctx, o.told); err != nil {
		return nil, o, err
	}
	if d, err = o.told.connect(ctx, o.watch); err != nil {
		o.watch.stop()
	}
	return d, o, err
}

// connect opens the database with its keys, for the use that the process has for it.
func (c config) connect(ctx context.Context, w *watch) (*database, error) {
	ring, err := vault.Read(c.Vault.KeyFile)
	if err != nil {
		return nil, err
	}
	d := &database{url: c.Database, tracer: w.traces.Queries()}
	if err = d.connect(ctx, ring); err == nil {
		err = premises.Take(ctx, d.pool, c.use())
	}
	if err != nil {
		d.close()
	}
	return d, err
}

// use is what the database is to be for.
func (c config) use() premises.Use {
	if c.Rehearsal {
		return premises.Rehearsal
	}
	return premises.Live
}

type serveCommand struct {
	real   `embed:""`
	Listen string `help:"Address of the doors (default: the configuration's)."`
	Name   string `help:"Name of this process, the same after a restart and no other's (default: host and port)."`
}

// name tells this process from others, and is the same when it starts again.
func (c serveCommand) name(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if c.Name != "" || err != nil {
		return c.Name
	}
	return hostName() + "-" + port
}

// Run serves until the context ends.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	d, o, err := c.open(ctx, c.Listen, s)
	if err != nil {
		return err
	}
	defer d.close()
	defer o.watch.stop()
	if err := d.openAccounts(ctx, s.err); err != nil {
		return err
	}
	l, err := listen(o.told.Listen, false)
	if err != nil {
		return err
	}
	o.name = c.name(l)
	doors, err := openOffice(ctx, d, l, o)
	if err != nil {
		return err
	}
	defer doors.close()
	stop, err := o.watch.serve(o.told.Metrics.Listen, o.watch.checks(d.pool, doors.flow), o.log)
	if err != nil {
		return err
	}
	defer stop()
	o.log.Info("the window is open", "url", doors.url)
	<-ctx.Done()
	o.log.Info("stopping", "within", o.told.StopWithin.time())
	return nil
}

type workCommand struct {
	real `embed:""`
	Name string `help:"Name of this process, the same after a restart and no other's." required:""`
}

// Run works jobs until the context ends.
func (c workCommand) Run(ctx context.Context, s streams) error {
	d, o, err := c.open(ctx, "", s)
	if err != nil {
		return err
	}
	defer d.close()
	defer o.watch.stop()
	o.name = c.Name
	flow, engine, err := newFlow(ctx, d, o)
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := flow.Start(ctx); err != nil {
		return err
	}
	stopWatch, err := o.watch.serve(o.told.Metrics.Listen, o.watch.checks(d.pool, flow), o.log)
	if err != nil {
		return errors.Join(err, flow.Stop(ctx))
	}
	defer stopWatch()
	o.log.Info("working", "name", c.Name)
	<-ctx.Done()
	o.log.Info("stopping", "within", o.told.StopWithin.time())
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.told.StopWithin.time())
	defer cancel()
	return flow.Stop(stop)
}

// open makes the log.
func (l logConfig) open(s streams) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level)) // it was checked
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}
