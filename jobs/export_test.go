package jobs

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// AskRefused lets a test ask the gateway without waiting for the sweeper's time.
func (f *Flow) AskRefused(ctx context.Context) error { return f.askRefused(ctx) }

// RingNotices inserts one more job for each message.
func (f *Flow) RingNotices(ctx context.Context, tx pgx.Tx, ids []int64) error {
	return f.ringNotices(ctx, tx, ids)
}
