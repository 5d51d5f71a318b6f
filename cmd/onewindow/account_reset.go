package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
)

// accountResetCommand recovers an account where no two security administrators can. It
// needs what only the machine's owner has: the ring, and the owner of the tables.
type accountResetCommand struct {
	sealed `embed:""`
	ID     string `arg:"" help:"The account."`
}

// operator is the actor of what is done on the command line.
const operator = "operator"

// Run draws a one-time password, prints it once, writes it into the audit, and tells
// the account's owner.
func (c accountResetCommand) Run(ctx context.Context, s streams) error {
	_, pool, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	porter := access.Porter{Pool: pool, Hasher: access.NewHasher(0)}
	var password access.Secret
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
		password, err = porter.AtMachine(ctx, tx, access.Change{Account: c.ID, Kind: access.Reset}, time.Now())
		if err != nil {
			return err
		}
		err = audit.Write(ctx, tx, audit.Event{Kind: audit.Staff, Object: c.ID, Actor: operator, Action: audit.StaffMoved,
			Result: string(access.Reset)})
		if err != nil {
			return err
		}
		_, err = notice.Put(ctx, tx, notice.Message{To: notice.StaffPrefix + c.ID, Template: notice.AccountChanged,
			Args: map[string]string{"account": c.ID}}) // the sweeper of serve and work finds it
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "账户 account: %s\n一次性口令，只显示这一次 one-time password, shown this once: %s\n",
		c.ID, password.Text())
	return err
}
