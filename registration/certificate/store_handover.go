package certificate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrHandedOver says that the document has been given to somebody before.
var ErrHandedOver = errors.New("the document has been handed over")

// Handover says to whom a document was given (发证), by whom and when.
type Handover struct {
	Party string // as a path of the application
	By    string // staff id
	At    time.Time
}

// HandOver records that a document was given to a party, once. It returns
// ErrHandedOver if it was before.
func HandOver(ctx context.Context, tx pgx.Tx, document int64, party, by string) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO certificate_handover (document_id, party, given_by, at) VALUES ($1, $2, $3, now())
		ON CONFLICT (document_id) DO NOTHING`, document, party, by)
	if err != nil {
		return fmt.Errorf("hand over document %d: %w", document, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrHandedOver
	}
	return nil
}

// HandoverOf returns to whom a document was given, nil if it was not yet.
func HandoverOf(ctx context.Context, tx pgx.Tx, document int64) (*Handover, error) {
	var h Handover
	err := tx.QueryRow(ctx, `SELECT party, given_by, at FROM certificate_handover WHERE document_id = $1`, document).
		Scan(&h.Party, &h.By, &h.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the hand-over of document %d: %w", document, err)
	}
	return &h, nil
}
