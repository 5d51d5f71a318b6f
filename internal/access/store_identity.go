package access

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
	"onewindow/internal/vault"
)

// IdentityOf returns the blind index of an identity number, written as the standard
// writes it.
func IdentityOf(ctx context.Context, db Querier, number string) (who Identity, err error) {
	err = db.QueryRow(ctx, `SELECT $1::bytea`, vault.Index(vault.IDNumber, number)).Scan((*[]byte)(&who))
	if err != nil {
		return nil, fmt.Errorf("index an identity: %w", err)
	}
	return who, nil
}

// ByIdentity opens a session for a citizen whom a provider vouches for, as the party
// to a case that s says they are.
func (g Porter) ByIdentity(ctx context.Context, s Session) (token Secret, err error) {
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		token, err = openCitizen(ctx, tx, s)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("sign in by identity: %w", err)
	}
	return token, nil
}

// openCitizen opens a session of a party to a case.
func openCitizen(ctx context.Context, tx pgx.Tx, s Session) (Secret, error) {
	token := NewSecret()
	_, err := tx.Exec(ctx, `
		INSERT INTO access_session (token_hash, case_number, party, name, identity, opened_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5::bytea, $6, $6, $7)`,
		token.hash(), s.Case, s.Party, s.Name, []byte(s.Identity), s.OpenedAt, s.OpenedAt.Add(CitizenLength))
	if err != nil {
		return "", err
	}
	return token, audit.Write(ctx, tx, audit.Event{
		Kind: audit.Case, Object: s.Case, Actor: citizenID(s.Person), Role: string(Citizen), Action: audit.SignedIn,
	})
}

// citizenID names a citizen: two parties of one case are two people.
func citizenID(p Person) string { return "citizen:" + p.Case + ":" + p.Party }

// TurnTo lets a citizen whom a provider vouched for go on with another case of
// theirs. It returns ErrNoSession for the session of anybody else.
func TurnTo(ctx context.Context, db Querier, token string, p Person, at time.Time) error {
	given, drawn := ParseSecret(token)
	if !drawn {
		return ErrNoSession
	}
	tag, err := db.Exec(ctx, `
		UPDATE access_session SET case_number = $2, party = $3, name = $4
		WHERE token_hash = $1 AND identity IS NOT NULL AND expires_at > $5`, given.hash(), p.Case, p.Party, p.Name, at)
	if err != nil {
		return fmt.Errorf("turn to another case: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoSession
	}
	return nil
}
