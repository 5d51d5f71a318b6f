package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

// clearAway deals with the pid file of an earlier server. One that still
// answers lost its owner and is shut down; one whose number now belongs to a
// stranger is marked as gone. The rest of the file is kept, because the server
// reads from it whether orphans still hold its shared memory.
func (s *Server) clearAway(ctx context.Context) error {
	content, err := os.ReadFile(s.pidFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the pid file: %w", err)
	}
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(string(first)))
	if err != nil || pid <= 0 || !serves(pid, s.dataDir()) {
		own := strconv.Itoa(os.Getpid()) // the parent of a server is never taken for a rival
		return os.WriteFile(s.pidFile(), append([]byte(own+"\n"), rest...), 0o600)
	}
	if s.answers(ctx) == nil {
		s.log.Warn("shutting down a PostgreSQL server that lost its owner", "dir", s.dir, "pid", pid)
		if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the ownerless server %d: %w", pid, err)
		}
	}
	for serves(pid, s.dataDir()) {
		if sleep(ctx, 10*time.Millisecond); ctx.Err() != nil {
			return fmt.Errorf("an ownerless server (pid %d) does not end: %w", pid, ctx.Err())
		}
	}
	return nil
}

// logSize is the present length of the server's log.
func (s *Server) logSize() int64 {
	info, err := os.Stat(s.logFile())
	if err != nil {
		return 0
	}
	return info.Size()
}

// logSince returns what the server has logged since its log was from long.
func (s *Server) logSince(from int64) string {
	f, err := os.Open(s.logFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, from, 64<<10))
	if err != nil {
		return ""
	}
	return string(b)
}

// lastLines shortens what a program said to its end.
func lastLines(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
