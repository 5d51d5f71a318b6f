package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/text"
	"onewindow/internal/vault"
)

// keySigning is the part of a company's key that signs. It is sealed and not
// hashed: whoever checks a signature needs it.
const keySigning vault.Column = "access_key.signing"

// KeyLength is how long a key lasts unless it is revoked: a year.
const KeyLength = 365 * 24 * time.Hour

// Key is a drawn secret of a program, as those see it who look after it.
type Key struct {
	ID        int64
	Label     string // what uses it
	DrawnAt   time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

// Valid says whether the key opens anything at an instant.
func (k Key) Valid(at time.Time) bool { return k.RevokedAt == nil && at.Before(k.ExpiresAt) }

// LongestLabel bounds the label of a key, in bytes.
const LongestLabel = 100

// checkLabel returns ErrLabel for what cannot be a label of a key.
func checkLabel(label string) error {
	if _, bad := text.Forbidden(label); bad || len(label) > LongestLabel {
		return ErrLabel
	}
	return nil
}

// AddKey gives an account one more key, from an instant on until another. The
// others stay valid: revoke them once the new one is in use. It returns ErrNobody or
// ErrLabel.
func AddKey(ctx context.Context, db Querier, id string, key Secret, label string, from, until time.Time) error {
	if _, drawn := ParseSecret(key.Text()); !drawn {
		return fmt.Errorf("add a key of %q: %w", id, ErrPerson)
	}
	if err := checkLabel(label); err != nil {
		return fmt.Errorf("add a key of %q: %w", id, err)
	}
	tag, err := db.Exec(ctx, `
		INSERT INTO access_key (person, label, hash, drawn_at, expires_at, signing)
		SELECT id, $2, $3, $4, $5, CASE WHEN role = 'company' THEN $6::bytea END FROM access_person WHERE id = $1`,
		id, label, key.hash(), from, until, vault.Seal(keySigning, key.Signing()))
	if err != nil {
		return fmt.Errorf("add a key of %q: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("add a key of %q: %w", id, ErrNobody)
	}
	return nil
}

// RevokeKey ends a key of an account from the next request on. It returns
// ErrNobody if the account has no such key that is not revoked yet.
func RevokeKey(ctx context.Context, db Querier, id string, key int64, at time.Time) error {
	tag, err := db.Exec(ctx, `
		UPDATE access_key SET revoked_at = $3 WHERE person = $1 AND id = $2 AND revoked_at IS NULL`, id, key, at)
	if err != nil {
		return fmt.Errorf("revoke a key of %q: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("revoke key %d of %q: %w", key, id, ErrNobody)
	}
	return nil
}

// KeysOf lists the keys of an account, the newest first.
func KeysOf(ctx context.Context, db Querier, id string) ([]Key, error) {
	rows, err := db.Query(ctx, `
		SELECT id, label, drawn_at, expires_at, revoked_at FROM access_key WHERE person = $1 ORDER BY id DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("list the keys of %q: %w", id, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
}

// SigningKeys returns with what the company that supplies a utility may sign at an
// instant: every key of its accounts that is neither revoked nor expired, the newest
// first. Those of other companies are not among them, nor those of closed accounts.
func SigningKeys(ctx context.Context, db Querier, utility string, at time.Time) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT k.signing FROM access_key k JOIN access_person p ON p.id = k.person
		WHERE p.role = 'company' AND p.company = $1 AND NOT p.disabled AND k.signing IS NOT NULL
			AND k.revoked_at IS NULL AND k.drawn_at <= $2 AND k.expires_at > $2 ORDER BY k.id DESC`, utility, at)
	if err != nil {
		return nil, fmt.Errorf("look for the keys of the %s company: %w", utility, err)
	}
	var keys []string
	var key string
	_, err = pgx.ForEachRow(rows, []any{vault.Open(keySigning, &key)}, func() error {
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// ByKey returns the person with the id if the key is one of theirs and valid at an
// instant, else ErrUnknown. An id that nobody has costs the same look-up.
func ByKey(ctx context.Context, db Querier, id, key string, at time.Time) (Person, error) {
	p := Person{ID: id}
	given, drawn := ParseSecret(key)
	if !drawn || !idShape.MatchString(id) {
		return Person{}, ErrUnknown
	}
	kept := make([]byte, len(given.hash()))
	err := db.QueryRow(ctx, `
		SELECT p.name, p.role, p.office, p.company, k.hash FROM access_key k JOIN access_person p ON p.id = k.person
		WHERE k.hash = $2 AND p.id = $1 AND NOT p.disabled AND k.revoked_at IS NULL AND k.expires_at > $3`,
		id, given.hash(), at).Scan(&p.Name, &p.Role, &p.Office, &p.Company, &kept)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Person{}, fmt.Errorf("look for a key: %w", err)
	}
	if subtle.ConstantTimeCompare(kept, given.hash()) != 1 {
		return Person{}, ErrUnknown
	}
	return p, nil
}

// endKeys revokes all keys of an account.
func endKeys(ctx context.Context, tx pgx.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE access_key SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL`, id, at)
	if err != nil {
		return fmt.Errorf("end the keys of %s: %w", id, err)
	}
	return nil
}
