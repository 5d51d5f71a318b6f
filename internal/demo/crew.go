package demo

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/client"
	"onewindow/internal/money"
)

// The people of the demonstration who act by themselves, and those who are left
// to whoever looks at it.
const (
	// Clerk accepts what the demonstration's crew then carries through.
	Clerk = "clerk-01"
	// ByHand is the clerk whose cases the crew leaves alone.
	ByHand = "clerk-02"
	// Registrar approves for the crew. Nobody signs in under it: a session that
	// somebody else opens ends the one before.
	Registrar = access.CrewPrefix + "registrar"
)

// Crew are the registrar and the payer of the demonstration. They act on the
// cases that Clerk accepted, through the API as everybody does: the registrar
// approves what no machine finding speaks against, the payer pays what is asked.
// What needs judgement they leave to people.
type Crew struct {
	API client.Client // of Registrar, by key: it looks
	// Code returns a code of the registrar's that has not been given yet.
	Code func(ctx context.Context) (string, error)
	// Pay pays a bill at the gateway.
	Pay func(ctx context.Context, ref string, sum money.Fen) error
	// Wake rings when something has moved; a look around each second does the rest.
	Wake <-chan struct{}
	Log  *slog.Logger

	session client.Client   // of Registrar, by password and code: it approves
	left    map[string]bool // cases whose review needs judgement
}

const lookAround = time.Second

// Work acts until ctx ends.
func (c *Crew) Work(ctx context.Context) {
	c.left, c.session = map[string]bool{}, c.API
	tick := time.NewTicker(lookAround)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := errors.Join(c.review(ctx), c.pay(ctx)); err != nil && ctx.Err() == nil {
			c.Log.InfoContext(ctx, "the demonstration's crew tries again", "err", err)
		}
		select {
		case <-c.Wake:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// review approves every review that waits for a registrar.
func (c *Crew) review(ctx context.Context) error {
	return c.each(ctx, "reviewer", "review", "needs_input", func(found client.Case, step client.Step) error {
		if slices.ContainsFunc(step.Findings, func(d client.Defect) bool { return d.Outcome != "pass" }) {
			c.left[found.Number] = true
			return nil
		}
		return settled(c.approve(ctx, found.Number, step.Step))
	})
}

// approve approves with a proof of its own, in a session: no key does.
func (c *Crew) approve(ctx context.Context, number, step string) error {
	if err := c.prove(ctx); err != nil {
		return err
	}
	return c.session.Decide(ctx, number, step, "approve", "")
}

// prove gives password and code. A session that ended gives way to a new one.
func (c *Crew) prove(ctx context.Context) error {
	err := c.withCode(ctx, c.session.Prove)
	var refused *client.Problem
	if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		return err
	}
	err = c.withCode(ctx, func(ctx context.Context, password, code string) (err error) {
		c.session, err = c.API.SignIn(ctx, password, code)
		return err
	})
	if err != nil {
		return err
	}
	return c.withCode(ctx, c.session.Prove)
}

func (c *Crew) withCode(ctx context.Context, do func(ctx context.Context, password, code string) error) error {
	code, err := c.Code(ctx)
	if err != nil {
		return err
	}
	return do(ctx, Password, code)
}

// pay pays every bill that waits for the applicant.
func (c *Crew) pay(ctx context.Context) error {
	return c.each(ctx, "applicant", "settle", "awaiting_payment", func(found client.Case, _ client.Step) error {
		if found.Tax == nil {
			return nil
		}
		for _, b := range found.Tax.Bills {
			if b.State != "open" {
				continue
			}
			if err := c.Pay(ctx, b.Ref, money.Fen(b.Amount)); err != nil {
				return err
			}
		}
		return nil
	})
}

// each runs act for the crew's cases whose step stands in state.
func (c *Crew) each(ctx context.Context, holder, step, state string,
	act func(client.Case, client.Step) error) (err error) {
	list, err := c.API.Waiting(ctx, holder)
	for _, b := range list {
		if b.AcceptedBy != Clerk || holder == "reviewer" && c.left[b.Number] {
			continue
		}
		found, missed := c.API.Find(ctx, b.Number)
		if missed != nil {
			err = errors.Join(err, missed)
			continue
		}
		for _, s := range found.Steps {
			if s.Step == step && s.State == state {
				err = errors.Join(err, act(found, s))
			}
		}
	}
	return err
}

// settled forgives that somebody else was first.
func settled(err error) error {
	var p *client.Problem
	if errors.As(err, &p) && slices.Contains([]string{"step_moved_on", "verdict_not_taken", "match_stale"}, p.Code()) {
		return nil
	}
	return err
}
