package web

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// What is planted in path, query, headers and body of a request is in no line of
// the log, and the line says what operators ask for.
func TestALineOfTheLogNamesNoPersonAndNoPath(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	var out bytes.Buffer
	var seen []Exchange
	var mu sync.Mutex
	doors := New(Config{Flow: o.flow, Pool: o.pool,
		Log: slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Answered: func(_ context.Context, e Exchange) string {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, e)
			return "0af7651916cd43dd8448eb211c80319c"
		}})
	const canary = "110101189001011237"
	for _, path := range []string{"/cases/" + canary, "/api/v1/cases/" + canary + "?q=" + canary, "/nowhere/" + canary, "/readyz",
		"/api/v1/cases"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, strings.NewReader(canary))
		r.Header.Set("User-Agent", canary)
		r.SetBasicAuth("clerk-01", o.secrets["clerk-01"].Text())
		doors.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(out.String(), canary) {
		t.Errorf("the log says\n%s", out.String())
	}
	var last struct {
		Msg, Request, Method, Route, Who, Trace string
		Status                                  int
		MS                                      float64
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if last.Msg != "request" || len(last.Request) != 16 || last.Method != "GET" || last.Status != 200 || last.MS <= 0 ||
		!strings.HasPrefix(last.Route, "/api/v1/cases") || last.Who != "clerk-01" || len(last.Trace) != 32 {
		t.Errorf("the line of a request is %s", lines[len(lines)-1])
	}
	if len(seen) != 5 || seen[2].Route == "" || seen[2].Status != http.StatusNotFound || seen[4].Stream {
		t.Errorf("told of %+v", seen)
	}
}
