package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"onewindow/internal/client"
	"onewindow/internal/demo"
	"onewindow/internal/premises"
)

// demonstration is the demonstration city at work. The first process on a data
// directory is its host; another one joins it, and takes over if the host dies.
type demonstration struct {
	place
	Listen string `help:"Address of the pages; the next free port is taken if it is busy." default:"127.0.0.1:8080"`

	dir     string
	log     *slog.Logger
	logFile io.Closer
	streams streams
	db      *database
	secrets demo.Secrets
	url     string // of the pages and the API, whoever serves them
	reign   *reign
}

// open makes everything ready: database, city, staff, offices, doors.
func (d *demonstration) open(ctx context.Context, s streams) (err error) {
	d.streams = s
	if d.dir, err = d.directory(); err != nil {
		return err
	}
	if err := d.openLog(s); err != nil {
		return err
	}
	if d.db, err = d.place.open(ctx, d.dir, d.log, s); err != nil {
		return err
	}
	if err := premises.Take(ctx, d.db.pool, premises.Demonstration); err != nil {
		return err
	}
	if err := demo.Seed(ctx, d.db.pool); err != nil {
		return err
	}
	d.reign = newReign(d)
	return d.reign.begin(ctx)
}

// openLog keeps the log in the data directory, so that people see the city and
// not its plumbing; errors are shown as well.
func (d *demonstration) openLog(s streams) error {
	file, err := os.OpenFile(d.path("onewindow.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	d.logFile = file
	d.log = slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelInfo}),
		slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError})))
	return nil
}

// path is a file in the data directory.
func (d *demonstration) path(name string) string { return filepath.Join(d.dir, name) }

func (d *demonstration) close() {
	if d.reign != nil {
		d.reign.end()
	}
	if d.db != nil {
		d.db.close()
	}
	if d.reign != nil {
		d.reign.leave() // not before: the heir must not begin on a server that is about to stop
	}
	if d.logFile != nil {
		_ = d.logFile.Close() // every line was written when it was logged
	}
}

// as is the API as a member of the demonstration's staff sees it.
func (d *demonstration) as(staff string) client.Client {
	return client.Client{Server: d.url, Staff: staff, Secret: d.secrets[staff].Key.Text()}
}

// say tells people what goes on, beside the results.
func (d *demonstration) say(format string, args ...any) {
	fmt.Fprintf(d.streams.err, format+"\n", args...)
}
