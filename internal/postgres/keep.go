package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	poll         = 200 * time.Millisecond // how often an adopter tries to become the owner
	patience     = 2 * time.Minute        // the longest a start may take, crash recovery included
	longestPause = 30 * time.Second       // between two attempts to restart a server that does not come up
	healthy      = time.Minute            // a server that ran this long restarts without a pause
)

// keep holds the server up until life ends: as the owner when it gets the lock
// of the directory, as an adopter until then. It tells ready once. Its thread
// is locked because Linux ends the server with the thread that started it.
func (s *Server) keep(life context.Context, ready chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.stopped)
	lock, ready := s.adopt(life, ready)
	if lock == nil {
		report(ready, life.Err())
		return
	}
	defer lock.Close()
	if ready == nil {
		s.log.Warn("the owner of the PostgreSQL server has gone: taking over", "dir", s.dir)
	}
	s.own(life, ready)
}

// report tells ready the outcome of the start, unless it has been told before.
func report(ready chan<- error, err error) {
	if ready != nil {
		ready <- err
	}
}

// adopt waits for the lock of the directory, using the server of the program
// that holds it meanwhile. It returns the lock, or nil when life ends, and
// ready if the start has not been reported yet, else nil.
func (s *Server) adopt(life context.Context, ready chan<- error) (*os.File, chan<- error) {
	for life.Err() == nil {
		lock, err := s.tryLock()
		if lock != nil {
			return lock, ready
		}
		if ready == nil {
			sleep(life, poll)
			continue
		}
		if err != nil || s.answers(life) == nil {
			ready <- err
			ready = nil
		}
		sleep(life, 20*time.Millisecond)
	}
	return nil, ready
}

// tryLock returns the lock of the directory, or nil if another program holds
// it. The lock goes with the process, however that ends.
func (s *Server) tryLock() (*os.File, error) {
	f, err := os.OpenFile(s.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %s: %w", s.lockFile(), err)
}

// own starts the server and starts it again whenever it ends, until life ends.
// The first start is reported and not repeated when it fails.
func (s *Server) own(life context.Context, ready chan<- error) {
	pause := time.Duration(0)
	for life.Err() == nil {
		began := time.Now()
		proc, err := s.launch(life)
		report(ready, err)
		if err != nil {
			if ready != nil || life.Err() != nil {
				return
			}
			pause = min(max(2*pause, time.Second), longestPause)
			s.log.Error("PostgreSQL does not start", "dir", s.dir, "again_in", pause, "err", err)
			sleep(life, pause)
			continue
		}
		ready = nil
		s.log.Info("PostgreSQL runs", "dir", s.dir, "pid", proc.pid(), "took", time.Since(began).Round(time.Millisecond))
		select {
		case <-life.Done():
			proc.stop()
			return
		case <-proc.ended:
		}
		s.log.Error("PostgreSQL ended unasked: starting it again", "dir", s.dir, "how", proc.err)
		if time.Since(began) > healthy {
			pause = 0
			continue
		}
		pause = min(2*pause+100*time.Millisecond, longestPause)
		sleep(life, pause)
	}
}

// answers reports whether the server takes connections: nil, or why not.
func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
