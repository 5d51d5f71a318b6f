package web

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/pgtest"
)

// gallery notes the routes whose pages axe has read.
type gallery struct {
	doors chi.Routes
	mu    sync.Mutex
	read  map[string]bool
}

// demonstration arranges doors that have every page there is.
func demonstration(c *Config) {
	c.Demonstration = true
	c.Inbox = func() []Letter {
		return []Letter{{To: "12012345678", Text: "【一窗】验证码 123456，10 分钟内有效。", At: time.Now()}}
	}
	c.Admin = http.NotFoundHandler()
}

func newGallery() *gallery {
	c := Config{}
	demonstration(&c)
	return &gallery{doors: New(c).(chi.Routes), read: map[string]bool{}}
}

// hang lets the browsers of an office note what they read.
func (g *gallery) hang(o *office) { o.gallery = g }

func (g *gallery) note(path string) {
	at := chi.NewRouteContext()
	if !g.doors.Match(at, http.MethodGet, path) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read[at.RoutePattern()] = true
}

// noPages are the routes of GET that show nobody a page of ours, and why.
var noPages = map[string]string{
	"/livez":                                 "for probes",
	"/readyz":                                "for probes",
	"/assets/*":                              "style sheets, scripts and type",
	"/api":                                   "leads to /api/v1/",
	"/api/v1/openapi.json":                   "for programs",
	"/api/v1/account-changes/":               "for programs",
	"/api/v1/audit":                          "for programs",
	"/api/v1/cases/":                         "for programs",
	"/api/v1/cases/{number}":                 "for programs",
	"/api/v1/cases/{number}/audit":           "for programs",
	"/api/v1/cases/{number}/certificate.pdf": "a document",
	"/api/v1/cases/{number}/events":          "for programs",
	"/api/v1/cases/{number}/materials":       "for programs",
	"/api/v1/cases/{number}/tax/":            "for programs",
	"/api/v1/tax-desk":                       "for programs",
	"/api/v1/dead-letters/":                  "for programs",
	"/api/v1/dead-letters/{letter}/audit":    "for programs",
	"/api/v1/staff/{person}/audit":           "for programs",
	"/api/v1/units/{unit}/audit":             "for programs",
	"/audit/export":                          "a document",
	"/favicon.ico":                           "a picture beside the title of a page",
	"/api/v1/appointments":                   "for programs",
	"/api/v1/my/appointment":                 "for programs",
	"/api/v1/my/case":                        "for programs",
	"/api/v1/my/filing":                      "for programs",
	"/api/v1/sessions/current":               "for programs",
	"/files/{id}":                            "a document",
	"/cases":                                 "leads to the case that was looked for",
	"/cases/{number}/certificate":            "a document",
	"/cases/{number}/live":                   "parts of the page of the case",
	"/cases/{number}/pay":                    "leads to the gateway",
	"/my/pay":                                "leads to the gateway",
	"/sign-in/authenticator.png":             "a picture on its page",
	"/sign-in/with/{provider}":               "leads to a provider of identities",
	"/sign-in/with/{provider}/back":          "leads to where the person was",
	"/api/v1/cases/{number}/bills/{bill}":    "for programs",
	"/api/v1/company/requests/":              "for programs",
	"/api/v1/company/requests/{ref}":         "for programs",
	"/cases/{number}/bills/{bill}/code.png":  "a picture on the page of the case",
	"/my/bills/{bill}/code.png":              "a picture on the page of the citizen",
	"/my/certificate":                        "a document",
	"/my/sign-in/with/{provider}":            "leads to a provider of identities",
	"/my/sign-in/with/{provider}/back":       "leads to where the person was",
	"/preferences":                           "leads back to the page that was read",
	"/admin/*":                               "the console of the queue, which is River UI's",

	"/api/v1/cases/{number}/tax/statement":            "for programs",
	"/api/v1/cases/{number}/tax/statement.pdf":        "a document",
	"/api/v1/cases/{number}/bills/{bill}/receipt.pdf": "a document",
	"/api/v1/my/statement":                            "for programs",
	"/api/v1/my/statement.pdf":                        "a document",
	"/api/v1/my/bills/{bill}/receipt.pdf":             "a document",
	"/cases/{number}/tax/statement.pdf":               "a document",
	"/cases/{number}/bills/{bill}/receipt.pdf":        "a document",
	"/my/statement.pdf":                               "a document",
	"/my/bills/{bill}/receipt.pdf":                    "a document",
}

// TestEverybodyCanReadEveryPage reads every page that the router has with axe, in both
// languages and sizes of type. A route that is added and forgotten fails it.
func TestEverybodyCanReadEveryPage(t *testing.T) {
	t.Parallel()
	g := newGallery()
	t.Run("pages", func(t *testing.T) {
		for name, read := range map[string]func(*testing.T, *gallery){
			"of cases": readCases, "beside cases": readBeside, "of coming in": readComingIn, "of proof": readProof,
			"of the tax desk": readDesk,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				read(t, g)
			})
		}
	})
	routes := 0
	err := chi.Walk(g.doors, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet {
			return nil
		}
		routes++
		read, why := g.read[trimmed(route)], noPages[route]
		switch {
		case !read && why == "":
			t.Errorf("nobody has looked at %s: read its page in this file, or say in noPages why it has none", route)
		case read && why != "":
			t.Errorf("%s has a page, although it should be %s", route, why)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d routes, %d pages read, %d without one", routes, len(g.read), len(noPages))
	if len(g.read)+len(noPages) != routes {
		t.Errorf("%d routes are not %d pages and %d others", routes, len(g.read), len(noPages))
	}
}

// trimmed is a route as the router names it when it is asked.
func trimmed(route string) string {
	if len(route) > 1 {
		return strings.TrimSuffix(route, "/")
	}
	return route
}

// readComingIn reads the pages through which people come in, and those of the
// demonstration.
func readComingIn(t *testing.T, g *gallery) {
	o := openOffice(t, pgtest.URL(t), nil, demonstration)
	o.build(0)
	g.hang(o)
	b := o.open(t)
	see := func(path string) func() { return func() { b.at(path) } }
	b.everywhere("problem", see("/problems/too_many"))
	b.everywhere("demo-codes", see("/demo/codes"))
	b.everywhere("demo-inbox", see("/demo/inbox"))
	b.everywhere("citizen-code", see("/my/code"))
	b.everywhere("citizen-code-error", func() { b.at("/my/code"); b.send() })
	b.everywhere("sign-in-error", func() { b.at("/sign-in"); b.send() })
	b.knock("clerk-01", password)
	b.everywhere("sign-in-code", see("/sign-in/code"))
	b.everywhere("sign-in-code-error", func() { b.at("/sign-in/code"); b.send() })
	once, err := o.porter().AtMachine(t.Context(), o.pool, access.Change{Account: "reviewer-01", Kind: access.Reset}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.knock("reviewer-01", once.Text())
	b.everywhere("sign-in-password", see("/sign-in/password"))
	b.everywhere("sign-in-password-error", func() { b.at("/sign-in/password"); b.send() })
	b.do(chromedp.SendKeys("#password", "another rather long sentence"), chromedp.SendKeys("#again", "another rather long sentence"+kb.Enter))
	b.wait(`location.pathname === "/sign-in/authenticator"`)
	b.everywhere("sign-in-authenticator", see("/sign-in/authenticator"))
	b.signIn("registrar-01")
	o.idle("registrar-01", access.UsualIdle)
	b.everywhere("unlock", see("/"))
	b.quiet()
}

// send sends the form of the page as it is, and waits for what is wrong with it.
func (b *browser) send() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main form button").click()`))
	b.wait(`document.activeElement.id === "errors"`)
}

// knock gives number and password, and waits for what is asked next.
func (b *browser) knock(id, password string) {
	b.t.Helper()
	b.at("/sign-in")
	b.do(chromedp.SendKeys("#id", id), chromedp.SendKeys("#password", password+kb.Enter))
	b.wait(`location.pathname !== "/sign-in"`)
}

// readProof reads the pages that ask for a proof before an approval and a hand-over.
func readProof(t *testing.T, g *gallery) {
	o := workingOffice(t, 2)
	g.hang(o)
	done, waiting := o.sold(0), o.accept(1).Number
	o.waitFor(waiting, intake.Review, intake.NeedsInput)
	b := o.open(t)
	b.signIn("registrar-01")
	stale := func(id string) {
		if _, err := o.pool.Exec(t.Context(), `
			UPDATE access_session SET proved_at = now() - interval '6 minutes' WHERE person = $1`, id); err != nil {
			t.Fatal(err)
		}
	}
	b.everywhere("proof", func() {
		stale("registrar-01")
		b.at("/cases/" + string(waiting))
		b.do(chromedp.Click(`#decide [value="approve"]`), chromedp.Click("#decide [data-submit]"))
		b.wait(`document.getElementById("code")`)
	})
	supervisor := b.another()
	supervisor.signIn("supervisor-01")
	supervisor.everywhere("hand-over", func() { supervisor.at("/cases/" + done) })
	supervisor.everywhere("hand-over-proof", func() {
		stale("supervisor-01")
		supervisor.at("/cases/" + done)
		supervisor.do(chromedp.Click(`form[action$="/hand-over"] button`))
		supervisor.wait(`document.getElementById("code")`)
	})
	b.quiet()
	supervisor.quiet()
}
