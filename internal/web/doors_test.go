package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/intake"
	"onewindow/internal/access"
)

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	number := o.accept(0).Number
	at := "/api/v1/cases/" + string(number)
	verdict := func(v string) request {
		return request{method: "POST", path: at + "/steps/review/decision", body: `{"verdict":"` + v + `","reason":"x"}`,
			header: map[string]string{"If-Match": "*"}}
	}
	office := []string{"clerk-01", "registrar-01", "tax-01"}
	everyone := append(office[:3:3], "system-01")
	for _, tt := range []struct {
		what request
		who  []string
	}{
		{request{method: "GET", path: "/api/v1/cases"}, office},
		{request{method: "GET", path: at}, office},
		{request{method: "GET", path: at + "/certificate.pdf"}, []string{"clerk-01", "registrar-01"}},
		{request{method: "POST", path: "/api/v1/cases", body: "{}"}, []string{"clerk-01"}},
		{request{method: "POST", path: "/api/v1/cases/preflight", body: "{}"}, []string{"clerk-01", "registrar-01"}},
		{request{method: "GET", path: "/api/v1/dead-letters"}, []string{"system-01"}},
		{verdict("approve"), []string{"registrar-01"}},
		{verdict("return"), []string{"registrar-01"}},
		{verdict("refuse"), []string{"registrar-01"}},
		{verdict("supplement"), []string{"clerk-01"}},
		{verdict("confirm"), []string{"tax-01"}},
		{verdict("retry"), []string{"registrar-01", "tax-01"}},
		{verdict("give_up"), []string{"clerk-01"}},
	} {
		if r := o.send(tt.what); r.StatusCode != http.StatusUnauthorized || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("nobody may %s %s: %d", tt.what.method, tt.what.path, r.StatusCode)
		}
		for _, staff := range everyone {
			tt.what.staff = staff
			r := o.send(tt.what)
			if forbidden := r.StatusCode == http.StatusForbidden; forbidden == slices.Contains(tt.who, staff) {
				t.Errorf("%s and %s %s %s: %d", staff, tt.what.method, tt.what.path, tt.what.body, r.StatusCode)
			}
			if r.StatusCode >= 500 {
				t.Errorf("%s %s: %d %s", tt.what.method, tt.what.path, r.StatusCode, r.body)
			}
		}
	}
}

func TestWrongCredentialsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	var bodies []string
	for _, who := range []struct{ id, secret string }{
		{"clerk-01", access.NewSecret().Text()},
		{"nobody", o.secrets["clerk-01"].Text()},
		{"clerk-01", ""},
		{"", ""},
		{"clerk-01\x00", "x"},
		{"' OR 1=1 --", strings.Repeat("a", 100_000)},
	} {
		req, _ := http.NewRequest("GET", o.url+"/api/v1/cases", nil)
		req.SetBasicAuth(who.id, who.secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		bodies = append(bodies, res.Status)
	}
	bodies = slices.Compact(bodies)
	if len(bodies) != 1 || !strings.HasPrefix(bodies[0], "401") {
		t.Errorf("answered %v", bodies)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for path, want := range map[string]string{
		"GET /api/v1/nothing":                                       "404 not_found",
		"GET /api/v1/cases/1":                                       "404 case_unknown",
		"GET /api/v1/cases/%00":                                     "404 case_unknown",
		"GET /api/v1/cases/%ff%fe":                                  "404 case_unknown",
		"GET /api/v1/cases/" + goodNumber:                           "404 case_unknown",
		"GET /api/v1/cases/" + goodNumber + "/events":               "404 case_unknown",
		"GET /api/v1/cases/" + goodNumber + "/certificate.pdf":      "404 case_unknown",
		"POST /api/v1/cases/" + goodNumber + "/steps/cook/decision": "404 not_found",
		"DELETE /api/v1/cases":                                      "405 method_not_allowed",
		"GET /problems/nothing":                                     "404 not_found",
	} {
		method, path, _ := strings.Cut(path, " ")
		r := o.send(request{method: method, path: path, staff: "clerk-01"})
		if got := fmt.Sprint(r.StatusCode, " ", strings.TrimPrefix(r.problem(t).Type, problemPath)); got != want {
			t.Errorf("%s %s: %s, want %s", method, path, got, want)
		}
		if allow := r.Header.Get("Allow"); (allow != "") != (r.StatusCode == http.StatusMethodNotAllowed) {
			t.Errorf("%s %s allows %q", method, path, allow)
		}
	}
}

// goodNumber is the number of no case, with a right check digit.
var goodNumber = string(intake.NewNumber(day(2026, 1, 1), 1))

func TestEveryProblemIsExplainedAtItsAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for _, code := range problemCodes() {
		var p problem
		r := o.send(request{method: "GET", path: problemPath + code})
		r.into(t, &p)
		if r.StatusCode != http.StatusOK || p.Status < 400 || p.Title == "" || strings.HasPrefix(p.Title, "problem_") {
			t.Errorf("%s: %d %s", code, r.StatusCode, r.body)
		}
	}
}

func TestProbesMayAskForTheHeadOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	at := "/api/v1/cases/" + string(o.accept(0).Number)
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, at: 200, at + "/events": 204} {
		if r := o.send(request{method: "HEAD", path: path, staff: "clerk-01"}); r.StatusCode != want || len(r.body) > 0 {
			t.Errorf("%s: %d and %d bytes", path, r.StatusCode, len(r.body))
		}
	}
}

func TestEveryAnswerKeepsBrowsersIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for _, path := range []string{"/livez", "/api/v1/cases", "/api/v1/nothing"} {
		h := o.send(request{method: "GET", path: path}).Header
		for name, part := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "Cache-Control": "no-store", "X-Request-Id": "",
		} {
			if got := h.Get(name); got == "" || !strings.Contains(got, part) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}

// raised serves one handler behind all doors.
func raised(log *logBook, h handler) http.Handler {
	s := &server{Config: Config{Log: slog.New(slog.NewTextHandler(log, nil))}}
	r := chi.NewRouter()
	r.Use(s.stamp, s.rescue, s.harden, s.refuseForeign, limitBody)
	r.Get("/raise/{name}", s.api(h))
	return r
}

func TestWhatGoesWrongInsideIsLoggedOnceAndNotTold(t *testing.T) {
	t.Parallel()
	const person = "430602189003010015"
	for name, h := range map[string]handler{
		"an error": func(http.ResponseWriter, *http.Request) error {
			return fmt.Errorf("read case: %w", &pgconn.PgError{Severity: "ERROR", Code: "22P02", Message: "invalid input " + person})
		},
		"a panic":           func(http.ResponseWriter, *http.Request) error { panic(person) },
		"a panic of errors": func(http.ResponseWriter, *http.Request) error { panic(errors.New(person)) },
	} {
		log := &logBook{}
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/raise/"+person+"?q="+person, nil)
		r.Header.Set("X-Request-Id", "forged\nline")
		raised(log, h).ServeHTTP(w, r)
		p := reply{w.Result(), w.Body.Bytes()}.problem(t)
		if w.Code != http.StatusInternalServerError || p.Type != "/problems/internal" || strings.Contains(w.Body.String(), "SQL") {
			t.Errorf("%s: told %d %s", name, w.Code, w.Body)
		}
		logged := log.String()
		if strings.Contains(logged+w.Body.String(), person) || strings.Contains(logged, "forged") {
			t.Errorf("%s: personal data in %s %s", name, logged, w.Body)
		}
		if n := strings.Count(logged, `msg="request failed"`); n != 1 || !strings.Contains(logged, w.Header().Get("X-Request-Id")) {
			t.Errorf("%s: logged %d times: %s", name, n, logged)
		}
	}
}

func TestAPanicInMidAnswerEndsTheConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(raised(&logBook{}, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
		panic("in the middle")
	}))
	defer server.Close()
	res, err := http.Get(server.URL + "/raise/x")
	if err == nil {
		_, err = res.Body.Read(make([]byte, 200))
		if err == nil {
			_, err = res.Body.Read(make([]byte, 200))
		}
		res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer was taken for the whole")
	}
}

func TestErrorsThatPassAreToldAsUnavailable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want int
	}{
		{&pgconn.PgError{Code: "57P01"}, 503},
		{&pgconn.PgError{Code: "08006"}, 503},
		{&pgconn.PgError{Code: "53300"}, 503},
		{&pgconn.PgError{Code: "53100"}, 503},
		{&pgconn.PgError{Code: "25006"}, 503},
		{&pgconn.PgError{Code: "40001"}, 503},
		{context.DeadlineExceeded, 503},
		{&pgconn.PgError{Code: "23505"}, 500},
		{&pgconn.PgError{Code: "42P01"}, 500},
		{&pgconn.PgError{Code: "22021"}, 400},
		{errors.New("anything"), 500},
	} {
		f := faultOf(fmt.Errorf("find case: %w", tt.err))
		if f.status != tt.want || (f.status == 503) != (f.retry > 0) {
			t.Errorf("%v: %d, retry after %s", tt.err, f.status, f.retry)
		}
	}
}
