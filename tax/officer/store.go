package officer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
	"onewindow/tax"
	"onewindow/tax/source"
)

// The sealed columns of the desk: what officers write may name anybody.
const (
	questionReason vault.Column = "tax_question.reason"
	content        vault.Column = "tax_revision.content"
	reason         vault.Column = "tax_revision.reason"
	document       vault.Column = "tax_revision.document"
	secondReason   vault.Column = "tax_second.reason"
)

// Open returns everything that officers did about a case, or tax.ErrNotAssessed.
func Open(ctx context.Context, tx pgx.Tx, caseID int64) (f File, err error) {
	if f.Facts, f.Assessment, err = tax.First(ctx, tx, caseID); err != nil {
		return f, err
	}
	rows, err := tx.Query(ctx, `
		SELECT r.ordinal, r.kind, r.officer, r.at, r.content, r.reason, r.document, r.facts, r.assessment,
			coalesce(s.officer, ''), coalesce(s.verdict, ''), s.reason, coalesce(s.at, '0001-01-01 00:00Z')
		FROM tax_revision r LEFT JOIN tax_second s USING (case_id, ordinal)
		WHERE r.case_id = $1 ORDER BY r.ordinal`, caseID)
	if err != nil {
		return f, fmt.Errorf("read revisions of case %d: %w", caseID, err)
	}
	f.Revisions, err = pgx.CollectRows(rows, readRevision)
	if err != nil {
		return f, fmt.Errorf("read revisions of case %d: %w", caseID, err)
	}
	return f, nil
}

func readRevision(row pgx.CollectableRow) (r Revision, err error) {
	var what, facts, assessment []byte
	err = row.Scan(&r.Ordinal, &r.Kind, &r.Officer, &r.At, vault.Open(content, &what), vault.Open(reason, &r.Reason),
		vault.Open(document, &r.Document), vault.Open(tax.RevisedFacts, &facts),
		vault.Open(tax.RevisedAssessment, &assessment),
		&r.Second.Officer, &r.Second.Verdict, vault.Open(secondReason, &r.Second.Reason), &r.Second.At)
	for _, part := range []struct {
		from []byte
		into any
	}{{what, &r.Content}, {facts, &r.Facts}, {assessment, &r.Assessment}} {
		if err == nil {
			err = json.Unmarshal(part.from, part.into)
		}
	}
	r.At, r.Second.At = r.At.UTC(), r.Second.At.UTC()
	return r, err
}

// Put stores a revision behind the last one. The caller holds the case.
func Put(ctx context.Context, tx pgx.Tx, caseID int64, r Revision) error {
	var parts [3][]byte
	for i, part := range []any{r.Content, r.Facts, r.Assessment} {
		text, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("put revision of case %d: %w", caseID, err)
		}
		parts[i] = text
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_revision (case_id, ordinal, kind, officer, at, content, reason, document, facts, facts_index,
			assessment)
		SELECT $1, 1 + count(*), $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tax_revision WHERE case_id = $1`,
		caseID, r.Kind, r.Officer, r.At, vault.Seal(content, parts[0]), vault.Seal(reason, r.Reason),
		vault.Seal(document, r.Document), vault.Seal(tax.RevisedFacts, parts[1]), vault.Index(vault.Facts, string(parts[1])),
		vault.Seal(tax.RevisedAssessment, parts[2]))
	if err != nil {
		return fmt.Errorf("put revision of case %d: %w", caseID, err)
	}
	return nil
}

// Decide stores what a second officer says of the proposal that waits. It returns
// ErrNoProposal, or ErrSameHand to whoever would accept their own.
func Decide(ctx context.Context, tx pgx.Tx, caseID int64, f File, s Second) error {
	r, waits := f.Pending()
	switch {
	case !waits:
		return ErrNoProposal
	case s.Verdict == Accepted && s.Officer == r.Officer:
		return ErrSameHand
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_second (case_id, ordinal, proposed_by, officer, verdict, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		caseID, r.Ordinal, r.Officer, s.Officer, s.Verdict, vault.Seal(secondReason, s.Reason), s.At)
	if err != nil {
		return fmt.Errorf("decide revision %d of case %d: %w", r.Ordinal, caseID, err)
	}
	return nil
}

// Question lets a source be asked again.
func Question(ctx context.Context, tx pgx.Tx, caseID int64, n source.Name, by, why string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO tax_question (case_id, source, officer, reason, at) VALUES ($1, $2, $3, $4, $5)`,
		caseID, n, by, vault.Seal(questionReason, why), at)
	if err != nil {
		return fmt.Errorf("ask %s again about case %d: %w", n, caseID, err)
	}
	return nil
}

// Questions returns which sources officers wanted asked again, when last, and by whom.
func Questions(ctx context.Context, tx pgx.Tx, caseID int64) (map[source.Name]time.Time, string, error) {
	rows, err := tx.Query(ctx, `SELECT source, officer, at FROM tax_question WHERE case_id = $1 ORDER BY id`, caseID)
	if err != nil {
		return nil, "", fmt.Errorf("read questions of case %d: %w", caseID, err)
	}
	asked := map[source.Name]time.Time{}
	var n source.Name
	var by string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&n, &by, &at}, func() error {
		asked[n] = at.UTC()
		return nil
	})
	return asked, by, err
}

// Version returns a number that grows whenever anything is added to what the desk
// shows of a case.
func Version(ctx context.Context, tx pgx.Tx, caseID int64) (version int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM tax_answer WHERE case_id = $1) + (SELECT count(*) FROM tax_question WHERE case_id = $1)
			+ (SELECT count(*) FROM tax_revision WHERE case_id = $1) + (SELECT count(*) FROM tax_second WHERE case_id = $1)
			+ (SELECT count(*) FROM tax_confirmation WHERE case_id = $1)
			+ (SELECT count(*) FROM tax_dispute WHERE case_id = $1)`, caseID).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("version of the tax file of case %d: %w", caseID, err)
	}
	return version, nil
}
