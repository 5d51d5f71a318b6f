package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/pgtest"
	"onewindow/registration"
)

// drillSteps are the steps of a drill.
var drillSteps = []intake.Step{
	intake.Filing, intake.Review, intake.Assess, intake.WaterRequest, intake.PowerRequest, intake.Enter,
}

// ground is a database with a place for effects, which have no unique key: if
// anything happens twice they show it.
type ground struct {
	url  string
	pool *pgxpool.Pool
}

func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{url: pgtest.URL(t)}
	g.pool = pgtest.Open(t, g.url, 20)
	g.exec(t, `CREATE TABLE effect (case_id bigint NOT NULL, step text NOT NULL)`)
	return g
}

func (g *ground) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := g.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (g *ground) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := g.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// works are the ordinary works of a drill: one effect each.
func works() map[intake.Step]Work {
	all := map[intake.Step]Work{}
	for _, step := range drillSteps {
		all[step] = func(_ context.Context, c intake.Case) (Record, error) {
			return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
				_, err := tx.Exec(ctx, `INSERT INTO effect VALUES ($1, $2)`, c.ID, step)
				return intake.Move{State: intake.Done, Reason: "drill"}, err
			}, nil
		}
	}
	return all
}

// flow starts a window on the ground; it is stopped when the test ends.
func (g *ground) flow(t *testing.T, name string, drill map[intake.Step]Work) *Flow {
	t.Helper()
	engine, err := EnginePool(t.Context(), g.url)
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Config{
		Name: name, Pool: g.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Drill: drill,
		Patience: Patience{Office: []time.Duration{0, 0}, Company: []time.Duration{0}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Stop(context.Background()); err != nil {
			t.Errorf("stop %s: %v", name, err)
		}
		engine.Close()
	})
	return f
}

func accept(t *testing.T, f *Flow, i int) Acceptance {
	t.Helper()
	a, err := f.Accept(t.Context(), "clerk", drillKey(i), drillOf(i))
	if err != nil {
		t.Fatalf("accept %d: %v", i, err)
	}
	return a
}

func drillOf(i int) intake.Application {
	return intake.Application{Application: registration.Application{
		Kind: registration.Drill, Unit: registration.UnitCode(fmt.Sprintf("430602001001GB00001F0001%04d", i)),
	}}
}

func drillKey(i int) intake.Key {
	return intake.Key{Client: "test", Value: fmt.Sprint(i), Body: []byte(fmt.Sprint(i))}
}

// eventually waits for a condition that work in the background brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 1200 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("not within a minute: %s", what)
}

func (g *ground) closed(t *testing.T) int {
	return g.count(t, `SELECT count(*) FROM intake_case WHERE state = 'closed'`)
}

func TestFourHundredConcurrentCasesAllEndOnce(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.flow(t, "w", works())
	const cases = 400
	var group sync.WaitGroup
	for i := range cases {
		group.Go(func() { accept(t, f, i) })
	}
	group.Wait()
	eventually(t, "all cases closed", func() bool { return g.closed(t) == cases })
	if n := g.count(t, `SELECT count(*) FROM effect`); n != cases*len(drillSteps) {
		t.Errorf("%d effects, want %d", n, cases*len(drillSteps))
	}
	if n := g.count(t, `SELECT count(*) FROM (SELECT FROM effect GROUP BY case_id, step HAVING count(*) > 1) d`); n != 0 {
		t.Errorf("%d effects happened twice", n)
	}
	// Opened, six times due, six times done, closed: nothing more and nothing less.
	if n := g.count(t, `SELECT count(*) FROM (SELECT FROM intake_journal GROUP BY case_id HAVING count(*) <> 14) d`); n != 0 {
		t.Errorf("%d journals are not complete", n)
	}
	if n := g.count(t, `SELECT count(*) FROM intake_step WHERE started_at IS NULL OR finished_at < started_at`); n != 0 {
		t.Errorf("%d steps have impossible times", n)
	}
}

func TestASecondLiveCaseOnAUnitIsRefusedAndNamesTheFirst(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	block := make(chan struct{})
	slow := works()
	ordinary := slow[intake.Review]
	slow[intake.Review] = func(ctx context.Context, c intake.Case) (Record, error) {
		select {
		case <-block:
		case <-ctx.Done():
		}
		return ordinary(ctx, c)
	}
	f := g.flow(t, "w", slow)
	first := accept(t, f, 1)
	_, err := f.Accept(t.Context(), "clerk", drillKey(2), drillOf(1))
	var defects *DefectsError
	if !errors.As(err, &defects) || defects.Findings[0].Args["case"] != string(first.Number) {
		t.Fatalf("second case on the unit: %v, want a defect that names %s", err, first.Number)
	}
	close(block)
	eventually(t, "the first closed", func() bool { return g.closed(t) == 1 })
	if _, err := f.Accept(t.Context(), "clerk", drillKey(3), drillOf(1)); err != nil {
		t.Errorf("a case after the first has ended: %v", err)
	}
}

func TestAResentApplicationIsAnsweredWithItsFirstCase(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.flow(t, "w", works())
	var group sync.WaitGroup
	numbers := make(chan intake.Number, 50)
	for range 50 {
		group.Go(func() {
			a, err := f.Accept(t.Context(), "clerk", drillKey(1), drillOf(1))
			if err == nil {
				numbers <- a.Number
			} else if !errors.Is(err, intake.ErrInFlight) {
				t.Errorf("resend: %v", err)
			}
		})
	}
	group.Wait()
	close(numbers)
	seen := map[intake.Number]bool{}
	for n := range numbers {
		seen[n] = true
	}
	if n := g.count(t, `SELECT count(*) FROM intake_case`); n != 1 || len(seen) != 1 {
		t.Errorf("%d cases, answers %v, want one", n, seen)
	}
	other := drillKey(1)
	other.Body = []byte("another application")
	if _, err := f.Accept(t.Context(), "clerk", other, drillOf(2)); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("same key, other body: %v, want ErrKeyReused", err)
	}
	if _, err := f.Accept(t.Context(), "clerk", intake.Key{Client: "test"}, drillOf(3)); !errors.Is(err, intake.ErrKeyMissing) {
		t.Errorf("no key: %v, want ErrKeyMissing", err)
	}
}

// One reply with a NUL in it must not stall River's completer, which would run
// everybody's work again.
func TestHostileErrorsHarmNobodyElseAndEndWithAnOperator(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	drill := works()
	ordinary := drill[intake.Assess]
	drill[intake.Assess] = func(ctx context.Context, c intake.Case) (Record, error) {
		switch c.Unit[len(c.Unit)-1] {
		case '0':
			return nil, fmt.Errorf("the company said \x00 and \xff and %s", strings.Repeat("so on ", 5000))
		case '1':
			panic("a room panicked\x00")
		}
		return ordinary(ctx, c)
	}
	f := g.flow(t, "w", drill)
	for i := range 40 {
		accept(t, f, i)
	}
	eventually(t, "32 good cases closed", func() bool { return g.closed(t) == 32 })
	eventually(t, "8 steps with the operator", func() bool {
		return g.count(t, `SELECT count(*) FROM intake_step WHERE state = 'manual' AND holder = 'operator'`) == 8
	})
	if n := g.count(t, `SELECT count(*) FROM (SELECT FROM effect GROUP BY case_id, step HAVING count(*) > 1) d`); n != 0 {
		t.Errorf("%d innocent jobs ran again", n)
	}
	letters, err := f.Letters(t.Context())
	if err != nil || len(letters) != 8 {
		t.Fatalf("%d dead letters, %v; want 8", len(letters), err)
	}
	for _, l := range letters {
		if l.Attempts != 3 || l.Step != intake.Assess || strings.ContainsRune(l.Error, 0) || len(l.Error) > maxErrorText+3 {
			t.Errorf("dead letter %+v", l)
		}
	}
}

// What a room writes is written at the desk, which serves everybody.
func TestAPanicWhileRecordingHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	drill := works()
	ordinary := drill[intake.Review]
	drill[intake.Review] = func(ctx context.Context, c intake.Case) (Record, error) {
		if c.Unit[len(c.Unit)-1] == '0' {
			return func(context.Context, pgx.Tx) (intake.Move, error) { panic("a room panicked while it wrote") }, nil
		}
		return ordinary(ctx, c)
	}
	f := g.flow(t, "w", drill)
	for i := range 20 {
		accept(t, f, i)
	}
	eventually(t, "18 good cases closed", func() bool { return g.closed(t) == 18 })
	eventually(t, "2 steps with the operator", func() bool {
		return g.count(t, `SELECT count(*) FROM intake_step WHERE state = 'manual' AND holder = 'operator'`) == 2
	})
}

// A process that only accepts has no desk; what people decide there still counts.
func TestAStoppedFlowStillDecides(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f, err := New(Config{Name: "x", Pool: g.pool, Engine: g.pool, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	a := accept(t, f, 1)
	g.exec(t, `UPDATE intake_step SET state = 'manual', holder = 'operator' WHERE step = 'review'`)
	err = f.Decide(t.Context(), Decision{Number: a.Number, Step: intake.Review, Verdict: Retry, By: "operator-01"})
	if err != nil {
		t.Fatal(err)
	}
	if n := g.count(t, `SELECT count(*) FROM intake_step WHERE step = 'review' AND state = 'running'`); n != 1 {
		t.Error("the retry was not taken")
	}
}

func TestAnOperatorCanRetryADeadLetter(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	var broken sync.Map
	broken.Store("broken", true)
	drill := works()
	ordinary := drill[intake.Filing]
	drill[intake.Filing] = func(ctx context.Context, c intake.Case) (Record, error) {
		if _, is := broken.Load("broken"); is {
			return nil, errors.New("the housing bureau does not answer")
		}
		return ordinary(ctx, c)
	}
	f := g.flow(t, "w", drill)
	a := accept(t, f, 1)
	eventually(t, "a dead letter", func() bool { return g.count(t, `SELECT count(*) FROM jobs_dead_letter`) == 1 })
	broken.Delete("broken")
	eventually(t, "the retry taken", func() bool {
		err := f.Decide(t.Context(), Decision{Number: a.Number, Step: intake.Filing, Verdict: Retry, By: "operator-01"})
		return err == nil
	})
	eventually(t, "the case closed", func() bool { return g.closed(t) == 1 })
	if letters, err := f.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("open dead letters after the retry: %v, %v", letters, err)
	}
}

// A zombie: two workers hold the same step; both do the work and one ends it.
func TestALateWorkerChangesNothing(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	f := g.flow(t, "w", works())
	a := accept(t, f, 1)
	eventually(t, "closed", func() bool { return g.closed(t) == 1 })
	c, err := f.get(t.Context(), a.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range drillSteps {
		record, err := f.ask(t.Context(), c, step)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.finish(t.Context(), c, step, intake.Running, record); !errors.Is(err, intake.ErrAlready) {
			t.Errorf("late %s: %v, want ErrAlready", step, err)
		}
	}
	if n := g.count(t, `SELECT count(*) FROM effect`); n != len(drillSteps) {
		t.Errorf("%d effects, want %d", n, len(drillSteps))
	}
}

// A batch in which some come too late keeps the others.
func TestTheDeskKeepsTheGoodOnesOfABatch(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	asleep, err := New(Config{Name: "x", Pool: g.pool, Engine: g.pool, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	done, open := accept(t, asleep, 1), accept(t, asleep, 2)
	g.exec(t, `UPDATE intake_step SET state = 'done' WHERE case_id = $1`, done.CaseID)
	batch := []*ending{}
	for _, id := range []int64{done.CaseID, open.CaseID} {
		c, err := asleep.get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range drillSteps[:5] {
			record, _ := works()[step](t.Context(), c)
			batch = append(batch, &ending{
				Motion: intake.Motion{Case: c, Step: step, From: intake.Running}, record: timed(record, time.Now()),
				result: make(chan error, 1),
			})
		}
	}
	asleep.desk.commit(batch)
	for i, e := range batch {
		err := <-e.result
		if late := i < 5; late != errors.Is(err, intake.ErrAlready) || !late && err != nil {
			t.Errorf("%s of case %d: %v", e.Step, e.Case.ID, err)
		}
	}
}

func TestTheSweeperFindsStepsWhoseJobIsGone(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	sleeping, err := New(Config{Name: "x", Pool: g.pool, Engine: g.pool, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, sleeping, 1)
	g.exec(t, `DELETE FROM river_job`)
	g.exec(t, `UPDATE intake_step SET started_at = started_at - interval '1 minute'`)
	g.flow(t, "w", works())
	eventually(t, "closed in spite of lost jobs", func() bool { return g.closed(t) == 1 })
}

func TestTwoProcessesOfOneNameDoNotLiveTogether(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	g.flow(t, "w", works())
	engine, err := EnginePool(t.Context(), g.url)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	second, err := New(Config{Name: "w", Pool: g.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Drill: works()})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); err == nil {
		t.Error("a second process of the same name started")
	}
}
