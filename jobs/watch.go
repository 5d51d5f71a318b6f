package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// leaderSeen is how long ago a leader may have been seen last. A lease lasts 15
// seconds and is renewed every five.
const leaderSeen = time.Minute

// Led says whether any process has led the queue within the last minute.
func (f *Flow) Led(ctx context.Context) (bool, error) { return led(ctx, f.pool) }

// led reads the lease of the leader. A lease that nobody renews stays in its table
// until somebody else takes it.
func led(ctx context.Context, pool *pgxpool.Pool) (found bool, err error) {
	err = pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM river_leader WHERE expires_at > now() - make_interval(secs => $1))`,
		(leaderSeen - leaseTime).Seconds()).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for the queue's leader: %w", err)
	}
	return found, nil
}

// leaseTime is how long River's leader may be silent.
const leaseTime = 15 * time.Second
