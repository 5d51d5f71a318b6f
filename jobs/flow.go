// Package jobs carries a case from room to room: it composes the rooms into
// preflight, acceptance, the work of every step and the answers of people,
// payers and companies.
//
// It is the only room that knows River. The case is the truth and the job is
// the bell: a job that is lost, doubled or late changes nothing.
package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/utilities"
)

// Work asks one room about one step, outside any transaction, and returns what
// is to be recorded. An error is retried; "the law says no" is not an error. A
// record beside an error is what the last attempt has to make do with.
type Work func(ctx context.Context, c intake.Case) (Record, error)

// Record writes down, in the transaction that ends the step, what the room
// said, and tells how the step moves.
type Record func(ctx context.Context, tx pgx.Tx) (intake.Move, error)

// Config says what a flow runs on.
type Config struct {
	Name     string        // of this process, the same after a restart
	Pool     *pgxpool.Pool // for the rooms; one connection per worker and per request
	Engine   *pgxpool.Pool // River's own: a starved pool must not stop its leader
	Workers  int           // per queue; 0 takes 32: most of them wait at the desk
	Patience Patience      // the zero one takes DefaultPatience
	Log      *slog.Logger
	Offices  Offices
	Drill    map[intake.Step]Work // what a drill's steps do; nil outside the benchmark

	// Moved is told of every step that this process moved, after the commit. It
	// must return at once. May be nil.
	Moved func(caseID int64, step intake.Step, to intake.State)
	// Faulty is told of every certificate that was kept back because what was printed
	// is not what must be. May be nil.
	Faulty func()
	// Plugins stand around the work of every job, the first outermost.
	Plugins []rivertype.Plugin
}

// Flow carries cases. Make one with New, then Start it, or leave it stopped in
// a process that only accepts.
type Flow struct {
	Offices
	name     string
	patience Patience
	pool     *pgxpool.Pool
	river    *river.Client[pgx.Tx]
	log      *slog.Logger
	works    map[intake.Step]Work
	drill    map[intake.Step]Work
	pulse    *pulse
	desk     *desk
	moved    func(int64, intake.Step, intake.State)
	faulty   func()

	halt    context.CancelFunc
	running sync.WaitGroup
	left    sync.Once // a start that failed has left; a stop after it must not leave again

	facts *lru.Cache[int64, intake.Case] // the facts of a case never change after acceptance
	keys  *expirable.LRU[utilities.Utility, []string]

	previews *expirable.LRU[string, Preview]
}

// The settings of the engine, measured in docs/BENCHMARK.md.
const (
	// notifyCooldown is the client's: within it River drops a second notification
	// for a queue, which then waits for the poll. So it is as short as it may be.
	notifyCooldown = time.Millisecond
	// fetchCooldown is each queue's: within it River puts fetches off, and loses none.
	fetchCooldown = 25 * time.Millisecond
	// fetchPoll is the net under lost notifications. A poll starts a cooldown, into
	// which a case may fall, so it is rare.
	fetchPoll    = 5 * time.Second
	jobTimeout   = 20 * time.Second
	rescueAfter  = 30 * time.Second
	sweepEvery   = 5 * time.Second
	keepFinished = 10 * time.Minute
	factsKept    = 4096
	previewsKept = 1024
	previewFor   = 5 * time.Minute
	carriers     = 16
)

// narrow are the queues in which more workers would only be in each other's way:
// a rendering takes a processor to itself.
var narrow = map[intake.Step]int{intake.Certificate: max(2, runtime.NumCPU())}

// New returns a flow that is not started.
func New(cfg Config) (*Flow, error) {
	facts, err := lru.New[int64, intake.Case](factsKept)
	if err != nil {
		return nil, err
	}
	if cfg.Patience.Office == nil {
		cfg.Patience = DefaultPatience()
	}
	f := &Flow{
		patience: cfg.Patience,
		Offices:  cfg.Offices, name: cfg.Name, pool: cfg.Pool, log: cfg.Log,
		drill: cfg.Drill, facts: facts, moved: cfg.Moved, faulty: cfg.Faulty, pulse: newPulse(cfg.Engine, cfg.Log),
		keys:     expirable.NewLRU[utilities.Utility, []string](len(utilities.Utilities), nil, keysFor),
		previews: expirable.NewLRU[string, Preview](previewsKept, nil, previewFor),
	}
	f.desk = newDesk(f)
	if f.moved == nil {
		f.moved = func(int64, intake.Step, intake.State) {}
	}
	if f.faulty == nil {
		f.faulty = func() {}
	}
	f.works = f.sale()
	return f, f.connect(cfg)
}

// connect makes the River client. Every binary registers every kind: the
// leader discards stuck jobs of kinds that it does not know.
func (f *Flow) connect(cfg Config) (err error) {
	known, queues := river.NewWorkers(), map[string]river.QueueConfig{"sweep": {MaxWorkers: 1}}
	river.AddWorker(known, &sweeper{flow: f, next: map[bell]time.Time{}})
	river.AddWorker(known, &carrier{flow: f})
	river.AddWorker(known, &cashier{flow: f})
	river.AddWorker(known, &bookkeeper{flow: f})
	queues[moneyKind], queues[reconcileKind] = river.QueueConfig{MaxWorkers: 4}, river.QueueConfig{MaxWorkers: 1}
	queues[noticeKind] = river.QueueConfig{MaxWorkers: carriers, FetchCooldown: fetchCooldown}
	for _, step := range intake.Steps() {
		river.AddWorkerArgs(known, args{step: step}, &worker{flow: f})
		workers := cmp.Or(narrow[step], cfg.Workers, 32)
		queues[string(step)] = river.QueueConfig{MaxWorkers: workers, FetchCooldown: fetchCooldown}
	}
	f.river, err = river.NewClient(riverpgxv5.New(cfg.Engine), &river.Config{
		ID:                          cfg.Name,
		Queues:                      queues,
		Workers:                     known,
		FetchCooldown:               notifyCooldown,
		FetchOnlyKnownKinds:         true, // what only a newer program knows waits for it
		FetchPollInterval:           fetchPoll,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		RetryPolicy:                 cfg.Patience,
		CompletedJobRetentionPeriod: keepFinished,
		SoftStopTimeout:             jobTimeout,
		Plugins:                     append(slices.Clone(cfg.Plugins), &clean{}),
		ReindexerIndexNames:         []string{}, // only an owner may, and the program owns nothing
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(sweepEvery),
			func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil }, nil),
			river.NewPeriodicJob(river.PeriodicInterval(reconcileEvery),
				func() (river.JobArgs, *river.InsertOpts) { return reconcileArgs{}, nil }, nil)},
		Logger: quiet(cfg.Log),
	})
	if err != nil {
		return fmt.Errorf("make the River client: %w", err)
	}
	return nil
}

// Start works jobs until Stop. What this process's previous self left running,
// or any other process that is gone, is put back to work first.
func (f *Flow) Start(ctx context.Context) error {
	life, halt := context.WithCancel(context.WithoutCancel(ctx))
	f.halt = halt
	f.desk.open(life, &f.running)
	if err := f.takeUp(ctx); err != nil {
		f.leave()
		return err
	}
	return nil
}

func (f *Flow) takeUp(ctx context.Context) error {
	if err := f.pulse.start(ctx, f.name); err != nil {
		return fmt.Errorf("show that %s lives: %w", f.name, err)
	}
	if err := f.reclaim(ctx, f.name); err != nil {
		return fmt.Errorf("take up what %s left: %w", f.name, err)
	}
	if err := f.reclaimDead(ctx); err != nil {
		return fmt.Errorf("take up what others left: %w", err)
	}
	if err := f.river.Start(ctx); err != nil {
		return fmt.Errorf("start River: %w", err)
	}
	return nil
}

// Stop lets running jobs end and stops working.
func (f *Flow) Stop(ctx context.Context) error {
	err := f.river.Stop(ctx)
	f.leave()
	return err
}

// leave closes the desk and stops showing that this process lives.
func (f *Flow) leave() {
	f.left.Do(func() {
		f.pulse.stop()
		f.desk.manned.Store(false)
		f.halt()
		f.running.Wait()
		close(f.desk.shut)
	})
}

// EnginePool opens a pool for River: small, and without waiting for the disk at
// each commit. What a crash takes from it is at most the note that a job ran,
// and a job that runs again finds its step ended.
func EnginePool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	config.MaxConns = 12
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	audit.AsProgram(config)
	return pgxpool.NewWithConfig(ctx, config)
}

// read runs do in a transaction that only reads.
func (f *Flow) read(ctx context.Context, do func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, do)
}

// get returns the facts of a case, from memory if this process saw it before.
func (f *Flow) get(ctx context.Context, id int64) (c intake.Case, err error) {
	if c, ok := f.facts.Get(id); ok {
		return c, nil
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		c, err = intake.Facts(ctx, tx, id)
		return err
	})
	if err == nil {
		f.facts.Add(id, c)
	}
	return c, err
}

// already turns "somebody else was first" into success, for jobs.
func already(err error) error {
	if errors.Is(err, intake.ErrAlready) {
		return nil
	}
	return err
}
