package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"onewindow/internal/outbound"
	"onewindow/internal/vault"
	"onewindow/jobs"
	"onewindow/registration/certificate"
	"onewindow/tax"
	"onewindow/utilities"
)

// around is the file that names the offices outside. Keys are those of
// outbound.Key ("whsec_…").
type around struct {
	VerifyURL     string `json:"verify_url"`
	VerifyKeyFile string `json:"verify_key_file"` // made if it is not there; all processes of an office share it
	Font          string `json:"font"`            // of characters that the embedded fonts lack; may be empty
	Gateway       struct {
		URL string `json:"url"`
		Key string `json:"key"`
	} `json:"gateway"`
	Companies map[string]struct {
		Name string `json:"name"`
		URL  string `json:"url"`
		Key  string `json:"key"`
	} `json:"companies"`
	// InnerNetworks are those in which offices may be reached without TLS, or at
	// private addresses; 10.1.0.0/16.
	InnerNetworks []netip.Prefix `json:"inner_networks"`
}

// companyTime is how long a company or the gateway may take to answer.
const companyTime = 10 * time.Second

// readOffices reads the file and makes the doors to the offices in it.
func readOffices(path string) (o jobs.Offices, err error) {
	a, err := readAround(path)
	if err != nil {
		return o, fmt.Errorf("read the offices' file %s: %w", path, err)
	}
	http := outbound.New(companyTime, a.InnerNetworks...)
	if o.Companies, err = a.companies(http); err != nil {
		return o, fmt.Errorf("the offices' file %s: %w", path, err)
	}
	var options []certificate.Option
	if a.Font != "" {
		options = append(options, certificate.WithFont(a.Font))
	}
	if o.Press, err = certificate.NewPress(options...); err != nil {
		return o, err
	}
	if o.VerifyKey, err = verifyKey(a.VerifyKeyFile); err != nil {
		return o, err
	}
	o.VerifyURL = a.VerifyURL
	o.Gateway = tax.Gateway{URL: a.Gateway.URL, Key: a.Gateway.Key, Client: http}
	return o, nil
}

// readAround reads the file strictly: a misspelt member is an error.
func readAround(path string) (a around, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&a); err != nil {
		return a, err
	}
	for name, value := range map[string]string{
		"verify_url": a.VerifyURL, "verify_key_file": a.VerifyKeyFile,
		"gateway.url": a.Gateway.URL, "gateway.key": a.Gateway.Key,
	} {
		if value == "" {
			return a, fmt.Errorf("%s is missing", name)
		}
	}
	return a, nil
}

func (a around) companies(http *http.Client) (map[string]utilities.Company, error) {
	all := map[string]utilities.Company{}
	for utility, c := range a.Companies {
		company := utilities.Company{
			Utility: utilities.Utility(utility), Name: c.Name, URL: c.URL, Key: c.Key, HTTP: http,
		}
		if err := company.Valid(); err != nil {
			return nil, fmt.Errorf("company for %s: %w", utility, err)
		}
		all[utility] = company
	}
	return all, nil
}

// real is what serve and work need: a database, its keys, and the offices outside.
type real struct {
	Database string `help:"Address of the database." env:"DATABASE_URL" required:""`
	Ring     string `help:"File with the keys of the database's sealed columns (docs/VAULT.md)." required:"" type:"path"`
	Offices  string `help:"File that names gateway and companies (docs/OFFICES.md)." required:"" type:"existingfile"`
}

func (r real) open(ctx context.Context) (*database, jobs.Offices, error) {
	offices, err := readOffices(r.Offices)
	if err != nil {
		return nil, offices, err
	}
	ring, err := vault.Read(r.Ring)
	if err != nil {
		return nil, offices, err
	}
	d := &database{url: r.Database}
	if err := d.connect(ctx, ring); err != nil {
		d.close()
		return nil, offices, err
	}
	return d, offices, nil
}

type serveCommand struct {
	real   `embed:""`
	Listen string `help:"Address of the doors." default:"127.0.0.1:8080"`
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
	log := newLog(s, slog.LevelInfo)
	d, offices, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	l, err := listen(c.Listen, false)
	if err != nil {
		return err
	}
	doors, err := openOffice(ctx, d, l, flowOptions{name: c.name(l), offices: offices, log: log})
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
	d, offices, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	log := newLog(s, slog.LevelInfo)
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
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return flow.Stop(stop)
}
