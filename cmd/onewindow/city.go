package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/client"
	"onewindow/internal/demo"
	"onewindow/internal/meter"
	"onewindow/internal/money"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/internal/web"
	"onewindow/tax/payment"
)

// city is what a host runs: the doors with the work behind them, the sandbox
// offices, and the people who act by themselves.
type city struct {
	doors   *office
	offices *town.Offices
	moved   chan struct{} // rings when a step has moved
	stop    context.CancelFunc
	crew    sync.WaitGroup
}

// openCity opens the city of d at the address, or on the next free port.
func openCity(ctx context.Context, d *demonstration, secrets demo.Secrets, address string) (*city, error) {
	key, err := verifyKey(d.path("verify.key"))
	if err != nil {
		return nil, err
	}
	l, err := listen(address, true)
	if err != nil {
		return nil, err
	}
	base := "http://" + l.Addr().String()
	c := &city{moved: make(chan struct{}, 1)}
	c.offices, err = town.NewOffices(town.Config{
		Callbacks: base + "/api/v1/callbacks", VerifyURL: base + "/v/", Paid: base + "/my/taxes", VerifyKey: key,
		Customers: demo.Customers(), Books: demo.Books(),
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	c.doors, err = openOffice(ctx, d.db, l, flowOptions{
		name: cityName(d.dir), offices: c.offices.Offices, moved: c.ring, log: d.log,
		demonstration: true,
		samples:       func(ctx context.Context) ([]web.Sample, error) { return samplesOf(ctx, d.db.pool) },
		inbox:         func() []web.Letter { return lettersOf(c.offices.Inbox) },
		told:          defaults(), watch: &watch{traces: &meter.Traces{}, disk: diskConfig{Path: d.dir, LeastFree: 64 << 20}},
	})
	if err != nil {
		c.offices.Close()
		return nil, errors.Join(err, l.Close())
	}
	c.offices.Serve(c.doors.flow)
	c.begin(ctx, d, secrets)
	return c, nil
}

// ring wakes the crew.
func (c *city) ring(int64, intake.Step, intake.State) {
	select {
	case c.moved <- struct{}{}:
	default: // it is awake
	}
}

// begin lets the crew work until the city closes.
func (c *city) begin(ctx context.Context, d *demonstration, secrets demo.Secrets) {
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	crew := &demo.Crew{
		API: client.Client{Server: c.doors.url, Staff: demo.Registrar, Secret: secrets[demo.Registrar].Key.Text()},
		Code: func(ctx context.Context) (string, error) {
			return access.CodeAgain(ctx, d.db.pool, demo.Registrar, time.Now())
		},
		Pay: c.pay, Wake: c.moved, Log: d.log,
	}
	c.crew.Go(func() { crew.Work(life) })
}

// pay pays a bill. The sandbox gateway forgets its orders with its process, so
// the order is placed once more, which changes nothing where it stands.
func (c *city) pay(ctx context.Context, ref string, sum money.Fen) error {
	if _, err := c.offices.Gateway.Ask(ctx, payment.Bill{Ref: ref, Amount: sum}); err != nil {
		return err
	}
	return c.offices.Pay(ctx, ref)
}

// samplesOf lists the contracts that nobody has handed in.
func samplesOf(ctx context.Context, pool *pgxpool.Pool) (samples []web.Sample, err error) {
	free, err := demo.Samples(ctx, pool)
	for _, s := range free {
		samples = append(samples, web.Sample{Contract: s.Contract, Lesson: string(s.Lesson)})
	}
	return samples, err
}

// lettersOf shows what the carrier of the city was given.
func lettersOf(inbox *sandbox.Inbox) (letters []web.Letter) {
	for _, l := range inbox.Letters() {
		letters = append(letters, web.Letter{To: cmp.Or(l.Phone, l.Staff), Text: l.Text, At: l.At})
	}
	return letters
}

func (c *city) close() {
	c.stop()
	c.crew.Wait()
	c.doors.close()
	c.offices.Close()
}

// cityName names the process that serves a data directory, whichever it is: the
// next one takes up what the last one left.
func cityName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hostName() + "-" + hex.EncodeToString(sum[:6])
}

// verifyKey reads the key of verify ids, which is drawn once.
func verifyKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, 32)
		rand.Read(key) // never fails
		err = os.WriteFile(path, key, 0o600)
	}
	if err == nil && len(key) < 32 {
		err = errors.New("too short")
	}
	if err != nil {
		return nil, fmt.Errorf("key of the verification page %s: %w", path, err)
	}
	return key, nil
}
