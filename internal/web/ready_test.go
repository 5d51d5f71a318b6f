package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/health"
)

// Each fault is brought about for real, under open doors: the process is not ready
// as long as it lasts, says which check fails, and lives.
func TestTheReadinessFaultMatrix(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	var off time.Duration
	left, err := health.Free(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	least := left / 2
	doors := New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.DiscardHandler), Ready: []health.Check{
		health.Database(o.pool), health.Migrations(o.pool), health.Leader(o.flow.Led),
		health.Clock(o.pool, func() time.Time { return time.Now().Add(off) }),
		{Name: "disk", Ask: func(ctx context.Context) (string, error) { return health.Disk(t.TempDir(), least).Ask(ctx) }},
	}})
	fails := func() (failing []string, status int) {
		var answer struct{ Checks []health.Result }
		r := replyOf(t, doors, "/readyz")
		r.into(t, &answer)
		for _, c := range answer.Checks {
			if !c.OK {
				failing = append(failing, c.Name)
			}
		}
		if live := replyOf(t, doors, "/livez"); live.StatusCode != http.StatusOK {
			t.Errorf("the process is called dead: %d", live.StatusCode)
		}
		return failing, r.StatusCode
	}
	owner, err := pgx.Connect(t.Context(), o.pool.Config().ConnString()) // the program may not spoil its tables
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	run := func(sql string) func() {
		return func() {
			if _, err := owner.Exec(context.Background(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	if failing, status := fails(); status != 503 || !slices.Equal(failing, []string{"leader"}) {
		t.Errorf("before anybody works: %d, %v fail", status, failing)
	}
	if err := o.flow.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready := func() bool { _, status := fails(); return status == http.StatusOK }
	eventually(t, "it is ready", ready)
	for name, f := range map[string]struct {
		begin, end func()
		fails      []string
	}{
		"the clock is four seconds behind": {func() { off = -4 * time.Second }, func() { off = 0 }, []string{"clock"}},
		"the disk is too full":             {func() { least = 2 * left }, func() { least = left / 2 }, []string{"disk"}},
		"a migration is missing": {run(`UPDATE schema_version SET version = version - 1`),
			run(`UPDATE schema_version SET version = version + 1`), []string{"migrations"}},
	} {
		f.begin()
		if failing, status := fails(); status != 503 || !slices.Equal(failing, f.fails) {
			t.Errorf("%s: %d, %v fail, want %v", name, status, failing, f.fails)
		}
		f.end()
		eventually(t, "it is ready again after "+name, ready)
	}
	if err := o.flow.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if failing, status := fails(); status != 503 || !slices.Equal(failing, []string{"leader"}) {
		t.Errorf("after the last that worked: %d, %v fail", status, failing)
	}
}

// replyOf asks doors that nobody listens at.
func replyOf(t *testing.T, doors http.Handler, path string) reply {
	t.Helper()
	w := httptest.NewRecorder()
	doors.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return reply{w.Result(), w.Body.Bytes()}
}
