package filing

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// The sealed columns: what people write may name anybody.
const (
	disputeWords vault.Column = "tax_dispute.words"
	answerWords  vault.Column = "tax_dispute_answer.words"
)

// Declare stores a declaration, once.
func Declare(ctx context.Context, tx pgx.Tx, caseID int64, d Declaration) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_declaration (case_id, party, revision, statements, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, caseID, d.Party, d.Revision, d.Statements, d.At)
	if err != nil {
		return fmt.Errorf("declare for case %d: %w", caseID, err)
	}
	return nil
}

// Declared returns when a party declared on a revision; zero if they did not.
func Declared(ctx context.Context, tx pgx.Tx, caseID int64, party string, revision int) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(max(at), '0001-01-01 00:00Z') FROM tax_declaration
		WHERE case_id = $1 AND party = $2 AND revision = $3`, caseID, party, revision).Scan(&at)
	if err != nil {
		return at, fmt.Errorf("read the declarations of case %d: %w", caseID, err)
	}
	return at.UTC(), nil
}

// Put stores a dispute.
func Put(ctx context.Context, tx pgx.Tx, caseID int64, d Dispute) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_dispute (case_id, party, about, words, revision, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		caseID, d.Party, d.About, vault.Seal(disputeWords, d.Words), d.Revision, d.At)
	if err != nil {
		return fmt.Errorf("put a dispute of case %d: %w", caseID, err)
	}
	return nil
}

// Answering answers what is open of a case, with the officer's words to the parties:
// it stands if the revision that was disputed is still in force.
func Answering(ctx context.Context, tx pgx.Tx, caseID int64, a Answer) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_dispute_answer (dispute, officer, outcome, words, at)
		SELECT d.id, $2, CASE WHEN tax_in_force($1) > d.revision THEN 'changed' ELSE 'stands' END, $3, $4
		FROM tax_dispute d WHERE d.case_id = $1 AND NOT EXISTS (SELECT FROM tax_dispute_answer a WHERE a.dispute = d.id)`,
		caseID, a.Officer, vault.Seal(answerWords, a.Words), a.At)
	if err != nil {
		return fmt.Errorf("answer the disputes of case %d: %w", caseID, err)
	}
	return nil
}

// DisputesOf returns what was disputed in a case, the oldest first.
func DisputesOf(ctx context.Context, tx pgx.Tx, caseID int64) ([]Dispute, error) {
	rows, err := tx.Query(ctx, `
		SELECT d.id, d.party, d.about, d.words, d.revision, d.at, coalesce(a.officer, ''), coalesce(a.outcome, ''), a.words,
			coalesce(a.at, '0001-01-01 00:00Z')
		FROM tax_dispute d LEFT JOIN tax_dispute_answer a ON a.dispute = d.id WHERE d.case_id = $1 ORDER BY d.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read the disputes of case %d: %w", caseID, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Dispute, err error) {
		err = row.Scan(&d.ID, &d.Party, &d.About, vault.Open(disputeWords, &d.Words), &d.Revision, &d.At,
			&d.Answer.Officer, &d.Answer.Outcome, vault.Open(answerWords, &d.Answer.Words), &d.Answer.At)
		d.At, d.Answer.At = d.At.UTC(), d.Answer.At.UTC()
		return d, err
	})
}
