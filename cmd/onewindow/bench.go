package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/bench"
	"onewindow/internal/machine"
	"onewindow/internal/postgres"
	"onewindow/internal/vault"
)

type pipelineCommand struct {
	Plan     string  `help:"core: five parallel steps, then entry. sale: the whole plan." enum:"core,sale" default:"core"`
	Saturate bool    `help:"Closed loop with 64 cases in flight." xor:"load"`
	Rate     float64 `help:"Open loop, cases per second." xor:"load"`
	Seconds  int     `help:"How long each of the two measurements takes." default:"20"`
	StepCPU  bool    `help:"One SHA-256 over 1 MiB in every step." name:"step-cpu"`
	PDF      bool    `help:"Render a certificate for every case of plan core." name:"pdf"`
	Kill     bool    `help:"Kill a worker process in mid-load instead, and see what is left."`
	JSON     bool    `help:"Print one JSON object." name:"json"`
	Database string  `help:"Database to measure on, which is filled (default: a throw-away private server)."`
}

// Run measures. It never touches the data of serve.
func (c pipelineCommand) Run(ctx context.Context, s streams) error {
	o := bench.Options{
		Plan: c.Plan, Saturate: c.Saturate || c.Rate <= 0, Rate: c.Rate, StepCPU: c.StepCPU, PDF: c.PDF,
		Time: time.Duration(c.Seconds) * time.Second, Log: newLog(s, slog.LevelWarn),
	}
	url, stop, err := c.server(ctx, o.Log, s)
	if err != nil {
		return err
	}
	defer stop()
	ring, err := c.drawRing(&o)
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(ring))
	if c.Kill {
		r, err := bench.Kill(ctx, url, o, c.child(ctx, url, ring, s))
		if err != nil {
			return err
		}
		return c.print(s, killed{r.Comeback, r.Takeover}, nil)
	}
	r, err := bench.Pipeline(ctx, url, o)
	return c.print(s, r, err)
}

// drawRing draws keys for the time of the measurement, in a file for the workers.
func (c pipelineCommand) drawRing(o *bench.Options) (path string, err error) {
	dir, err := os.MkdirTemp("", "onewindow-bench-keys-")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, ringFile)
	o.Ring, err = vault.ReadOrDraw(path)
	return path, err
}

// killed is what a kill -9 left: for the same process started again, and for
// another that takes over.
type killed struct {
	bench.Aftermath
	Takeover bench.Aftermath `json:"takeover"`
}

// errInUse says that a database holds a register or cases.
var errInUse = errors.New("the database holds a register or cases: a benchmark needs one of its own")

// unused returns errInUse if a window has worked on the database, unless a
// benchmark has before.
func unused(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	defer conn.Close(ctx)
	served := false
	err = conn.QueryRow(ctx, `
		SELECT to_regclass('bench_case') IS NULL AND to_regclass('access_person') IS NOT NULL`).Scan(&served)
	if err != nil || !served {
		return err
	}
	err = conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM intake_case) OR EXISTS (SELECT FROM registration_parcel)
			OR EXISTS (SELECT FROM access_person)`).Scan(&served)
	if err == nil && served {
		err = errInUse
	}
	return err
}

// server starts the throw-away server, unless a database was named.
func (c pipelineCommand) server(ctx context.Context, log *slog.Logger, s streams) (string, func(), error) {
	if c.Database != "" {
		return c.Database, func() {}, unused(ctx, c.Database)
	}
	dir, err := os.MkdirTemp("", "onewindow-bench-")
	if err != nil {
		return "", nil, err
	}
	// The server's own account must pass.
	err = errors.Join(os.Chmod(dir, 0o711), machine.Ready(ctx, machine.Needs{Unpack: dir}, s.err))
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	server, err := postgres.Start(ctx, postgres.Options{
		Dir: filepath.Join(dir, "postgres"), Log: log,
		// Long enough a log that a measurement can be read out of it afterwards.
		Settings: map[string]string{"max_wal_size": "4GB", "wal_keep_size": "4GB"},
	})
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return server.URL("postgres"), func() { server.Stop(); _ = os.RemoveAll(dir) }, nil
}

// child starts this program again as a worker.
func (c pipelineCommand) child(ctx context.Context, url, ring string, s streams) bench.Child {
	return func(name string, load bool) *exec.Cmd {
		args := []string{"bench", "worker", "--name", name}
		if load {
			args = append(args, "--load")
		}
		if c.StepCPU {
			args = append(args, "--step-cpu")
		}
		self, err := os.Executable()
		if err != nil {
			self = os.Args[0]
		}
		cmd := exec.CommandContext(ctx, self, args...)
		cmd.Env = append(os.Environ(), "ONEWINDOW_BENCH_DATABASE="+url, // it may hold a password
			"ONEWINDOW_BENCH_RING="+ring)
		cmd.Stderr = s.err
		return cmd
	}
}

func (c pipelineCommand) print(s streams, r any, err error) error {
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(s.out)
	if !c.JSON {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}

type workerCommand struct {
	Database string `required:"" env:"ONEWINDOW_BENCH_DATABASE"`
	Ring     string `required:"" env:"ONEWINDOW_BENCH_RING"`
	Name     string `required:""`
	Load     bool
	StepCPU  bool `name:"step-cpu"`
}

// Run works until it is killed.
func (c workerCommand) Run(ctx context.Context, s streams) error {
	ring, err := vault.Read(c.Ring)
	if err != nil {
		return err
	}
	o := bench.Options{StepCPU: c.StepCPU, Ring: ring, Log: newLog(s, slog.LevelError)}
	return bench.Worker(ctx, c.Database, c.Name, c.Load, o, s.out)
}
