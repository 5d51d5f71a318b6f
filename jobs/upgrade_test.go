package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// Jobs that another version of the program has left, with the arguments that it
// wrote: this version's own, an older one's that said more, and a newer one's that
// says more still. All of them are worked.
func TestJobsOfOtherVersionsAreWorked(t *testing.T) {
	t.Parallel()
	for version, args := range map[string]string{
		"this one":  `{"case": %d}`,
		"an older":  `{"case": %d, "step": "review", "number": "202611220000014", "attempt": {"first": true}}`,
		"one later": `{"case": %d, "province": "43", "priority": 1}`,
	} {
		w := newWindow(t, 1)
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := town.Sale(0)
		a.Utilities = nil
		number := w.accept(a)
		s, err := w.Find(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		w.tx(func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE river_job SET args = $1::jsonb WHERE kind <> 'notice'`, fmt.Sprintf(args, s.ID))
			return err
		})
		w.restart()
		w.until(number, intake.Review, intake.NeedsInput)
		w.until(number, intake.Settle, intake.AwaitingPayment)
		if t.Failed() {
			t.Errorf("jobs of %s", version)
		}
	}
}

// A kind that only a newer version knows, in a queue that this one works: it waits
// for the newer one, as it was.
func TestJobsOfAnUnknownKindAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	var id int64
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			INSERT INTO river_job (kind, queue, args, max_attempts, priority, scheduled_at)
			VALUES ('registry_export', 'review', '{"registry": 1}', 1, 1, now() - interval '1 hour') RETURNING id`).Scan(&id)
	})
	a := town.Sale(0)
	a.Utilities = nil
	w.until(w.accept(a), intake.Review, intake.NeedsInput) // the queue was fetched from
	var state string
	var attempts int
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT state, attempt FROM river_job WHERE id = $1`, id).Scan(&state, &attempts)
	})
	if state != "available" || attempts != 0 {
		t.Errorf("it is %s after %d attempts", state, attempts)
	}
}

// restart lets another process of the window work.
func (w *window) restart() {
	w.t.Helper()
	engine, err := jobs.EnginePool(w.t.Context(), w.pool.Config().ConnString())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(engine.Close)
	w.Flow, err = jobs.New(jobs.Config{
		Name: "next", Pool: w.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Offices: w.offices.Offices,
	})
	if err == nil {
		err = w.Start(w.t.Context())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	flow := w.Flow
	w.t.Cleanup(func() { _ = flow.Stop(context.Background()) })
}
