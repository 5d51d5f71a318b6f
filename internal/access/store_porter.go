package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/vault"
)

// ErrFresh says that an account has only a one-time password: its owner must
// choose another and enrol an authenticator, which the pages lead through.
var ErrFresh = errors.New("a password and an authenticator have to be set up first")

// attemptLength is how long somebody may take between password and session.
const attemptLength = 10 * time.Minute

// Porter lets people in: by password and code, or for whom a provider of
// identities speaks.
type Porter struct {
	Pool   *pgxpool.Pool
	Hasher *Hasher
	device string // of who comes; see On
}

// proof is what an account is opened with.
type proof struct {
	Person
	password string
	oneTime  bool
	seed     Seed
	last     int64
	barred   bool // disabled, or of a role that has no sessions
}

// proofOf reads what opens an account, the zero proof if there is no such account.
func proofOf(ctx context.Context, db Querier, id string) (p proof, err error) {
	err = db.QueryRow(ctx, `
		SELECT id, name, role, office, company, password, one_time, seed, last_step, disabled
		FROM access_person WHERE id = $1`, id).Scan(&p.ID, &p.Name, &p.Role, &p.Office, &p.Company,
		&p.password, &p.oneTime, vault.Open(personSeed, &p.seed), &p.last, &p.barred)
	if errors.Is(err, pgx.ErrNoRows) {
		return proof{}, nil
	}
	if err != nil {
		return proof{}, fmt.Errorf("read an account: %w", err)
	}
	p.barred = p.barred || !p.Role.Staff()
	return p, nil
}

// Begin takes id and password and returns a token for what comes next. Whether
// they were right is in the database and not in the answer: a wrong password, too,
// is asked for its code. Fresh says that password and authenticator have to be
// set up first; only who gave the one-time password learns that.
func (g Porter) Begin(ctx context.Context, id, password string, at time.Time) (token Secret, fresh bool, err error) {
	if !idShape.MatchString(id) {
		id = "" // nobody's, at the same price
	}
	count, err := g.counterOf(ctx, g.Pool, id, at)
	if err != nil {
		return "", false, err
	}
	p, passed, err := g.check(ctx, count, id, password, at)
	if err != nil {
		return "", false, err
	}
	fresh = passed && (p.oneTime || p.seed == "")
	token = NewSecret()
	_, err = g.Pool.Exec(ctx, `
		WITH old AS (DELETE FROM access_attempt WHERE expires_at <= $5)
		INSERT INTO access_attempt (token_hash, person, passed, fresh, expires_at) VALUES ($1, nullif($2, ''), $3, $4, $6)`,
		token.hash(), p.ID, passed, fresh, at, at.Add(attemptLength))
	if err != nil {
		return "", false, fmt.Errorf("begin to sign in: %w", err)
	}
	return token, fresh, nil
}

// check compares a password. The guess is counted before it is looked at.
func (g Porter) check(ctx context.Context, count counter, id, password string,
	at time.Time) (p proof, passed bool, err error) {
	if p, err = proofOf(ctx, g.Pool, id); err != nil {
		return p, false, err
	}
	left, err := count.take(ctx, g.Pool, at)
	if err != nil {
		return p, false, err
	}
	right, err := g.Hasher.Matches(ctx, password, p.password)
	switch {
	case err != nil:
		return p, false, err
	case !right || !left:
		return p, false, failed(ctx, g.Pool, p.ID)
	}
	return p, !p.barred, count.giveBack(ctx, g.Pool)
}

// attempt is what has been given so far.
type attempt struct {
	person string
	passed bool
	fresh  bool
	hash   string // of the password that was chosen
	seed   Seed   // that was drawn for the authenticator
}

// attemptOf locks an attempt; ErrNoSession if it is none or took too long.
func attemptOf(ctx context.Context, tx pgx.Tx, token string, at time.Time) (a attempt, err error) {
	given, drawn := ParseSecret(token)
	if !drawn {
		return a, ErrNoSession
	}
	err = tx.QueryRow(ctx, `
		SELECT coalesce(person, ''), passed, fresh, password, seed FROM access_attempt
		WHERE token_hash = $1 AND expires_at > $2 FOR UPDATE`, given.hash(), at).
		Scan(&a.person, &a.passed, &a.fresh, &a.hash, vault.Open(attemptSeed, &a.seed))
	if errors.Is(err, pgx.ErrNoRows) {
		return a, ErrNoSession
	}
	return a, err
}

// Finish takes the code and opens the session. It returns ErrUnknown if the
// password or the code was wrong, and ErrNoSession if it took too long.
func (g Porter) Finish(ctx context.Context, token, code string, at time.Time) (session Secret, p Person, err error) {
	var right bool
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		a, err := attemptOf(ctx, tx, token, at)
		if err != nil {
			return err
		}
		if !a.passed || a.fresh {
			return nil // and what went wrong has been counted
		}
		count, err := g.counterOf(ctx, tx, a.person, at)
		if err != nil {
			return err
		}
		if p, right, err = confirm(ctx, tx, count, a.person, code, at); err != nil || !right {
			return err
		}
		session, err = g.admit(ctx, tx, token, p, at)
		return err
	})
	if err == nil && !right {
		err = ErrUnknown
	}
	return session, p, err
}

// confirm takes a code of a person's authenticator, once. The guess is counted before
// it is looked at.
func confirm(ctx context.Context, tx pgx.Tx, count counter, id, code string, at time.Time) (Person, bool, error) {
	if _, err := tx.Exec(ctx, `SELECT id FROM access_person WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Person{}, false, err // two with one code take turns
	}
	p, err := proofOf(ctx, tx, id)
	if err != nil || p.barred {
		return Person{}, false, err
	}
	left, err := count.take(ctx, tx, at)
	if err != nil {
		return Person{}, false, err
	}
	step, right := p.seed.stepOf(code, at, p.last)
	if !right || !left {
		return Person{}, false, failed(ctx, tx, id)
	}
	if _, err = tx.Exec(ctx, `UPDATE access_person SET last_step = $2 WHERE id = $1`, id, step); err != nil {
		return Person{}, false, fmt.Errorf("note the code of %s: %w", id, err)
	}
	return p.Person, true, count.clear(ctx, tx)
}

// admit ends an attempt with a session.
func (g Porter) admit(ctx context.Context, tx pgx.Tx, token string, p Person, at time.Time) (Secret, error) {
	given, _ := ParseSecret(token)
	if _, err := tx.Exec(ctx, `DELETE FROM access_attempt WHERE token_hash = $1`, given.hash()); err != nil {
		return "", fmt.Errorf("end an attempt: %w", err)
	}
	return OpenSession(ctx, tx, p, at)
}

// SignIn takes everything at once, as programs give it. It returns ErrUnknown or
// ErrFresh.
func (g Porter) SignIn(ctx context.Context, id, password, code string, at time.Time) (Secret, Person, error) {
	token, fresh, err := g.Begin(ctx, id, password, at)
	if err != nil {
		return "", Person{}, err
	}
	if fresh {
		return "", Person{}, ErrFresh
	}
	session, p, err := g.Finish(ctx, token.Text(), code, at)
	if errors.Is(err, ErrUnknown) {
		_, forgotten := g.Pool.Exec(ctx, `DELETE FROM access_attempt WHERE token_hash = $1`, token.hash())
		err = errors.Join(err, forgotten)
	}
	return session, p, err
}

// Unlock opens a locked session to its owner's password. Guesses are counted with the
// session, so that strangers who guess at the account do not keep its owner out of it.
// It returns ErrUnknown, ErrNoSession or ErrElsewhere.
func (g Porter) Unlock(ctx context.Context, token, password string, at time.Time) error {
	s, err := BySession(ctx, g.Pool, token, at)
	if err != nil {
		return err
	}
	count := ofSession(token)
	_, passed, err := g.check(ctx, count, s.ID, password, at)
	if err != nil {
		return err
	}
	if !passed {
		return ErrUnknown
	}
	if err := count.clear(ctx, g.Pool); err != nil {
		return err
	}
	return Seen(ctx, g.Pool, token, at)
}

// Prove takes password and code once more in an open session, locked or not, for the
// one action that Spend then takes it for. It returns what Unlock does.
func (g Porter) Prove(ctx context.Context, token, password, code string, at time.Time) error {
	s, err := BySession(ctx, g.Pool, token, at)
	if err != nil {
		return err
	}
	count := ofSession(token)
	_, right, err := g.check(ctx, count, s.ID, password, at)
	if err != nil {
		return err
	}
	if !right {
		return ErrUnknown
	}
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		if _, right, err = confirm(ctx, tx, count, s.ID, code, at); err != nil || !right {
			return err
		}
		return proved(ctx, tx, token, at)
	})
	if err == nil && !right {
		err = ErrUnknown
	}
	return err
}
