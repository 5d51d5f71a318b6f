package web

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// How often TestALostReplyOpensNoSecondCase asks: more with make campaign.
var resends = flag.Int("resends", 1_500, "applications that are handed in, most of them again")

// forgetful doors do what they are asked and, every second time, end the connection
// before they answer: as a process does that is killed after its commit.
func forgetful(doors http.Handler, lost *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		doors.ServeHTTP(answer, r)
		if rand.IntN(2) == 0 {
			lost.Add(1)
			panic(http.ErrAbortHandler)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // a client that has gone is no fault
	})
}

// TestALostReplyOpensNoSecondCase is row 16 of the threats: the same applications are
// handed in again and again, by two clerks with the same keys, while every second
// reply is lost. There is one case to each, and one answer.
func TestALostReplyOpensNoSecondCase(t *testing.T) {
	t.Parallel()
	const homes, at = 40, 16
	o := newOffice(t, homes)
	lost := &atomic.Int64{}
	server := httptest.NewServer(forgetful(New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.DiscardHandler)}), lost))
	t.Cleanup(server.Close)
	answers, statuses, mu := map[string]map[string]bool{}, map[int]int{}, sync.Mutex{}
	var group sync.WaitGroup
	for range at {
		group.Go(func() {
			for range *resends / at {
				i := rand.IntN(homes)
				staff, stolen := []string{"clerk-01", "clerk-02"}[i%2], rand.IntN(10) == 0
				body := saleOf(i).text(t)
				if stolen { // the key of another application
					body = saleOf((i + 2) % homes).text(t)
				}
				r, answered := o.lossy(server.URL, staff, fmt.Sprint("key-", i/2), body)
				if !answered {
					continue
				}
				mu.Lock()
				statuses[r.StatusCode]++
				if r.StatusCode == http.StatusCreated {
					if answers[staff+body] == nil {
						answers[staff+body] = map[string]bool{}
					}
					answers[staff+body][string(r.body)] = true
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	var cases int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM intake_case`).Scan(&cases); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d applications, %d replies lost, answered %v: %d cases on %d homes", *resends, lost.Load(), statuses, cases, homes)
	if cases > homes || lost.Load() == 0 || statuses[http.StatusCreated] == 0 || statuses[http.StatusUnprocessableEntity] == 0 {
		t.Errorf("%d cases on %d homes, answered %v", cases, homes, statuses)
	}
	for key, told := range answers {
		if len(told) != 1 {
			t.Errorf("%.20s was told %d things", key, len(told))
		}
	}
}

// lossy hands an application in; the reply may be lost.
func (o *office) lossy(url, staff, key, body string) (r reply, answered bool) {
	req, err := http.NewRequest(http.MethodPost, url+"/api/v1/cases", strings.NewReader(body))
	if err != nil {
		o.t.Error(err)
		return r, false
	}
	req.GetBody = nil // net/http would ask again by itself
	req.Header = http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {key}}
	req.SetBasicAuth(staff, o.secrets[staff].Text())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return r, false
	}
	defer res.Body.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, res.Body); err != nil {
		return r, false
	}
	return reply{res, text.Bytes()}, true
}
