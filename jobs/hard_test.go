package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/outbound"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax/payment"
	"onewindow/utilities"
)

// T05 after the fact: an objection that the registrar could not have seen stops
// the entry, and the registrar may then refuse the case.
func TestAnObjectionAfterTheApprovalStopsTheEntry(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	w.approve(number)
	w.until(number, intake.Settle, intake.AwaitingPayment)
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := registration.PutObjection(ctx, tx, registration.Objection{
			Unit: a.Unit, Objector: "镇异议", ObjectorID: town.Person("镇异议", 8000).ID, RegisteredAt: time.Now(),
		})
		return err
	})
	w.pay(number)
	w.until(number, intake.Enter, intake.Manual)
	if err := w.decide(number, intake.Enter, jobs.Refuse, "registrar-01", "异议登记"); err != nil {
		t.Fatal(err)
	}
	s := w.until(number, intake.Enter, intake.Refused)
	if s.State != intake.Turned {
		t.Errorf("case %s", s.State)
	}
	w.eventually("the tax was given back", func() bool { return w.offices.Payments.Balance(w.bill(number).Ref) == 0 })
}

// An order that was paid in the instant in which its case was refused, its callback
// lost: the money goes back.
func TestALostCallbackAfterARefusalIsFound(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	w.offices.Payments.Faults.Silent = true
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	bill := w.owed(number)[0]
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.offices.Pay(t.Context(), bill.Ref); err != nil {
		t.Fatal(err)
	}
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
		t.Fatal(err)
	}
	w.eventually("it was given back", func() bool { return w.offices.Payments.Balance(bill.Ref) == 0 })
	for range 2 { // asking again changes nothing
		if err := w.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.Find(t.Context(), number)
	if err != nil || len(s.Refunds) != 1 || s.Refunds[0].Why != string(payment.PaidLate) || s.Refunds[0].State != payment.RefundDone {
		t.Errorf("refunds %+v, %v", s.Refunds, err)
	}
}

// A gateway that was down long enough hands its steps to an operator; a payment
// that comes all the same is taken.
func TestAPaymentMovesAStepThatWentToAnOperator(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	bill := w.owed(number)[0]
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE intake_step SET state = 'manual', holder = 'operator' WHERE step = 'settle'`)
		return err
	})
	if err := w.offices.Pay(t.Context(), bill.Ref); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.Settle, intake.Done)
}

// The applicant never came back: the registrar may refuse.
func TestAReturnedCaseCanBeRefused(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Review, intake.NeedsInput)
	for _, v := range []jobs.Verdict{jobs.Return, jobs.Refuse} {
		if err := w.decide(number, intake.Review, v, "registrar-01", "逾期未补正"); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
	}
}

// Every step that waits for a person takes at least one verdict.
func TestEveryStepThatWaitsForAPersonHasAWayOut(t *testing.T) {
	t.Parallel()
	for _, step := range intake.Steps() {
		for _, assessed := range []bool{false, true} {
			if got := jobs.Verdicts(intake.Progress{Step: step, State: intake.Manual}, assessed); len(got) == 0 {
				t.Errorf("%s, manual, assessed %v: no verdict", step, assessed)
			}
		}
	}
	for _, holder := range []string{intake.Reviewer, intake.Applicant} {
		p := intake.Progress{Step: intake.Review, State: intake.NeedsInput, Holder: holder}
		if got := jobs.Verdicts(p, false); len(got) < 2 {
			t.Errorf("review with %s takes %v", holder, got)
		}
	}
}

// Two processes share the work, and the rows they lock have one order.
func TestTwoProcessesDoNotDeadlock(t *testing.T) {
	t.Parallel()
	const homes = 120
	w := newWindow(t, homes)
	url := w.pool.Config().ConnString()
	engine, err := jobs.EnginePool(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	second, err := jobs.New(jobs.Config{
		Name: "test-2", Pool: w.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Offices: w.offices.Offices,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Stop(context.Background()) })
	var group sync.WaitGroup
	for i := range homes {
		group.Go(func() { w.accept(town.Sale(i)) })
	}
	group.Wait()
	count := func(sql string) (n int) {
		w.tx(func(ctx context.Context, tx pgx.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) })
		return n
	}
	for range 1200 {
		if count(`SELECT count(*) FROM intake_step WHERE state = 'running'`) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Second) // the server's statistics settle
	if n := count(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
	if n := count(`SELECT count(*) FROM intake_step WHERE state IN ('running', 'manual')`); n != 0 {
		t.Errorf("%d steps are running or with a person", n)
	}
}

// A company that has heard of the withdrawal must not hear the request after it:
// its check would stand for ever.
func TestARequestThatWaitsForAnotherTryIsNotMadeAfterTheRefusal(t *testing.T) {
	t.Parallel()
	company := newDeafCompany(t)
	w := newWindowAround(t, 1, jobs.Patience{Office: []time.Duration{0}, Company: []time.Duration{3 * time.Second}},
		func(o *jobs.Offices) { o.Companies["water"] = company.as })
	a := town.Sale(0)
	a.Utilities = a.Utilities[:1]
	number := w.accept(a)
	w.until(number, intake.Review, intake.NeedsInput)
	for len(company.heard()) == 0 { // asked once, and not answered
		time.Sleep(20 * time.Millisecond)
	}
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.WaterCancel, intake.Done)
	for w.jobsLeft() > 0 { // the second try has been made, or left
		time.Sleep(50 * time.Millisecond)
	}
	if got := company.heard(); !slices.Equal(got, []string{"/check", "/cancel"}) {
		t.Errorf("the company heard %q", got)
	}
}

// jobsLeft counts the jobs of steps that are not over.
func (w *window) jobsLeft() (n int) {
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind <> 'sweep' AND finalized_at IS NULL`).Scan(&n)
	})
	return n
}

// deafCompany does not take the first thing it is told, and remembers all.
type deafCompany struct {
	as   utilities.Company
	mu   sync.Mutex
	told []string
}

func newDeafCompany(t *testing.T) *deafCompany {
	c := &deafCompany{}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.as = utilities.Company{
		Utility: utilities.Water, Name: "deaf", URL: server.URL, Key: outbound.Key(make([]byte, 32)),
		HTTP: outbound.New(5*time.Second, outbound.Loopback()...),
	}
	return c
}

func (c *deafCompany) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.told)
}

func (c *deafCompany) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Ref string `json:"ref"`
	}
	_ = json.NewDecoder(r.Body).Decode(&m)
	c.mu.Lock()
	c.told = append(c.told, r.URL.Path)
	first := len(c.told) == 1
	c.mu.Unlock()
	if first {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	outcome := map[string]string{"/check": "found", "/cancel": "cancelled"}[r.URL.Path]
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"ref": m.Ref, "outcome": outcome})
}

// A person can pay: the case leads to the gateway's page, until it is paid.
func TestACaseLeadsToWhereItIsPaid(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Settle, intake.AwaitingPayment)
	order, err := w.PayAt(t.Context(), number, "")
	if err != nil {
		t.Fatal(err)
	}
	page := order.Page
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), "8,080.00") {
		t.Errorf("%s: %d %s, %v", page, res.StatusCode, body, err)
	}
	w.pay(number)
	w.until(number, intake.Settle, intake.Done)
	if _, err := w.PayAt(t.Context(), number, ""); !errors.Is(err, payment.ErrUnknownBill) {
		t.Errorf("after the payment: %v, want ErrUnknownBill", err)
	}
}

// What a person said stays in the journal, whatever happens to the step later.
func TestTheJournalKeepsWhatPeopleSaid(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Review, intake.NeedsInput)
	said := []string{"缺少配偶同意书", "已补齐", "材料不实"}
	for i, v := range []jobs.Verdict{jobs.Return, jobs.Supplement, jobs.Refuse} {
		for w.holder(number, intake.Review) == intake.Machine {
			time.Sleep(20 * time.Millisecond)
		}
		if err := w.decide(number, intake.Review, v, "registrar-01", said[i]); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
	}
	s := w.until(number, intake.Review, intake.Refused)
	var words []string
	for _, e := range s.Journal {
		if e.Words != "" {
			words = append(words, e.Words)
		}
	}
	if !slices.Equal(words, said) {
		t.Errorf("the journal keeps %q, want %q", words, said)
	}
}
