package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Execer is a transaction, for events that commit with what they tell, or a pool,
// for things that were only seen.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Write appends events, each to the chain of its object, which it then holds until
// the transaction ends. What an event leaves out is taken from the context's Origin.
func Write(ctx context.Context, to Execer, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := slices.Clone(events)
	slices.SortStableFunc(rows, func(a, b Event) int { // whoever holds two chains takes them in the same order
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Object, b.Object))
	})
	columns := make([][]string, 9)
	for _, e := range rows {
		e = e.By(OriginOf(ctx))
		for i, v := range []string{
			e.Kind, e.Object, e.Actor, e.Role, string(e.Action), e.Reason, e.From, e.Result, e.Request,
		} {
			columns[i] = append(columns[i], v)
		}
	}
	args := make([]any, len(columns))
	for i := range columns {
		args[i] = columns[i]
	}
	_, err := to.Exec(ctx, `
		INSERT INTO audit_event (kind, object, actor, role, action, reason, origin, result, request)
		SELECT e.kind, e.object, e.actor, e.role, e.action, e.reason, e.origin, e.result, e.request
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
			$9::text[]) AS e (kind, object, actor, role, action, reason, origin, result, request)`, args...)
	if err != nil {
		return fmt.Errorf("write %d events: %w", len(events), err)
	}
	return nil
}

const columns = `id, kind, object, ordinal, at, actor, role, action, reason, origin, result, request, previous, hash`

func (l *Line) targets() []any {
	return []any{
		&l.ID, &l.Kind, &l.Object, &l.Ordinal, &l.At, &l.Actor, &l.Role, &l.Action, &l.Reason, &l.From, &l.Result,
		&l.Request, &l.Previous, &l.Hash,
	}
}

// Of returns the chain of an object, the oldest line first, at most limit lines
// after the given ordinal; 0 begins at the first.
func Of(ctx context.Context, tx pgx.Tx, kind, object string, after int64, limit int) (lines []Line, err error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM audit_event
		WHERE kind = $1 AND object = $2 AND ordinal > $3 ORDER BY ordinal LIMIT $4`, kind, object, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit of %s %s: %w", kind, object, err)
	}
	var l Line
	_, err = pgx.ForEachRow(rows, l.targets(), func() error {
		lines = append(lines, l)
		l.Previous, l.Hash = nil, nil // the next row's are its own
		return nil
	})
	return lines, err
}

// Lately says whether an action was written about an object within so many seconds.
func Lately(ctx context.Context, tx pgx.Tx, kind, object string, a Action, seconds float64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM audit_event WHERE kind = $1 AND object = $2 AND action = $3
		AND at > now() - make_interval(secs => $4))`, kind, object, a, seconds).Scan(&yes)
	return yes, err
}
