// Command ready makes the machine ready for the tests, starts one throw-away
// PostgreSQL server for all of them and runs a command beside it, such as
// "go test ./...", with the server's address in ONEWINDOW_TEST_PG.
//
// It knows nothing of the tests. It ends with the status of the command, or
// with 2 if the machine could not be made ready.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"onewindow/internal/machine"
	"onewindow/internal/pgtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: ready COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	err := run(context.Background(), os.Args[1:])
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		os.Exit(max(1, ended.ExitCode()))
	case err != nil:
		fmt.Fprintln(os.Stderr, "ready:", err)
		os.Exit(2)
	}
}

// run runs the command and returns how it ended.
func run(ctx context.Context, command []string) error {
	needs := machine.Needs{Test: true, Unpack: unpackDir()}
	if err := machine.Ready(ctx, needs, os.Stderr); err != nil {
		return err
	}
	server, err := pgtest.Throwaway(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	signal.Ignore(os.Interrupt) // the command gets it too, and decides
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), pgtest.Env+"="+server.URL("postgres"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// unpackDir is where PostgreSQL may be unpacked for the tests of this user.
func unpackDir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "" // no home: nothing is unpacked
	}
	return filepath.Join(cache, "onewindow")
}
