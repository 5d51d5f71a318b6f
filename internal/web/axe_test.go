package web

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/templates"
)

// axe-core 4.14.1 (npm, MPL-2.0, LICENSE-axe-core.txt), gzipped as it was published.
//
//go:embed testdata/axe.min.js.gz
var axeGzipped []byte

//go:embed testdata/audit.js
var auditScript string

// runAxe looks for everything that axe knows; the value is a list of complaints.
const runAxe = `axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(v =>
	v.id + " (" + v.help + "): " + v.nodes.map(n => n.html.slice(0, 200) + " " + n.failureSummary).join(" | ")).join("\n"))`

func axe(t *testing.T) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(axeGzipped))
	if err != nil {
		t.Fatal(err)
	}
	script, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// accessible fails the test if somebody cannot read the page.
func (b *browser) accessible(name string) {
	b.t.Helper()
	if b.ask(`typeof axe`) == "undefined" {
		b.do(chromedp.Evaluate[chromedp.Void](axe(b.t) + ";void 0"))
	}
	if found := b.await(runAxe) + b.ask(auditScript); found != "" {
		b.t.Errorf("the page %s: %s", name, found)
	}
	if b.o.gallery != nil && b.ask(`performance.getEntriesByType("navigation")[0].responseStatus`) == "200" {
		b.o.gallery.note(b.ask("location.pathname"))
	}
}

// await evaluates a promise of a text.
func (b *browser) await(promise string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](promise,
		func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }))
	if err != nil {
		b.t.Fatalf("%.60s: %v", promise, err)
	}
	return v
}

// prefer makes the browser ask for a language and a size of type.
func (b *browser) prefer(lang, size string) {
	b.t.Helper()
	for name, value := range map[string]string{langCookie: lang, typeCookie: size} {
		set := network.SetCookieParams{Name: name, Value: value, URL: b.o.url}
		if _, err := chromedp.Call(b.ctx, network.SetCookie, set); err != nil {
			b.t.Fatal(err)
		}
	}
}

// everywhere looks at a page in both languages and both sizes of type, on a desk,
// at double zoom and on the narrowest telephone.
func (b *browser) everywhere(name string, open func()) {
	b.t.Helper()
	for _, lang := range templates.Languages {
		for _, size := range []string{"usual", typeLarge} {
			b.prefer(lang, size)
			b.do(chromedp.EmulateViewport(1366, 768))
			open()
			b.look(name + "-" + lang + "-" + size)
			b.do(chromedp.EmulateViewport(683, 384))
			b.look(name + "-" + lang + "-" + size + "-zoom")
			b.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateMobile))
			b.look(name + "-" + lang + "-" + size + "-phone")
		}
	}
	b.prefer(templates.Chinese, "usual")
	if os.Getenv(pictures) != "" {
		b.do(chromedp.EmulateViewport(1920, 1080))
		open()
		b.keep(name + "-desk")
		b.phone()
		open()
		b.keep(name + "-hand")
	}
	b.do(chromedp.EmulateViewport(1366, 768))
}

// look looks at the shape of a page, and with axe where its document is another:
// of the telephones, one will do.
func (b *browser) look(name string) {
	b.t.Helper()
	small := strings.HasSuffix(name, "-zoom") || strings.HasSuffix(name, "-phone")
	if !small || strings.HasSuffix(name, "-zh-CN-usual-phone") {
		b.picture(name)
		return
	}
	if complaints := b.ask(auditScript); complaints != "" {
		b.t.Errorf("the page %s: %s", name, complaints)
	}
	if !strings.HasSuffix(name, "-zoom") {
		b.keep(name)
	}
}

// sold sells home i and returns the number of its case, closed.
func (o *office) sold(i int) string {
	o.t.Helper()
	number := o.accept(i).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", number, intake.Review, jobs.Approve, ""); r.StatusCode != http.StatusOK {
		o.t.Fatalf("the approval: %d %s", r.StatusCode, r.body)
	}
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	o.pay(number)
	eventually(o.t, "the case is closed", func() bool { return o.show(number).State == intake.Closed })
	return string(number)
}

// readCases reads the pages of cases.
func readCases(t *testing.T, g *gallery) {
	o := workingOffice(t, 3)
	g.hang(o)
	done := o.sold(0)
	waiting := string(o.accept(1).Number)
	registrar := o.visit("registrar-01")
	eventually(t, "the review waits", func() bool { return registrar.get("/cases/" + waiting).has(`value="approve"`) })
	b := o.open(t)
	see := func(path string) func() { return func() { b.at(path) } }
	b.everywhere("sign-in", see("/sign-in"))
	b.everywhere("verify", see(o.show(intake.Number(done)).Certificate.Verify))
	b.everywhere("verify-none", see("/v/AAAAAAAAAAAAAAAAAAAAAAAAAA"))
	b.prefer(templates.Chinese, "usual")
	b.signIn("registrar-01")
	b.everywhere("queue", see("/?holder="))
	b.everywhere("decide", see("/cases/"+waiting))
	b.everywhere("decide-error", func() {
		b.at("/cases/" + waiting)
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#decide [data-submit]").click()`)) // the page moves
		b.wait(`document.activeElement.id === "errors"`)
	})
	b.everywhere("done", see("/cases/"+done))
	b.everywhere("receipt", see("/cases/"+done+"/bills/b-1/receipt"))
	b.everywhere("statement", see("/cases/"+done+"/tax/statement"))
	citizen := b.another()
	citizen.citizen(done)
	citizen.everywhere("citizen-receipt", func() { citizen.at("/my/bills/b-1/receipt") })
	citizen.everywhere("citizen-statement", func() { citizen.at("/my/statement?check=another") })
	b.everywhere("reveal", func() {
		b.at("/cases/" + waiting)
		b.do(chromedp.Evaluate[chromedp.Void](`void (document.getElementById("reveal").open = true)`),
			chromedp.SendKeys("#reveal-reason", "核对原件"+kb.Enter))
		b.wait(`document.getElementById("revealed")`)
	})
	b.everywhere("not-found", see("/nowhere"))
	clerk := b.another()
	clerk.signIn("clerk-01")
	clerk.everywhere("new", func() { clerk.at("/cases/new") })
	clerk.everywhere("accepted", func() { clerk.at("/cases/" + waiting + "?accepted") })
	clerk.everywhere("defects", func() {
		clerk.at("/cases/new")
		clerk.do(chromedp.Click(".actions [data-submit]"))
		clerk.wait(`document.activeElement.id === "errors"`)
	})
	clerk.everywhere("check", func() {
		clerk.at("/cases/new")
		clerk.do(chromedp.SendKeys("#contract", "TOWN-000002"), chromedp.Click("#prefill"))
		clerk.wait(`document.getElementById("unit").value !== ""`)
		clerk.do(chromedp.Click(".actions [data-submit]"))
		clerk.wait(`document.querySelector("form.check")`)
	})
	b.quiet()
	clerk.quiet()
}

// citizen signs a party to a case in, with a code as it comes to a telephone.
func (b *browser) citizen(number string) {
	b.t.Helper()
	contract := access.NewSecret().Text() // each number has few codes, and asking on the page draws one
	asker := anyone()
	for name, value := range map[string]string{numberCookie: contract, askerCookie: asker.Browser} {
		asked := network.SetCookieParams{Name: name, Value: value, URL: b.o.url}
		if _, err := chromedp.Call(b.ctx, network.SetCookie, asked); err != nil {
			b.t.Fatal(err)
		}
	}
	var drawn []access.Drawn
	b.o.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		contacts := []access.Contact{{Party: "buyers[0]", Name: "镇**", Phone: "13800138000"}}
		drawn, err = access.DrawCodes(ctx, tx, contract, number, asker, contacts, time.Now())
		return err
	})
	b.at("/my/code")
	b.do(chromedp.SendKeys("#code", drawn[0].Code+kb.Enter))
	b.wait(`location.pathname === "/my"`)
}

// readVisits reads the pages of appointments, as a citizen and as the office.
func readVisits(b *browser) {
	b.t.Helper()
	see := func(path string) func() { return func() { b.at(path) } }
	b.everywhere("visit-days", see("/my/appointment?for=tax"))
	b.everywhere("visit-days-error", see("/my/appointment?for=tax&day="))
	day := b.ask(`document.querySelectorAll("[name=day]")[3].value`)
	b.everywhere("visit-times", see("/my/appointment?for=tax&day="+day))
	b.everywhere("visit-times-error", func() { b.at("/my/appointment?for=tax&day=" + day); b.send() })
	b.at("/my/appointment?for=tax&day=" + day)
	b.do(chromedp.Click("#choice-1"), chromedp.Click("main form button"))
	b.wait(`document.getElementById("booked")`)
	b.everywhere("visit", see("/my/appointment"))
	b.everywhere("visit-move", see("/my/appointment?move=1&day="+day))
	b.everywhere("visit-cancel", see("/my/appointment/cancel"))
	clerk := b.another()
	clerk.signIn("clerk-01")
	clerk.everywhere("visitors", func() { clerk.at("/appointments") })
	clerk.quiet()
}

// readBeside reads the pages of citizens and administrators.
func readBeside(t *testing.T, g *gallery) {
	o := workingOffice(t, 1)
	g.hang(o)
	number := o.accept(0).Number
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	b := o.open(t)
	see := func(path string) func() { return func() { b.at(path) } }
	b.everywhere("citizen-number", see("/my/sign-in"))
	b.everywhere("citizen-number-error", func() {
		b.at("/my/sign-in")
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main form button").click()`))
		b.wait(`document.activeElement.id === "errors"`)
	})
	b.prefer(templates.Chinese, "usual")
	b.citizen(string(number))
	b.everywhere("citizen-my", see("/my"))
	b.everywhere("citizen-audit", see("/my/audit"))
	b.everywhere("citizen-filing", see("/my/filing"))
	b.everywhere("citizen-filing-error", func() {
		b.at("/my/filing")
		b.do(chromedp.Click("#homes-wrong"), chromedp.Click("#filing-form [data-submit]"))
		b.wait(`document.activeElement.id === "errors"`)
	})
	b.at("/my/filing")
	b.do(chromedp.Click("#family-right"), chromedp.Click("#homes-right"), chromedp.Click("#deal-right"), chromedp.Click("#filing-form [data-submit]"))
	b.wait(`location.pathname === "/my/taxes"`)
	b.everywhere("citizen-taxes", see("/my/taxes"))
	readVisits(b)
	for _, lang := range templates.Languages { // a long page
		b.prefer(lang, "usual")
		b.at("/api/v1/")
		b.picture("api-" + lang)
	}
	security := b.another()
	security.signIn("security-01")
	security.everywhere("accounts", func() { security.at("/accounts") })
	security.everywhere("engage", func() { security.at("/accounts/new") })
	security.everywhere("account", func() { security.at("/accounts/clerk-01") })
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := o.porter().Ask(ctx, tx, access.Change{Account: "clerk-01", Kind: access.Reset, AskedBy: "security-02"}, time.Now())
		return err
	})
	security.everywhere("account-waits", func() { security.at("/accounts/clerk-01") })
	auditor := b.another()
	auditor.signIn("audit-01")
	auditor.everywhere("audit", func() { auditor.at("/audit?kind=case&object=" + string(number)) })
	system := b.another()
	system.signIn("system-01")
	system.everywhere("letters", func() { system.at("/letters") })
	for _, b := range []*browser{b, security, auditor, system} {
		b.quiet()
	}
}
