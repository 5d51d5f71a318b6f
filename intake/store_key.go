package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Errors of a resend (draft-ietf-httpapi-idempotency-key-header-07).
var (
	// ErrKeyMissing says that a request that creates a case carries no key.
	ErrKeyMissing = errors.New("no idempotency key")
	// ErrInFlight says that the first request with this key has not ended yet.
	ErrInFlight = errors.New("first request with this idempotency key is in flight")
	// ErrKeyReused says that the key was used with another body.
	ErrKeyReused = errors.New("idempotency key was used for another application")
)

// Key makes a resent application harmless: the same client, key and body are
// answered with the first case.
type Key struct {
	Client string
	Value  string
	Body   []byte
}

// index stands for the body, which holds numbers that a bare digest would let
// somebody guess.
func (k Key) index() vault.Blind {
	sum := sha256.Sum256(k.Body)
	return vault.Index(vault.Body, string(sum[:]))
}

// Claim holds the key until the transaction ends and returns the id of the case
// that it opened before, or 0. It returns ErrInFlight while another transaction
// holds it and ErrKeyReused if it came with another body.
func Claim(ctx context.Context, tx pgx.Tx, key Key) (int64, error) {
	if key.Value == "" {
		return 0, ErrKeyMissing
	}
	var free bool
	var id int64
	var same bool
	batch := &pgx.Batch{}
	batch.Queue(`SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0))`, key.Client, key.Value).
		QueryRow(func(row pgx.Row) error { return row.Scan(&free) })
	batch.Queue(`SELECT case_id, body_index = $3 FROM intake_key WHERE client = $1 AND key = $2`,
		key.Client, key.Value, key.index()).
		Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&id, &same}, func() error { return nil })
			return err
		})
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("claim idempotency key: %w", err)
	}
	switch {
	case !free:
		return 0, ErrInFlight
	case id != 0 && !same:
		return 0, ErrKeyReused
	}
	return id, nil
}
