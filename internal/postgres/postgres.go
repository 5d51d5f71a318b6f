// Package postgres runs the private PostgreSQL server of a default start: it
// finds the server programs, initialises a data directory of its own, starts
// the server on a Unix socket and keeps it running until Stop.
//
// It knows processes, locks and directories, and nothing of schemas or rows.
// One owner at a time holds the lock of a directory and runs the server; every
// other program that starts on the directory adopts the running server, and
// becomes the owner when the first one goes.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// Options say which server to run. Dir is required, the rest may be left out.
type Options struct {
	// Dir is the directory of the server alone, created where it is missing.
	// Data and socket in it belong to the account that runs the server.
	Dir string

	// Log hears of starts, crashes and take-overs; nil discards them. It
	// never hears of rows or statements.
	Log *slog.Logger

	// Fast gives up durability for speed. It is for throw-away servers only:
	// a power cut destroys the data.
	Fast bool

	// Settings are further server settings, such as "shared_buffers": "1GB".
	// They win over the settings of this package.
	Settings map[string]string
}

// A Server is a running private server, owned or adopted. Its URL stays the
// same when the server restarts or changes its owner, so a pool reconnects by
// itself.
type Server struct {
	dir      string
	socket   string // directory of the Unix socket
	programs programs
	account  account
	fast     bool
	settings map[string]string
	log      *slog.Logger

	stop     context.CancelFunc // asks keep to end
	stopped  chan struct{}      // closed when keep has ended
	stopOnce sync.Once
}

// Start returns a server that answers on the directory of o, starting it if
// no other program has done so. It fails when the server programs are missing
// (ErrNoPrograms), when the directory is closed to the account that must run
// the server, when the data was written by another major version
// (VersionError), or when the server does not answer before ctx ends. The end
// of ctx after Start has returned does not stop the server; Stop does.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL in %s: %w", o.Dir, err)
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	ready := make(chan error, 1)
	go s.keep(life, ready)
	select {
	case err = <-ready:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("start PostgreSQL in %s: %w", s.dir, err)
	}
	return s, nil
}

// prepare makes the directory ready and chooses programs and account.
func prepare(o Options) (*Server, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, fast: o.Fast, settings: o.Settings, log: o.Log, stopped: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.account, err = accountFor(s.dataDir()); err != nil {
		return nil, err
	}
	if s.programs, err = findPrograms(s.dataDir()); err != nil {
		return nil, err
	}
	if err := s.account.mayReach(s.programs.initdb); err != nil {
		return nil, err
	}
	if err := s.account.claim(dir); err != nil {
		return nil, err
	}
	s.socket, err = socketDir(dir, s.account)
	return s, err
}

// URL returns the address of database db on the server, for pgx and psql.
func (s *Server) URL(db string) string {
	q := url.Values{"host": {s.socket}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// Stop ends the server if this program owns it, and leaves it to its owner
// otherwise. It returns when the server is down; further calls do nothing.
func (s *Server) Stop() {
	s.stopOnce.Do(s.stop)
	<-s.stopped
}

// Log file, data and lock of the directory.
func (s *Server) dataDir() string  { return filepath.Join(s.dir, "data") }
func (s *Server) logFile() string  { return filepath.Join(s.dir, "server.log") }
func (s *Server) lockFile() string { return filepath.Join(s.dir, lockName) }
func (s *Server) pidFile() string  { return filepath.Join(s.dataDir(), "postmaster.pid") }

const (
	superuser = "postgres"
	port      = "5432" // of the socket's name only: the server listens on no network
	lockName  = "lock"
)

// exists reports whether something stands at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
