package vault

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// sealedColumn is a column of type vault_sealed, as SQL and as values name it.
type sealedColumn struct {
	table, column string // quoted
	name          Column
}

// sealedColumns finds all columns that hold sealed values, whichever room they
// belong to: the type says it.
func sealedColumns(ctx context.Context, pool *pgxpool.Pool) ([]sealedColumn, error) {
	rows, err := pool.Query(ctx, `
		SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE a.atttypid = 'vault_sealed'::regtype AND c.relkind = 'r' AND NOT a.attisdropped
			AND c.relname <> 'vault_key' ORDER BY 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("find the sealed columns: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c sealedColumn, err error) {
		var table, column string
		err = row.Scan(&table, &column)
		c.table, c.column = pgx.Identifier{table}.Sanitize(), pgx.Identifier{column}.Sanitize()
		c.name = Column(table + "." + column)
		return c, err
	})
}

const (
	blocksAtOnce = 64  // pages of a table that are looked at together
	valuesAtOnce = 200 // values that are sealed in one transaction
	bytesAtOnce  = 16 << 20
)

// reseal seals all that is sealed with older keys, pass by pass: rows that the
// program has locked are left to the next one.
func (r *Ring) reseal(ctx context.Context, pool *pgxpool.Pool) (values int64, err error) {
	columns, err := sealedColumns(ctx, pool)
	for i := 0; i < len(columns) && err == nil; {
		var n, left int64
		n, err = r.pass(ctx, pool, columns[i])
		values += n
		if err == nil {
			left, err = r.left(ctx, pool, columns[i])
		}
		switch {
		case err != nil:
			return values, fmt.Errorf("seal %s again: %w", columns[i].name, err)
		case left == 0:
			i++
		case n == 0:
			err = sleep(ctx, lookEach/10) // only rows that are locked just now
		}
	}
	return values, err
}

// left counts the values of a column that older keys seal.
func (r *Ring) left(ctx context.Context, pool *pgxpool.Pool, c sealedColumn) (n int64, err error) {
	err = pool.QueryRow(ctx, `SELECT count(*) FROM `+c.table+` WHERE vault_key_of(`+c.column+`) < $1`,
		int64(r.sealing())).Scan(&n)
	return n, err
}

// pass goes through a table once, in the order of its pages.
func (r *Ring) pass(ctx context.Context, pool *pgxpool.Pool, c sealedColumn) (values int64, err error) {
	var blocks, longest int64
	err = pool.QueryRow(ctx, `SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint,
		(SELECT coalesce(max(octet_length(`+c.column+`)), 0) FROM `+c.table+`)`, c.table).Scan(&blocks, &longest)
	most := max(1, min(valuesAtOnce, bytesAtOnce/max(longest, 1)))
	for from := int64(0); from <= blocks && err == nil; {
		var n int64
		err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			n, err = r.batch(ctx, tx, c, from, most)
			return err
		})
		values += n
		if n < most {
			from += blocksAtOnce
		}
	}
	return values, err
}

// batch seals at most so many values of a few pages. It waits for nobody, so that
// it can lock rows in any order.
func (r *Ring) batch(ctx context.Context, tx pgx.Tx, c sealedColumn, from, most int64) (int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT ctid::text, `+c.column+` FROM `+c.table+`
		WHERE ctid >= $1::text::tid AND ctid < $2::text::tid AND vault_key_of(`+c.column+`) < $3
		LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED`,
		fmt.Sprintf("(%d,0)", from), fmt.Sprintf("(%d,0)", from+blocksAtOnce), int64(r.sealing()), most)
	if err != nil {
		return 0, err
	}
	var places []string
	var sealed []Sealed
	var place string
	var plain []byte
	_, err = pgx.ForEachRow(rows, []any{&place, Open(c.name, &plain)}, func() error {
		places, sealed = append(places, place), append(sealed, Seal(c.name, plain))
		return nil
	})
	if err != nil || len(places) == 0 {
		return 0, err
	}
	tag, err := tx.Exec(ctx, `
		UPDATE `+c.table+` AS t SET `+c.column+` = v.sealed
		FROM unnest($1::text[]::tid[], $2::bytea[]) AS v (place, sealed) WHERE t.ctid = v.place`, places, sealed)
	return tag.RowsAffected(), err
}
