package meter

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

func read(m *Meter) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestWhatClientsWriteMakesNoNewFigures(t *testing.T) {
	t.Parallel()
	m := New(pgtest.Pool(t))
	m.Answered("GET", "/cases/{number}", 200, time.Millisecond, false)
	before := strings.Count(read(m), "\n")
	for i := range 1000 {
		m.Answered(fmt.Sprint("BREW", i), "/cases/{number}", 405, time.Millisecond, false)
	}
	text := read(m)
	if more := strings.Count(text, "\n") - before; more > 30 || !strings.Contains(text, `method="other"`) || strings.Contains(text, "BREW") {
		t.Errorf("a thousand methods made %d lines", more)
	}
}

func TestWithoutADatabaseThereAreTheFiguresOfTheProcess(t *testing.T) {
	t.Parallel()
	away, err := pgxpool.New(t.Context(), "postgres://127.0.0.1:1/none")
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	m := New(away)
	m.AddPool("rooms", away)
	text := read(m)
	for _, want := range []string{"onewindow_database_counted 0", "go_goroutines ", `onewindow_pool_connections{pool="rooms",use="busy"} 0`} {
		if !strings.Contains(text, want) {
			t.Errorf("nobody says %s", want)
		}
	}
	if strings.Contains(text, "onewindow_cases") {
		t.Error("cases are counted without a database")
	}
}

// Every query runs on an empty database and yields what its figure has places for.
func TestEveryFigureIsCounted(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	if _, err := count(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if text := read(New(pool)); !strings.Contains(text, "onewindow_database_counted 1") {
		t.Errorf("not counted: %s", text)
	}
}
