package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// office is a whole office behind its doors: a database with homes to sell, a
// flow on real River, and an HTTP server.
type office struct {
	t       testing.TB
	pool    *pgxpool.Pool
	flow    *jobs.Flow
	url     string
	gateway *httptest.Server         // where bills are paid; nil in an office that only accepts
	secrets map[string]access.Secret // keys of programs, by id
	seeds   map[string]access.Seed   // of codes
	tokens  map[string]string        // of sessions that are open
	signing sync.Mutex
	log     *logBook
	gallery *gallery // notes which pages were read; nil outside the tests that ask
}

// logBook keeps what was logged.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// The people of the office.
var people = []access.Person{
	{ID: "clerk-01", Name: "李受理", Role: access.Clerk, Office: "430602"},
	{ID: "clerk-02", Name: "周受理", Role: access.Clerk, Office: "430602"},
	{ID: "registrar-01", Name: "王审核", Role: access.Registrar, Office: "430602"},
	{ID: "tax-01", Name: "赵税务", Role: access.TaxOfficer, Office: "430602"},
	{ID: "tax-02", Name: "孙税务", Role: access.TaxOfficer, Office: "430602"},
	{ID: "system-01", Name: "钱运维", Role: access.SystemAdmin},
	{ID: "reviewer-01", Name: "孙初审", Role: access.Reviewer, Office: "430602"},
	{ID: "supervisor-01", Name: "冯督导", Role: access.Supervisor, Office: "430602"},
	{ID: "water-co", Name: "水务公司", Role: access.Company, Company: "water"},
	{ID: "security-01", Name: "吴安全", Role: access.SecurityAdmin},
	{ID: "security-02", Name: "何安全", Role: access.SecurityAdmin},
	{ID: "audit-01", Name: "郑审计", Role: access.AuditAdmin},
}

// password is everybody's.
const password = "a rather long sentence"

// hasher is that of all offices: two at a time, as in a real one.
var hasher = access.NewHasher(2)

func (o *office) porter() access.Porter { return access.Porter{Pool: o.pool, Hasher: hasher} }

// engage gives one more person an account with a key.
func (o *office) engage(p access.Person) {
	o.t.Helper()
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		o.secrets[p.ID] = access.NewSecret()
		now := time.Now()
		return errors.Join(access.Engage(ctx, tx, p),
			access.AddKey(ctx, tx, p.ID, o.secrets[p.ID], "test", now, now.Add(access.KeyLength)))
	})
}

// anyone is a browser that asks for codes for the first time.
func anyone() access.Asker {
	return access.Asker{Browser: access.NewSecret().Text(), From: access.NewSecret().Text()}
}

// token returns the token of a person's session, proved just now: the same for
// everyone who asks, because a person has one.
func (o *office) token(id string) string {
	o.t.Helper()
	o.signing.Lock()
	defer o.signing.Unlock()
	if o.tokens[id] == "" {
		o.must(func(ctx context.Context, tx pgx.Tx) error {
			token, err := access.OpenSession(ctx, tx, access.Person{ID: id}, time.Now())
			o.tokens[id] = token.Text()
			return err
		})
	}
	o.prove(id)
	return o.tokens[id]
}

// prove lets a person have given password and code just now.
func (o *office) prove(id string) {
	o.t.Helper()
	_, err := o.pool.Exec(context.Background(), `
		UPDATE access_session SET proved_at = now() WHERE person = $1 AND NOT elsewhere`, id)
	if err != nil {
		o.t.Fatal(err)
	}
}

// codeOf returns a code that a person has not used yet.
func (o *office) codeOf(id string) string {
	o.t.Helper()
	if _, err := o.pool.Exec(context.Background(), `UPDATE access_person SET last_step = 0 WHERE id = $1`, id); err != nil {
		o.t.Fatal(err)
	}
	code, err := o.seeds[id].Code(time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

// newOffice opens an office with n homes whose flow only accepts.
func newOffice(t testing.TB, n int) *office {
	t.Helper()
	o := openOffice(t, pgtest.URL(t), nil)
	o.build(n)
	return o
}

// workingOffice opens an office with n homes whose flow works, with the sandbox
// offices around it.
func workingOffice(t testing.TB, n int) *office {
	t.Helper()
	o := openOffice(t, pgtest.URL(t), around)
	o.build(n)
	o.work()
	return o
}

// work starts the flow, until the test ends.
func (o *office) work() {
	o.t.Helper()
	if err := o.flow.Start(context.Background()); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := o.flow.Stop(context.Background()); err != nil {
			o.t.Errorf("stop the flow: %v", err)
		}
	})
}

// openOffice opens an office on a migrated, empty database, with doors that may be
// arranged otherwise than usual.
func openOffice(t testing.TB, url string, around func(testing.TB, string) (jobs.Offices, *httptest.Server),
	arrange ...func(*Config)) *office {
	t.Helper()
	o := &office{t: t, pool: poolOf(t, url, 20), secrets: map[string]access.Secret{}, log: &logBook{},
		seeds: map[string]access.Seed{}, tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(o.log, nil))
	engine, err := jobs.EnginePool(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	server := httptest.NewUnstartedServer(nil)
	o.url = "http://" + server.Listener.Addr().String()
	config := jobs.Config{Name: "office", Pool: o.pool, Engine: engine, Log: log}
	if around != nil {
		config.Offices, o.gateway = around(t, o.url)
	}
	if o.flow, err = jobs.New(config); err != nil {
		t.Fatal(err)
	}
	base, stop := context.WithCancel(context.Background())
	server.Config.BaseContext = func(net.Listener) context.Context { return base }
	doors := Config{Flow: o.flow, Pool: o.pool, Log: log}
	for _, a := range arrange {
		a(&doors)
	}
	server.Config.Handler = New(doors)
	server.Start()
	t.Cleanup(func() { stop(); server.Close() })
	return o
}

func poolOf(t testing.TB, url string, most int32) *pgxpool.Pool {
	t.Helper()
	return pgtest.Open(t, url, most)
}

// build engages the staff and builds n homes.
func (o *office) build(n int) {
	o.t.Helper()
	var known []access.Known
	for _, p := range people {
		o.seeds[p.ID] = access.NewSeed()
		known = append(known, access.Known{Person: p, Password: password, Seed: o.seeds[p.ID]})
	}
	if err := o.porter().Demonstrate(context.Background(), known); err != nil {
		o.t.Fatal(err)
	}
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		for _, p := range people {
			o.secrets[p.ID] = access.NewSecret()
			now := time.Now()
			if err := access.AddKey(ctx, tx, p.ID, o.secrets[p.ID], "test", now, now.Add(access.KeyLength)); err != nil {
				return err
			}
		}
		return town.Build(ctx, tx, 0, n)
	})
}

func (o *office) must(do func(context.Context, pgx.Tx) error) {
	o.t.Helper()
	ctx := context.Background()
	if err := pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error { return do(ctx, tx) }); err != nil {
		o.t.Fatal(err)
	}
}

// rows counts everything that accepting a case writes.
func (o *office) rows() (n int) {
	o.t.Helper()
	err := o.pool.QueryRow(context.Background(), `
		SELECT (SELECT count(*) FROM intake_case) + (SELECT count(*) FROM intake_step) +
			(SELECT count(*) FROM intake_journal) + (SELECT count(*) FROM intake_key) +
			(SELECT count(*) FROM intake_day) + (SELECT count(*) FROM river_job)`).Scan(&n)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// reply is an answer read whole.
type reply struct {
	*http.Response
	body []byte
}

// problem reads the answer as RFC 9457 wants it.
func (r reply) problem(t testing.TB) (p problem) {
	t.Helper()
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("status %d of type %q: %s", r.StatusCode, got, r.body)
	}
	r.into(t, &p)
	if p.Status != r.StatusCode || p.Title == "" || p.Title == "problem_"+strings.TrimPrefix(p.Type, problemPath) {
		t.Errorf("a problem without its words or status: %s", r.body)
	}
	return p
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

// codes lists the defects as "code field".
func (p problem) codes() (codes []string) {
	for _, e := range p.Errors {
		codes = append(codes, strings.TrimSpace(e.Code+" "+e.Field))
	}
	return codes
}

// request is one request to the office.
type request struct {
	method, path string
	staff        string // "" asks as nobody
	body         string
	header       map[string]string
}

// send sends it and reads the answer, which must be as the API is described.
func (o *office) send(r request) reply {
	o.t.Helper()
	res, err := http.DefaultClient.Do(o.prepare(context.Background(), r))
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil {
		err = theContract().check(res.Request, res, body)
	}
	if err != nil {
		o.t.Error(err)
	}
	return reply{res, body}
}

func (o *office) prepare(ctx context.Context, r request) *http.Request {
	o.t.Helper()
	req, err := http.NewRequestWithContext(ctx, r.method, o.url+r.path, strings.NewReader(r.body))
	if err != nil {
		o.t.Fatal(err)
	}
	switch {
	case r.staff == "":
	case strings.HasSuffix(r.path, "/decision"), strings.HasSuffix(r.path, "/hand-over"), strings.HasSuffix(r.path, "/confirmation"): // which take a session
		req.Header.Set("Authorization", "Bearer "+o.token(r.staff))
	default:
		req.SetBasicAuth(r.staff, o.secrets[r.staff].Text())
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	return req
}

// apply hands an application in under a key.
func (o *office) apply(key, body string) reply {
	o.t.Helper()
	return o.send(request{method: "POST", path: "/api/v1/cases", staff: "clerk-01", body: body,
		header: map[string]string{"Idempotency-Key": key}})
}

// get asks for something as a clerk.
func (o *office) get(path string) reply {
	o.t.Helper()
	return o.send(request{method: "GET", path: path, staff: "clerk-01"})
}

// accept opens the case of home i.
func (o *office) accept(i int) (a accepted) {
	o.t.Helper()
	r := o.apply(fmt.Sprintf("home-%d", i), saleOf(i).text(o.t))
	if r.StatusCode != http.StatusCreated {
		o.t.Fatalf("accepting home %d: %d %s", i, r.StatusCode, r.body)
	}
	r.into(o.t, &a)
	return a
}

// acceptSilent opens the case of home i, whose water company keeps its answer for later.
func (o *office) acceptSilent(i int) intake.Number {
	o.t.Helper()
	a := saleOf(i)
	a.Utilities[0].Number = fmt.Sprintf("water-%06d-SILENT", i)
	r := o.apply(fmt.Sprintf("home-%d", i), a.text(o.t))
	var opened accepted
	r.into(o.t, &opened)
	if r.StatusCode != http.StatusCreated {
		o.t.Fatalf("accepting home %d: %d %s", i, r.StatusCode, r.body)
	}
	return opened.Number
}

// unanswered waits until a silent water company has the question of a case, and keeps
// the sweeper, which asks again after a minute, from getting its answer.
func (o *office) unanswered(number intake.Number) {
	o.t.Helper()
	o.waitFor(number, intake.WaterRequest, intake.AwaitingCompany)
	if _, err := o.pool.Exec(context.Background(), `
		UPDATE intake_step s SET started_at = now() + interval '1 day' FROM intake_case c
		WHERE c.id = s.case_id AND c.number = $1 AND s.step = 'water_request'`, number); err != nil {
		o.t.Fatal(err)
	}
}

// eventually waits for what happens in the background.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("not within half a minute: %s", what)
}
