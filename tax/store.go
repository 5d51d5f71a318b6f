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

// The sealed columns of assessments: a digest of numbers of a known form lets them
// be guessed. Revisions are written by package officer.
const (
	factsColumn       vault.Column = "tax_assessment.facts"
	RevisedFacts      vault.Column = "tax_revision.facts"
	RevisedAssessment vault.Column = "tax_revision.assessment"
)

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

// Of returns the facts and the assessment of a case as they stand: the latest
// revision that is in force, an officer's confirmation included, or ErrNotAssessed.
func Of(ctx context.Context, tx pgx.Tx, caseID int64) (Facts, Assessment, error) {
	row, confirmed, err := load(ctx, tx, caseID)
	if err != nil {
		return Facts{}, Assessment{}, err
	}
	var a Assessment
	f, err := row.read(&a)
	if err != nil {
		return Facts{}, Assessment{}, fmt.Errorf("read assessment of case %d: %w", caseID, err)
	}
	if confirmed != nil {
		a.confirm(*confirmed)
	}
	return f, a, nil
}

// First returns the facts and the assessment of a case as they were first recorded,
// or ErrNotAssessed.
func First(ctx context.Context, tx pgx.Tx, caseID int64) (f Facts, a Assessment, err error) {
	row, _, err := load(ctx, tx, caseID)
	if err != nil {
		return f, a, err
	}
	row.revised, row.revisedFacts = nil, nil
	f, err = row.read(&a)
	return f, a, err
}

// InForce returns the ordinal of the revision of an assessment that stands, 0 if that is
// the first assessment. It returns ErrNotAssessed.
func InForce(ctx context.Context, tx pgx.Tx, caseID int64) (revision int, err error) {
	err = tx.QueryRow(ctx, `SELECT tax_in_force(case_id) FROM tax_assessment WHERE case_id = $1`, caseID).Scan(&revision)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotAssessed
	}
	if err != nil {
		return 0, fmt.Errorf("revision of case %d: %w", caseID, err)
	}
	return revision, nil
}

// load reads an assessment as the tables hold it.
func load(ctx context.Context, tx pgx.Tx, caseID int64) (row stored, confirmed *Confirmation, err error) {
	var officer, reason *string
	var at *time.Time
	err = tx.QueryRow(ctx, `
		SELECT a.rule_set, a.facts, a.adopted, a.manual, a.without, c.officer, c.reason, c.confirmed_at,
			(SELECT coalesce(jsonb_agg(to_jsonb(l) - 'case_id' ORDER BY l.ordinal), '[]')
				FROM tax_line l WHERE l.case_id = $1), r.facts, r.assessment
		FROM tax_assessment a LEFT JOIN tax_revision r ON r.case_id = $1 AND r.ordinal = tax_in_force($1)
			LEFT JOIN tax_confirmation c ON c.case_id = $1 AND c.revision = tax_in_force($1)
		WHERE a.case_id = $1`, caseID).
		Scan(&row.ruleSet, vault.Open(factsColumn, &row.facts), &row.adopted, &row.manual, &row.without,
			&officer, &reason, &at, &row.lines, vault.Open(RevisedFacts, &row.revisedFacts),
			vault.Open(RevisedAssessment, &row.revised))
	if errors.Is(err, pgx.ErrNoRows) {
		return row, nil, fmt.Errorf("case %d: %w", caseID, ErrNotAssessed)
	}
	if err != nil {
		return row, nil, fmt.Errorf("read assessment of case %d: %w", caseID, err)
	}
	if officer != nil {
		confirmed = &Confirmation{Officer: *officer, Reason: *reason, At: at.UTC()}
	}
	return row, confirmed, nil
}

// Confirm settles a manual assessment with its proposed figures on the word of
// a tax officer, who has seen these figures: a later revision needs their word again.
// It returns ErrDecided when nobody is waited for and ErrNoFigures when a tax has no
// figure: then the officer assesses elsewhere.
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
		INSERT INTO tax_confirmation (case_id, revision, officer, reason, confirmed_at)
		VALUES ($1, tax_in_force($1), $2, $3, $4) ON CONFLICT (case_id, revision) DO NOTHING`, caseID, officer, reason, at)
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
type stored struct {
	ruleSet                                string
	facts, adopted, manual, without, lines []byte
	revisedFacts, revised                  []byte // of the revision in force; empty if there is none
}

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
func (s stored) read(a *Assessment) (f Facts, err error) {
	if len(s.revised) > 0 {
		*a = Assessment{}
		if err = json.Unmarshal(s.revisedFacts, &f); err == nil {
			err = json.Unmarshal(s.revised, a)
		}
		return f, err
	}
	for _, part := range []struct {
		from []byte
		into any
	}{{s.facts, &f}, {s.adopted, &a.Adopted}, {s.manual, &a.Manual}, {s.without, &a.Without}, {s.lines, &a.Lines}} {
		if err := json.Unmarshal(part.from, part.into); err != nil {
			return Facts{}, err
		}
	}
	a.RuleSet = s.ruleSet
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
