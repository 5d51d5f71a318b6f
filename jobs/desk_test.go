package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
)

// asleep returns a flow that accepts and does not work.
func (g *ground) asleep(t *testing.T) *Flow {
	t.Helper()
	f, err := New(Config{Name: "x", Pool: g.pool, Engine: g.pool, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A registrar who looked before another returned the case approves too late.
func TestAnApprovalOfAReturnedCaseComesTooLate(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.asleep(t)
	a := accept(t, f, 1)
	g.exec(t, `UPDATE intake_step SET state = 'needs_input', holder = 'reviewer' WHERE step = 'review'`)
	seen, err := f.find(t.Context(), a.Number)
	if err != nil {
		t.Fatal(err)
	}
	back := Decision{Number: a.Number, Step: intake.Review, Verdict: Return, By: "registrar-02", Reason: "补正"}
	if err := f.Decide(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	at, d := seen.at(intake.Review), Decision{Number: a.Number, Step: intake.Review, Verdict: Approve, By: "registrar-01"}
	err = f.finish(t.Context(), seen.Case, intake.Review, at.State, held(a.CaseID, at, "", f.recordOf(seen.Case, at, d)))
	if !errors.Is(err, intake.ErrAlready) {
		t.Errorf("approved while the applicant holds it: %v, want ErrAlready", err)
	}
}

// What an operator had to know is settled when the step is given up.
func TestGivingUpSettlesTheLetter(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	drill := works()
	drill[intake.WaterRequest] = func(context.Context, intake.Case) (Record, error) { return nil, errors.New("down") }
	f := g.flow(t, "w", drill)
	a := accept(t, f, 1)
	eventually(t, "a letter", func() bool { return g.count(t, `SELECT count(*) FROM jobs_dead_letter`) == 1 })
	d := Decision{Number: a.Number, Step: intake.WaterRequest, Verdict: GiveUp, By: "clerk-01", Reason: "当事人自行办理"}
	eventually(t, "given up", func() bool { return f.Decide(t.Context(), d) == nil })
	if letters, err := f.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("open letters: %v, %v", letters, err)
	}
}

// A step whose process died is rung for once, not at every sweep.
func TestAnOrphanIsRungForOnce(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.asleep(t)
	accept(t, f, 1)
	g.exec(t, `UPDATE river_job SET state = 'running', attempted_by = '{dead}', attempted_at = now(), attempt = 1`)
	for range 3 {
		if err := f.reclaim(t.Context(), "dead"); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.count(t, `SELECT count(*) FROM river_job WHERE kind = 'review'`); n != 2 {
		t.Errorf("%d jobs for one step, want the orphan and one more", n)
	}
}

// A row that somebody holds holds up its own case only.
func TestOneLockedCaseStallsNoOther(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.flow(t, "w", works())
	first := accept(t, g.asleep(t), 0)
	tx, err := g.pool.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := intake.Lock(t.Context(), tx, first.CaseID); err != nil {
		t.Fatal(err)
	}
	const others = 40
	for i := range others {
		accept(t, f, i+1)
	}
	eventually(t, "the others closed", func() bool { return g.closed(t) >= others })
	if n := g.count(t, `SELECT count(*) FROM intake_case WHERE id = $1 AND state = 'open'`, first.CaseID); n != 1 {
		t.Error("the locked case moved")
	}
	if err := tx.Rollback(context.Background()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first closed too", func() bool { return g.closed(t) == others+1 })
}

// What is decided while the desk closes is decided all the same.
func TestNoEndingIsLostWhileTheFlowStops(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	for round := range 5 {
		engine, err := EnginePool(t.Context(), g.url)
		if err != nil {
			t.Fatal(err)
		}
		f, err := New(Config{Name: "w", Pool: g.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Drill: works()})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := accept(t, f, 1000+round)
		c, err := f.get(t.Context(), a.CaseID)
		if err != nil {
			t.Fatal(err)
		}
		var stopped atomic.Bool
		var group sync.WaitGroup
		for range 32 {
			group.Go(func() {
				for !stopped.Load() {
					err := f.finish(t.Context(), c, intake.Review, intake.NeedsInput,
						func(context.Context, pgx.Tx) (intake.Move, error) { return intake.Move{State: intake.Done}, nil })
					if !errors.Is(err, intake.ErrAlready) {
						t.Errorf("an ending in flight: %v", err)
					}
				}
			})
		}
		time.Sleep(100 * time.Millisecond)
		if err := f.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
		stopped.Store(true)
		group.Wait()
		engine.Close()
	}
}

func TestAWindowThatCouldNotOpenCanBeShut(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	engine, err := EnginePool(t.Context(), g.url)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	f, err := New(Config{Name: "late", Pool: g.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := f.Start(gone); err == nil {
		t.Fatal("it opened for somebody who had gone")
	}
	_ = f.Stop(t.Context()) // River may say that it never started
}
