package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/web/openapi"
	"onewindow/templates"
)

func TestTheDescriptionIsAPageInBothLanguages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for _, lang := range templates.Languages {
		r := o.send(request{method: "GET", path: "/api/v1/", header: map[string]string{"Accept": "text/html", "Accept-Language": lang}})
		page := string(r.body)
		if r.StatusCode != http.StatusOK || !strings.Contains(page, `<html lang="`+lang) {
			t.Fatalf("in %s: %d", lang, r.StatusCode)
		}
		for _, op := range openapi.Ours().Operations() {
			says := inLanguage(lang, op.Chinese, op.Summary)
			if !strings.Contains(page, `id="`+op.ID+`"`) || !strings.Contains(page, templateText(says)) {
				t.Errorf("in %s: %s %s is not shown as %q", lang, op.Method, op.Path, says)
			}
		}
		if strayed := english.FindString(plainText.ReplaceAllString(page, "")); lang == templates.Chinese && strayed != "" {
			t.Errorf("the Chinese page says %q", strayed)
		}
		for _, foreign := range []string{`src="http`, `href="http`, "//cdn", "**", "<no value>"} {
			if strings.Contains(page, foreign) {
				t.Errorf("in %s: the page has %s", lang, foreign)
			}
		}
	}
	if r := o.send(request{method: "GET", path: "/api"}); r.Request.URL.Path != "/api/v1/" {
		t.Errorf("/api leads to %s", r.Request.URL)
	}
}

var (
	plainText = regexp.MustCompile(`(?s)<head>.*?</head>|<header.*?</header>|<code.*?</code>|<[^>]*>`)
	english   = regexp.MustCompile(`[A-Za-z]+ [a-z]+ [a-z]+`)
)

// templateText is a text as html/template writes it.
func templateText(text string) string {
	return strings.NewReplacer("'", "&#39;", `"`, "&#34;", "+", "&#43;").Replace(text)
}

func TestEveryProblemIsExplainedInABrowserToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for _, code := range problemCodes() {
		for _, lang := range templates.Languages {
			r := o.browse(problemPath+code, lang)
			if r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), templateText(titleOf(lang, code))) {
				t.Errorf("%s in %s: %d", code, lang, r.StatusCode)
			}
		}
	}
}

// browse reads a page as a browser that nobody has signed in with.
func (o *office) browse(path, lang string) reply {
	o.t.Helper()
	res, err := http.DefaultClient.Do(o.prepare(o.t.Context(), request{method: "GET", path: path,
		header: map[string]string{"Accept": "text/html", "Accept-Language": lang}}))
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	body := new(strings.Builder)
	if err := res.Write(body); err != nil {
		o.t.Fatal(err)
	}
	return reply{res, []byte(body.String())}
}

func TestProgramsFetchTheDescriptionOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	r := o.send(request{method: "GET", path: "/api/v1/openapi.json"})
	tag := r.Header.Get("ETag")
	if r.StatusCode != http.StatusOK || tag == "" || !strings.Contains(string(r.body), `"openapi":"3.1.0"`) {
		t.Fatalf("%d %s", r.StatusCode, tag)
	}
	again := o.send(request{method: "GET", path: "/api/v1/openapi.json", header: map[string]string{"If-None-Match": tag}})
	if again.StatusCode != http.StatusNotModified || len(again.body) > 0 {
		t.Errorf("again: %d and %d bytes", again.StatusCode, len(again.body))
	}
}

// TestWhatIsToGoSaysSo runs the mechanism with a description of its own: of ours
// nothing is deprecated.
func TestWhatIsToGoSaysSo(t *testing.T) {
	t.Parallel()
	d, err := openapi.Parse([]byte(`
paths:
  /a/{x}: {get: {operationId: old, deprecated: true, x-deprecated-on: '2026-01-01', x-sunset-on: '2027-06-30'},
           post: {operationId: fresh}}
  /b: {get: {operationId: fading, deprecated: true, x-deprecated-on: '2026-01-01'}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(announce(d))
	said := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	r.Route("/a", func(r chi.Router) { r.Get("/{x}", said); r.Post("/{x}", said) })
	r.Get("/b", said)
	for at, want := range map[string][2]string{
		"GET /a/1":  {"@1767225600", "Wed, 30 Jun 2027 00:00:00 GMT"},
		"POST /a/1": {"", ""},
		"GET /b":    {"@1767225600", ""},
		"GET /c":    {"", ""},
	} {
		method, path, _ := strings.Cut(at, " ")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if got := [2]string{w.Header().Get("Deprecation"), w.Header().Get("Sunset")}; got != want {
			t.Errorf("%s says %q, want %q", at, got, want)
		}
		if link := strings.Join(w.Header().Values("Link"), " "); (want[0] != "") != strings.Contains(link, `rel="deprecation"`) {
			t.Errorf("%s links to %q", at, link)
		}
	}
	for _, o := range openapi.Ours().Operations() {
		if o.Deprecated {
			t.Errorf("%s %s is deprecated: say it in docs and remove this line", o.Method, o.Path)
		}
	}
}

func TestAnAddressSaysWhichMethodsItTakes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for at, want := range map[string]string{
		"DELETE /api/v1/cases":                  "GET, HEAD, POST",
		"PUT /api/v1/cases/" + goodNumber:       "GET, HEAD",
		"GET /api/v1/callbacks/utilities/water": "POST",
		"PATCH /api/v1/callbacks/payments":      "POST",
		"DELETE /api/v1/dead-letters":           "GET, HEAD",
		"POST /livez":                           "GET, HEAD",
		"OPTIONS /api/v1/cases/%2F":             "GET, HEAD",
		"TRACE /api/v1/openapi.json":            "GET, HEAD",
	} {
		method, path, _ := strings.Cut(at, " ")
		r := o.send(request{method: method, path: path, staff: "clerk-01"})
		if got := r.Header.Get("Allow"); r.StatusCode != http.StatusMethodNotAllowed || got != want {
			t.Errorf("%s: %d, Allow %q, want %q", at, r.StatusCode, got, want)
		}
	}
}

func TestTheDescriptionCanBeReadByEverybody(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	b := o.open(t)
	b.everywhere("api", func() { b.at("/api/v1/") })
	b.quiet()
}
