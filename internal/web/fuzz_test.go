package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/internal/web/openapi"
)

// How much TestNoCallBreaksTheDoors asks: more with make campaign.
var (
	fuzzCalls = flag.Int("calls", 3_000, "calls that are made up from the API's description")
	fuzzSeed  = flag.Uint64("seed", 1, "where the making up begins")
)

// odd are texts that stand where something else was expected. In a header they
// lose what HTTP does not carry.
var odd = []string{
	"", " ", "0", "-1", "1e400", "9223372036854775808", "null", "true", "[]", "{}", "\x00", "a\x00b", "\x1b[31m", "\u202e\u202d",
	"\u200b\ufeff", "\ufffd", "\xff\xfe", "%00", "%", "%zz", "..", "../../etc/passwd", "//", "\\", "?", "#", ";", "' OR 1=1 --", `"`, "{{.}}",
	"${jndi:ldap://x}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "１２３", "𬎆𠅤𰻝", "🏠", strings.Repeat("长", 3000),
	strings.Repeat("9", 400), "2026-13-45", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60+99:99", "*", `"*"`, `W/"1"`, `"1.zh-CN"`, ",,,", "bytes=0-,-1",
	"bytes=9999999999-", "Basic !!!!", "Bearer x", "gzip", "multipart/form-data; boundary=", "application/json; charset=gbk", "text/html;q=x",
}

// slow are operations that take time on purpose, by hashing a password or by the
// clock, and are asked a tenth as often as the others.
var slow = []string{"openSession", "proveSession", "askCode"}

// fileTurns are how many files are handed in or out at once.
var fileTurns = make(chan struct{}, 4)

// fuzzer makes up calls from the description.
type fuzzer struct {
	stage
	*rand.Rand
	operations []openapi.Operation
	bodies     []string // of every example, as a start
	people     []string
}

func newFuzzer(s stage, seed uint64) *fuzzer {
	f := &fuzzer{stage: s, Rand: rand.New(rand.NewPCG(seed, 0)), operations: openapi.Ours().Operations()}
	for _, o := range f.operations {
		if o.Body == nil {
			continue
		}
		for _, media := range slices.Sorted(maps.Keys(o.Body.Content)) {
			for _, name := range slices.Sorted(maps.Keys(o.Body.Content[media].Examples)) {
				f.bodies = append(f.bodies, f.written(o.Body.Content[media].Examples[name].Value, media))
			}
		}
	}
	for _, p := range people {
		f.people = append(f.people, p.ID)
	}
	return f
}

func (f *fuzzer) written(value any, media string) string {
	raw, err := json.Marshal(value)
	if media != "application/json" {
		raw, err = base64.StdEncoding.DecodeString(value.(string))
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.NewReplacer("{case}", string(f.open), "{closed}", string(f.closed)).Replace(string(raw))
}

func pick[T any](f *fuzzer, list []T) T { return list[f.IntN(len(list))] }

// one says yes in one case of n.
func (f *fuzzer) one(n int) bool { return f.IntN(n) == 0 }

// value is what goes where an example has its value.
func (f *fuzzer) value(example string) string {
	switch f.IntN(4) {
	case 0:
		return pick(f, odd)
	case 1:
		return pick(f, []string{string(f.open), string(f.closed), f.file, goodNumber, "review", "filing", "water", "open", "1", "200"})
	}
	return example
}

// call makes up one request, nil if it could not be sent.
func (f *fuzzer) call() *http.Request {
	o := pick(f, f.operations)
	for slices.Contains(slow, o.ID) && !f.one(10) {
		o = pick(f, f.operations)
	}
	c := pick(f, o.Calls)
	path, method := o.Path, o.Method
	for name, value := range c.Path {
		value = strings.NewReplacer("{case}", string(f.open), "{closed}", string(f.closed), "{file}", f.file).Replace(value)
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(f.value(value)))
	}
	query := c.Query
	for f.one(4) {
		query += "&" + url.QueryEscape(pick(f, append([]string{"kind", "x"}, listParams...))) + "=" + url.QueryEscape(pick(f, odd))
	}
	if f.one(10) {
		query = pick(f, odd)
	}
	if f.one(20) {
		method = pick(f, []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"})
	}
	target, err := url.ParseRequestURI(path)
	if err != nil {
		return nil
	}
	target.RawQuery = query
	r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(f.body(o, c)))
	r.Method, r.URL, r.RequestURI = method, target, target.RequestURI()
	f.headers(r, o, c)
	return r
}

// headers are those of the call, and others.
func (f *fuzzer) headers(r *http.Request, o openapi.Operation, c openapi.Call) {
	set := func(name, value string) {
		value = strings.Map(func(c rune) rune {
			if c < ' ' && c != '\t' || c == 0x7f {
				return -1
			}
			return c
		}, value)
		r.Header.Set(name, strings.TrimSpace(value))
	}
	if r.ContentLength != 0 {
		r.Header.Set("Content-Type", pick(f, []string{"application/json", "application/json", "application/json", "image/png", pick(f, odd)}))
	}
	for _, p := range o.Parameters {
		if p.In == "header" && !f.one(5) {
			set(p.Name, f.value(fmt.Sprint("k", f.IntN(50))))
		}
	}
	if f.one(3) && o.ID == "decide" {
		r.Header.Set("If-Match", "*")
	}
	for f.one(3) {
		set(pick(f, []string{"Accept", "Accept-Language", "Range", "If-None-Match", "If-Modified-Since", "Origin", "Sec-Fetch-Site",
			"X-Forwarded-For", "Content-Encoding", "Transfer-Encoding", "Cookie", "Authorization", "Host", "webhook-id", "webhook-timestamp",
			"webhook-signature", "Content-Disposition", "Last-Event-ID", "Expect"}), pick(f, odd))
	}
	if !f.one(10) {
		id := personOf(c.As)
		if id == "" || f.one(4) {
			id = pick(f, f.people)
		}
		r.SetBasicAuth(id, f.secrets[id].Text())
	}
}

// body is an example, bent or not.
func (f *fuzzer) body(o openapi.Operation, c openapi.Call) string {
	if o.Body == nil && !f.one(10) {
		return ""
	}
	text := pick(f, f.bodies)
	if o.Body != nil {
		for media, content := range o.Body.Content {
			if example, named := content.Examples[c.Body]; named && !f.one(8) {
				text = f.written(example.Value, media)
			}
		}
	}
	var tree any
	if json.Unmarshal([]byte(text), &tree) == nil {
		for f.one(2) {
			tree = f.bend(tree)
		}
		if raw, err := json.Marshal(tree); err == nil {
			text = string(raw)
		}
	}
	switch f.IntN(40) {
	case 0:
		return pick(f, odd)
	case 1:
		return strings.Repeat("[", 1+f.IntN(100_000))
	case 2:
		return strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	case 3:
		return text[:f.IntN(len(text)+1)]
	case 4:
		return text + text
	case 5:
		raw := []byte(text)
		for range 1 + f.IntN(8) {
			if len(raw) > 0 {
				raw[f.IntN(len(raw))] = byte(f.IntN(256))
			}
		}
		return string(raw)
	}
	return text
}

// bend replaces, removes or repeats something in a JSON tree.
func (f *fuzzer) bend(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 && !f.one(5) {
			key := pick(f, append(slices.Sorted(maps.Keys(v)), pick(f, odd)))
			if f.one(6) {
				delete(v, key)
			} else {
				v[key] = f.bend(v[key])
			}
			return v
		}
	case []any:
		if len(v) > 0 && !f.one(5) {
			if f.one(4) {
				return append(v, v...)
			}
			i := f.IntN(len(v))
			v[i] = f.bend(v[i])
			return v
		}
	}
	if f.one(2) {
		return pick(f, odd)
	}
	return json.RawMessage(pick(f, hostile))
}

// TestNoCallBreaksTheDoors makes up calls from the description, as every role:
// right ones, bent ones and hostile ones. No answer is a 5xx, nothing panics, every
// answer is as the description says, and memory does not grow.
func TestNoCallBreaksTheDoors(t *testing.T) {
	s := newStage(t)
	const plenty = 1 << 30
	log := &logBook{}
	alarms := slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError})
	doors := New(Config{Flow: s.flow, Pool: s.pool, Log: slog.New(alarms),
		Limits: Limits{Person: plenty, Address: plenty, SignIn: plenty, Code: plenty}})
	told, mu := map[int]int{}, sync.Mutex{}
	var group sync.WaitGroup
	workers := 8 * runtime.GOMAXPROCS(0) // some of them wait for a clock
	began, start, before := time.Now(), heap(), uint64(0)
	for half := range 2 {
		for i := range workers {
			group.Go(func() {
				f := newFuzzer(s, *fuzzSeed+uint64(half*workers+i))
				for range *fuzzCalls / workers / 2 {
					status := f.try(doors)
					mu.Lock()
					told[status]++
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if half == 0 {
			before = heap()
		}
	}
	after := heap()
	took := time.Since(began)
	t.Logf("%d calls from seed %d in %s, %.0f a second; by status %v; heap %d kB at the start, %d kB halfway, %d kB at the end",
		*fuzzCalls, *fuzzSeed, took.Round(time.Second), float64(*fuzzCalls)/took.Seconds(), told, start>>10, before>>10, after>>10)
	if after > before+16<<20 {
		t.Errorf("the heap grew from %d to %d bytes in the second half", before, after)
	}
	if text := log.String(); text != "" {
		t.Errorf("logged: %.2000s", text)
	}
	if told[http.StatusOK] == 0 || told[http.StatusCreated] == 0 || told[http.StatusUnprocessableEntity] == 0 {
		t.Errorf("the calls do not get far: %v", told)
	}
}

// heap is what is in use after everything that is not has been swept.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// try makes one call and looks at its answer. 0 is a call that cannot be sent or
// a stream that was left.
func (f *fuzzer) try(doors http.Handler) (status int) {
	r := f.call()
	if r == nil {
		return 0
	}
	if strings.HasSuffix(r.URL.Path, "/events") {
		ctx, leave := context.WithCancel(f.t.Context())
		defer time.AfterFunc(5*time.Millisecond, leave).Stop()
		r = r.WithContext(ctx)
	}
	what := fmt.Sprintf("%s %.200s %v", r.Method, r.URL.RequestURI(), r.Header)
	w := httptest.NewRecorder()
	if strings.Contains(r.URL.Path, "/files/") || strings.Contains(r.URL.Path, "/materials") {
		fileTurns <- struct{}{} // a desk holds six at once, and says 503 to the seventh
		defer func() { <-fileTurns }()
	}
	defer func() {
		if p := recover(); p == http.ErrAbortHandler && r.Context().Err() != nil {
			status = 0
		} else if p != nil {
			f.t.Errorf("%s: panicked: %v", what, p)
		}
	}()
	doors.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		f.t.Errorf("%s: %d %.500s", what, w.Code, w.Body)
	}
	res := w.Result()
	if err := theContract().check(r, res, w.Body.Bytes()); err != nil && r.Method != http.MethodHead {
		f.t.Errorf("%s: %.600v", what, err)
	}
	return w.Code
}
