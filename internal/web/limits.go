package web

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
)

// Limits bound how often the doors may be knocked at, in requests a minute. The
// zero of each takes its default. Counts are kept in this process: several doors
// allow as many times more.
type Limits struct {
	// Person bounds one signed-in person or program: 6 000, a hundred a second. The
	// busiest page asks three times a second, a program that hands in applications
	// is slowed by the window itself first.
	Person int `json:"person"`
	// Address bounds one address: 30 000, five hundred a second, because a hall of
	// fifty desks may stand behind one. An IPv6 address counts with its /64.
	Address int `json:"address"`
	// SignIn bounds attempts to sign in from one address: 300. A hall that opens at
	// half past eight stays below; all of them cost a quarter of what two cores can hash.
	SignIn int `json:"sign_in"`
	// Code bounds the one-time codes that are asked for or tried from one address:
	// 30, because the visitors of a hall may share it, and guessing must not pay.
	Code int `json:"code"`
}

// Defaults of the limits.
const (
	limitPerson  = 6_000
	limitAddress = 30_000
	limitSignIn  = 300
	limitCode    = 30
	limitWindow  = time.Minute
)

// Valid says what to change in limits that nobody can mean.
func (l Limits) Valid() error {
	for name, n := range map[string]int{"person": l.Person, "address": l.Address, "sign_in": l.SignIn, "code": l.Code} {
		if n < 0 {
			return fmt.Errorf("limits.%s is %d: write a number of requests a minute, or leave it out for the default", name, n)
		}
	}
	if cmp.Or(l.SignIn, limitSignIn) > cmp.Or(l.Address, limitAddress) {
		return errors.New("limits.sign_in is above limits.address: signing in must be limited more than the rest")
	}
	return nil
}

// quota is one limit and what has been used of it, by whom it bounds.
type quota struct {
	name string
	most int
	used *httprate.RateLimiter
}

func newQuota(name string, most, usual int) quota {
	most = cmp.Or(most, usual)
	return quota{name, most, httprate.NewRateLimiter(most, limitWindow,
		httprate.WithResponseHeaders(httprate.ResponseHeaders{Remaining: leftHeader, Reset: resetHeader}))}
}

// tooManyError says that somebody has used up a quota, and for how long.
type tooManyError struct{ wait time.Duration }

// Error says no more than the answer does.
func (e *tooManyError) Error() string { return "too many requests" }

// What httprate says of a quota, on notes that nobody sends.
const (
	leftHeader  = "Left"
	resetHeader = "Reset"
)

// notes is a http.ResponseWriter of which only the header is of interest.
type notes struct{ header http.Header }

func (n notes) Header() http.Header       { return n.header }
func (notes) Write(b []byte) (int, error) { return len(b), nil }
func (notes) WriteHeader(int)             {}

// take uses one request of whose quota and says in the answer what is left of it
// (draft-ietf-httpapi-ratelimit-headers). It returns a *tooManyError if nothing is.
func (q quota) take(w http.ResponseWriter, r *http.Request, whose string) error {
	said := notes{http.Header{}}
	over := q.used.OnLimit(said, r, whose)
	wait := time.Second
	if reset, err := strconv.ParseInt(said.header.Get(resetHeader), 10, 64); err == nil {
		wait = max(wait, time.Until(time.Unix(reset, 0)).Round(time.Second))
	}
	left, _ := strconv.Atoi(said.header.Get(leftHeader)) // a number, or nothing is left
	w.Header().Add("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", q.name, q.most, int(limitWindow.Seconds())))
	w.Header().Add("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", q.name, max(left, 0), int(wait.Seconds())))
	if over {
		return &tooManyError{wait}
	}
	return nil
}

// quotas are the limits of these doors.
type quotas struct{ person, address, signIn, code quota }

func newQuotas(l Limits) quotas {
	return quotas{
		person:  newQuota("person", l.Person, limitPerson),
		address: newQuota("address", l.Address, limitAddress),
		signIn:  newQuota("sign-in", l.SignIn, limitSignIn),
		code:    newQuota("code", l.Code, limitCode),
	}
}

// unlimited are addresses that are asked by machines that must be answered, or
// that cost nothing.
func unlimited(path string) bool {
	return path == "/livez" || path == "/readyz" || strings.HasPrefix(path, "/assets/")
}

// limitAddress bounds what one address may ask of everything.
func (s *server) limitAddress(next http.Handler) http.Handler {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		if !unlimited(r.URL.Path) {
			if err := s.quotas.address.take(w, r, addressKey(r)); err != nil {
				return err
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// limitPerson bounds what one person may ask, wherever they ask from. Nobody has
// no quota but that of their address.
func (s *server) limitPerson(next http.Handler) http.Handler {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		if id := personOf(r.Context()).ID; id != "" {
			if err := s.quotas.person.take(w, r, id); err != nil {
				return err
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// limitSignIn bounds attempts to sign in from one address.
func (s *server) limitSignIn(next http.Handler) http.Handler { return s.limitTo(s.quotas.signIn, next) }

// limitCode bounds one-time codes asked for or tried from one address.
func (s *server) limitCode(next http.Handler) http.Handler { return s.limitTo(s.quotas.code, next) }

func (s *server) limitTo(q quota, next http.Handler) http.Handler {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodGet && r.Method != http.MethodHead { // a form is looked at freely
			if err := q.take(w, r, addressKey(r)); err != nil {
				return err
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// findAddress finds out from where a request comes: of a trusted proxy, whom it
// names in X-Forwarded-For; of everybody else, the other end of the line, whatever
// they claim.
func findAddress(trusted []netip.Prefix) func(http.Handler) http.Handler {
	if len(trusted) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	texts := make([]string, len(trusted))
	for i, p := range trusted {
		texts[i] = p.Masked().String()
	}
	return middleware.ClientIPFromXFF(texts...)
}

// addressOf returns from where a request comes, for quotas and for the audit. What
// a trusted proxy garbles counts as the proxy's own.
func addressOf(r *http.Request) string {
	if ip := middleware.GetClientIP(r.Context()); ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func addressKey(r *http.Request) string { return httprate.CanonicalizeIP(addressOf(r)) }
