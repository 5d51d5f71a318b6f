package access

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"onewindow/internal/audit"
)

// After graceFailures in a row a way in (an account for strangers, an account on a
// device that knows its person, an open session) is locked for firstLock, which doubles with
// every further one up to longestLock. Whoever is locked out is told what everybody
// is told who gives a wrong password.
const (
	graceFailures = 5
	firstLock     = 30 * time.Second
	longestLock   = 15 * time.Minute
)

// counter is where the guesses of one way in are counted: a row of a table.
type counter struct {
	table, key string
	of         any
}

// ofAccount counts the guesses of whoever names the account.
func ofAccount(id string) counter { return counter{"access_person", "id", id} }

// ofSession counts the guesses of who has an open session, which nobody else can spend.
func ofSession(token string) counter {
	given, _ := ParseSecret(token)
	return counter{"access_session", "token_hash", given.hash()}
}

// take takes one of the guesses that are left, as if it were wrong, before anybody
// looks at it: of guesses made at once, too, no more are looked at than are left. It
// returns false for who is locked out, and for nobody.
func (c counter) take(ctx context.Context, db Querier, at time.Time) (left bool, err error) {
	tag, err := db.Exec(ctx, `
		UPDATE `+c.table+` SET failures = failures + 1, locked_until = CASE WHEN failures + 1 < $3 THEN locked_until
			ELSE $2 + least($4 * power(2, least(failures + 1 - $3, 20)), $5) * interval '1 second' END
		WHERE `+c.key+` = $1 AND coalesce(locked_until <= $2, true)`,
		c.of, at, graceFailures, firstLock.Seconds(), longestLock.Seconds())
	if err != nil {
		return false, fmt.Errorf("count a guess: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// giveBack returns a guess that was right so far: what comes next is counted for
// itself.
func (c counter) giveBack(ctx context.Context, db Querier) error {
	return c.set(ctx, db, `greatest(failures - 1, 0)`)
}

// clear forgets the failures of who has proved themselves.
func (c counter) clear(ctx context.Context, db Querier) error { return c.set(ctx, db, `0`) }

func (c counter) set(ctx context.Context, db Querier, failures string) error {
	_, err := db.Exec(ctx, `UPDATE `+c.table+` SET failures = `+failures+`, locked_until = NULL
		WHERE `+c.key+` = $1`, c.of)
	if err != nil {
		return fmt.Errorf("give a guess back: %w", err)
	}
	return nil
}

// nobody is the object of the audit under which failures on accounts stand that
// there are not.
const nobody = "-"

// failed writes a wrong proof into the audit. Nobody's is written too: the time it
// takes must not tell which accounts there are.
func failed(ctx context.Context, db Querier, id string) error {
	return audit.Write(ctx, db, audit.Event{
		Kind: audit.Staff, Object: cmp.Or(id, nobody), Actor: audit.Public, Action: audit.SignInWrong,
	})
}
