package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
)

// OpenSession signs a person in at the instant at, for SessionLength, and ends the
// one they had. The token goes into their cookie; what has expired by then is swept
// away, that of staff when nobody needs to remember it either. Signing in is no
// proof of what is done afterwards.
func OpenSession(ctx context.Context, tx pgx.Tx, p Person, at time.Time) (Secret, error) {
	token := NewSecret()
	for _, do := range []struct {
		sql  string
		args []any
	}{
		{`SELECT id FROM access_person WHERE id = $1 FOR UPDATE`, []any{p.ID}}, // two at once take turns
		{`UPDATE access_session SET elsewhere = true WHERE person = $1 AND NOT elsewhere`, []any{p.ID}},
		{`DELETE FROM access_session
			WHERE expires_at <= $1 AND (person IS NULL OR expires_at <= $2)`,
			[]any{at, at.Add(-Memory)}},
		{`INSERT INTO access_session (token_hash, person, opened_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)`,
			[]any{token.hash(), p.ID, at, at.Add(SessionLength)}},
	} {
		if _, err := tx.Exec(ctx, do.sql, do.args...); err != nil {
			return "", fmt.Errorf("open a session of %s: %w", p.ID, err)
		}
	}
	return token, audit.Write(ctx, tx, audit.Event{
		Kind: audit.Staff, Object: p.ID, Actor: p.ID, Role: string(p.Role), Action: audit.SignedIn,
	})
}

// BySession returns the session of a token at the instant at: ErrNoSession if it
// is none, ErrElsewhere if a newer one ended it. It may be locked. What the person
// may do is read anew each time.
func BySession(ctx context.Context, db Querier, token string, at time.Time) (Session, error) {
	given, drawn := ParseSecret(token)
	if !drawn {
		return Session{}, ErrNoSession
	}
	var s Session
	var elsewhere, disabled bool
	err := db.QueryRow(ctx, `
		SELECT coalesce(p.id, 'citizen'), coalesce(p.name, o.name), coalesce(p.role, 'citizen'), coalesce(p.office, ''),
			coalesce(p.company, ''), o.case_number, o.party, o.identity, o.opened_at, o.seen_at,
			coalesce(o.proved_at, 'epoch'), o.expires_at,
			o.elsewhere, coalesce(p.disabled, false)
		FROM access_session o LEFT JOIN access_person p ON p.id = o.person
		WHERE o.token_hash = $1 AND o.expires_at > $2`, given.hash(), at).Scan(
		&s.ID, &s.Name, &s.Role, &s.Office, &s.Company, &s.Case, &s.Party, (*[]byte)(&s.Identity), &s.OpenedAt,
		&s.SeenAt, &s.ProvedAt, &s.ExpiresAt, &elsewhere, &disabled)
	switch {
	case errors.Is(err, pgx.ErrNoRows) || err == nil && disabled:
		return Session{}, ErrNoSession
	case err != nil:
		return Session{}, fmt.Errorf("look for a session: %w", err)
	case elsewhere:
		return Session{}, ErrElsewhere
	}
	if s.Role == Citizen {
		s.ID = citizenID(s.Person)
	}
	return s, nil
}

// HolderOf returns the member of the staff whose session a token is, or was until
// Memory before at; ErrNoSession if it is or was nobody's. It lets nobody in: it
// tells whose is what was typed into a session that had ended.
func HolderOf(ctx context.Context, db Querier, token string, at time.Time) (id string, err error) {
	given, drawn := ParseSecret(token)
	if !drawn {
		return "", ErrNoSession
	}
	err = db.QueryRow(ctx, `
		SELECT person FROM access_session WHERE token_hash = $1 AND person IS NOT NULL AND expires_at > $2`,
		given.hash(), at.Add(-Memory)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoSession
	}
	return id, err
}

// Seen notes that somebody was at a session.
func Seen(ctx context.Context, db Querier, token string, at time.Time) error {
	return touch(ctx, db, `UPDATE access_session SET seen_at = greatest(seen_at, $2) WHERE token_hash = $1`, token, at)
}

// proved notes that password and code were given in a session.
func proved(ctx context.Context, db Querier, token string, at time.Time) error {
	return touch(ctx, db, `UPDATE access_session SET seen_at = $2, proved_at = $2 WHERE token_hash = $1`, token, at)
}

// Spend takes the proof that was given in a session, in the transaction of what it
// was given for: it authorises that, and nothing else. It returns ErrNotProved if
// there is none, because none was given or another action has taken it.
func Spend(ctx context.Context, db Querier, token string, at time.Time) error {
	given, _ := ParseSecret(token)
	tag, err := db.Exec(ctx, `
		UPDATE access_session SET proved_at = NULL WHERE token_hash = $1 AND proved_at > $2`,
		given.hash(), at.Add(-ProofLength))
	if err != nil {
		return fmt.Errorf("spend a proof: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNotProved
	}
	return nil
}

// LockSession locks a session at once, as if nobody had been at it.
func LockSession(ctx context.Context, db Querier, token string) error {
	return touch(ctx, db, `UPDATE access_session SET seen_at = $2 WHERE token_hash = $1 AND person IS NOT NULL`,
		token, time.Unix(0, 0))
}

// CloseSession signs out. A session that is not there is no error.
func CloseSession(ctx context.Context, db Querier, token string) error {
	given, drawn := ParseSecret(token)
	if !drawn {
		return nil
	}
	var staff string
	err := db.QueryRow(ctx, `DELETE FROM access_session WHERE token_hash = $1 RETURNING coalesce(person, '')`,
		given.hash()).Scan(&staff)
	switch {
	case errors.Is(err, pgx.ErrNoRows), err == nil && staff == "": // or a citizen's
		return nil
	case err != nil:
		return fmt.Errorf("close a session: %w", err)
	}
	return audit.Write(ctx, db, audit.Event{Kind: audit.Staff, Object: staff, Actor: staff, Action: audit.SignedOut})
}

func touch(ctx context.Context, db Querier, sql, token string, at time.Time) error {
	given, drawn := ParseSecret(token)
	if !drawn {
		return nil
	}
	if _, err := db.Exec(ctx, sql, given.hash(), at); err != nil {
		return fmt.Errorf("touch a session: %w", err)
	}
	return nil
}
