package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/text"
)

// Subject is who a provider of identities says somebody is. Its ID is unique at
// the issuer and says nothing elsewhere.
type Subject struct{ Issuer, ID string }

// longestSubject bounds a subject, as OpenID Connect does, in bytes.
const longestSubject = 255

// valid says whether a provider can have a subject so.
func (s Subject) valid() bool {
	_, bad := text.Forbidden(s.ID)
	return !bad && s.Issuer != "" && s.ID != "" && len(s.ID) <= longestSubject
}

// bind says that a subject is a person with an account; it may have been another
// before. It returns ErrNobody.
func bind(ctx context.Context, tx pgx.Tx, s Subject, id string) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO access_subject (issuer, subject, person) SELECT $1, $2, id FROM access_person WHERE id = $3
		ON CONFLICT (issuer, subject) DO UPDATE SET person = excluded.person`, s.Issuer, s.ID, id)
	if err != nil {
		return fmt.Errorf("bind a subject to %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("bind a subject to %q: %w", id, ErrNobody)
	}
	return nil
}

// SubjectsOf lists the subjects that are a person.
func SubjectsOf(ctx context.Context, db Querier, id string) ([]Subject, error) {
	rows, err := db.Query(ctx, `
		SELECT issuer, subject FROM access_subject WHERE person = $1 ORDER BY issuer, subject`, id)
	if err != nil {
		return nil, fmt.Errorf("list the subjects of %s: %w", id, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Subject])
}

// BySubject opens a session for the person whom a provider vouches for. It returns
// ErrUnknown if the subject is nobody's, or their account is closed.
func (g Porter) BySubject(ctx context.Context, s Subject, at time.Time) (token Secret, p Person, err error) {
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		if p, err = subject(ctx, tx, s); err != nil {
			return err
		}
		token, err = OpenSession(ctx, tx, p, at)
		return err
	})
	return token, p, err
}

// ProveBySubject unlocks a session, and opens it for what needs a proof, for whom a
// provider has just authenticated anew. It returns ErrUnknown if that is another
// person than the session's.
func (g Porter) ProveBySubject(ctx context.Context, token string, s Subject, at time.Time) error {
	session, err := BySession(ctx, g.Pool, token, at)
	if err != nil {
		return err
	}
	p, err := subject(ctx, g.Pool, s)
	if err != nil {
		return err
	}
	if p.ID != session.ID {
		return ErrUnknown
	}
	return proved(ctx, g.Pool, token, at)
}

// subject returns the person whom a subject is.
func subject(ctx context.Context, db Querier, s Subject) (Person, error) {
	var id string
	err := db.QueryRow(ctx, `
		SELECT person FROM access_subject WHERE issuer = $1 AND subject = $2`, s.Issuer, s.ID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, ErrUnknown
	}
	if err != nil {
		return Person{}, fmt.Errorf("look for a subject: %w", err)
	}
	p, err := proofOf(ctx, db, id)
	if err == nil && p.barred {
		err = ErrUnknown
	}
	return p.Person, err
}
