package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// gate serves one address behind the limits, and says from where it is asked.
func gate(t *testing.T, c Config) http.Handler {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	s := &server{Config: c, quotas: newQuotas(c.Limits)}
	r := chi.NewRouter()
	r.Use(findAddress(c.TrustedProxies), s.harden, s.limitAddress)
	said := s.api(func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, addressOf(r))
		return err
	})
	r.Get("/open", said)
	r.Get("/livez", said)
	r.With(s.limitSignIn).Post("/sign-in", said)
	r.With(s.limitSignIn).Get("/sign-in", said)
	r.With(s.limitCode).Post("/code", said)
	return r
}

// ask asks from an address, with what it claims to have been forwarded for.
func ask(h http.Handler, method, path, from string, forwarded ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhoeverAsksTooOftenIsToldForHowLongToWait(t *testing.T) {
	t.Parallel()
	h := gate(t, Config{Limits: Limits{Address: 5, SignIn: 2}})
	for i := range 5 {
		w := ask(h, "GET", "/open", "192.0.2.1:1000")
		want := fmt.Sprintf(`"address";r=%d;t=`, 4-i)
		if w.Code != 200 || w.Header().Get("RateLimit-Policy") != `"address";q=5;w=60` || !strings.HasPrefix(w.Header().Get("RateLimit"), want) {
			t.Fatalf("request %d: %d, %q, %q", i+1, w.Code, w.Header().Get("RateLimit-Policy"), w.Header().Get("RateLimit"))
		}
	}
	for lang, words := range map[string]string{"zh-CN": "请求过于频繁", "en": "Too many requests"} {
		r := httptest.NewRequest("GET", "/open", nil)
		r.RemoteAddr = "192.0.2.1:2000"
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		p := reply{w.Result(), w.Body.Bytes()}.problem(t)
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if w.Code != http.StatusTooManyRequests || p.Type != "/problems/too_many" || p.Title != words || err != nil || wait < 1 || wait > 60 {
			t.Errorf("in %s: %d %+v, Retry-After %q", lang, w.Code, p, w.Header().Get("Retry-After"))
		}
	}
	if w := ask(h, "GET", "/open", "192.0.2.2:1000"); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	for range 10 {
		if w := ask(h, "GET", "/livez", "192.0.2.1:1000"); w.Code != 200 {
			t.Fatalf("a probe: %d", w.Code)
		}
	}
}

func TestSigningInIsLimitedMoreThanTheRest(t *testing.T) {
	t.Parallel()
	h := gate(t, Config{Limits: Limits{Address: 1000, SignIn: 3, Code: 1}})
	codes := map[string][]int{}
	for range 5 {
		for _, door := range []string{"POST /sign-in", "GET /sign-in", "POST /code", "GET /open"} {
			method, path, _ := strings.Cut(door, " ")
			codes[door] = append(codes[door], ask(h, method, path, "192.0.2.1:1").Code)
		}
	}
	for door, want := range map[string]string{
		"POST /sign-in": "[200 200 200 429 429]", "GET /sign-in": "[200 200 200 200 200]",
		"POST /code": "[200 429 429 429 429]", "GET /open": "[200 200 200 200 200]",
	} {
		if got := fmt.Sprint(codes[door]); got != want {
			t.Errorf("%s: %s, want %s", door, got, want)
		}
	}
}

// TestAForgedForwardedForIsIgnored is row 25 of the threats: nobody gets round a
// limit by claiming to be somebody else.
func TestAForgedForwardedForIsIgnored(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, tt := range []struct {
		name, from string
		forwarded  []string
		proxies    []netip.Prefix
		want       string
	}{
		{"without a proxy nothing is believed", "192.0.2.1:1", []string{"198.51.100.7"}, nil, "192.0.2.1"},
		{"nor from the machine itself", "127.0.0.1:1", []string{"198.51.100.7"}, nil, "127.0.0.1"},
		{"a stranger is not believed", "192.0.2.1:1", []string{"198.51.100.7"}, proxies, "192.0.2.1"},
		{"a trusted proxy is", "10.1.2.3:1", []string{"198.51.100.7"}, proxies, "198.51.100.7"},
		{"but not what the client put before it", "10.1.2.3:1", []string{"1.2.3.4, 5.6.7.8, 198.51.100.7"}, proxies, "198.51.100.7"},
		{"nor in a header of its own", "10.1.2.3:1", []string{"1.2.3.4", "198.51.100.7"}, proxies, "198.51.100.7"},
		{"nor a client that claims to be a proxy", "10.1.2.3:1", []string{"1.2.3.4, 10.9.9.9, 198.51.100.7"}, proxies, "198.51.100.7"},
		{"a chain of proxies is walked", "10.1.2.3:1", []string{"198.51.100.7, 10.9.9.9"}, proxies, "198.51.100.7"},
		{"in its other notation too", "[::ffff:10.1.2.3]:1", []string{"198.51.100.7, ::ffff:10.9.9.9"}, proxies, "198.51.100.7"},
		{"and over IPv6", "[2001:db8:1::5]:1", []string{"2001:db8:9:9::1"}, proxies, "2001:db8:9:9::1"},
		{"what a proxy garbles is the proxy's own", "10.1.2.3:1", []string{"198.51.100.7, ' OR 1=1"}, proxies, "10.1.2.3"},
		{"a proxy that says nothing", "10.1.2.3:1", nil, proxies, "10.1.2.3"},
	} {
		h := gate(t, Config{TrustedProxies: tt.proxies})
		if got := ask(h, "GET", "/open", tt.from, tt.forwarded...).Body.String(); got != tt.want {
			t.Errorf("%s: asked from %s, want %s", tt.name, got, tt.want)
		}
	}
	passed := 0
	h := gate(t, Config{Limits: Limits{Address: 10, SignIn: 10}, TrustedProxies: proxies})
	for i := range 10_000 {
		if ask(h, "GET", "/open", "192.0.2.1:1", fmt.Sprintf("198.51.%d.%d", i>>8, i&255)).Code == 200 {
			passed++
		}
	}
	if passed > 10 {
		t.Errorf("%d of 10000 requests with forged addresses passed a limit of 10", passed)
	}
}

func TestAnAddressOfIPv6CountsWithItsNetwork(t *testing.T) {
	t.Parallel()
	h := gate(t, Config{Limits: Limits{Address: 3, SignIn: 3}})
	for i, want := range []int{200, 200, 200, 429} {
		if got := ask(h, "GET", "/open", fmt.Sprintf("[2001:db8::%x]:1", i+1)).Code; got != want {
			t.Errorf("address %d of a network: %d, want %d", i+1, got, want)
		}
	}
	if got := ask(h, "GET", "/open", "[2001:db8:0:1::1]:1").Code; got != 200 {
		t.Errorf("another network: %d", got)
	}
}

func TestOnePersonHasOneQuotaWhereverTheyAskFrom(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	o.reopen(Limits{Person: 3})
	var got []int
	for range 5 {
		got = append(got, o.get("/api/v1/cases").StatusCode)
	}
	if fmt.Sprint(got) != "[200 200 200 429 429]" {
		t.Errorf("one person: %v", got)
	}
	other := o.send(request{method: "GET", path: "/api/v1/cases", staff: "clerk-02"})
	if limits := strings.Join(other.Header.Values("RateLimit"), ", "); other.StatusCode != 200 || !strings.Contains(limits, `"person";r=2;`) ||
		!strings.Contains(limits, `"address";r=`) {
		t.Errorf("another: %d, %s", other.StatusCode, limits)
	}
	page := o.send(request{method: "GET", path: "/", staff: "clerk-01", header: map[string]string{"Accept": "text/html"}})
	if page.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(page.body), "请求过于频繁") {
		t.Errorf("their page: %d", page.StatusCode)
	}
}

func TestBehindHTTPSBrowsersNeverTryAnythingElse(t *testing.T) {
	t.Parallel()
	for secure, want := range map[bool]string{true: "max-age=31536000", false: ""} {
		got := ask(gate(t, Config{Secure: secure}), "GET", "/open", "192.0.2.1:1").Header().Get("Strict-Transport-Security")
		if got != want {
			t.Errorf("secure %t: %q", secure, got)
		}
	}
}

func TestLimitsThatNobodyCanMeanAreRefused(t *testing.T) {
	t.Parallel()
	for _, l := range []Limits{{Person: -1}, {Address: -1}, {SignIn: -1}, {Code: -1}, {Address: 100}} {
		if err := l.Valid(); err == nil || !strings.Contains(err.Error(), "limits.") {
			t.Errorf("%+v: %v", l, err)
		}
	}
	for _, l := range []Limits{{}, {Person: 1, Address: 1000, SignIn: 10, Code: 1}} {
		if err := l.Valid(); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// reopen opens the office's doors once more, with other limits.
func (o *office) reopen(l Limits) {
	o.t.Helper()
	server := httptest.NewServer(New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.NewTextHandler(o.log, nil)), Limits: l}))
	o.t.Cleanup(server.Close)
	o.url = server.URL
}
