package client

import (
	"context"
	"fmt"
	"net/http"

	"onewindow/internal/client/api"
)

// SignIn opens a session with password and code and returns the client that speaks
// in it. It ends the session that the member of staff had.
func (c Client) SignIn(ctx context.Context, password, code string) (Client, error) {
	c.Token = ""
	answer, err := c.once(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.OpenSession(ctx, api.Credentials{ID: c.Staff, Password: password, Code: code})
	})
	if err != nil {
		return c, fmt.Errorf("sign %s in: %w", c.Staff, err)
	}
	var session api.Session
	if err := answer.into(&session); err != nil {
		return c, err
	}
	c.Token = session.Token
	return c, nil
}

// Prove gives password and code once more, as approving needs.
func (c Client) Prove(ctx context.Context, password, code string) error {
	_, err := c.once(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.ProveSession(ctx, api.Proof{Password: password, Code: code})
	})
	if err != nil {
		return fmt.Errorf("prove %s: %w", c.Staff, err)
	}
	return nil
}
