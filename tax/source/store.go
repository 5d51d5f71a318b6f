package source

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// factsColumn holds what sources said: identity numbers of whole families.
const factsColumn vault.Column = "tax_answer.facts"

// Keep stores the basis of an inquiry and the answers to it; those that were held
// are stored already.
func Keep(ctx context.Context, tx pgx.Tx, caseID int64, i Inquiry, f File) error {
	basis, err := json.Marshal(i.Basis)
	if err != nil {
		return fmt.Errorf("keep facts of case %d: %w", caseID, err)
	}
	answers := []Answer{{
		Source: Register, Outcome: Answered, Ref: i.ref(Register), AskedAt: i.At, KnownAt: i.At, Body: basis,
	}}
	for _, n := range Outside() {
		if a, asked := f[n]; asked && a.AskedAt.Equal(i.At) {
			answers = append(answers, a)
		}
	}
	return put(ctx, tx, caseID, answers)
}

// put stores answers in one statement.
func put(ctx context.Context, tx pgx.Tx, caseID int64, answers []Answer) error {
	var sources, outcomes, refs, references, bodies []string
	var asked []time.Time
	var known []*time.Time
	var facts []vault.Sealed
	for _, a := range answers {
		sources, outcomes = append(sources, string(a.Source)), append(outcomes, string(a.Outcome))
		refs, references, bodies = append(refs, a.Ref), append(references, a.Reference), append(bodies, string(a.Body))
		asked, facts = append(asked, a.AskedAt), append(facts, vault.Seal(factsColumn, a.Body))
		at := &a.KnownAt
		if a.KnownAt.IsZero() {
			at = nil
		}
		known = append(known, at)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_answer (case_id, source, outcome, ref, reference, asked_at, known_at, facts, facts_index)
		SELECT $1, a.source, a.outcome, a.ref, a.reference, a.asked_at, a.known_at, a.facts, a.facts_index
		FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
			$8::bytea[], $9::bytea[])
		AS a (source, outcome, ref, reference, asked_at, known_at, facts, facts_index)`,
		caseID, sources, outcomes, refs, references, asked, known, facts, vault.Indexes(vault.Facts, bodies))
	if err != nil {
		return fmt.Errorf("keep answers of case %d: %w", caseID, err)
	}
	return nil
}

// Of returns what every source last said of a case, the window's own register among
// them, and the basis on which they were asked; an empty File before the first round.
func Of(ctx context.Context, tx pgx.Tx, caseID int64) (b Basis, f File, err error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT ON (source) source, outcome, ref, reference, asked_at, coalesce(known_at, '0001-01-01 00:00Z'), facts
		FROM tax_answer WHERE case_id = $1 ORDER BY source, id DESC`, caseID)
	if err != nil {
		return b, nil, fmt.Errorf("read answers of case %d: %w", caseID, err)
	}
	f = File{}
	var a Answer
	into := []any{&a.Source, &a.Outcome, &a.Ref, &a.Reference, &a.AskedAt, &a.KnownAt, vault.Open(factsColumn, &a.Body)}
	_, err = pgx.ForEachRow(rows, into, func() error {
		a.AskedAt, a.KnownAt = a.AskedAt.UTC(), a.KnownAt.UTC()
		f[a.Source] = a
		if a.Source == Register {
			return json.Unmarshal(a.Body, &b)
		}
		return nil
	})
	if err != nil {
		return b, nil, fmt.Errorf("read answers of case %d: %w", caseID, err)
	}
	return b, f, nil
}
