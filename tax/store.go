package tax

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// factsColumn is sealed: a digest of numbers of a known form lets them be guessed.
const factsColumn vault.Column = "tax_assessment.facts"

// Record stores the assessment of a case with its facts and the adoptions it
// rests on. It is idempotent; facts other than those recorded are ErrOtherFacts,
// and an assessment that Assess would not give again is ErrNotRepeatable (I13).
func Record(ctx context.Context, tx pgx.Tx, caseID int64, f Facts, a Assessment) error {
	row, err := rowOf(f, a)
	if err != nil {
		return fmt.Errorf("record assessment of case %d: %w", caseID, err)
	}
	tag, err := tx.Exec(ctx, `
		WITH head AS (
			INSERT INTO tax_assessment (case_id, rule_set, facts, facts_index, adopted, manual, without)
			VALUES ($1, $2, $3, $8, $4, $5, $6) ON CONFLICT (case_id) DO NOTHING RETURNING case_id)
		INSERT INTO tax_line (case_id, ordinal, tax, payer, person, base_fen, rate_bp, due_fen, relief_fen,
			payable_fen, reason, rule, settled, lacks)
		SELECT case_id, l.ordinal, l.tax, l.payer, l.person, l.base_fen, l.rate_bp, l.due_fen, l.relief_fen,
			l.payable_fen, coalesce(l.reason, ''), l.rule, l.settled, l.lacks
		FROM head, ROWS FROM (jsonb_to_recordset($7::jsonb) AS (
			tax text, payer text, person int, base_fen bigint, rate_bp bigint, due_fen bigint, relief_fen bigint,
			payable_fen bigint, reason text, rule text, settled jsonb, lacks jsonb)) WITH ORDINALITY
		AS l (tax, payer, person, base_fen, rate_bp, due_fen, relief_fen, payable_fen, reason, rule, settled, lacks,
			ordinal)`,
		caseID, a.RuleSet, vault.Seal(factsColumn, row.facts), row.adopted, row.manual, row.without, row.lines,
		vault.Index(vault.Facts, string(row.facts)))
	if err != nil {
		return fmt.Errorf("record assessment of case %d: %w", caseID, err)
	}
	if tag.RowsAffected() > 0 {
		return nil
	}
	return sameFacts(ctx, tx, caseID, row)
}

// sameFacts returns nil when the case is assessed on these facts.
func sameFacts(ctx context.Context, tx pgx.Tx, caseID int64, row stored) error {
	var recorded []byte
	err := tx.QueryRow(ctx, `SELECT facts FROM tax_assessment WHERE case_id = $1`, caseID).
		Scan(vault.Open(factsColumn, &recorded))
	if err != nil {
		return fmt.Errorf("compare facts of case %d: %w", caseID, err)
	}
	if !bytes.Equal(recorded, row.facts) {
		return fmt.Errorf("case %d: %w", caseID, ErrOtherFacts)
	}
	return nil
}

// Of returns the facts and the assessment of a case, an officer's confirmation
// included, or ErrNotAssessed.
func Of(ctx context.Context, tx pgx.Tx, caseID int64) (Facts, Assessment, error) {
	var row stored
	var officer, reason *string
	var at *time.Time
	var a Assessment
	err := tx.QueryRow(ctx, `
		SELECT a.rule_set, a.facts, a.adopted, a.manual, a.without, c.officer, c.reason, c.confirmed_at,
			(SELECT coalesce(jsonb_agg(to_jsonb(l) - 'case_id' ORDER BY l.ordinal), '[]')
				FROM tax_line l WHERE l.case_id = $1)
		FROM tax_assessment a LEFT JOIN tax_confirmation c USING (case_id)
		WHERE a.case_id = $1`, caseID).
		Scan(&a.RuleSet, vault.Open(factsColumn, &row.facts), &row.adopted, &row.manual, &row.without,
			&officer, &reason, &at, &row.lines)
	if errors.Is(err, pgx.ErrNoRows) {
		return Facts{}, Assessment{}, fmt.Errorf("case %d: %w", caseID, ErrNotAssessed)
	}
	if err != nil {
		return Facts{}, Assessment{}, fmt.Errorf("read assessment of case %d: %w", caseID, err)
	}
	f, err := row.read(&a)
	if err != nil {
		return Facts{}, Assessment{}, fmt.Errorf("read assessment of case %d: %w", caseID, err)
	}
	if officer != nil {
		a.confirm(Confirmation{Officer: *officer, Reason: *reason, At: at.UTC()})
	}
	return f, a, nil
}

// Confirm settles a manual assessment with its proposed figures on the word of
// a tax officer. It returns ErrDecided when nobody is waited for and
// ErrNoFigures when a tax has no figure: then the officer assesses elsewhere.
func Confirm(ctx context.Context, tx pgx.Tx, caseID int64, officer, reason string, at time.Time) error {
	_, a, err := Of(ctx, tx, caseID)
	switch {
	case err != nil:
		return fmt.Errorf("confirm: %w", err)
	case a.Decided():
		return fmt.Errorf("confirm case %d: %w", caseID, ErrDecided)
	case len(a.Lines) == 0 || len(a.Without) > 0:
		return fmt.Errorf("confirm case %d: %w", caseID, ErrNoFigures)
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO tax_confirmation (case_id, officer, reason, confirmed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_id) DO NOTHING`, caseID, officer, reason, at)
	if err != nil {
		return fmt.Errorf("confirm case %d: %w", caseID, err)
	}
	if tag.RowsAffected() == 0 { // another officer was quicker
		return fmt.Errorf("confirm case %d: %w", caseID, ErrDecided)
	}
	return nil
}

// confirm notes the officer's word on a and on every line.
func (a *Assessment) confirm(c Confirmation) {
	a.Confirmed = &c
	for i := range a.Lines {
		a.Lines[i].Settled = append(a.Lines[i].Settled, Settlement{
			Standing: Officer, Document: c.Reason, By: c.Officer, On: c.At,
		})
	}
}

// stored is an assessment as the table holds it.
type stored struct{ facts, adopted, manual, without, lines []byte }

// rowOf writes an assessment down, once it has been repeated.
func rowOf(f Facts, a Assessment) (stored, error) {
	again, err := json.Marshal(Assess(f, a.Adopted))
	if err != nil {
		return stored{}, err
	}
	given, err := json.Marshal(a)
	if err != nil {
		return stored{}, err
	}
	if string(given) != string(again) {
		return stored{}, ErrNotRepeatable
	}
	var row stored
	for _, part := range []struct {
		into *[]byte
		from any
	}{
		{&row.facts, f}, {&row.adopted, list(a.Adopted)}, {&row.manual, list(a.Manual)},
		{&row.without, list(a.Without)}, {&row.lines, list(a.Lines)},
	} {
		if *part.into, err = json.Marshal(part.from); err != nil {
			return stored{}, err
		}
	}
	return row, nil
}

// list returns l, or an empty list for none: the column is never JSON null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// read fills a and returns the facts.
func (s stored) read(a *Assessment) (Facts, error) {
	var f Facts
	for _, part := range []struct {
		from []byte
		into any
	}{{s.facts, &f}, {s.adopted, &a.Adopted}, {s.manual, &a.Manual}, {s.without, &a.Without}, {s.lines, &a.Lines}} {
		if err := json.Unmarshal(part.from, part.into); err != nil {
			return Facts{}, err
		}
	}
	a.Adopted, a.Manual, a.Without, a.Lines = none(a.Adopted), none(a.Manual), none(a.Without), none(a.Lines)
	return f, nil
}

// none returns l, or nil for an empty list, as Assess leaves it.
func none[T any](l []T) []T {
	if len(l) == 0 {
		return nil
	}
	return l
}
