// Package machine makes a machine ready for the program and its tests: it looks
// for the programs that they need and installs what is missing, if it may.
//
// It knows packages of operating systems and nothing of what the programs are
// used for. It never installs without saying so first, and not at all where
// NO_INSTALL is set.
package machine

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"onewindow/internal/postgres"
)

// Needs say what the machine is to be made ready for.
type Needs struct {
	// Test asks for everything that the tests use, not only for PostgreSQL.
	Test bool

	// Unpack is a directory in which the PostgreSQL programs may be unpacked
	// where no package can be installed. Empty forbids it.
	Unpack string
}

// A MissingError says what is missing and could not be installed.
type MissingError struct {
	What []string // names for people, such as "Chromium"
	Line string   // the command that installs all of it
	Or   string   // another way out, or empty
	Err  error    // why installing failed; nil if it was not tried
}

// Error names what is missing and how to get it.
func (e *MissingError) Error() string {
	s := fmt.Sprintf("%s missing; this installs it:\n\n    %s\n", strings.Join(e.What, ", "), e.Line)
	if e.Or != "" {
		s += "\n" + e.Or + "\n"
	}
	if e.Err != nil {
		s += fmt.Sprintf("\nIt was tried and failed: %v\n", e.Err)
	}
	return s
}

// Unwrap returns why installing failed.
func (e *MissingError) Unwrap() error { return e.Err }

// Ready returns nil when the machine has what is needed, after installing it
// if that was necessary and allowed; every command is written to out before it
// runs, and what it says after. Otherwise it returns a MissingError. It sets
// ONEWINDOW_PG_BIN when it uses PostgreSQL programs that it has unpacked.
func Ready(ctx context.Context, n Needs, out io.Writer) error {
	useUnpacked(n.Unpack)
	missing := lacking(n)
	if len(missing) == 0 {
		return nil
	}
	h := thisHost()
	err := install(ctx, h, n, missing, out)
	if left := lacking(n); len(left) > 0 {
		return explain(h, left, err)
	}
	return err
}

// install gets what is missing in the way that this host allows, if any.
func install(ctx context.Context, h host, n Needs, missing []tool, out io.Writer) error {
	switch {
	case h.forbidden:
		return nil
	case h.packager == apt && h.root:
		return run(ctx, h.commands(missing), out)
	case n.Unpack != "" && missing[0].what == server:
		return unpackServer(ctx, n.Unpack, out)
	}
	return nil
}

// lacking returns the needed tools that are not here.
func lacking(n Needs) []tool {
	var missing []tool
	for _, t := range tools {
		if (n.Test || !t.testOnly) && !t.have() {
			missing = append(missing, t)
		}
	}
	return missing
}

// run runs commands one after the other, writing each to out first.
func run(ctx context.Context, commands [][]string, out io.Writer) error {
	for _, c := range commands {
		fmt.Fprintln(out, "+", strings.Join(c, " "))
		cmd := exec.CommandContext(ctx, c[0], c[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(c, " "), err)
		}
	}
	return nil
}

// useUnpacked names the programs unpacked in dir to package postgres, unless
// the machine has others.
func useUnpacked(dir string) {
	if _, err := postgres.Programs(); err == nil || dir == "" {
		return
	}
	bin := filepath.Join(unpackedIn(dir), "bin")
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err == nil {
		os.Setenv("ONEWINDOW_PG_BIN", bin)
	}
}

// A packager is a program that installs packages.
type packager string

const (
	apt  packager = "apt-get"
	dnf  packager = "dnf"
	brew packager = "brew"
)

// A host is what matters of a machine for installing something on it.
type host struct {
	packager  packager // empty if none is known
	root      bool
	forbidden bool // NO_INSTALL is set
	listed    bool // the lists of packages have been fetched
	common    bool // postgresql-common is installed
}

// thisHost describes the machine that this program runs on.
func thisHost() host {
	h := host{root: os.Geteuid() == 0, forbidden: os.Getenv("NO_INSTALL") != ""}
	for _, p := range []packager{apt, dnf, brew} {
		if _, err := exec.LookPath(string(p)); err == nil {
			h.packager = p
			break
		}
	}
	if h.packager == "" && runtime.GOOS == "darwin" {
		h.packager = brew
	}
	lists, err := filepath.Glob("/var/lib/apt/lists/*_Packages*")
	h.listed = err == nil && len(lists) > 0
	_, err = os.Stat(clusterConf)
	h.common = err == nil
	return h
}
