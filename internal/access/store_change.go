package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// changeHalf is what the one who asked for a one-time password was shown of it.
const changeHalf vault.Column = "access_change.half"

// Beginner is a pool, or a transaction in which another begins.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// standing are the changes c that wait at $1: in time, and asked for by p, who may still
// ask for any.
const standing = `c.state = 'asked' AND c.expires_at > $1
	AND EXISTS (SELECT FROM access_person p WHERE p.id = c.asked_by AND p.role = 'security_admin' AND NOT p.disabled)`

// Ask lets a change wait for a second person. Of a one-time password it returns the
// first half, which is shown to who asks, once. It returns ErrNobody, ErrPerson,
// ErrLabel, ErrSameAdministrator for one's own account, or ErrChangeWaits.
func (g Porter) Ask(ctx context.Context, tx pgx.Tx, c Change, at time.Time) (Change, Secret, error) {
	a, err := AccountOf(ctx, tx, c.Account, at)
	if err == nil {
		err = c.check(a.Person)
	}
	if err == nil && c.AskedBy == c.Account {
		err = ErrSameAdministrator
	}
	if err != nil {
		return c, "", fmt.Errorf("ask for a change of %q: %w", c.Account, err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE access_change c SET state = 'expired', ended_at = $1, half = NULL
		WHERE person = $2 AND state = 'asked' AND NOT (`+standing+`)`, at, c.Account); err != nil {
		return c, "", fmt.Errorf("end what took too long: %w", err)
	}
	c.AskedAt, c.ExpiresAt = at, at.Add(ChangeLength)
	share := half()
	err = tx.QueryRow(ctx, `
		INSERT INTO access_change (person, kind, wanted, half, asked_by, asked_at, expires_at)
		VALUES ($1, $2, $3, CASE WHEN $2 = 'password' THEN $4::bytea END, $5, $6, $7)
		ON CONFLICT (person) WHERE state = 'asked' DO NOTHING RETURNING id`,
		c.Account, string(c.Kind), c.Wanted, vault.Seal(changeHalf, share), c.AskedBy, c.AskedAt, c.ExpiresAt).Scan(&c.ID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return c, "", fmt.Errorf("ask for a change of %s: %w", c.Account, ErrChangeWaits)
	case err != nil:
		return c, "", fmt.Errorf("ask for a change of %s: %w", c.Account, err)
	case c.Kind != Reset:
		share = ""
	}
	return c, Secret(share), nil
}

// Waiting lists the changes that wait for a second person at an instant, the oldest
// first: of one account, or of all if id is "".
func Waiting(ctx context.Context, db Querier, id string, at time.Time) ([]Change, error) {
	rows, err := db.Query(ctx, `
		SELECT id, person, kind, wanted, asked_by, asked_at, expires_at FROM access_change c
		WHERE `+standing+` AND ($2 = '' OR person = $2) ORDER BY id`, at, id)
	if err != nil {
		return nil, fmt.Errorf("list the changes that wait: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
}

// waiting locks a change that waits, with the half of its password; ErrNoChange if it
// does not.
func waiting(ctx context.Context, tx pgx.Tx, id int64, at time.Time) (c Change, share string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id, person, kind, wanted, asked_by, asked_at, expires_at, half FROM access_change c
		WHERE `+standing+` AND id = $2 FOR UPDATE`, at, id).Scan(&c.ID, &c.Account, &c.Kind, &c.Wanted, &c.AskedBy,
		&c.AskedAt, &c.ExpiresAt, vault.Open(changeHalf, &share))
	if errors.Is(err, pgx.ErrNoRows) {
		return c, "", ErrNoChange
	}
	if err != nil {
		return c, "", fmt.Errorf("read change %d: %w", id, err)
	}
	return c, share, nil
}

// Confirm does what was asked for, as the second person, whose proof the caller takes
// in the same transaction. Given is shown to them once: the second half of a one-time
// password, or a key; "" of the rest. It returns ErrNoChange, ErrSameAdministrator, or
// what stands against the change by now, such as ErrLast.
func (g Porter) Confirm(ctx context.Context, tx pgx.Tx, id int64, by string, at time.Time) (c Change,
	given Secret, err error) {
	c, share, err := waiting(ctx, tx, id, at)
	if err != nil {
		return c, "", err
	}
	if !c.MayConfirm(by) {
		return c, "", ErrSameAdministrator
	}
	_, err = tx.Exec(ctx, `
		UPDATE access_change SET state = 'confirmed', ended_by = $2, ended_at = $3, half = NULL,
			confirmed_in = pg_current_xact_id() WHERE id = $1`, id, by, at)
	if err != nil {
		return c, "", fmt.Errorf("confirm change %d: %w", id, err)
	}
	switch c.Kind {
	case Reset:
		given = Secret(half())
	case NewKey:
		given = NewSecret()
	}
	return c, given, g.carryOut(ctx, tx, c, Secret(share)+given, at)
}

// Decline ends a change that waits without doing it: who asked takes it back, or
// somebody else says no. It returns ErrNoChange or ErrSameAdministrator.
func Decline(ctx context.Context, tx pgx.Tx, id int64, by string, at time.Time) (Change, error) {
	c, _, err := waiting(ctx, tx, id, at)
	if err != nil {
		return c, err
	}
	if by == c.Account {
		return c, ErrSameAdministrator
	}
	_, err = tx.Exec(ctx, `
		UPDATE access_change SET state = 'declined', ended_by = $2, ended_at = $3, half = NULL WHERE id = $1`, id, by, at)
	if err != nil {
		return c, fmt.Errorf("decline change %d: %w", id, err)
	}
	return c, nil
}

// AtMachine does a change at once, for whoever owns the machine and the database and
// needs nobody's leave. It returns the one-time password or the key that it drew.
func (g Porter) AtMachine(ctx context.Context, db Beginner, c Change, at time.Time) (given Secret, err error) {
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		a, err := AccountOf(ctx, tx, c.Account, at)
		if err != nil {
			return err
		}
		if err := c.check(a.Person); err != nil {
			return fmt.Errorf("change %q: %w", c.Account, err)
		}
		if err := confirmAtMachine(ctx, tx, c); err != nil {
			return err
		}
		if c.Kind == Reset || c.Kind == NewKey {
			given = NewSecret()
		}
		return g.carryOut(ctx, tx, c, given, at)
	})
	return given, err
}

func confirmAtMachine(ctx context.Context, tx pgx.Tx, c Change) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO access_change (person, kind, wanted, at_machine, asked_at, expires_at, state, ended_at, confirmed_in)
		VALUES ($1, $2, $3, true, now(), now(), 'confirmed', now(), pg_current_xact_id())`,
		c.Account, string(c.Kind), c.Wanted)
	if err != nil {
		return fmt.Errorf("change %s at the machine: %w", c.Account, err)
	}
	return nil
}

// carryOut does a change that is confirmed; secret is what it gives, whole.
func (g Porter) carryOut(ctx context.Context, tx pgx.Tx, c Change, secret Secret, at time.Time) error {
	switch c.Kind {
	case Reset:
		return g.giveOneTime(ctx, tx, c.Account, secret)
	case Move:
		if c.Wanted.Role == SecurityAdmin { // a key would make two people one
			if err := endKeys(ctx, tx, c.Account, at); err != nil {
				return err
			}
		}
		return change(ctx, tx, c.Moved())
	case Reopen:
		return enable(ctx, tx, c.Account)
	case NewKey:
		return AddKey(ctx, tx, c.Account, secret, c.Wanted.Label, at, at.Add(KeyLength))
	case NewSubject:
		return bind(ctx, tx, Subject{c.Wanted.Issuer, c.Wanted.Subject}, c.Account)
	}
	return ErrPerson
}
