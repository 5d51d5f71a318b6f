package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is what became of a message. The zero State is none.
type State string

// The states. A dead message may wait again; the others stand.
const (
	Waiting State = "waiting" // for the carrier
	Sent    State = "sent"    // the carrier has taken it
	Expired State = "expired" // too late to be worth sending
	Dead    State = "dead"    // nobody took it: there is a letter about it
)

// Put writes messages into the outbox and returns their ids. Whoever puts them
// inserts their jobs in the same transaction. It returns ErrMessage, and has
// written nothing, if one cannot be a message.
func Put(ctx context.Context, tx pgx.Tx, messages ...Message) (ids []int64, err error) {
	n := len(messages)
	to, template, args := make([]string, n), make([]Template, n), make([]string, n)
	lang, about, late := make([]string, n), make([]*int64, n), make([]*time.Time, n)
	for i, m := range messages {
		if m, err = m.complete(); err != nil {
			return nil, err
		}
		text, err := json.Marshal(m.Args)
		if err != nil {
			return nil, fmt.Errorf("write the args of a message down: %w", err)
		}
		to[i], template[i], args[i], lang[i] = m.To, m.Template, string(text), m.Lang
		if m.Case != 0 {
			about[i] = &m.Case
		}
		if !m.NotAfter.IsZero() {
			late[i] = &m.NotAfter
		}
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO notice_message (recipient, template, args, lang, case_id, not_after)
		SELECT m.recipient, m.template, m.args, m.lang, m.case_id, m.not_after
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
			AS m (recipient, template, args, lang, case_id, not_after)
		RETURNING id`, to, template, args, lang, about, late)
	if err != nil {
		return nil, fmt.Errorf("put %d messages: %w", n, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// ErrNoMessage says that no message has the id.
var ErrNoMessage = errors.New("no message has this id")

// Of returns a message and where it stands. A waiting message whose time is over,
// by the database's clock, is Expired.
func Of(ctx context.Context, tx pgx.Tx, id int64) (m Message, s State, err error) {
	var text string
	var about *int64
	var late *time.Time
	err = tx.QueryRow(ctx, `
		SELECT recipient, template, args, lang, case_id, not_after,
			CASE WHEN state = 'waiting' AND not_after < now() THEN 'expired' ELSE state END
		FROM notice_message WHERE id = $1`, id).Scan(&m.To, &m.Template, &text, &m.Lang, &about, &late, &s)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, "", ErrNoMessage
	}
	if err != nil {
		return m, "", fmt.Errorf("read message %d: %w", id, err)
	}
	if about != nil {
		m.Case = *about
	}
	if late != nil {
		m.NotAfter = *late
	}
	if err := json.Unmarshal([]byte(text), &m.Args); err != nil {
		return m, "", fmt.Errorf("read the args of message %d: %w", id, err)
	}
	return m, s, nil
}

// End writes down what became of a waiting message. It reports false if the
// message waits no longer: another attempt was first.
func End(ctx context.Context, tx pgx.Tx, id int64, s State) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE notice_message SET state = $2, ended_at = now() WHERE id = $1 AND state = 'waiting'`,
		id, s)
	if err != nil {
		return false, fmt.Errorf("end message %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Revive lets a dead message wait again; the caller inserts its job. It reports
// false if the message is not dead.
func Revive(ctx context.Context, tx pgx.Tx, id int64) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE notice_message SET state = 'waiting', ended_at = NULL WHERE id = $1 AND state = 'dead'`,
		id)
	if err != nil {
		return false, fmt.Errorf("revive message %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Standing is a message without its words and its recipient.
type Standing struct {
	ID       int64
	Template Template
	State    State
	PutAt    time.Time
	EndedAt  *time.Time // nil while it waits
}

// About lists the messages about a case, in the order in which they were put.
func About(ctx context.Context, tx pgx.Tx, caseID int64) ([]Standing, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, template, state, put_at, ended_at FROM notice_message WHERE case_id = $1 ORDER BY id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list messages about case %d: %w", caseID, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Standing])
}
