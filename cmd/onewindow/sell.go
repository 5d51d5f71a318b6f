package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"onewindow/intake"
	"onewindow/internal/client"
	"onewindow/internal/demo"
)

// sold is what came of the demonstration's sale.
type sold struct {
	last client.Case
	path string // of the certificate
}

// saleTime is how long the demonstration's sale may take. It takes a second; a
// database that is killed meanwhile costs some more.
const saleTime = 3 * time.Minute

// sell drives one sale through the API: the clerk hands it in; the crew approves
// it and pays. The timeline goes to out.
func (d *demonstration) sell(ctx context.Context, out io.Writer) (*sold, error) {
	ctx, cancel := context.WithTimeout(ctx, saleTime)
	defer cancel()
	number, err := d.handIn(ctx)
	for range 5 { // another demonstration on the same data may have been quicker with a home
		var refused *client.Problem
		if !errors.As(err, &refused) || refused.Status != http.StatusUnprocessableEntity {
			break
		}
		number, err = d.handIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return d.follow(ctx, number, newTimeline(out))
}

// handIn hands the next sale in at the window, with the code of case submit.
func (d *demonstration) handIn(ctx context.Context) (number string, err error) {
	a, err := demo.NextSale(ctx, d.db.pool)
	if err != nil {
		return "", err
	}
	application, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return "", err
	}
	accepted, err := d.as(demo.Clerk).Submit(ctx, client.KeyOf(application), application)
	return accepted.Number, err
}

// follow shows the case until its certificate is issued and every company has
// answered, and keeps the certificate.
func (d *demonstration) follow(ctx context.Context, number string, shown *timeline) (*sold, error) {
	s := &sold{}
	err := d.as(demo.Clerk).Follow(ctx, number, func(c client.Case) bool {
		shown.show(c)
		s.last = c
		step, stuck := c.Stuck()
		return stuck && (c.Issued() || step.Holder == intake.TaxOfficer) // the crew does not decide that
	})
	if !s.last.Issued() { // a company that takes its time keeps no certificate
		if err == nil {
			err = errors.New("it ended without one")
		}
		step, stuck := s.last.Stuck()
		if stuck {
			err = fmt.Errorf("%w (%s waits for the %s)", err, step.Step, step.Holder)
		}
		return nil, fmt.Errorf("the certificate of case %s: %w", number, err)
	}
	shown.summary(s.last)
	s.path, err = d.keep(context.WithoutCancel(ctx), s.last) // it is issued: whoever stops now still has it
	return s, err
}

// keep writes the certificate into the data directory.
func (d *demonstration) keep(ctx context.Context, c client.Case) (string, error) {
	pdf, err := d.as(demo.Clerk).Certificate(ctx, c.Number)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(d.path("certificates"), 0o700); err != nil {
		return "", fmt.Errorf("keep the certificate: %w", err)
	}
	path := d.path(filepath.Join("certificates", c.Number+".pdf"))
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		return "", fmt.Errorf("keep the certificate: %w", err)
	}
	return path, nil
}
