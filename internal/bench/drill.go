package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/registration/certificate"
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
	if o.Plan == "sale" {
		return startSales(ctx, url, pool, o)
	}
	waiting := newEnds()
	flow, stop, err := startFlow(ctx, url, pool, "bench", o, jobs.Offices{}, waiting.tellEntry)
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

// pause is how long to wait for something that is about to happen.
func pause() { time.Sleep(time.Millisecond) }

// startFlow starts the engine with a drill's steps behind it.
func startFlow(ctx context.Context, url string, pool *pgxpool.Pool, name string, o Options,
	offices jobs.Offices, moved func(int64, intake.Step, intake.State)) (*jobs.Flow, func(), error) {
	engine, err := jobs.EnginePool(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	flow, err := jobs.New(jobs.Config{
		Name: name, Pool: pool, Engine: engine, Log: o.Log, Drill: drill(o),
		Offices: offices, Moved: moved,
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
	if !o.PDF {
		return nil, nil
	}
	return certificate.Render(specimen)
}

// specimen is the sheet that a run with PDF renders for every case.
var specimen = certificate.Sheet{
	Number: "湘（2026）岳阳市不动产权第0000001号", Holder: "镇受让", CoOwnership: "单独所有",
	Location: "岳阳市岳阳楼区样本路1号1栋101号", Unit: "430602 001001 GB00001 F00010001",
	RightType: "国有建设用地使用权/房屋所有权", RightNature: "出让/市场化商品房", Use: "城镇住宅用地/成套住宅",
	Area: "共有宗地面积12345.67㎡/房屋建筑面积120.50㎡", Term: "国有建设用地使用权2010年01月01日起2079年12月31日止",
	Other: "房屋结构：钢筋混凝土结构", Notes: "原不动产权证号：湘（2018）岳阳市不动产权第0000001号",
	Office: "岳阳市不动产登记中心", IssuedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	VerifyURL: "http://127.0.0.1/v/specimen", Sample: true,
}
