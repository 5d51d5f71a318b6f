package web

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/meter"
	"onewindow/internal/town"
	"onewindow/internal/web/openapi"
)

// How much TestNoCallBreaksTheDoors asks: more with make campaign.
var (
	fuzzCalls = flag.Int("calls", 3_000, "calls that are made up from the API's description")
	fuzzSeed  = flag.Uint64("seed", 1, "where the making up begins")
)

// TestNoCallBreaksTheDoors makes up calls from the description, as every role:
// right ones, bent ones and hostile ones. No answer is a 5xx, nothing panics, every
// answer is as the description says, every operation is reached, and memory is flat.
func TestNoCallBreaksTheDoors(t *testing.T) {
	s := newStage(t)
	homes := 30 + *fuzzCalls/500
	s.must(func(ctx context.Context, tx pgx.Tx) error { return town.Build(ctx, tx, freeHome, freeHome+homes) })
	log := &logBook{}
	doors := fuzzedDoors(s, log)
	told := &tally{statuses: map[int]int{}, asked: map[string]int{}, through: map[string]int{}}
	workers := 8 * runtime.GOMAXPROCS(0) // some of them wait for a clock
	fuzzers := make([]*fuzzer, workers)
	for i := range fuzzers {
		fuzzers[i] = newFuzzer(t, s, doors, homes, *fuzzSeed+uint64(i))
	}
	fuzzers[0].answer(httptest.NewRequest(http.MethodGet, "/v/none", nil)) // reads the pages, which stay
	before := tables(s)
	for range tenths {
		began, group := time.Now(), sync.WaitGroup{}
		for _, f := range fuzzers {
			group.Go(func() {
				for range *fuzzCalls / tenths / workers {
					told.count(f.try())
				}
			})
		}
		group.Wait()
		told.took += time.Since(began)
		told.heaps, told.goroutines = append(told.heaps, heap()), append(told.goroutines, runtime.NumGoroutine())
		t.Logf("%v: %d calls, heap %d kB, %d goroutines", told.took.Round(time.Second), told.calls, told.heaps[len(told.heaps)-1]>>10, runtime.NumGoroutine())
	}
	t.Logf("seed %d: %s", *fuzzSeed, told)
	t.Logf("rows that came: %v", grown(before, tables(s)))
	if text := log.String(); text != "" {
		t.Errorf("logged: %.2000s", text)
	}
	for _, fault := range told.faults() {
		t.Error(fault)
	}
}

// fuzzedDoors are doors as a live program has them, whose limits nobody reaches.
func fuzzedDoors(s stage, log *logBook) http.Handler {
	const plenty = 1 << 30
	figures := meter.New(s.pool)
	return New(Config{Flow: s.flow, Pool: s.pool, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError})),
		Limits:         Limits{Person: plenty, Address: plenty, SignIn: plenty, Code: plenty},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/30")},
		Answered: func(_ context.Context, e Exchange) string {
			figures.Answered(e.Method, e.Route, e.Status, e.Took, e.Stream)
			return ""
		}})
}

// try makes one call. Its status is 0 if it was a stream that was left.
func (f *fuzzer) try() (operation string, status int) {
	r, o := f.call()
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	if strings.HasSuffix(r.URL.Path, "/events") {
		defer time.AfterFunc(5*time.Millisecond, leave).Stop()
	}
	w := f.answer(r.WithContext(ctx))
	f.learn(r, w)
	if ctx.Err() != nil {
		return o.ID, 0
	}
	return o.ID, w.Code
}

// answer looks at the answer to a request: at what it says and at how it came about.
func (f *fuzzer) answer(r *http.Request) (w *httptest.ResponseRecorder) {
	what := fmt.Sprintf("%s %.200s %.300v", r.Method, r.URL.RequestURI(), r.Header)
	w = httptest.NewRecorder()
	if strings.Contains(r.URL.Path, "/files/") || strings.Contains(r.URL.Path, "/materials") {
		fileTurns <- struct{}{} // a desk holds six at once, and says 503 to the seventh
		defer func() { <-fileTurns }()
	}
	defer func() {
		if p := recover(); p != nil && (p != http.ErrAbortHandler || r.Context().Err() == nil) {
			f.t.Errorf("%s: panicked: %v", what, p)
		}
	}()
	f.doors.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		f.t.Errorf("%s: %d %.500s", what, w.Code, w.Body)
	}
	if err := theContract().check(r, w.Result(), w.Body.Bytes()); err != nil && r.Method != http.MethodHead {
		f.t.Errorf("%s: %.600v", what, err)
	}
	return w
}

// learn remembers a case that was accepted, and forgets the session of a person
// who was signed out by somebody else's call.
func (f *fuzzer) learn(r *http.Request, w *httptest.ResponseRecorder) {
	if at, accepted := strings.CutPrefix(w.Header().Get("Location"), "/api/v1/cases/"); accepted && w.Code == http.StatusCreated {
		f.own, _ = intake.ReadNumber(at)
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if bearer && w.Code == http.StatusUnauthorized {
		f.signing.Lock()
		defer f.signing.Unlock()
		maps.DeleteFunc(f.tokens, func(_, theirs string) bool { return theirs == token })
	}
}

// tenths are the parts of a campaign, after each of which its memory is measured.
const tenths = 10

// flatness is by how many bytes the heap may grow in the second half of a campaign,
// by the line through its measurements (least squares): what a pool or a cache that
// has a bound still takes. In a million calls that is eight bytes for each.
const flatness = 4 << 20

// tally is what a campaign has seen.
type tally struct {
	sync.Mutex
	calls      int
	statuses   map[int]int
	asked      map[string]int // by operation
	through    map[string]int // those of them that were done
	took       time.Duration
	heaps      []uint64 // bytes in use after each tenth
	goroutines []int
}

func (y *tally) count(operation string, status int) {
	y.Lock()
	defer y.Unlock()
	y.calls++
	y.statuses[status]++
	y.asked[operation]++
	if status < http.StatusMultipleChoices {
		y.through[operation]++
	}
}

// share returns how many of a hundred answers have a status between two.
func (y *tally) share(from, to int) float64 {
	n := 0
	for status, count := range y.statuses {
		if from <= status && status < to {
			n += count
		}
	}
	return 100 * float64(n) / float64(y.calls)
}

// String is the report of a campaign.
func (y *tally) String() string {
	return fmt.Sprintf(`%d calls in %s, %.0f a second
answers: 2xx %.1f %%, 3xx %.1f %%, 4xx %.1f %% (400, 401 and 403 %.1f %%), 5xx %.1f %%, streams that were left %.1f %%; by status %v
operations: %d of %d reached, %d done; never done: %v
heap in kB after each tenth %v, goroutines %v
in the second half %+.1f bytes a call, %+d kB; the bound is %d kB: flat %t`,
		y.calls, y.took.Round(time.Second), float64(y.calls)/y.took.Seconds(),
		y.share(200, 300), y.share(300, 400), y.share(400, 500), y.share(400, 402)+y.share(403, 404), y.share(500, 600), y.share(0, 1),
		y.statuses, len(y.asked), len(openapi.Ours().Operations()), len(y.through), y.undone(),
		kilobytes(y.heaps), y.goroutines, y.growth()/float64(y.calls/2), int(y.growth())>>10, flatness>>10, y.growth() <= flatness)
}

func kilobytes(heaps []uint64) (list []uint64) {
	for _, h := range heaps {
		list = append(list, h>>10)
	}
	return list
}

// undone lists the operations that were never done.
func (y *tally) undone() (list []string) {
	for _, o := range openapi.Ours().Operations() {
		if y.through[o.ID] == 0 {
			list = append(list, o.ID)
		}
	}
	return list
}

// growth returns by how many bytes the heap grew in the second half, by the line
// through the measurements from its beginning on.
func (y *tally) growth() float64 {
	half := y.heaps[tenths/2-1:]
	middle, mean := float64(len(half)-1)/2, 0.0
	for _, h := range half {
		mean += float64(h) / float64(len(half))
	}
	above, below := 0.0, 0.0
	for i, h := range half {
		above += (float64(i) - middle) * (float64(h) - mean)
		below += (float64(i) - middle) * (float64(i) - middle)
	}
	return above / below * float64(len(half)-1)
}

// faults is what is wrong with a campaign as a whole.
func (y *tally) faults() (list []string) {
	if n := len(openapi.Ours().Operations()); len(y.asked) < n {
		list = append(list, fmt.Sprintf("%d of %d operations were asked for", len(y.asked), n))
	}
	if y.share(200, 300) < 25 {
		list = append(list, fmt.Sprintf("the calls do not get far: %v", y.statuses))
	}
	if y.growth() > flatness {
		list = append(list, fmt.Sprintf("the heap grew by %.0f bytes in the second half: %v", y.growth(), y.heaps))
	}
	return list
}

// heap is what is in use after everything that is not has been swept.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// tables counts the rows of every table.
func tables(s stage) map[string]int {
	rows, err := s.pool.Query(context.Background(), `SELECT relname, (xpath('/row/n/text()',
		query_to_xml('SELECT count(*) AS n FROM ' || quote_ident(relname), false, true, '')))[1]::text::int
		FROM pg_stat_user_tables WHERE schemaname = 'public'`)
	if err != nil {
		s.t.Fatal(err)
	}
	counted, name, n := map[string]int{}, "", 0
	if _, err := pgx.ForEachRow(rows, []any{&name, &n}, func() error { counted[name] = n; return nil }); err != nil {
		s.t.Fatal(err)
	}
	return counted
}

// grown lists by how many rows which table grew, the most first.
func grown(before, after map[string]int) (list []string) {
	maps.DeleteFunc(after, func(name string, n int) bool { return n == before[name] })
	names := slices.SortedFunc(maps.Keys(after), func(a, b string) int { return after[b] - before[b] - after[a] + before[a] })
	for _, name := range names {
		list = append(list, fmt.Sprintf("%s %+d", name, after[name]-before[name]))
	}
	return list
}
