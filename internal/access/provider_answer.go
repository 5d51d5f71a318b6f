package access

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Brought is what a browser brings back from a provider: to which address of ours,
// with which state and code.
type Brought struct{ Back, State, Code string }

// Answer exchanges the code that a browser brought back for who it is. It returns
// ErrProvider for an answer to another question, and where the person was to prove
// themselves again and did not.
func (p *Provider) Answer(ctx context.Context, q Question, r Brought, at time.Time) (Subject, error) {
	a, err := p.exchange(ctx, q, r, at)
	if err != nil {
		return Subject{}, err
	}
	return Subject{a.id.Issuer, a.id.Subject}, nil
}

// Identify exchanges the code for the identity number of a citizen, as the provider
// writes it. It returns what Answer does, ErrNoIdentity, or ErrUnverified.
func (p *Provider) Identify(ctx context.Context, q Question, r Brought, at time.Time) (number string, err error) {
	a, err := p.exchange(ctx, q, r, at)
	if err != nil {
		return "", err
	}
	claims := map[string]any{}
	if err := a.id.Claims(&claims); err != nil {
		return "", fmt.Errorf("%w: its claims cannot be read", ErrProvider)
	}
	if claims[p.IdentityClaim] == nil || claims[p.VerifiedClaim] == nil {
		more, err := p.userinfo(ctx, a)
		if err != nil {
			return "", err
		}
		maps.Copy(more, claims) // what is signed goes before
		claims = more
	}
	return p.identityIn(claims)
}

// identityIn reads the identity number among what a provider says of somebody.
func (p *Provider) identityIn(claims map[string]any) (string, error) {
	number, _ := claims[p.IdentityClaim].(string)
	switch verified := claims[p.VerifiedClaim]; {
	case p.IdentityClaim == "" || strings.TrimSpace(number) == "":
		return "", ErrNoIdentity
	case verified != true && verified != "true": // some write it as a text
		return "", ErrUnverified
	}
	return number, nil
}

// answer is what a provider gave for a code: who it is, and with what to ask for more.
type answer struct {
	found *oidc.Provider
	token *oauth2.Token
	id    *oidc.IDToken
}

// userinfo asks the provider what it says of who it is (OpenID Connect Core 5.3).
func (p *Provider) userinfo(ctx context.Context, a answer) (map[string]any, error) {
	info, err := a.found.UserInfo(p.client(ctx), oauth2.StaticTokenSource(a.token))
	if err != nil {
		return nil, fmt.Errorf("%w: it says nothing of the person", ErrProvider) // its answer may repeat what it knows
	}
	claims := map[string]any{}
	if info.Subject != a.id.Subject || info.Claims(&claims) != nil {
		return nil, fmt.Errorf("%w: it speaks of another person", ErrProvider)
	}
	return claims, nil
}

// exchange takes the answer to a question, once.
func (p *Provider) exchange(ctx context.Context, q Question, r Brought, at time.Time) (a answer, err error) {
	if q.State == "" || r.State != q.State {
		return a, fmt.Errorf("%w: another state", ErrProvider)
	}
	config, found, err := p.config(ctx, r.Back)
	if err != nil {
		return a, err
	}
	a.found = found
	if a.token, err = config.Exchange(p.client(ctx), r.Code, oauth2.VerifierOption(q.Verifier)); err != nil {
		return a, fmt.Errorf("%w: no token for the code", ErrProvider) // its answer may repeat the code
	}
	raw, _ := a.token.Extra("id_token").(string)
	expected := &oidc.Config{ClientID: p.Client, Now: func() time.Time { return at }}
	if a.id, err = found.VerifierContext(p.client(ctx), expected).Verify(p.client(ctx), raw); err != nil {
		return a, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	return a, replies(q, a.id, at)
}

// replies says whether a token answers the question, and, where the person was to prove
// themselves anew, whether they did.
func replies(q Question, id *oidc.IDToken, at time.Time) error {
	var claims struct {
		AuthTime int64 `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil {
		return fmt.Errorf("%w: %w", ErrProvider, err)
	}
	if id.Nonce != q.Nonce || q.Anew && at.Sub(time.Unix(claims.AuthTime, 0)) > ProofLength {
		return fmt.Errorf("%w: another nonce, or not authenticated anew", ErrProvider)
	}
	return nil
}
