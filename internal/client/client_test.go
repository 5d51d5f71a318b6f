package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// window answers with one handler per request, in their order; the last one stays.
func window(t *testing.T, answers ...http.HandlerFunc) (Client, *[]*http.Request) {
	t.Helper()
	var mu sync.Mutex
	var asked []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		answer := answers[min(len(asked), len(answers)-1)]
		asked = append(asked, r)
		mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return Client{Server: server.URL + "/", Staff: "clerk-01", Secret: "s"}, &asked
}

func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const busy = `{"type":"/problems/unavailable","title":"busy","status":503}`

func TestAnApplicationIsHandedInUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	c, asked := window(t, says(503, busy), says(409, `{"type":"/problems/key_in_flight","title":"wait"}`),
		says(201, `{"acceptance_number":"20261122"}`, "Idempotent-Replayed", "true"))
	a, err := c.Submit(t.Context(), "k1", []byte(`{}`))
	if err != nil || a.Number != "20261122" || !a.Resent {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, r := range *asked {
		staff, secret, _ := r.BasicAuth()
		if r.Header.Get("Idempotency-Key") != "k1" || r.URL.Path != "/api/v1/cases" || staff != "clerk-01" || secret != "s" {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
	}
	if len(*asked) != 3 {
		t.Errorf("asked %d times", len(*asked))
	}
}

func TestARefusalIsReadWhole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"with its defects": {says(422, `{"type":"/problems/defects","title":"no","errors":[{"code":"unit_seized","field":"unit"}]}`),
			"defects [unit_seized]"},
		"of a proxy that speaks HTML": {says(502, `<html>`), " []"},
		"of a conflict":               {says(409, `{"type":"/problems/step_moved_on","title":"late"}`), "step_moved_on []"},
	} {
		c, _ := window(t, tt.answer)
		_, err := c.Submit(t.Context(), "k", []byte(`{}`))
		var p *Problem
		if !errors.As(err, &p) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var codes []string
		for _, d := range p.Errors {
			codes = append(codes, d.Code)
		}
		if got := fmt.Sprint(p.Code(), " ", codes); got != tt.want || p.Error() == "" {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func event(id, state string) string {
	return "id: " + id + "\nevent: case\ndata: {\"state\":\"" + state + "\"}\n\n"
}

func TestABrokenStreamIsTakenUpWhereItBroke(t *testing.T) {
	t.Parallel()
	c, asked := window(t,
		says(200, "retry: 1000\n\n: alive\n\n"+event("7", "open")+event("8", "open")+"id: 9\ndata: {\"sta"),
		says(503, busy), says(200, event("9", "entered")+event("10", "closed")), says(500, ""))
	var seen []string
	err := c.Follow(t.Context(), "1", func(found Case) bool {
		seen = append(seen, found.State)
		return false
	})
	if want := []string{"open", "open", "entered", "closed"}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("saw %v, %v", seen, err)
	}
	var last []string
	for _, r := range *asked {
		last = append(last, r.Header.Get("Last-Event-ID"))
	}
	if want := []string{"", "8", "8"}; !slices.Equal(last, want) {
		t.Errorf("took up after %q, want %q", last, want)
	}
}

func TestFollowingEnds(t *testing.T) {
	t.Parallel()
	never := func(Case) bool { return false }
	c, _ := window(t, says(204, ""))
	if err := c.Follow(t.Context(), "1", never); err != nil {
		t.Errorf("a case that has ended: %v", err)
	}
	c, _ = window(t, says(404, `{"type":"/problems/case_unknown","title":"none"}`))
	var p *Problem
	if err := c.Follow(t.Context(), "1", never); !errors.As(err, &p) || p.Code() != "case_unknown" {
		t.Errorf("an unknown case: %v", err)
	}
	c, _ = window(t, says(200, event("1", "open")))
	if err := c.Follow(t.Context(), "1", func(Case) bool { return true }); err != nil {
		t.Errorf("a follower who has seen enough: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c, _ = window(t, func(http.ResponseWriter, *http.Request) { cancel() })
	if err := c.Follow(ctx, "1", never); !errors.Is(err, context.Canceled) {
		t.Errorf("a follower who leaves: %v", err)
	}
}

func TestTheSameContentHasTheSameKey(t *testing.T) {
	t.Parallel()
	a, b := KeyOf([]byte("a")), KeyOf([]byte("b"))
	if a != KeyOf([]byte("a")) || a == b || strings.ContainsFunc(a, func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Errorf("%s, %s", a, b)
	}
}

func TestAListIsNotNarrowedByWhatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	c, asked := window(t, says(200, `{"cases": [{"acceptance_number": "1"}]}`, "Content-Type", "application/json"))
	list, err := c.Waiting(t.Context(), "reviewer")
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := (*asked)[0].URL.RawQuery; got != "holder=reviewer&limit=200" {
		t.Errorf("asked for %s", got)
	}
}

func TestADecisionLooksAgainWhenSomethingElseMoved(t *testing.T) {
	t.Parallel()
	const stale = `{"type":"/problems/match_stale","title":"moved","status":412}`
	c, asked := window(t, says(200, `{}`, "ETag", `"1.en"`), says(412, stale),
		says(200, `{}`, "ETag", `"2.en"`), says(200, `{}`))
	if err := c.Decide(t.Context(), "20261122", "review", "approve", ""); err != nil {
		t.Fatal(err)
	}
	if len(*asked) != 4 || (*asked)[3].Header.Get("If-Match") != `"2.en"` {
		t.Errorf("asked %d times", len(*asked))
	}
	c, asked = window(t, says(412, stale, "ETag", `"1.en"`))
	if err := c.Decide(t.Context(), "20261122", "review", "approve", ""); err == nil || len(*asked) > 2*looks {
		t.Errorf("it looked %d times, and said %v", len(*asked), err)
	}
}
