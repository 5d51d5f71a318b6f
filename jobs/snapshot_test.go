package jobs

import (
	"flag"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// drills is how many cases are worked beside an old snapshot.
var drills = flag.Int("drills", 300, "cases of TestAnOldSnapshotDoesNotStopTheQueue, each way")

// TestAnOldSnapshotDoesNotStopTheQueue is row 36 of the threats: while somebody holds
// a snapshot open, as a dump does, the rows of finished jobs cannot be cleared away;
// the queue goes on. (onewindow_database_oldest_transaction_seconds says how old it is.)
func TestAnOldSnapshotDoesNotStopTheQueue(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.flow(t, "w", works())
	calm := g.rate(t, f, 0)
	held, err := g.pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(t.Context()) }()
	if _, err := held.Exec(t.Context(), `SELECT count(*) FROM river_job`); err != nil {
		t.Fatal(err)
	}
	beside := g.rate(t, f, *drills)
	t.Logf("%.0f cases a second, %.0f beside an open snapshot: %+.0f %%", calm, beside, 100*(beside/calm-1))
	if beside < calm/4 {
		t.Errorf("an open snapshot brings the queue from %.0f to %.0f cases a second", calm, beside)
	}
}

// rate works so many cases, from first on, and returns how many end in a second.
func (g *ground) rate(t *testing.T, f *Flow, first int) float64 {
	t.Helper()
	began := time.Now()
	var group sync.WaitGroup
	for at := range 8 {
		group.Go(func() {
			for i := at; i < *drills; i += 8 {
				accept(t, f, first+i)
			}
		})
	}
	group.Wait()
	eventually(t, "all cases closed", func() bool { return g.closed(t) == first+*drills })
	return float64(*drills) / time.Since(began).Seconds()
}
