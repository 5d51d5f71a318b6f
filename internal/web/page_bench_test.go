package web

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"onewindow/intake"
)

// BenchmarkPagesAtFiftyRequestsASecond asks for pages at that rate, whether or not
// the answers keep up, and reports how long they took.
func BenchmarkPagesAtFiftyRequestsASecond(b *testing.B) {
	o := workingOffice(b, 2)
	done := o.sold(0)
	waiting := o.accept(1).Number
	o.waitFor(waiting, intake.Review, intake.NeedsInput)
	registrar := o.visit("registrar-01")
	for name, path := range map[string]string{
		"queue": "/?holder=", "waiting": "/cases/" + string(waiting), "done": "/cases/" + done, "none": "/v/none",
	} {
		b.Run(name, func(b *testing.B) { pace(b, registrar, path) })
	}
}

func pace(b *testing.B, v *visitor, path string) {
	var all sync.WaitGroup
	var lock sync.Mutex
	var took []time.Duration
	tick := time.NewTicker(time.Second / 50)
	defer tick.Stop()
	for b.Loop() {
		<-tick.C
		all.Go(func() {
			began := time.Now()
			res, err := v.client.Get(v.o.url + path)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode >= http.StatusInternalServerError {
				b.Errorf("%s: %d", path, res.StatusCode)
			}
			lock.Lock()
			defer lock.Unlock()
			took = append(took, time.Since(began))
		})
	}
	all.Wait()
	slices.Sort(took)
	for name, part := range map[string]int{"p50-ms": 50, "p99-ms": 99} {
		b.ReportMetric(float64(took[(len(took)-1)*part/100].Microseconds())/1000, name)
	}
}
