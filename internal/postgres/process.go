package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is one run of the server program.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the program has ended
	err   error         // how it ended; read after ended is closed
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the server: a fast shutdown first, then by force.
func (p *process) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := p.cmd.Process.Signal(sig); err != nil {
			break // it has ended
		}
		select {
		case <-p.ended:
			return
		case <-time.After(20 * time.Second):
		}
	}
	<-p.ended
}

// launch brings a server up on the directory, whose lock the caller holds. It
// tries again while the remains of an earlier server are still going down.
func (s *Server) launch(life context.Context) (*process, error) {
	ctx, cancel := context.WithTimeout(life, patience)
	defer cancel()
	if err := s.initialise(ctx); err != nil {
		return nil, err
	}
	for {
		if err := s.clearAway(ctx); err != nil {
			return nil, err
		}
		from := s.logSize()
		proc, err := s.spawn()
		if err != nil {
			return nil, err
		}
		if err = s.await(ctx, proc); err == nil {
			return proc, nil
		}
		proc.stop()
		said := s.logSince(from)
		if ctx.Err() != nil || !remains(said) {
			return nil, fmt.Errorf("%w; the server said: %s", err, lastLines(said))
		}
		sleep(ctx, 100*time.Millisecond)
	}
}

// remains reports whether a start failed because processes of an earlier
// server still hold the directory or its shared memory.
func remains(said string) bool {
	return strings.Contains(said, "pre-existing shared memory block") ||
		strings.Contains(said, "postmaster.pid\" already exists")
}

// initialise makes the data directory if there is none. It works on a directory
// beside and renames it at the end, so that half an initdb is never used.
func (s *Server) initialise(ctx context.Context) error {
	if exists(s.dataDir()) {
		return nil
	}
	half := s.dataDir() + ".new"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("remove a half-finished data directory: %w", err)
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return err
	}
	if err := s.account.take(half); err != nil {
		return err
	}
	args := []string{"-D", half, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums"}
	if s.fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, s.programs.initdb, args...)
	s.confine(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(string(out)))
	}
	return os.Rename(half, s.dataDir())
}

// confine runs cmd as the account of the server, in a process group of its own
// so that Ctrl-C reaches this program only, and with a clean environment.
func (s *Server) confine(cmd *exec.Cmd) {
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + filepath.Dir(s.programs.postgres) + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = dieWithParent()
	cmd.SysProcAttr.Setpgid = true
	if s.account.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: s.account.uid, Gid: s.account.gid}
	}
}

// spawn starts the server program, its log going to the log file.
func (s *Server) spawn() (*process, error) {
	if s.logSize() > 16<<20 {
		if err := os.Rename(s.logFile(), s.logFile()+".1"); err != nil {
			return nil, fmt.Errorf("rotate the server's log: %w", err)
		}
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(s.programs.postgres, s.arguments()...)
	s.confine(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s as user %s: %w", s.programs.postgres, s.account.name, err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// await waits until the server answers, has ended, or ctx ends.
func (s *Server) await(ctx context.Context, p *process) error {
	for {
		err := s.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("the server ended at once: %w", p.err)
		case <-ctx.Done():
			return fmt.Errorf("the server did not answer: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// clearAway removes the traces of an earlier server, for whose directory this
// program now holds the lock. One that still answers lost its owner and is shut
// down.
func (s *Server) clearAway(ctx context.Context) error {
	content, err := os.ReadFile(s.pidFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read the pid file: %w", err)
	}
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(first))) // 0, which serves nothing, if it is no number
	if err := s.endOrphan(ctx, pid); err != nil {
		return err
	}
	if exists(s.pidFile()) {
		if err := s.disown(rest); err != nil {
			return err
		}
	}
	socket := filepath.Join(s.socket, ".s.PGSQL."+port)
	for _, path := range []string{socket, socket + ".lock"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old socket: %w", err)
		}
	}
	return nil
}

// endOrphan shuts down the server with number pid, if it is one on this
// directory, and waits for its end.
func (s *Server) endOrphan(ctx context.Context, pid int) error {
	if !serves(pid, s.dataDir()) {
		return nil
	}
	s.log.Warn("shutting down a PostgreSQL server that lost its owner", "dir", s.dir, "pid", pid)
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop the ownerless server %d: %w", pid, err)
	}
	for serves(pid, s.dataDir()) {
		if sleep(ctx, 10*time.Millisecond); ctx.Err() != nil {
			return fmt.Errorf("the ownerless server %d does not end: %w", pid, ctx.Err())
		}
	}
	return nil
}

// disown writes the number of this program into the pid file, because the
// parent of a server is never taken for a rival, and the old number may belong
// to a stranger by now. It keeps the rest of the file, from which the server
// learns whether orphans still hold its shared memory.
func (s *Server) disown(rest []byte) error {
	f, err := os.OpenFile(s.pidFile(), os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("mark the pid file as stale: %w", err)
	}
	_, err = fmt.Fprintf(f, "%d\n%s", os.Getpid(), rest)
	return errors.Join(err, f.Close())
}
