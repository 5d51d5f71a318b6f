package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"onewindow/internal/notice"
	"onewindow/internal/outbound"
	"onewindow/internal/vault"
	"onewindow/jobs"
	"onewindow/registration/certificate"
	"onewindow/tax"
	"onewindow/utilities"
)

// companyTime is how long a company or the gateway may take to answer.
const companyTime = 10 * time.Second

// open makes the doors to the offices outside.
func (o *officesConfig) open() (offices jobs.Offices, err error) {
	http := outbound.New(companyTime, o.InnerNetworks...)
	if offices.Companies, err = o.companies(http); err != nil {
		return offices, err
	}
	var options []certificate.Option
	if o.Font != "" {
		options = append(options, certificate.WithFont(o.Font))
	}
	if offices.Press, err = certificate.NewPress(options...); err != nil {
		return offices, err
	}
	if offices.VerifyKey, err = verifyKey(o.VerifyKeyFile); err != nil {
		return offices, err
	}
	offices.VerifyURL = o.VerifyURL
	offices.Gateway = tax.Gateway{URL: o.Gateway.URL, Key: o.Gateway.Key, Client: http}
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
// and opens what it names.
func (r real) open(ctx context.Context, listen string) (c config, d *database, o jobs.Offices, err error) {
	c, err = readConfig(r.Config, overrides{Database: r.Database, Listen: listen, Getenv: os.Getenv})
	if err != nil {
		return c, nil, o, err
	}
	if o, err = c.Offices.open(); err != nil {
		return c, nil, o, err
	}
	o.Sample = c.Rehearsal
	ring, err := vault.Read(c.Vault.KeyFile)
	if err != nil {
		return c, nil, o, err
	}
	d = &database{url: c.Database}
	if err = d.connect(ctx, ring); err != nil {
		d.close()
	}
	return c, d, o, err
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
	told, d, offices, err := c.open(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer d.close()
	log := told.Log.open(s)
	l, err := listen(told.Listen, false)
	if err != nil {
		return err
	}
	doors, err := openOffice(ctx, d, l, flowOptions{name: c.name(l), offices: offices, log: log, stop: told.StopWithin.time()})
	if err != nil {
		return err
	}
	defer doors.close()
	log.Info("the window is open", "url", doors.url)
	<-ctx.Done()
	return nil
}

type workCommand struct {
	real `embed:""`
	Name string `help:"Name of this process, the same after a restart and no other's." required:""`
}

// Run works jobs until the context ends.
func (c workCommand) Run(ctx context.Context, s streams) error {
	told, d, offices, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer d.close()
	log := told.Log.open(s)
	flow, engine, err := newFlow(ctx, d, flowOptions{name: c.Name, offices: offices, log: log})
	if err != nil {
		return err
	}
	defer engine.Close()
	if err := flow.Start(ctx); err != nil {
		return err
	}
	log.Info("working", "name", c.Name)
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), told.StopWithin.time())
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
