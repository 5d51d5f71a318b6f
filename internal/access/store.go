package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Querier is a pool or a transaction: most of what is asked here is one look-up,
// for which a transaction would be two more round trips.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// SessionLength is how long a session lasts: a working day.
const SessionLength = 12 * time.Hour

var (
	idShape     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	officeShape = regexp.MustCompile(`^[0-9]{6}$`)
)

// valid says whether the person can have an account: a citizen cannot, and has
// no more than a session.
func (p Person) valid() bool {
	return idShape.MatchString(p.ID) && p.Name != "" && may[p.Role] != nil && p.Role != Citizen && p.Case == "" &&
		(p.Role.AboveOffices() && p.Office == "" || !p.Role.AboveOffices() && officeShape.MatchString(p.Office)) &&
		(p.Role == Company) == (p.Company != "")
}

// Put engages a person, or gives one already there a new name, role and secret
// and ends their sessions. It returns ErrPerson for what cannot be one.
func Put(ctx context.Context, db Querier, p Person, secret Secret) error {
	if _, drawn := ParseSecret(secret.Text()); !drawn || !p.valid() {
		return fmt.Errorf("put staff %q: %w", p.ID, ErrPerson)
	}
	_, err := db.Exec(ctx, `
		WITH gone AS (DELETE FROM access_session WHERE staff = $1)
		INSERT INTO access_staff (id, name, role, office, company, secret_hash) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, office = excluded.office,
			company = excluded.company, secret_hash = excluded.secret_hash`,
		p.ID, p.Name, string(p.Role), p.Office, p.Company, secret.hash())
	if err != nil {
		return fmt.Errorf("put staff %q: %w", p.ID, err)
	}
	return nil
}

// Authenticate returns the person with the id if the secret is theirs, else
// ErrUnknown. An id that nobody has costs the same look-up and comparison.
func Authenticate(ctx context.Context, db Querier, id, secret string) (Person, error) {
	p := Person{ID: id}
	given, drawn := ParseSecret(secret)
	if !drawn || !idShape.MatchString(id) {
		return Person{}, ErrUnknown
	}
	kept := make([]byte, len(given.hash()))
	err := db.QueryRow(ctx, `
		SELECT name, role, office, company, secret_hash FROM access_staff WHERE id = $1`, id).
		Scan(&p.Name, &p.Role, &p.Office, &p.Company, &kept)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Person{}, fmt.Errorf("authenticate: %w", err)
	}
	if subtle.ConstantTimeCompare(kept, given.hash()) != 1 {
		return Person{}, ErrUnknown
	}
	return p, nil
}

// OpenSession signs a person in at the instant at, for SessionLength. The token
// goes into their cookie; what has expired by then is swept away.
func OpenSession(ctx context.Context, db Querier, p Person, at time.Time) (Secret, error) {
	token := NewSecret()
	_, err := db.Exec(ctx, `
		WITH expired AS (DELETE FROM access_session WHERE expires_at <= $3)
		INSERT INTO access_session (token_hash, staff, opened_at, expires_at) VALUES ($1, $2, $3, $4)`,
		token.hash(), p.ID, at, at.Add(SessionLength))
	if err != nil {
		return "", fmt.Errorf("open a session of %s: %w", p.ID, err)
	}
	return token, nil
}

// BySession returns whose session it is at the instant at, or ErrNoSession.
func BySession(ctx context.Context, db Querier, token string, at time.Time) (Person, error) {
	given, drawn := ParseSecret(token)
	if !drawn {
		return Person{}, ErrNoSession
	}
	var p Person
	err := db.QueryRow(ctx, `
		SELECT s.id, s.name, s.role, s.office, s.company FROM access_session o JOIN access_staff s ON s.id = o.staff
		WHERE o.token_hash = $1 AND o.expires_at > $2`, given.hash(), at).
		Scan(&p.ID, &p.Name, &p.Role, &p.Office, &p.Company)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, ErrNoSession
	}
	if err != nil {
		return Person{}, fmt.Errorf("look for a session: %w", err)
	}
	return p, nil
}

// CloseSession signs out. A session that is not there is no error.
func CloseSession(ctx context.Context, db Querier, token string) error {
	given, drawn := ParseSecret(token)
	if !drawn {
		return nil
	}
	if _, err := db.Exec(ctx, `DELETE FROM access_session WHERE token_hash = $1`, given.hash()); err != nil {
		return fmt.Errorf("close a session: %w", err)
	}
	return nil
}
