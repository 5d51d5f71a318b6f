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

var idShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// Put engages a person, or gives one already there a new name, role and secret
// and ends their sessions. It returns ErrStaff for what cannot be one.
func Put(ctx context.Context, db Querier, s Staff, secret Secret) error {
	if _, drawn := ParseSecret(secret.Text()); !drawn || !idShape.MatchString(s.ID) || s.Name == "" || may[s.Role] == nil {
		return fmt.Errorf("put staff %q: %w", s.ID, ErrStaff)
	}
	_, err := db.Exec(ctx, `
		WITH gone AS (DELETE FROM access_session WHERE staff = $1)
		INSERT INTO access_staff (id, name, role, secret_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, secret_hash = excluded.secret_hash`,
		s.ID, s.Name, string(s.Role), secret.hash())
	if err != nil {
		return fmt.Errorf("put staff %q: %w", s.ID, err)
	}
	return nil
}

// Authenticate returns the person with the id if the secret is theirs, else
// ErrUnknown. An id that nobody has costs the same look-up and comparison.
func Authenticate(ctx context.Context, db Querier, id, secret string) (Staff, error) {
	s := Staff{ID: id}
	given, drawn := ParseSecret(secret)
	if !drawn || !idShape.MatchString(id) {
		return Staff{}, ErrUnknown
	}
	kept := make([]byte, len(given.hash()))
	err := db.QueryRow(ctx, `SELECT name, role, secret_hash FROM access_staff WHERE id = $1`, id).
		Scan(&s.Name, &s.Role, &kept)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Staff{}, fmt.Errorf("authenticate: %w", err)
	}
	if subtle.ConstantTimeCompare(kept, given.hash()) != 1 {
		return Staff{}, ErrUnknown
	}
	return s, nil
}

// OpenSession signs a person in at the instant at, for SessionLength. The token
// goes into their cookie; what has expired by then is swept away.
func OpenSession(ctx context.Context, db Querier, s Staff, at time.Time) (Secret, error) {
	token := NewSecret()
	_, err := db.Exec(ctx, `
		WITH expired AS (DELETE FROM access_session WHERE expires_at <= $3)
		INSERT INTO access_session (token_hash, staff, opened_at, expires_at) VALUES ($1, $2, $3, $4)`,
		token.hash(), s.ID, at, at.Add(SessionLength))
	if err != nil {
		return "", fmt.Errorf("open a session of %s: %w", s.ID, err)
	}
	return token, nil
}

// BySession returns whose session it is at the instant at, or ErrNoSession.
func BySession(ctx context.Context, db Querier, token string, at time.Time) (Staff, error) {
	given, drawn := ParseSecret(token)
	if !drawn {
		return Staff{}, ErrNoSession
	}
	var s Staff
	err := db.QueryRow(ctx, `
		SELECT s.id, s.name, s.role FROM access_session o JOIN access_staff s ON s.id = o.staff
		WHERE o.token_hash = $1 AND o.expires_at > $2`, given.hash(), at).Scan(&s.ID, &s.Name, &s.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return Staff{}, ErrNoSession
	}
	if err != nil {
		return Staff{}, fmt.Errorf("look for a session: %w", err)
	}
	return s, nil
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
