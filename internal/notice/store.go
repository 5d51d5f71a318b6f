package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// The sealed columns.
const (
	recipientColumn vault.Column = "notice_message.recipient"
	argsColumn      vault.Column = "notice_message.args"
	phoneColumn     vault.Column = "notice_contact.phone"
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
	to, template, args := make([]vault.Sealed, n), make([]Template, n), make([]vault.Sealed, n)
	lang, about, late := make([]string, n), make([]*int64, n), make([]*time.Time, n)
	for i, m := range messages {
		if m, err = m.complete(); err != nil {
			return nil, err
		}
		text, err := json.Marshal(m.Args)
		if err != nil {
			return nil, fmt.Errorf("write the args of a message down: %w", err)
		}
		to[i], args[i] = vault.Seal(recipientColumn, m.To), vault.Seal(argsColumn, text)
		template[i], lang[i] = m.Template, m.Lang
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
		FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::text[], $5::bigint[], $6::timestamptz[])
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
	var text []byte
	var about *int64
	var late *time.Time
	err = tx.QueryRow(ctx, `
		SELECT recipient, template, args, lang, case_id, not_after,
			CASE WHEN state = 'waiting' AND not_after < now() THEN 'expired' ELSE state END
		FROM notice_message WHERE id = $1`, id).Scan(
		vault.Open(recipientColumn, &m.To), &m.Template, vault.Open(argsColumn, &text), &m.Lang, &about, &late, &s)
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
	if err := json.Unmarshal(text, &m.Args); err != nil {
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
	tag, err := tx.Exec(ctx, `
		UPDATE notice_message SET state = 'waiting', ended_at = NULL WHERE id = $1 AND state = 'dead'`, id)
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

// Contact is a telephone at which a person can be reached.
type Contact struct {
	Person string // number of the identity document
	Phone  string
}

// Know remembers contacts that a case has proved: its right was entered.
func Know(ctx context.Context, tx pgx.Tx, caseID int64, contacts ...Contact) error {
	for _, c := range contacts {
		if c.Phone == "" {
			continue
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO notice_contact (person, phone, phone_index, case_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person, phone_index) DO NOTHING`,
			vault.Index(vault.IDNumber, c.Person), vault.Seal(phoneColumn, c.Phone), vault.Index(vault.Phone, c.Phone), caseID)
		if err != nil {
			return fmt.Errorf("remember the contacts of case %d: %w", caseID, err)
		}
	}
	return nil
}

// PhonesOf returns the telephones at which the people with these identity numbers
// can be reached, each once.
func PhonesOf(ctx context.Context, tx pgx.Tx, people ...string) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT ON (phone_index) phone FROM notice_contact WHERE person = ANY ($1) ORDER BY phone_index, id LIMIT 50`,
		vault.Indexes(vault.IDNumber, people))
	if err != nil {
		return nil, fmt.Errorf("look for telephones: %w", err)
	}
	return Phones(rows)
}

// Phones reads rows of one column, the telephone of a contact.
func Phones(rows pgx.Rows) (phones []string, err error) {
	var phone string
	_, err = pgx.ForEachRow(rows, []any{vault.Open(phoneColumn, &phone)}, func() error {
		phones = append(phones, phone)
		return nil
	})
	return phones, err
}
