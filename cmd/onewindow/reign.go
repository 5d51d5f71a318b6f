package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync"
	"syscall"
	"time"

	"onewindow/internal/client"
	"onewindow/internal/demo"
)

// reign is who serves the demonstration on a data directory: this process, or
// another one that this one has joined and would succeed. The sandbox offices
// keep their memory in one process, so there must not be two at once. The lock
// of the directory goes with its process, however that ends.
type reign struct {
	*demonstration
	lock  *os.File // held while this process is the host
	claim *demo.Claim
	city  *city // what the host runs

	stop context.CancelFunc
	heir sync.WaitGroup
}

// host says in the data directory where the host is to be found.
type host struct {
	URL string `json:"url"`
	PID int    `json:"pid"`
}

const (
	lockFile   = "host.lock"
	hostFile   = "host.json"
	staffFile  = "demo-staff.json"
	lookForIt  = 100 * time.Millisecond
	hostStarts = 2 * time.Minute // an old disk initialises a database server in less
)

func newReign(d *demonstration) *reign { return &reign{demonstration: d} }

// begin makes this process the host, or joins the one there is.
func (r *reign) begin(ctx context.Context) error {
	for began := time.Now(); ; {
		free, err := r.tryLock()
		if err != nil {
			return err
		}
		if free {
			r.url, r.secrets, err = r.serve(ctx, r.Listen)
			return err
		}
		if h, err := r.find(ctx); err == nil {
			return r.join(ctx, h)
		}
		if time.Since(began) > hostStarts {
			return fmt.Errorf("another onewindow holds %s and does not answer", r.path(lockFile))
		}
		if err := sleep(ctx, lookForIt); err != nil {
			return err
		}
	}
}

// tryLock takes the lock of the directory if nobody has it.
func (r *reign) tryLock() (bool, error) {
	f, err := os.OpenFile(r.path(lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("open the lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		r.lock = f
		return true, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return false, fmt.Errorf("lock %s: %w", r.path(lockFile), err)
}

// serve opens the city as the host, at the address or the next free port, and
// returns where it is and the secrets of its staff.
func (r *reign) serve(ctx context.Context, address string) (at string, secrets demo.Secrets, err error) {
	if r.claim == nil {
		if r.claim, err = demo.ClaimCity(ctx, r.db.url); err != nil {
			return "", nil, err
		}
	}
	if secrets, err = demo.Employ(ctx, r.db.porter(), r.path(staffFile)); err != nil {
		return "", nil, err
	}
	if r.city, err = openCity(ctx, r.demonstration, secrets, address); err != nil {
		return "", nil, err
	}
	at = r.city.doors.url
	text, err := json.Marshal(host{URL: at, PID: os.Getpid()})
	if err != nil {
		return "", nil, err
	}
	return at, secrets, os.WriteFile(r.path(hostFile), text, 0o600)
}

// find looks for a host that can do its work.
func (r *reign) find(ctx context.Context) (h host, err error) {
	text, err := os.ReadFile(r.path(hostFile))
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, err
	}
	return h, client.Client{Server: h.URL}.Ready(ctx)
}

// join uses another process's city, and waits to succeed it at its address.
func (r *reign) join(ctx context.Context, h host) (err error) {
	r.url = h.URL
	r.say("另一个 onewindow(进程 %d)已在此目录运行，本次使用它。\n"+
		"another onewindow (process %d) runs on %s at %s: this one uses it", h.PID, h.PID, r.dir, h.URL)
	if r.secrets, err = demo.SecretsIn(r.path(staffFile)); err != nil {
		return err
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	r.heir.Go(func() { r.succeed(life) })
	return nil
}

// succeed waits for the lock and then serves where the last host did, so that
// whoever follows a case there finds it again. The last host's database server
// may take a moment to come back: it is tried again.
func (r *reign) succeed(ctx context.Context) {
	at, err := url.Parse(r.url)
	for err == nil && r.lock == nil {
		if err = sleep(ctx, lookForIt); err == nil {
			_, err = r.tryLock()
		}
	}
	if err == nil {
		r.say("前一个进程已结束，本进程接替。 the other onewindow has ended: this one takes over")
	}
	for err == nil && r.city == nil {
		if _, _, failed := r.serve(ctx, net.JoinHostPort(at.Hostname(), at.Port())); failed != nil {
			r.log.WarnContext(ctx, "cannot succeed the host yet", "err", failed)
			err = sleep(ctx, time.Second)
		}
	}
	if err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "cannot succeed the host", "err", err)
	}
}

// end closes the city if this process runs it. It stays the host until it leaves.
func (r *reign) end() {
	if r.stop != nil {
		r.stop()
		r.heir.Wait()
	}
	if r.city != nil {
		_ = os.Remove(r.path(hostFile)) // a file that is left names a server that does not answer
		r.city.close()
	}
	r.claim.Release()
}

// leave lets another process be the host.
func (r *reign) leave() {
	if r.lock != nil {
		r.lock.Close()
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
