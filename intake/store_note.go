package intake

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Note writes into the journal what a person did for a case without moving it.
func Note(ctx context.Context, tx pgx.Tx, id int64, actor, reason, words string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason, words)
		SELECT id, now(), $2, '', state, '', $3, $4 FROM intake_case WHERE id = $1`,
		id, actor, reason, vault.Seal(wordsColumn, words))
	if err != nil {
		return fmt.Errorf("note %s of case %d: %w", reason, id, err)
	}
	return nil
}
