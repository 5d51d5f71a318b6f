package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"onewindow/internal/postgres"
)

// Throwaway starts a fast server without durability in a directory under the
// temporary one. Server and directory go when this process ends, however it
// ends.
func Throwaway(ctx context.Context) (*postgres.Server, error) {
	dir, err := tempDir()
	if err != nil {
		return nil, err
	}
	if err := reap(dir); err != nil {
		return nil, err
	}
	return postgres.Start(ctx, postgres.Options{Dir: filepath.Join(dir, "pg"), Fast: true})
}

// Server starts a private server with full durability for one test, as the
// program itself does: for tests that kill it. It stops when the test ends.
func Server(t testing.TB) *postgres.Server {
	t.Helper()
	s, err := postgres.Start(context.Background(), postgres.Options{Dir: filepath.Join(Dir(t), "pg")})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Dir returns a new directory that a server may be started in: unlike
// t.TempDir, it is open to the account that runs the server for root.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := tempDir()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return dir
}

// tempDir makes a directory that every account may pass through.
func tempDir() (string, error) {
	dir, err := os.MkdirTemp("", "onewindow-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// script waits for the end of its standard input, shuts down the server that
// may be left and removes the directory.
const script = `cat >/dev/null
pid=$(head -n 1 "$0/pg/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do
	[ -e "$0/pg/data/postmaster.pid" ] || break
	sleep 1
done
rm -rf "$0" || { sleep 2; rm -rf "$0"; }`

// reap removes dir when this process ends. A shell watches a pipe whose other
// end closes with the process; it has a group of its own to outlive Ctrl-C.
func reap(dir string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	// A second descriptor, which no garbage collection closes.
	if _, err := unix.FcntlInt(w.Fd(), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return fmt.Errorf("watch %s: %w", dir, err)
	}
	cmd := exec.Command("/bin/sh", "-c", script, dir)
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("watch %s: %w", dir, err)
	}
	return nil
}
