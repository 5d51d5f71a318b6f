package certificate

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/registration"
)

// Issue keeps pdf, the rendering of s, as the certificate of entry e. It happens
// once per entry, kind and keeper: a second call changes nothing and returns the
// first document, whatever it was given. It returns ErrEmptyEntry when e was not
// made by registration.Enter, ErrForeignSheet when s is not of e.
func Issue(ctx context.Context, tx pgx.Tx, caseID int64, e registration.Entry, s Sheet, pdf []byte) (Document, error) {
	if e.IsZero() {
		return Document{}, ErrEmptyEntry
	}
	if s.Number != string(e.Number()) || s.Unit != e.Unit().Groups() || e.CaseID() != caseID {
		return Document{}, ErrForeignSheet
	}
	sheet, err := json.Marshal(s)
	if err != nil {
		return Document{}, fmt.Errorf("issue the certificate of entry %d: %w", e.ID(), err)
	}
	digest := sha256.Sum256(pdf)
	_, err = tx.Exec(ctx, `
		INSERT INTO certificate_document (entry_id, case_id, kind, keeper, number, verify_id, sheet, pdf, sha256, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (entry_id, kind, keeper) DO NOTHING`,
		e.ID(), caseID, e.Number().Kind(), s.Keeper, s.Number, s.VerifyID, sheet, pdf, digest[:], s.IssuedAt)
	if err != nil {
		return Document{}, fmt.Errorf("issue the certificate of entry %d: %w", e.ID(), err)
	}
	return OfEntry(ctx, tx, e, s.Keeper)
}

// OfEntry returns the document issued for e and keeper, ErrNoDocument if there
// is none yet.
func OfEntry(ctx context.Context, tx pgx.Tx, e registration.Entry, keeper string) (Document, error) {
	return one(ctx, tx, "entry_id = $1 AND kind = $2 AND keeper = $3", e.ID(), e.Number().Kind(), keeper)
}

// DocumentOf returns the document that bears a certificate number, ErrNoDocument
// if none does.
func DocumentOf(ctx context.Context, tx pgx.Tx, number registration.Number) (Document, error) {
	return one(ctx, tx, "number = $1", number)
}

// ByVerifyID returns the document that anyone may ask for under id,
// ErrNoDocument if there is none. It is not for everyone to see all of it.
func ByVerifyID(ctx context.Context, tx pgx.Tx, id VerifyID) (Document, error) {
	return one(ctx, tx, "verify_id = $1", id)
}

// one reads the document that a condition names.
func one(ctx context.Context, tx pgx.Tx, condition string, args ...any) (Document, error) {
	var d Document
	var sheet, digest []byte
	err := tx.QueryRow(ctx, `
		SELECT id, entry_id, case_id, kind, keeper, number, verify_id, sheet, pdf, sha256, issued_at
		FROM certificate_document WHERE `+condition, args...).
		Scan(&d.ID, &d.EntryID, &d.CaseID, &d.Kind, &d.Keeper, &d.Number, &d.VerifyID, &sheet, &d.PDF, &digest, &d.IssuedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Document{}, ErrNoDocument
	}
	if err != nil {
		return Document{}, fmt.Errorf("read a certificate: %w", err)
	}
	copy(d.SHA256[:], digest)
	if err := json.Unmarshal(sheet, &d.Sheet); err != nil {
		return Document{}, fmt.Errorf("read certificate %d: %w", d.ID, err)
	}
	return d, nil
}
