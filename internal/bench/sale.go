package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/tax"
	"onewindow/tax/payment"
)

// homesPerSecond bounds how many homes are built for a second of saturation.
const homesPerSecond = 120

// startSales starts a window that carries whole sales, and returns how it
// carries one: sandbox offices answer at once, a registrar approves and a payer
// pays as soon as they are asked. A sale counts until its certificate is issued.
func startSales(ctx context.Context, url string, pool *pgxpool.Pool, o Options) (runCase, func(), error) {
	homes := int(homesPerSecond * o.Time.Seconds() * 1.2)
	if !o.Saturate {
		homes = int(o.Rate*o.Time.Seconds()*1.2) + int(2*o.Rate) + 10
	}
	if err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return town.Build(ctx, tx, 0, homes) }); err != nil {
		return nil, nil, fmt.Errorf("build the town: %w", err)
	}
	if _, err := pool.Exec(ctx, "ANALYZE"); err != nil { // as autovacuum would before a town had grown so far
		return nil, nil, err
	}
	offices, err := town.NewOffices(town.Config{})
	if err != nil {
		return nil, nil, err
	}
	people := newPeople(offices)
	flow, stop, err := startFlow(ctx, url, pool, "bench", o, offices.Offices, people.moved)
	if err != nil {
		offices.Close()
		return nil, nil, err
	}
	people.flow = flow
	offices.Serve(flow)
	var next atomic.Int64
	run := func(ctx context.Context, _ string) error {
		home := int(next.Add(1)) - 1
		if home >= homes {
			return errors.New("no home left to sell: build more")
		}
		return people.sell(ctx, town.Sale(home))
	}
	return run, func() { people.busy.Wait(); stop(); offices.Close() }, nil
}

// people are those whom a sale waits for.
type people struct {
	flow    *jobs.Flow
	offices *town.Offices
	waiting *ends
	numbers sync.Map // acceptance number by case id
	busy    sync.WaitGroup
	failed  atomic.Pointer[error]
}

func newPeople(offices *town.Offices) *people { return &people{offices: offices, waiting: newEnds()} }

// sell carries one sale to its certificate.
func (p *people) sell(ctx context.Context, a intake.Application) error {
	key := intake.Key{Client: "bench", Value: a.Contract, Body: []byte(a.Contract)}
	accepted, err := p.flow.Accept(ctx, "clerk-bench", key, a)
	if err != nil {
		return err
	}
	p.numbers.Store(accepted.CaseID, accepted.Number)
	if err := p.waiting.wait(ctx, accepted.CaseID); err != nil {
		return err
	}
	if failed := p.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// moved acts on what a case waits for now.
func (p *people) moved(id int64, step intake.Step, to intake.State) {
	switch {
	case step == intake.Certificate && to == intake.Done:
		p.waiting.tell(id)
	case step == intake.Review && to == intake.NeedsInput:
		p.busy.Go(func() { p.must(p.approve(id)) })
	case step == intake.Settle && to == intake.AwaitingPayment:
		p.busy.Go(func() { p.must(p.pay(id)) })
	case to == intake.Manual:
		p.must(fmt.Errorf("%s of case %d went to a person", step, id))
		p.waiting.tell(id)
	}
}

func (p *people) must(err error) {
	if err != nil {
		p.failed.Store(&err)
	}
}

func (p *people) approve(id int64) error {
	number, err := p.number(id)
	if err != nil {
		return err
	}
	return p.flow.Decide(context.Background(), jobs.Decision{
		Number: number, Step: intake.Review, Verdict: jobs.Approve, By: "registrar-bench",
	})
}

func (p *people) pay(id int64) error {
	number, err := p.number(id)
	if err != nil {
		return err
	}
	// Nothing but the buyer's bill is due: the seller is exempt.
	return p.offices.Pay(context.Background(), payment.RefOf(string(number), payment.Payer{Side: tax.BuyerSide}, 1))
}

// number waits for the window to have said it: a step may be faster than that.
func (p *people) number(id int64) (intake.Number, error) {
	for range 2000 {
		if number, ok := p.numbers.Load(id); ok {
			return number.(intake.Number), nil
		}
		pause()
	}
	return "", fmt.Errorf("case %d was never acknowledged", id)
}
