package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/client"
	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
	"onewindow/internal/vault"
)

// rehearsal is a window that runs as a program of its own, with a configuration,
// the town's sandbox offices around it, and a collector of traces.
type rehearsal struct {
	t       *testing.T
	told    config
	path    string // of the configuration
	url     string
	pool    *pgxpool.Pool
	offices *town.Offices
	secrets map[string]access.Secret
	session string // the registrar's
	seed    access.Seed
	traces  *traceCollector
	log     []string // files, one a start
	figures string   // as Prometheus read them
	jobs    string   // as the console lists them
}

// staff are the people of the rehearsal, an account a role.
var staff = []access.Person{
	{ID: "clerk-01", Name: "李受理", Role: access.Clerk, Office: "430602"},
	{ID: "registrar-01", Name: "陈审核", Role: access.Registrar, Office: "430602"},
	{ID: "system-01", Name: "孙运维", Role: access.SystemAdmin},
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func newRehearsal(t *testing.T, homes int) *rehearsal {
	t.Helper()
	r := &rehearsal{t: t, secrets: map[string]access.Secret{}, traces: newTraceCollector(t)}
	dir := t.TempDir()
	c := defaults()
	c.Listen, c.Database, c.Rehearsal = freeAddress(t), pgtest.URL(t), true
	c.Vault.KeyFile = filepath.Join(dir, "ring.json")
	c.Offices.VerifyURL, c.Offices.VerifyKeyFile = "https://window.example/v/", filepath.Join(dir, "verify.key")
	c.Offices.InnerNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c.Disk.LeastFree, c.Metrics.Listen = 1, freeAddress(t)
	c.Traces, c.Log = tracesConfig{Endpoint: r.traces.URL + "/v1/traces", Share: 1}, logConfig{"json", "debug"}
	r.url = "http://" + c.Listen
	r.surround(&c)
	r.told, r.path = c, file(t, c)
	r.build(homes)
	return r
}

// surround names the town's offices in the configuration.
func (r *rehearsal) surround(c *config) {
	var err error
	r.offices, err = town.NewOffices(town.Config{Callbacks: r.url + "/api/v1/callbacks"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.offices.Serve(nil) // callbacks go to the program
	r.t.Cleanup(r.offices.Close)
	c.Offices.Gateway = doorConfig{URL: r.offices.URL + "/pay", Key: r.offices.GatewayKey}
	c.Offices.Messages = doorConfig{URL: r.offices.URL + "/messages", Key: outbound.Key(make([]byte, 32))}
	c.Offices.Sources = map[string]sourceConfig{}
	for name, source := range r.offices.Sources {
		c.Offices.Sources[string(name)] = sourceConfig{URL: source.URL, Key: source.Key}
	}
	c.Offices.Companies = map[string]doorConfig{}
	for utility, company := range r.offices.Companies {
		c.Offices.Companies[utility] = doorConfig{Name: company.Name, URL: company.URL, Key: company.Key}
	}
}

// build makes the town and its people.
func (r *rehearsal) build(homes int) {
	r.t.Helper()
	ring, err := vault.ReadOrDraw(r.told.Vault.KeyFile)
	if err != nil {
		r.t.Fatal(err)
	}
	pool, err := pgxpool.ParseConfig(r.told.Database)
	if err != nil {
		r.t.Fatal(err)
	}
	ring.Prepare(pool)
	audit.AsProgram(pool)
	if r.pool, err = pgxpool.NewWithConfig(r.t.Context(), pool); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.pool.Close)
	err = pgx.BeginFunc(r.t.Context(), r.pool, func(tx pgx.Tx) error {
		for _, p := range staff {
			r.secrets[p.ID] = access.NewSecret()
			if err := access.Engage(r.t.Context(), tx, p); err != nil {
				return err
			}
			until := time.Now().Add(time.Hour)
			if err := access.AddKey(r.t.Context(), tx, p.ID, r.secrets[p.ID], "test", time.Now(), until); err != nil {
				return err
			}
		}
		return town.Build(r.t.Context(), tx, 0, homes)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// password is the registrar's.
const password = "rehearse-the-whole-window-7"

// signIn lets the registrar in with a password and a code of their own.
func (r *rehearsal) signIn() {
	r.t.Helper()
	ctx, now, porter := r.t.Context(), time.Now(), access.Porter{Pool: r.pool, Hasher: access.NewHasher(0)}
	once, err := porter.AtMachine(ctx, r.pool, access.Change{Account: "registrar-01", Kind: access.Reset}, now)
	if err != nil {
		r.t.Fatal(err)
	}
	token, _, err := porter.Begin(ctx, "registrar-01", once.Text(), now)
	if err == nil {
		err = porter.Choose(ctx, token.Text(), password, now)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	_, seed, err := porter.Enrolment(ctx, token.Text(), now)
	if err != nil {
		r.t.Fatal(err)
	}
	code, err := seed.Code(now)
	if err != nil {
		r.t.Fatal(err)
	}
	session, _, err := porter.Enrol(ctx, token.Text(), code, now)
	if err != nil {
		r.t.Fatal(err)
	}
	r.session, r.seed = session.Text(), seed
}

// prove lets the registrar prove themselves once more, sooner than codes change.
func (r *rehearsal) prove() {
	r.t.Helper()
	if _, err := r.pool.Exec(r.t.Context(), `UPDATE access_person SET last_step = 0 WHERE id = 'registrar-01'`); err != nil {
		r.t.Fatal(err)
	}
	code, err := r.seed.Code(time.Now())
	if err == nil {
		err = r.as("registrar-01").Prove(r.t.Context(), password, code)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// start starts the program and waits until it is ready; it returns how long that took.
func (r *rehearsal) start() (*exec.Cmd, time.Duration) {
	r.t.Helper()
	path, err := exec.LookPath("onewindow") // testscript put it there
	if err != nil {
		r.t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(r.t.TempDir(), "log"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.log = append(r.log, log.Name())
	cmd := exec.Command(path, "serve", "--config", r.path, "--name", "rehearsal")
	cmd.Env, cmd.Stderr = append(os.Environ(), "DATABASE_URL="), log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if text, _ := os.ReadFile(log.Name()); r.t.Failed() {
			r.t.Logf("it said\n%.20000s", text)
		}
	})
	for time.Since(began) < time.Minute {
		if res, err := http.Get(r.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return cmd, time.Since(began)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatal("it is not ready within a minute")
	return nil, 0
}

// stop tells the program to stop, waits for it and returns its status.
func (r *rehearsal) stop(cmd *exec.Cmd) (status int, took time.Duration) {
	r.t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	_ = cmd.Wait() // the status says it
	return cmd.ProcessState.ExitCode(), time.Since(began)
}

func (r *rehearsal) as(staff string) client.Client {
	c := client.Client{Server: r.url, Staff: staff, Secret: r.secrets[staff].Text()}
	if staff == "registrar-01" {
		c.Token = r.session
	}
	return c
}

// accept hands home i in.
func (r *rehearsal) accept(i int) string {
	r.t.Helper()
	sale := town.Sale(i)
	for p := range sale.Sellers {
		sale.Sellers[p].Phone = town.Phone(sale.Sellers[p].ID)
	}
	for p := range sale.Buyers {
		sale.Buyers[p].Phone = town.Phone(sale.Buyers[p].ID)
	}
	text, err := json.Marshal(sale)
	if err != nil {
		r.t.Fatal(err)
	}
	a, err := r.as("clerk-01").Submit(r.t.Context(), fmt.Sprint("home-", i), text)
	if err != nil {
		r.t.Fatal(err)
	}
	return a.Number
}

// finish approves and pays a case and waits until its certificate is issued.
func (r *rehearsal) finish(number string) {
	r.t.Helper()
	approved, paid := false, false
	for range 600 {
		c, err := r.as("registrar-01").Find(r.t.Context(), number)
		if err != nil {
			r.t.Fatal(err)
		}
		if c.Issued() {
			return
		}
		for _, s := range c.Steps {
			if !approved && s.Step == "review" && s.State == "needs_input" {
				r.prove()
				if err := r.as("registrar-01").Decide(r.t.Context(), number, "review", "approve", ""); err != nil {
					r.t.Fatal(err)
				}
				approved = true
			}
		}
		if !paid && c.Tax != nil && c.Tax.Bill != nil && c.Tax.Bill.State == "open" { // the seller owes nothing
			paid = r.offices.Pay(r.t.Context(), c.Tax.Bill.Ref) == nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	c, err := r.as("registrar-01").Find(r.t.Context(), number)
	r.t.Fatalf("case %s has no certificate after a minute: %+v (%v)", number, c.Steps, err)
}

// get reads an address whole, as a member of the staff if one is named.
func (r *rehearsal) get(url, staff string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if staff != "" {
		req.SetBasicAuth(staff, r.secrets[staff].Text())
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// send sends a body and returns the status of the answer.
func (r *rehearsal) send(method, url, staff, body string) int {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.SetBasicAuth(staff, r.secrets[staff].Text())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// traceCollector is an OTLP/HTTP collector that keeps what it is sent.
type traceCollector struct {
	*httptest.Server
	mu   sync.Mutex
	all  []*spans.Span
	sent bytes.Buffer // everything, as it came
}

func newTraceCollector(t *testing.T) *traceCollector {
	c := &traceCollector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &request)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent.Write(body)
		for _, of := range request.ResourceSpans {
			for _, scope := range of.ScopeSpans {
				c.all = append(c.all, scope.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// count asks the database for a number.
func (r *rehearsal) count(ctx context.Context, sql string) (n int) {
	r.t.Helper()
	if err := r.pool.QueryRow(ctx, sql).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}
