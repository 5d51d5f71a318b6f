package postgres

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestAServerStartsFromNothingAndKeepsItsRows(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	s := start(t, dir)
	run(t, s, "CREATE TABLE kept AS SELECT 42 AS answer")
	for setting, want := range map[string]string{
		"listen_addresses": "", "data_checksums": "on", "fsync": "on", "server_encoding": "UTF8", "TimeZone": "UTC",
	} {
		if got := ask[string](t, s, "SELECT current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	s.Stop()
	s.Stop() // a second one does nothing
	if got := ask[int](t, start(t, dir), "SELECT answer FROM kept"); got != 42 {
		t.Errorf("after a restart the row says %d", got)
	}
}

func TestAFastServerIsForThrowingAway(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{Dir: newDir(t), Fast: true, Settings: map[string]string{"work_mem": "7MB"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	got := ask[string](t, s, `SELECT concat_ws(' ', current_setting('fsync'), current_setting('work_mem'))`)
	if got != "off 7MB" {
		t.Errorf("fsync and work_mem are %q, want off 7MB", got)
	}
}

func TestASocketPathThatIsTooLongGoesUnderTheTemporaryDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newDir(t), strings.Repeat("l", 100), "pg")
	s := start(t, dir)
	t.Cleanup(func() { os.RemoveAll(s.socket) })
	if strings.HasPrefix(s.socket, dir) {
		t.Errorf("the socket is at %s", s.socket)
	}
	again := start(t, dir)
	if again.URL("x") != s.URL("x") {
		t.Errorf("two starts on one directory have two addresses: %s, %s", s.URL("x"), again.URL("x"))
	}
}

func TestAHalfFinishedInitdbIsDoneAgain(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	start(t, dir).Stop()
	data := filepath.Join(dir, "data")
	if err := os.Rename(data, data+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(data+".new", "global")); err != nil {
		t.Fatal(err)
	}
	if got := ask[int](t, start(t, dir), "SELECT 1"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestDataOfAnotherMajorVersionIsRefusedNamingBoth(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	start(t, dir).Stop()
	version := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	var v VersionError
	if !errors.As(err, &v) || v.Data != 9 || v.Found < 10 {
		t.Fatalf("error %v, want one that names 9 and what is here", err)
	}
	if !strings.Contains(err.Error(), "written by PostgreSQL 9, but") {
		t.Errorf("the message %q does not say whose data it is", err)
	}
}

func TestMissingProgramsAreNamed(t *testing.T) {
	t.Setenv("ONEWINDOW_PG_BIN", t.TempDir())
	if _, err := Start(t.Context(), Options{Dir: newDir(t)}); !errors.Is(err, ErrNoPrograms) {
		t.Errorf("error %v, want %v", err, ErrNoPrograms)
	}
	if _, err := Programs(); !errors.Is(err, ErrNoPrograms) {
		t.Errorf("error %v, want %v", err, ErrNoPrograms)
	}
}

func TestAForeignDirectoryIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "not made by this program") {
		t.Errorf("error %v, want a refusal", err)
	}
}

func TestAClosedParentIsNamedWithTheAccount(t *testing.T) {
	t.Parallel()
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	a := account{name: "stranger", uid: 4_000_000, gid: 4_000_000, switched: true}
	err := a.mayReach(filepath.Join(closed, "pg"))
	if err == nil || !strings.Contains(err.Error(), "closed to user stranger") {
		t.Errorf("error %v, want one that names the user", err)
	}
	a.switched = false // whoever runs the server himself finds out by himself
	if err := a.mayReach(filepath.Join(closed, "pg")); err != nil {
		t.Error(err)
	}
}

func TestNewerProgramsComeFirst(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, v := range []string{"9.6", "15", "16"} {
		if err := os.MkdirAll(filepath.Join(base, v, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	got := newestFirst(filepath.Join(base, "*", "bin"))
	var versions []string
	for _, dir := range got {
		versions = append(versions, filepath.Base(filepath.Dir(dir)))
	}
	if strings.Join(versions, " ") != "16 15 9.6" {
		t.Errorf("order %v", versions)
	}
}

// newDir returns an empty directory that the account of the server reaches.
func newDir(t testing.TB) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "onewindow-pg-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(parent) })
	dir := filepath.Join(parent, "pg")
	if err := os.Mkdir(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start starts a server for the length of a test.
func start(t testing.TB, dir string) *Server {
	t.Helper()
	s, _ := startLogged(t, dir)
	return s
}

// startLogged starts a server and returns what it logs.
func startLogged(t testing.TB, dir string) (*Server, *logbook) {
	t.Helper()
	log := &logbook{}
	s, err := Start(t.Context(), Options{Dir: dir, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s, log
}

// A logbook is a log that a test reads while the server writes.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) has(words string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), words)
}

// run runs a statement.
func run(t testing.TB, s *Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// ask returns the only value of a query, waiting for a server that is coming
// back.
func ask[T any](t testing.TB, s *Server, sql string) T {
	t.Helper()
	var err error
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		var v T
		if v, err = askOnce[T](s, sql); err == nil {
			return v
		}
	}
	t.Fatalf("%s: %v", sql, err)
	panic("unreachable")
}

func askOnce[T any](s *Server, sql string) (v T, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return v, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql).Scan(&v)
	return v, err
}
