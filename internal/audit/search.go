package audit

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kinds are the kinds of objects that have chains.
func Kinds() []string { return []string{Case, Unit, Staff, Certificate, Letter} }

// Actions are all actions, in the order in which people look for them.
func Actions() []Action {
	return []Action{Accepted, Decided, HandedOver, Seen, Listed, Revealed, Downloaded, MaterialAdded, MaterialSeen,
		Verified, Queried, Told, Paid, RefundAsked, Refunded, VoucherNoted, Entered, Issued, Answered, SignedIn,
		SignInWrong, SignedOut, StaffMade, StaffMoved, ChangeAsked, ChangeDeclined,
		KeyDrawn, KeyEnded, AuditRead, Resent, LetterEnded,
		TaxCorrected, TaxOverridden, TaxAccepted, TaxDeclined, TaxAsked,
		TaxReopened, TaxDeclared, TaxDisputed, Booked, Cancelled}
}

// Query says which lines are looked for; what is left out does not matter.
type Query struct {
	Kind, Object string
	Actor        string
	Action       Action
	Since, Until time.Time // from this instant on, and before that one
	Before       int64     // lines older than the one with this ID
}

// where is the condition of a query and its arguments.
func (q Query) where() (string, []any) {
	all, args := []string{"true"}, []any{}
	say := func(condition string, arg any) {
		args = append(args, arg)
		all = append(all, fmt.Sprintf(condition, len(args)))
	}
	switch {
	case q.Kind != "":
		say("kind = $%d", q.Kind)
	case q.Object != "":
		say("kind = ANY ($%d)", Kinds()) // the key of the table begins with it
	}
	if q.Object != "" {
		say("object = $%d", q.Object)
	}
	if q.Actor != "" {
		say("actor = $%d", q.Actor)
	}
	if q.Action != "" {
		say("action = $%d", string(q.Action))
	}
	if !q.Since.IsZero() {
		say("at >= $%d", q.Since)
	}
	if !q.Until.IsZero() {
		say("at < $%d", q.Until)
	}
	if q.Before != 0 {
		say("id < $%d", q.Before)
	}
	return strings.Join(all, " AND "), args
}

// Search returns lines of all chains, the newest first, at most limit.
func Search(ctx context.Context, tx pgx.Tx, q Query, limit int) (lines []Line, err error) {
	where, args := q.where()
	args = append(args, limit)
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM audit_event WHERE %s ORDER BY id DESC LIMIT $%d`,
		columns, where, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("search the audit: %w", err)
	}
	var l Line
	_, err = pgx.ForEachRow(rows, l.targets(), func() error {
		lines = append(lines, l)
		l.Previous, l.Hash = nil, nil // the next row's are its own
		return nil
	})
	return lines, err
}

// Whole says whether the line says what was written: its hash is that of its words.
// Whether lines before it were taken away only its chain tells.
func (l *Line) Whole() bool { return bytes.Equal(l.Hash, hashOf(l.Previous, l.Ordinal, l)) }
