package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onewindow/internal/access"
)

// signInConfig says how staff come in.
type signInConfig struct {
	// IdleLock is after which time without anybody a session is locked. Default: 5m.
	IdleLock span `json:"idle_lock"`
	// Providers vouch for staff (OpenID Connect); which of their subjects is which
	// account, a security administrator says. Default: none.
	Providers []*access.Provider `json:"identity_providers"`
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
	f.add(len(c.Providers) > 0 && public == "",
		"sign_in.identity_providers needs public_url: it is where the providers send people back to")
	for _, p := range c.Providers {
		err := p.Valid()
		f.add(err != nil, "%v", err)
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
	password, err := d.porter().Begins(ctx)
	if err != nil || password == "" {
		return err
	}
	_, err = fmt.Fprintf(out, "首个安全管理员 the first security administrator: %s\n"+
		"一次性口令，只显示这一次 one-time password, shown this once: %s\n", access.FirstAdministrator, password.Text())
	return err
}
