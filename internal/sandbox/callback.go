package sandbox

import (
	"context"
	"errors"
	"time"

	"onewindow/internal/outbound"
)

// A notice is an answer given later, under an id that stays the same however
// often it is sent.
type notice struct {
	id      string
	verdict verdict
}

// patience is how often a notice is sent until somebody takes it, and pause how
// long the first repetition waits; each further one waits twice as long.
const (
	patience = 8
	pause    = 200 * time.Millisecond
)

// call delivers the notices one after the other, after the delay, in the
// background. A real company does so from another machine.
func (c *Company) call(notices ...notice) {
	c.calls.Go(func() {
		if !c.wait(c.Delay) {
			return
		}
		for _, n := range notices {
			c.insist(n)
		}
	})
}

// insist repeats a notice until it is taken, refused for good, or given up.
func (c *Company) insist(n notice) {
	for i := range patience {
		if c.deliver(c.closed, n) || !c.wait(pause<<i) {
			return
		}
	}
}

// deliver sends a notice once and reports whether it need not be sent again. A
// 404 may only mean that the other side has not written down its question yet.
func (c *Company) deliver(ctx context.Context, n notice) bool {
	_, err := outbound.Send(ctx, c.HTTP, outbound.Message{
		URL: c.Callback, ID: n.id, Keys: []string{c.Key}, Body: n.verdict,
	})
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return !status.Temporary() && status.Status != 404
	}
	return err == nil
}

// wait reports false if the company closed meanwhile.
func (c *Company) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-c.closed.Done():
		return false
	}
}
