package jobs_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
	"onewindow/internal/vault"
	"onewindow/jobs"
	"onewindow/tax/payment"
)

// kills is how many more kills the campaign makes, each before a statement or a call
// that chance picks: go test ./jobs -run TestAKill -kills 1000.
var kills = flag.Int("kills", 0, "kill the process before so many statements picked by chance")

// The test binary is also the process that is killed.
func TestMain(m *testing.M) {
	if text := os.Getenv("ONEWINDOW_VICTIM"); text != "" {
		if err := victim(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// errand is what a victim is to do, and when it dies.
type errand struct {
	Database, Ring, Gateway, Key string
	Number                       intake.Number
	Refuse                       bool // the registrar refuses the case after it was paid
	Each                         bool // count every statement, not only commits and calls
	Death                        int64
}

// reaper kills its process, without warning, at the nth thing that it sees.
type reaper struct {
	seen, death int64
	each        bool
	reading     sync.Map // the connections whose transaction only reads: its end is no step
}

func (r *reaper) see() {
	if atomic.AddInt64(&r.seen, 1) == r.death {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// TraceQueryStart sees a statement before it is sent.
func (r *reaper) TraceQueryStart(ctx context.Context, c *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(d.SQL, "begin") {
		r.reading.Store(c, strings.Contains(d.SQL, "read only"))
	}
	reading, _ := r.reading.Load(c)
	commit := d.SQL == "commit" && reading != true
	if r.each || commit {
		r.see()
	}
	return context.WithValue(ctx, commits{}, commit)
}

// commits is the key under which a statement says that it ends a transaction that wrote.
type commits struct{}

// TraceQueryEnd sees it when the database has answered.
func (r *reaper) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if commit, _ := ctx.Value(commits{}).(bool); commit {
		r.see()
	}
}

// RoundTrip sees a call before it is made and after it was answered.
func (r *reaper) RoundTrip(q *http.Request) (*http.Response, error) {
	r.see()
	res, err := http.DefaultTransport.RoundTrip(q)
	r.see()
	return res, err
}

// victim settles a case, has it paid, hears of it, and, if the case is refused, gives
// the money back; it dies on the way.
func victim(text string) error {
	var e errand
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return err
	}
	ctx, r := context.Background(), &reaper{death: e.Death, each: e.Each}
	flow, err := flowOf(ctx, e, r)
	if err != nil {
		return err
	}
	if err := flow.Step(ctx, e.Number, intake.Settle); err != nil {
		return err
	}
	s, err := flow.Find(ctx, e.Number)
	if err != nil {
		return err
	}
	for _, b := range s.Bills {
		if b.State == payment.BillOpen {
			if err := payAndHear(ctx, flow, e, r, b.Ref); err != nil {
				return err
			}
		}
	}
	if !e.Refuse {
		return nil
	}
	if err := flow.Decide(ctx, jobs.Decision{Number: e.Number, Step: intake.Review, Verdict: jobs.Refuse, By: "registrar-01",
		Reason: "材料不实"}); err != nil {
		return err
	}
	return flow.ClearMoney(ctx, s.ID)
}

func flowOf(ctx context.Context, e errand, r *reaper) (*jobs.Flow, error) {
	ring, err := vault.Read(e.Ring)
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(e.Database)
	if err != nil {
		return nil, err
	}
	ring.Prepare(config)
	config.ConnConfig.Tracer = r
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return jobs.New(jobs.Config{Name: "victim", Pool: pool, Engine: pool, Log: slog.New(slog.DiscardHandler),
		Offices: jobs.Offices{Gateway: payment.Platform{URL: e.Gateway, Key: e.Key, Client: &http.Client{Transport: r}}}})
}

// payAndHear pays at the gateway, and hears its callback twice.
func payAndHear(ctx context.Context, flow *jobs.Flow, e errand, r *reaper, ref string) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, e.Gateway+"/orders/"+ref+"/pay", nil)
	if err != nil {
		return err
	}
	res, err := r.RoundTrip(q)
	if err != nil {
		return err
	}
	res.Body.Close()
	for range 2 {
		body, h := []byte(`{"ref":"`+ref+`","state":"paid"}`), http.Header{}
		if err := outbound.Sign(h, "msg-"+ref, time.Now(), body, e.Key); err != nil {
			return err
		}
		if err := flow.Paid(ctx, h, body); err != nil {
			return err
		}
	}
	return nil
}

// campaign is a window that works nothing by itself, with a ring that its victims share.
type campaign struct {
	*window
	errand errand
	home   int
}

func newCampaign(t *testing.T, homes int) *campaign {
	t.Helper()
	c := &campaign{window: &window{t: t}}
	c.errand = errand{Database: pgtest.URL(t), Ring: filepath.Join(t.TempDir(), "ring.json")}
	ring, err := vault.ReadOrDraw(c.errand.Ring)
	if err != nil {
		t.Fatal(err)
	}
	config, err := pgxpool.ParseConfig(c.errand.Database)
	if err != nil {
		t.Fatal(err)
	}
	ring.Prepare(config)
	if c.pool, err = pgxpool.NewWithConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.pool.Close)
	c.tx(func(ctx context.Context, tx pgx.Tx) error { return town.Build(ctx, tx, 0, homes) })
	if c.offices, err = town.NewOffices(town.Config{Books: boughtLately()}); err != nil { // so that both sides owe
		t.Fatal(err)
	}
	t.Cleanup(c.offices.Close)
	c.offices.Payments.Faults.Silent = true // whoever lives hears; nobody is told twice
	c.errand.Gateway, c.errand.Key = c.offices.URL+"/pay", c.offices.GatewayKey
	c.Flow, err = jobs.New(jobs.Config{Name: "survivor", Pool: c.pool, Engine: c.pool, Log: slog.New(slog.DiscardHandler),
		Offices: c.offices.Offices})
	if err != nil {
		t.Fatal(err)
	}
	c.offices.Serve(c.Flow)
	return c
}

// kill lets a victim do the errand for a new case until its nth step, and reports
// whether it died.
func (c *campaign) kill(refuse, each bool, death int64) (died bool) {
	c.t.Helper()
	a := town.Sale(c.home)
	c.home++
	a.Utilities = nil
	e := c.errand
	e.Number, e.Refuse, e.Each, e.Death = c.accept(a), refuse, each, death
	for _, step := range []intake.Step{intake.Assess, intake.Review} {
		if err := c.Step(c.t.Context(), e.Number, step); err != nil {
			c.t.Fatal(err)
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.CommandContext(c.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "ONEWINDOW_VICTIM="+string(text))
	said, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		c.t.Fatalf("death %d of %s: %v: %s", death, e.Number, err, said)
	}
	c.survive(e.Number, "death "+strconv.FormatInt(death, 10))
	return err != nil
}

// survive does what the next process does: it takes up the step that was running, the
// payers pay what they still see open, and the books are reconciled.
func (c *campaign) survive(number intake.Number, when string) {
	c.t.Helper()
	ctx := c.t.Context()
	if err := c.Step(ctx, number, intake.Settle); err != nil {
		c.t.Errorf("%s: the step is taken up: %v", when, err)
	}
	c.reconcile(when, 1)
	s, err := c.Find(ctx, number)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, b := range s.Bills {
		if b.State == payment.BillOpen && s.State == intake.Open {
			c.mustPay(b.Ref)
		}
	}
	c.reconcile(when, 2) // one finds what went wrong, the next that all is right
	if s, err = c.Find(ctx, number); err != nil {
		c.t.Fatal(err)
	}
	if s.State == intake.Open && s.Steps[intake.Settle] != intake.Done {
		c.t.Errorf("%s: paid, and the step is %s: %+v", when, s.Steps[intake.Settle], s.Bills)
	}
	if paid, held := c.wrongPaid(); paid > 0 || held > 0 {
		c.t.Errorf("%s: %d wrong paid, %d unreconciled", when, paid, held)
	}
}

func (c *campaign) reconcile(when string, times int) {
	for range times {
		if err := c.Reconcile(c.t.Context()); err != nil {
			c.t.Errorf("%s: reconcile: %v", when, err)
		}
	}
}

// A kill -9 before and after every commit and every call of paying, and of giving
// back after a refusal; then the next process reconciles. Unreconciled 0, wrong paid 0,
// and the gateway's bill file holds nothing that the books do not.
func TestAKillBetweenAnyTwoStepsOfPayingLosesNoMoney(t *testing.T) {
	t.Parallel()
	c := newCampaign(t, 160+*kills)
	last := int64(0)
	for death := int64(1); c.kill(true, false, death); death++ {
		if last = death; death > 150 {
			t.Fatal("it never ends")
		}
	}
	if last < 20 {
		t.Errorf("only %d places to die: the campaign sees too little", last)
	}
	for range *kills {
		c.kill(rand.N(2) == 0, true, 1+rand.N[int64](200))
	}
	c.settle()
	t.Logf("%d cases, killed at each of %d places and %d more: 0 unreconciled, 0 wrong paid", c.home, last, *kills)
}
