package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
)

// Mismatch is how a bill file and our books differ in one trade.
type Mismatch string

// The mismatches. What is missing here was asked for again before it is one.
const (
	MissingHere  Mismatch = "missing_here"
	MissingThere Mismatch = "missing_there"
	OtherAmount  Mismatch = "other_amount"
)

// A Finding is one trade in which a bill file and our books differ.
type Finding struct {
	Kind    Mismatch  `json:"kind"`
	Ref     string    `json:"ref"`
	OrderID string    `json:"order_id"`
	Refund  string    `json:"refund,omitempty"`
	Here    money.Fen `json:"here_fen"`
	There   money.Fen `json:"there_fen"`
	CaseID  int64     `json:"case_id,omitempty"` // 0 if no bill has the reference
}

// Reconciliation is the comparison of one day (日对账).
type Reconciliation struct {
	Day      time.Time
	Trades   int
	Findings []Finding
	At       time.Time
}

// entry is a trade as our books have it.
type entry struct {
	Trade
	caseID int64
}

// Compare holds the bill file of a day against our books, and stores what differs.
// From and to are the instants between which the day lies; what was booked within
// an hour of them may stand in the file of the neighbouring day, and what was booked
// after at, when the file was asked for, in none.
func Compare(ctx context.Context, tx pgx.Tx, day, from, to, at time.Time, file []Trade) (Reconciliation, error) {
	r := Reconciliation{Day: day, Trades: len(file), Findings: []Finding{}, At: at}
	refs, ids := make([]string, len(file)), make(map[string]Trade, len(file))
	for i, t := range file {
		refs[i], ids[t.OrderID+" "+t.Refund] = t.Ref, t
	}
	known, err := entriesOf(ctx, tx, `p.ref = ANY ($1)`, refs)
	if err != nil {
		return r, err
	}
	for _, t := range file {
		r.add(t, known[t.OrderID+" "+t.Refund])
	}
	const slack = time.Hour
	until := to.Add(-slack)
	if at.Before(until) {
		until = at
	}
	sure, err := entriesOf(ctx, tx, `at >= $1 AND at < $2`, from.Add(slack), until)
	if err != nil {
		return r, err
	}
	for key, e := range sure {
		if _, there := ids[key]; !there {
			r.Findings = append(r.Findings, Finding{Kind: MissingThere, Ref: e.Ref, OrderID: e.OrderID, Refund: e.Refund,
				Here: e.Amount, CaseID: e.caseID})
		}
	}
	return r, r.name(ctx, tx)
}

// add compares one line of the file.
func (r *Reconciliation) add(t Trade, e entry) {
	f := Finding{Kind: MissingHere, Ref: t.Ref, OrderID: t.OrderID, Refund: t.Refund, Here: e.Amount, There: t.Amount}
	if e.OrderID == t.OrderID {
		if e.Amount == t.Amount {
			return
		}
		f.Kind = OtherAmount
	}
	r.Findings = append(r.Findings, f)
}

// entriesOf returns payments and refunds that were done, by order and refund.
func entriesOf(ctx context.Context, tx pgx.Tx, where string, args ...any) (map[string]entry, error) {
	rows, err := tx.Query(ctx, `
		SELECT b.case_id, p.ref, p.order_id, p.amount_fen, p.refund FROM (
			SELECT ref, order_id, amount_fen, '' AS refund, paid_at AS at FROM tax_payment UNION ALL
			SELECT q.ref, r.order_id, r.amount_fen, r.ref, r.ended_at FROM tax_refund r
				JOIN tax_payment q USING (order_id) WHERE r.state = 'done') AS p
		JOIN tax_bill b ON b.ref = p.ref WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the books: %w", err)
	}
	books, e := map[string]entry{}, entry{}
	_, err = pgx.ForEachRow(rows, []any{&e.caseID, &e.Ref, &e.OrderID, &e.Amount, &e.Refund}, func() error {
		books[e.OrderID+" "+e.Refund] = e
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the books: %w", err)
	}
	return books, nil
}

// name finds the cases of findings, and stores the result of the day.
func (r *Reconciliation) name(ctx context.Context, tx pgx.Tx) error {
	for i, f := range r.Findings {
		b, err := ByRef(ctx, tx, f.Ref)
		if err != nil && !errors.Is(err, ErrUnknownBill) {
			return err
		}
		r.Findings[i].CaseID = b.CaseID
	}
	text, err := json.Marshal(r.Findings)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO tax_reconciliation (day, trades, findings, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (day) DO UPDATE SET trades = $2, findings = $3, at = $4`, r.Day, r.Trades, text, r.At)
	if err != nil {
		return fmt.Errorf("store the reconciliation of %s: %w", r.Day.Format(time.DateOnly), err)
	}
	return nil
}

// Reconciled returns the comparison of a day, and false if there was none.
func Reconciled(ctx context.Context, tx pgx.Tx, day time.Time) (r Reconciliation, done bool, err error) {
	var text []byte
	err = tx.QueryRow(ctx, `SELECT day, trades, findings, at FROM tax_reconciliation WHERE day = $1`, day).
		Scan(&r.Day, &r.Trades, &text, &r.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read the reconciliation of %s: %w", day.Format(time.DateOnly), err)
	}
	return r, true, json.Unmarshal(text, &r.Findings)
}

// Unsure returns bills that the gateway is to be asked about again: open ones that
// were asked for, or whose time is over, and those paid since an instant.
func Unsure(ctx context.Context, tx pgx.Tx, at, since time.Time, limit int) ([]Bill, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+columns+` FROM tax_bill b
		WHERE b.amount_fen > 0 AND (
			b.state = 'open' AND (b.page <> '' OR b.expires_at <= $1 OR b.opened_at < $1 - interval '1 minute')
			OR b.state = 'paid' AND b.paid_at >= $2)
		ORDER BY b.id DESC LIMIT $3`, at, since, limit)
	if err != nil {
		return nil, fmt.Errorf("look for unsure bills: %w", err)
	}
	return pgx.CollectRows(rows, billOf)
}

// Unfinished returns the cases that have orders to close or refunds to carry out.
func Unfinished(ctx context.Context, tx pgx.Tx, limit int) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT case_id FROM tax_bill b WHERE `+toClose+` UNION
		SELECT b.case_id FROM tax_refund r JOIN tax_payment p USING (order_id) JOIN tax_bill b ON b.ref = p.ref
			WHERE r.state IN ('due', 'asked') LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("look for unfinished money: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
