package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// RingNotices inserts one more job for each message.
func (f *Flow) RingNotices(ctx context.Context, tx pgx.Tx, ids []int64) error {
	return f.ringNotices(ctx, tx, ids)
}
