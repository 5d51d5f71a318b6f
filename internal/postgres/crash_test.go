package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// childEnv makes the test binary a program that starts a server on the
// directory it names and stops at the end of its standard input.
const childEnv = "ONEWINDOW_POSTGRES_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

func child(dir string) int {
	s, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	s.Stop()
	return 0
}

// A program is a child process that has a server, owned or adopted.
type program struct {
	cmd   *exec.Cmd
	stdin io.Closer
	said  *bufio.Reader
}

// begin starts a program on dir without waiting for its server.
func begin(t *testing.T, dir string) *program {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{cmd, stdin, bufio.NewReader(stdout)}
	t.Cleanup(p.end)
	return p
}

// waitReady waits until the program's server answers.
func (p *program) waitReady(t *testing.T) {
	t.Helper()
	if line, err := p.said.ReadString('\n'); line != "ready\n" {
		t.Fatalf("the program said %q, error %v", line, err)
	}
}

// waitUsable waits until the program's address answers.
func (p *program) waitUsable(t *testing.T, dir string) {
	t.Helper()
	ask[int](t, &Server{socket: filepath.Join(dir, "socket")}, "SELECT 1")
}

// end lets the program stop in order. It may have been killed before.
func (p *program) end() {
	p.stdin.Close()
	_ = p.cmd.Wait()
}

// kill ends the program as kill -9 does.
func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// postmaster returns the pid of the server on dir.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestTwoStartsAtOnceShareOneServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	a, b := begin(t, dir), begin(t, dir)
	a.waitReady(t)
	b.waitReady(t)
	pid := postmaster(t, dir)
	ask[int](t, start(t, dir), "SELECT 1") // a third one
	if now := postmaster(t, dir); now != pid {
		t.Errorf("server %d was replaced by %d", pid, now)
	}
	a.end() // whichever of the two was the owner, the other's server goes on
	b.waitUsable(t, dir)
}

func TestAKilledServerComesBackWithItsRows(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	s, log := startLogged(t, dir)
	pool := openPool(t, s)
	run(t, s, "CREATE TABLE kept AS SELECT 42 AS answer")
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if got := ask[int](t, s, "SELECT answer FROM kept"); got != 42 {
		t.Errorf("the row says %d", got)
	}
	recovers(t, pool)
	if !log.has("ended unasked") {
		t.Error("nobody was told of the crash")
	}
}

func TestTheServerOfAKilledProgramIsStartedAnewWithItsRows(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := begin(t, dir)
	p.waitReady(t)
	s := &Server{socket: filepath.Join(dir, "socket")} // only its address
	run(t, s, "CREATE TABLE kept AS SELECT 42 AS answer")
	p.kill(t)
	if got := ask[int](t, start(t, dir), "SELECT answer FROM kept"); got != 42 {
		t.Errorf("the row says %d", got)
	}
}

func TestAServerComesBackWhenBothWereKilledInMidWork(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := begin(t, dir)
	p.waitReady(t)
	s := &Server{socket: filepath.Join(dir, "socket")}
	run(t, s, "CREATE TABLE kept AS SELECT 42 AS answer")
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	working := make(chan error, 1)
	go func() { // its server process outlives the postmaster for a moment
		_, err := conn.Exec(context.Background(), "SELECT sum(i) FROM generate_series(1, 30_000_000::bigint) i")
		working <- err
	}()
	pid := postmaster(t, dir)
	time.Sleep(50 * time.Millisecond)
	if err := syscall.Kill(p.cmd.Process.Pid, syscall.SIGSTOP); err != nil { // so that it cannot restart the server
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.kill(t)
	if got := ask[int](t, start(t, dir), "SELECT answer FROM kept"); got != 42 {
		t.Errorf("the row says %d", got)
	}
	<-working
}

func TestAnAdopterTakesOverFromAKilledOwner(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner := begin(t, dir)
	owner.waitReady(t)
	s, log := startLogged(t, dir)
	pool := openPool(t, s)
	owner.kill(t)
	waitUntil(t, "the adopter takes over", func() bool { return log.has("taking over") && log.has("PostgreSQL runs") })
	recovers(t, pool)
}

func TestAnAdopterTakesOverFromAnOwnerThatStops(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner := start(t, dir)
	adopter, log := startLogged(t, dir)
	pool := openPool(t, adopter)
	owner.Stop()
	waitUntil(t, "the adopter takes over", func() bool { return log.has("taking over") && log.has("PostgreSQL runs") })
	recovers(t, pool)
}

func TestAnAdopterThatStopsLeavesTheServerRunning(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner := start(t, dir)
	pid := postmaster(t, dir)
	start(t, dir).Stop()
	if got, err := askOnce[int](owner, "SELECT 1"); err != nil || got != 1 || postmaster(t, dir) != pid {
		t.Errorf("answer %d, error %v, pid %d before and %d now", got, err, pid, postmaster(t, dir))
	}
}

func TestAServerWithoutAnOwnerIsReplaced(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	first := start(t, dir)
	run(t, first, "CREATE TABLE kept AS SELECT 42 AS answer")
	first.Stop()
	orphan := exec.Command(first.programs.postgres, first.arguments()...)
	first.confine(orphan)
	credential := orphan.SysProcAttr.Credential
	orphan.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: credential} // nothing ties it to this program
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	ask[int](t, first, "SELECT 1")
	s, log := startLogged(t, dir)
	if err := <-ended; err != nil {
		t.Errorf("the orphan ended with %v, not in order", err)
	}
	if got := ask[int](t, s, "SELECT answer FROM kept"); got != 42 || !log.has("lost its owner") {
		t.Errorf("the row says %d; log %q", got, log.text.String())
	}
}

func TestAPidFileThatNamesAStrangerIsStale(t *testing.T) {
	t.Parallel()
	stranger := exec.Command("sleep", "600")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	})
	for name, content := range map[string]string{
		"init":         "1\n",
		"a neighbour":  strconv.Itoa(stranger.Process.Pid) + "\n",
		"nobody":       "4194305\n",
		"no number":    "\x00\xff\n",
		"nothing":      "",
		"a whole file": strconv.Itoa(stranger.Process.Pid) + "\n/elsewhere\n1700000000\n5432\n/tmp\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			first := start(t, dir)
			first.Stop()
			if err := os.WriteFile(first.pidFile(), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := first.account.take(first.pidFile()); err != nil {
				t.Fatal(err)
			}
			if got := ask[int](t, start(t, dir), "SELECT 1"); got != 1 {
				t.Errorf("got %d", got)
			}
		})
	}
}

func TestAServerThatCannotComeBackIsReportedAndTriedAgain(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	s, log := startLogged(t, dir)
	broken := filepath.Join(dir, "data", "global")
	if err := os.Rename(broken, broken+".away"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the failure is reported", func() bool { return log.has("does not start") })
	if err := os.Rename(broken+".away", broken); err != nil {
		t.Fatal(err)
	}
	if got := ask[int](t, s, "SELECT 1"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestAStartThatFailsSaysWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: newDir(t), Settings: map[string]string{"shared_buffers": "plenty"}})
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("error %v, want the server's own words", err)
	}
}

func TestAStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{Dir: newDir(t)}); err == nil {
		s.Stop()
		t.Error("a start that was called off succeeded")
	}
}

// openPool opens a pool with a live connection.
func openPool(t *testing.T, s *Server) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	return pool
}

// recovers waits until a pool, opened before a crash, works again.
func recovers(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	waitUntil(t, "the pool works again", func() bool { return pool.Ping(t.Context()) == nil })
}

// waitUntil waits at most a minute for something to come true.
func waitUntil(t *testing.T, what string, true func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if true() {
			return
		}
	}
	t.Fatalf("waited a minute until %s", what)
}
