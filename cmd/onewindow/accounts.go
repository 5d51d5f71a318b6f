package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"onewindow/internal/access"
)

// signInConfig says how people come in.
type signInConfig struct {
	// IdleLock is after which time without anybody a session is locked. Default: 5m.
	IdleLock span `json:"idle_lock"`
	// Providers vouch for staff (OpenID Connect); which of their subjects is which
	// account, a security administrator says. Default: none.
	Providers []*access.Provider `json:"identity_providers"`
	// CitizenProviders vouch for citizens, by an identity number that they have verified.
	// Default: none.
	CitizenProviders []*access.Provider `json:"citizen_providers"`
}

// The bounds of an idle lock.
const (
	shortestIdle = 10 * time.Second
	longestIdle  = time.Hour
)

func (c signInConfig) check(f *findings, public string) {
	idle := c.IdleLock.time()
	f.add(idle < shortestIdle || idle > longestIdle, "sign_in.idle_lock: %v is not between %v and %v",
		idle, shortestIdle, longestIdle)
	f.add(len(c.Providers)+len(c.CitizenProviders) > 0 && public == "",
		"sign_in: providers need public_url: it is where they send people back to")
	for _, p := range slices.Concat(c.Providers, c.CitizenProviders) {
		err := p.Valid()
		f.add(err != nil, "%v", err)
	}
	c.checkApart(f)
}

// checkApart keeps the ways in of staff and of citizens apart.
func (c signInConfig) checkApart(f *findings) {
	for _, p := range c.Providers {
		f.add(p.IdentityClaim != "", "sign_in.identity_providers: issuer %s: identity_claim is for citizen_providers; "+
			"staff are known by their subjects", p.Issuer)
	}
	for _, p := range c.CitizenProviders {
		f.add(p.IdentityClaim == "", "sign_in.citizen_providers: issuer %s: identity_claim is missing: "+
			"the claim with the identity number, and verified_claim the one that says that it was verified", p.Issuer)
		shared := slices.ContainsFunc(c.Providers, func(o *access.Provider) bool {
			return o.Issuer == p.Issuer && o.Client == p.Client
		})
		f.add(shared, "sign_in.citizen_providers: issuer %s: client_id %q is that of staff: "+
			"let the provider give citizens a client of their own", p.Issuer, p.Client)
	}
}

// porter lets people in.
func (d *database) porter() access.Porter {
	return access.Porter{Pool: d.pool, Hasher: access.NewHasher(0)}
}

// errDemonstration says what to change where everybody knows the passwords.
var errDemonstration = errors.New("the database holds accounts of the demonstration, " +
	"whose passwords everybody knows: " +
	"give serve a database of its own (database, or DATABASE_URL), or open the demonstration with onewindow run")

// openAccounts refuses a demonstration's database, and gives an empty one its first
// administrator, whose one-time password is printed this once.
func (d *database) openAccounts(ctx context.Context, out io.Writer) error {
	known, err := access.Demonstration(ctx, d.pool)
	if err != nil {
		return fmt.Errorf("look for accounts of the demonstration: %w", err)
	}
	if known {
		return errDemonstration
	}
	password, err := d.porter().Begins(ctx, time.Now())
	if err != nil || password == "" {
		return err
	}
	_, err = fmt.Fprintf(out, "首个安全管理员 the first security administrator: %s\n"+
		"一次性口令，只显示这一次 one-time password, shown this once: %s\n", access.FirstAdministrator, password.Text())
	return err
}
