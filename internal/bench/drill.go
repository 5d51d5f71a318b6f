package bench

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/jobs"
	"onewindow/registration"
)

// ends tells those who wait for a case that it has ended.
type ends struct {
	mu      sync.Mutex
	waiting map[int64]chan struct{}
	ended   map[int64]bool
}

func newEnds() *ends {
	return &ends{waiting: map[int64]chan struct{}{}, ended: map[int64]bool{}}
}

// tell wakes whoever waits for the case, or lets them not wait at all.
func (e *ends) tell(id int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c, ok := e.waiting[id]; ok {
		close(c)
		delete(e.waiting, id)
		return
	}
	e.ended[id] = true
}

// tellEntry hears of every step and tells of entries.
func (e *ends) tellEntry(id int64, step intake.Step, to intake.State) {
	if step == intake.Enter && to == intake.Done {
		e.tell(id)
	}
}

// wait returns when the case has ended.
func (e *ends) wait(ctx context.Context, id int64) error {
	e.mu.Lock()
	if e.ended[id] {
		delete(e.ended, id)
		e.mu.Unlock()
		return nil
	}
	c := make(chan struct{})
	e.waiting[id] = c
	e.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// startWindow starts the window and returns how it carries one case.
func startWindow(ctx context.Context, url string, pool *pgxpool.Pool, o Options) (runCase, func(), error) {
	waiting := newEnds()
	flow, stop, err := startFlow(ctx, url, pool, "bench", o, waiting.tellEntry)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, unit string) error {
		accepted, err := acceptDrill(ctx, flow, unit)
		if err != nil {
			return err
		}
		return waiting.wait(ctx, accepted.CaseID)
	}, stop, nil
}

// acceptDrill hands a drill in at the window.
func acceptDrill(ctx context.Context, flow *jobs.Flow, unit string) (jobs.Acceptance, error) {
	a := intake.Application{Application: registration.Application{
		Kind: registration.Drill, Unit: registration.UnitCode(unit), Contract: "drill",
	}}
	return flow.Accept(ctx, "bench:clerk", intake.Key{Client: "bench", Value: unit, Body: []byte(unit)}, a)
}

// startFlow starts the engine with a drill's steps behind it.
func startFlow(ctx context.Context, url string, pool *pgxpool.Pool, name string, o Options,
	moved func(int64, intake.Step, intake.State)) (*jobs.Flow, func(), error) {
	engine, err := jobs.EnginePool(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	flow, err := jobs.New(jobs.Config{
		Name: name, Pool: pool, Engine: engine, Workers: workersPerQueue, Log: o.Log, Drill: drill(o), Moved: moved,
	})
	if err == nil {
		err = flow.Start(ctx)
	}
	if err != nil {
		engine.Close()
		return nil, nil, fmt.Errorf("start the window: %w", err)
	}
	return flow, func() {
		_ = flow.Stop(context.WithoutCancel(ctx))
		engine.Close()
	}, nil
}

// drill is what the steps do: their CPU, one effect row each, and the
// certificate's row at the end. Machine findings decide the review.
func drill(o Options) map[intake.Step]jobs.Work {
	works := map[intake.Step]jobs.Work{}
	for _, p := range intake.PlanOf(intake.Application{Application: registration.Application{Kind: registration.Drill}}) {
		works[p.Step] = drillStep(o, p.Step)
	}
	works[intake.Enter] = drillEntry(o)
	return works
}

func drillStep(o Options, step intake.Step) jobs.Work {
	return func(_ context.Context, c intake.Case) (jobs.Record, error) {
		sum := toil(o)
		return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
			_, err := tx.Exec(ctx, `INSERT INTO bench_effect (case_id, step, sum) VALUES ($1, $2, $3)`, c.ID, step, sum)
			return intake.Move{State: intake.Done, Reason: "drill"}, err
		}, nil
	}
}

func drillEntry(o Options) jobs.Work {
	return func(_ context.Context, c intake.Case) (jobs.Record, error) {
		toil(o)
		pdf, err := paper(o)
		return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
			_, err := tx.Exec(ctx, `INSERT INTO bench_certificate (case_id, pdf) VALUES ($1, $2)`, c.ID, pdf)
			return intake.Move{State: intake.Done, Reason: "drill"}, err
		}, err
	}
}

// paper renders a certificate if the run asks for one.
func paper(o Options) ([]byte, error) {
	return nil, nil
}
