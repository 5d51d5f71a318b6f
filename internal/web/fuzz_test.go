package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"onewindow/intake"
	"onewindow/internal/web/openapi"
)

// odd are texts that stand where something else was expected. In a header they
// lose what HTTP does not carry.
var odd = []string{
	"", " ", "0", "-1", "1e400", "9223372036854775808", "null", "true", "[]", "{}", "\x00", "a\x00b", "\x1b[31m", "\u202e\u202d",
	"\u200b\ufeff", "\ufffd", "\xff\xfe", "%00", "%", "%zz", "..", "../../etc/passwd", "//", "\\", "?", "#", ";", "' OR 1=1 --", `"`, "{{.}}",
	"${jndi:ldap://x}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "１２３", "𬎆𠅤𰻝", "🏠", strings.Repeat("长", 3000),
	strings.Repeat("9", 400), noise(9_000), "2026-13-45", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60+99:99",
	"*", `"*"`, `W/"1"`, `"1.zh-CN"`, ",,,", "bytes=0-,-1", "bytes=9999999999-",
	"Basic !!!!", "Bearer x", "gzip", "multipart/form-data; boundary=", "application/json; charset=gbk", "text/html;q=x",
}

// slow are operations that take time, on purpose by hashing a password or by the
// clock, or because they list a hundred cases. They are asked a tenth as often as the others.
var slow = []string{"openSession", "proveSession", "askCode", "listTaxDesk"}

// fileTurns are how many files are handed in or out at once.
var fileTurns = make(chan struct{}, 4)

// fuzzer makes up calls from the description.
type fuzzer struct {
	stage
	*rand.Rand
	t          *testing.T
	doors      http.Handler
	operations []openapi.Operation
	bodies     []string // of every example, as a start
	people     []string
	homes      int           // that stand ready for applications, from home freeHome on
	own        intake.Number // of the last case that was accepted from here
	wild       bool          // this call has little in common with its example
}

func newFuzzer(t *testing.T, s stage, doors http.Handler, homes int, seed uint64) *fuzzer {
	f := &fuzzer{t: t, stage: s, doors: doors, homes: homes, Rand: rand.New(rand.NewPCG(seed, 0)),
		operations: openapi.Ours().Operations()}
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

// bent says whether to leave the example at a place: in one case of n if the call is
// a wild one, else a tenth as often, so that every second call gets far.
func (f *fuzzer) bent(n int) bool { return f.one(n) && (f.wild || f.one(10)) }

// value is what goes where an example has its value.
func (f *fuzzer) value(example string) string {
	switch {
	case f.bent(4):
		return url.PathEscape(pick(f, odd))
	case f.bent(3):
		return pick(f, []string{string(f.open), string(f.closed), f.file, goodNumber, "review", "filing", "water", "open", "1", "200"})
	}
	return example
}

// call makes up one request for an operation, and says which.
func (f *fuzzer) call() (*http.Request, openapi.Operation) {
	o := pick(f, f.operations)
	for slices.Contains(slow, o.ID) && !f.one(10) {
		o = pick(f, f.operations)
	}
	f.wild = f.one(2)
	c := pick(f, o.Calls)
	at := f.scene()
	c.Path, c.Header = maps.Clone(c.Path), maps.Clone(c.Header)
	for name, value := range c.Path {
		c.Path[name] = f.value(value)
	}
	for name, value := range c.Header {
		c.Header[name] = f.tagged(at, value)
	}
	r := f.sent(at, o, c)
	f.target(r)
	f.headers(r, o)
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), f.address()
	return r, o
}

// freeHome is the first home that the stage has no case of.
const freeHome = dear + 3

// scene is where a call happens: in a case of our own, so that none grows without an
// end, or among those of the stage.
func (f *fuzzer) scene() stage {
	at := f.stage
	if f.own != "" && !f.one(10) {
		at.open, at.closed, at.dear, at.asked, at.lined, at.taken = f.own, f.own, f.own, f.own, f.own, f.own
	}
	return at
}

// tagged is a header of an example, with the present version of what it speaks of.
func (f *fuzzer) tagged(at stage, value string) string {
	path, known := map[string]string{"{etag}": string(at.open), "{tax_etag}": string(at.dear) + "/tax",
		"{tax_free_etag}": string(at.asked) + "/tax", "{tax_lined_etag}": string(at.lined) + "/tax",
		"{tax_taken_etag}": string(at.taken) + "/tax"}[value]
	if !known {
		return value
	}
	r := f.prepare(f.t.Context(), request{method: http.MethodGet, path: "/api/v1/cases/" + path, staff: "tax-01"})
	r.RemoteAddr = f.address()
	return f.answer(r).Header().Get("ETag")
}

// sent is the call with its body and who asks, right or not.
func (f *fuzzer) sent(at stage, o openapi.Operation, c openapi.Call) *http.Request {
	want := at.request(f.t, o, c)
	if home := freeHome + f.IntN(f.homes); o.ID == "acceptCase" && f.one(2) {
		want.body, want.header["Idempotency-Key"] = saleOf(home).text(f.t), fmt.Sprint("home-", home)
	}
	want.body = f.body(o, want.body)
	if c.As != "" && want.staff == "" && !f.bent(4) {
		at.sign(f.t, &want, c.As)
	}
	switch {
	case f.bent(4):
		want.staff = pick(f, f.people)
	case f.bent(5):
		want.staff = ""
	}
	return f.prepare(f.t.Context(), want)
}

// target bends method and query.
func (f *fuzzer) target(r *http.Request) {
	for f.bent(4) {
		r.URL.RawQuery += "&" + url.QueryEscape(pick(f, slices.Concat([]string{"kind", "x"}, listParams, auditParams))) +
			"=" + url.QueryEscape(pick(f, odd))
	}
	if f.bent(10) {
		r.URL.RawQuery = pick(f, odd)
	}
	if f.bent(20) {
		r.Method = pick(f, []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"})
	}
}

// address is from where a call comes: mostly from one of a few, else from anywhere.
func (f *fuzzer) address() string {
	if f.one(4) {
		return fmt.Sprintf("[2001:db8:%x:%x::1]:4711", f.IntN(1<<16), f.IntN(1<<16))
	}
	return fmt.Sprintf("192.0.2.%d:4711", f.IntN(8))
}

// headers are those of the call, bent, and others.
func (f *fuzzer) headers(r *http.Request, o openapi.Operation) {
	set := func(name, value string) {
		value = strings.Map(func(c rune) rune {
			if c < ' ' && c != '\t' || c == 0x7f {
				return -1
			}
			return c
		}, value)
		r.Header.Set(name, strings.TrimSpace(value))
	}
	if r.ContentLength != 0 && f.bent(3) {
		r.Header.Set("Content-Type", pick(f, []string{"application/json", "image/png", pick(f, odd)}))
	}
	for _, p := range o.Parameters {
		if p.In == "header" && f.bent(2) {
			set(p.Name, pick(f, []string{fmt.Sprint("k", f.IntN(50)), pick(f, odd), ""}))
		}
	}
	if f.one(3) && o.ID == "decide" {
		r.Header.Set("If-Match", "*")
	}
	for f.bent(3) {
		set(pick(f, []string{"Accept", "Accept-Language", "Range", "If-None-Match", "If-Modified-Since", "Origin", "Sec-Fetch-Site",
			"X-Forwarded-For", "Content-Encoding", "Transfer-Encoding", "Cookie", "Authorization", "Host", "webhook-id", "webhook-timestamp",
			"webhook-signature", "Content-Disposition", "Last-Event-ID", "Expect"}), pick(f, odd))
	}
}

// body is that of an example, bent or not, or another's.
func (f *fuzzer) body(o openapi.Operation, text string) string {
	if o.Body == nil && !f.bent(10) {
		return ""
	}
	if text == "" || f.bent(8) {
		text = pick(f, f.bodies)
	}
	var tree any
	if json.Unmarshal([]byte(text), &tree) == nil {
		for f.bent(2) {
			tree = f.bend(tree)
		}
		if raw, err := json.Marshal(tree); err == nil {
			text = string(raw)
		}
	}
	if f.bent(6) {
		return f.broken(text)
	}
	return text
}

// broken is a body that is none, or too much of one.
func (f *fuzzer) broken(text string) string {
	switch f.IntN(6) {
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
	}
	raw := []byte(text)
	for range 1 + f.IntN(8) {
		if len(raw) > 0 {
			raw[f.IntN(len(raw))] = byte(f.IntN(256))
		}
	}
	return string(raw)
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
