package web

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/pgtest"
	"onewindow/internal/postgres"
	"onewindow/internal/schema"
)

// TestADatabaseThatIsAway stops and starts the private server under the doors.
func TestADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	options := postgres.Options{Dir: filepath.Join(pgtest.Dir(t), "pg"), Fast: true}
	start := func() *postgres.Server {
		server, err := postgres.Start(context.Background(), options)
		if err != nil {
			t.Fatal(err)
		}
		return server
	}
	server := start()
	t.Cleanup(func() { server.Stop() })
	if err := schema.Migrate(t.Context(), poolOf(t, server.URL("postgres"), 4)); err != nil {
		t.Fatal(err)
	}
	o := openOffice(t, server.URL("postgres"), nil)
	o.build(2)
	number := o.accept(0).Number
	events := o.follow(number, "")
	first := <-events

	server.Stop()
	for _, r := range []request{
		{method: "GET", path: "/readyz"},
		{method: "GET", path: "/api/v1/cases", staff: "clerk-01"},
		{method: "GET", path: "/api/v1/cases/" + string(number), staff: "clerk-01"},
		{method: "POST", path: "/api/v1/cases", staff: "clerk-01", body: saleOf(1).text(t),
			header: map[string]string{"Idempotency-Key": "home-1"}},
		{method: "POST", path: "/api/v1/cases/preflight", staff: "clerk-01", body: saleOf(1).text(t)},
	} {
		for range 3 {
			answer := o.send(r)
			if p := answer.problem(t); answer.StatusCode != 503 || p.Type != "/problems/unavailable" || answer.Header.Get("Retry-After") == "" {
				t.Errorf("%s %s without a database: %d %s", r.method, r.path, answer.StatusCode, answer.body)
			}
		}
	}
	if r := o.send(request{method: "GET", path: "/livez"}); r.StatusCode != http.StatusOK {
		t.Errorf("the process is called dead: %d", r.StatusCode)
	}

	server = start()
	eventually(t, "the doors are ready", func() bool {
		return o.send(request{method: "GET", path: "/readyz"}).StatusCode == http.StatusOK
	})
	o.accept(1)
	o.must(func(ctx context.Context, tx pgx.Tx) error { // something happens to the first case
		_, err := tx.Exec(ctx, `
			INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
			SELECT id, now(), 'test', '', 'open', '', 'accepted' FROM intake_case WHERE number = $1`, number)
		return err
	})
	if e := <-events; e.name != "case" || e.id == first.id {
		t.Errorf("the stream that was open before the outage says %+v", e)
	}
}

func TestADatabaseThatOnlyReadsIsNotReady(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	if r := o.send(request{method: "GET", path: "/readyz"}); r.StatusCode != http.StatusOK {
		t.Fatalf("answered %d %s", r.StatusCode, r.body)
	}
	var name string
	if err := o.pool.QueryRow(t.Context(), `SELECT quote_ident(current_database())`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := o.pool.Exec(t.Context(), `ALTER DATABASE `+name+` SET default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	o.pool.Reset()
	if r := o.send(request{method: "GET", path: "/readyz"}); r.StatusCode != 503 {
		t.Errorf("a read-only database: %d %s", r.StatusCode, r.body)
	}
}
