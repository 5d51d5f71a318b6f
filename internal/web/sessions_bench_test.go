package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/internal/access"
)

// BenchmarkSignInsWhilePagesAreServed signs eight people in over and over while
// somebody reads the list of cases, and reports sign-ins a second and how long the
// page took. Attempts are not limited here: the limits are measured elsewhere.
func BenchmarkSignInsWhilePagesAreServed(b *testing.B) {
	o := newOffice(b, 0)
	key := o.secrets["clerk-01"]
	doors := New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.NewTextHandler(o.log, nil)),
		Limits: Limits{SignIn: 1 << 30, Address: 1 << 30, Person: 1 << 30},
		Porter: access.Porter{Pool: o.pool, Hasher: access.NewHasher(0)}})
	server := httptest.NewServer(doors)
	b.Cleanup(server.Close)
	o.url = server.URL
	stop, took := make(chan struct{}), []time.Duration{}
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
			began := time.Now()
			req, _ := http.NewRequest("GET", o.url+"/", nil)
			req.SetBasicAuth("clerk-01", key.Text())
			req.Header.Set("Accept", "text/html")
			res, err := http.DefaultClient.Do(req)
			if err != nil || res.StatusCode != http.StatusOK {
				b.Error("the page is not served")
				return
			}
			res.Body.Close()
			took = append(took, time.Since(began))
		}
	})
	b.SetParallelism(4)
	b.ResetTimer()
	began := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body, _ := json.Marshal(credentials{"clerk-02", password, o.codeOf("clerk-02")})
			res, err := http.Post(o.url+"/api/v1/sessions", "application/json", strings.NewReader(string(body)))
			if err != nil {
				b.Error(err)
				return
			}
			res.Body.Close() // two at once with one code: one of them is refused, after the same work
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "sign-ins/s")
	close(stop)
	reader.Wait()
	slices.Sort(took)
	if len(took) > 0 {
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "page-p99-ms")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "page-p50-ms")
	}
}
