package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrWrongRing says that the database is sealed with keys that the ring lacks.
var ErrWrongRing = errors.New("this ring of keys does not belong to the database")

const (
	proofColumn  Column  = "vault_key.proof"
	proofPurpose Purpose = "proof"
	proofText            = "this ring holds the key"
)

// Match makes sure that the ring is the one with which the database of pool is
// sealed, and returns ErrWrongRing with what to change if it is not. An empty
// database takes the first ring that comes; new keys of the ring are made known.
func (r *Ring) Match(ctx context.Context, pool *pgxpool.Pool) error {
	keys := r.current(time.Now())
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		known, err := r.prove(ctx, tx, keys)
		if err != nil {
			return err
		}
		if len(known) == len(keys.keys) {
			return nil
		}
		for _, k := range keys.keys {
			if err := r.introduce(ctx, tx, k); err != nil {
				return err
			}
		}
		_, err = r.prove(ctx, tx, keys) // somebody with another ring may have been first
		return err
	})
}

// prove checks that the ring holds every key of the database and returns their ids.
func (r *Ring) prove(ctx context.Context, tx pgx.Tx, keys *keySet) (known []uint32, err error) {
	rows, err := tx.Query(ctx, `SELECT id, proof, index_proof FROM vault_key ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the keys of the database: %w", err)
	}
	var id uint32
	var proof, index []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &proof, &index}, func() error {
		known = append(known, id)
		k := keys.opener(id)
		if k.aead == nil {
			return r.wrong(fmt.Sprintf("key %d is not in it", id))
		}
		if _, err := k.aead.Open(nil, nil, proof[headSize:], bound(proofColumn)); err != nil {
			return r.wrong(fmt.Sprintf("its key %d is another one", id))
		}
		if !bytes.Equal(index, r.Index(proofPurpose, proofText)) {
			return r.wrong("its index key is another one")
		}
		return nil
	})
	return known, err
}

// wrong says what is wrong with the ring and what to do.
func (r *Ring) wrong(what string) error {
	return fmt.Errorf("%w: %s (ring %s). Name the ring of this database, or restore it from its backup; "+
		"see docs/VAULT.md", ErrWrongRing, what, r.name())
}

// name is where the ring lies.
func (r *Ring) name() string {
	if r.path == "" {
		return "in memory"
	}
	return r.path
}

// introduce makes a key known to the database.
func (r *Ring) introduce(ctx context.Context, tx pgx.Tx, k key) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO vault_key (id, proof, index_proof) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
		int64(k.id), k.seal(proofColumn, []byte(proofText)), Index(proofPurpose, proofText))
	if err != nil {
		return fmt.Errorf("make key %d known to the database: %w", k.id, err)
	}
	return nil
}
