package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"onewindow/intake"
)

// weight is what a page makes a browser fetch, in bytes on the line.
func (b *browser) weight(path string) (bytes float64) {
	b.t.Helper()
	b.at(path)
	b.wait(`performance.getEntriesByType("navigation").length`)
	got := b.ask(`performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
		.reduce((sum, e) => sum + e.transferSize, 0)`)
	if _, err := fmt.Sscan(got, &bytes); err != nil || bytes == 0 {
		b.t.Fatalf("%s weighs %q", path, got)
	}
	return bytes
}

func TestAPageIsLightEnoughForAnOldTelephone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	b := o.open(t)
	forget := network.SetCacheDisabledParams{CacheDisabled: true}
	if _, err := chromedp.Call(b.ctx, network.SetCacheDisabled, forget); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ staff, path string }{
		{"", "/sign-in"}, {"", "/v/AAAAAAAAAAAAAAAAAAAAAAAAAA"}, {"", "/nowhere"}, {"", "/my/sign-in"},
		{"clerk-01", "/cases/" + number}, {"a citizen", "/my"},
	} {
		switch tt.staff {
		case "":
		case "a citizen":
			b.citizen(number)
		default:
			b.signIn(tt.staff)
		}
		weight := b.weight(tt.path)
		t.Logf("%s: %.1f kB", tt.path, weight/1000)
		if weight > 150_000 {
			t.Errorf("%s weighs %.0f bytes", tt.path, weight)
		}
	}
}

func TestWhatARegistrarTypesSurvivesAnUpdate(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	b := o.open(t)
	b.signIn("registrar-01")
	b.at("/cases/" + string(number))
	b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("reason-review").value = "缺少委托书"; window.sameDocument = true;
		document.getElementById("journal").open = false`))
	o.pay(number)
	b.wait(`document.querySelector("#step-settle .tag").textContent === "已完成"`)
	if typed := b.ask(`document.getElementById("reason-review").value`); typed != "缺少委托书" {
		t.Errorf("the reason became %q", typed)
	}
	if b.ask(`window.sameDocument`) != "true" || b.ask(`document.getElementById("journal").open`) != "false" {
		t.Error("the page did not stay as it was left")
	}
	b.quiet()
}

func TestTheKeysAreShownOnDemand(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	b := o.open(t)
	b.signIn("clerk-01")
	b.press("?")
	b.wait(`document.getElementById("keys").open`)
	b.press("2", chromedp.ModifierAlt)
	b.wait(`location.pathname === "/cases/new"`)
	b.press("?")
	b.wait(`document.getElementById("contract").value === "?" && !document.getElementById("keys").open`)
	b.press("3", chromedp.ModifierAlt)
	b.wait(`document.activeElement.id === "find"`)
	b.quiet()
}

func TestNothingMovesWhileAPageLoads(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	b := o.open(t)
	b.signIn("clerk-01")
	for _, path := range []string{"/sign-in", "/v/AAAAAAAAAAAAAAAAAAAAAAAAAA", "/", "/cases/new", "/cases/" + number} {
		b.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateMobile))
		b.at(path)
		shift := b.await(`new Promise(done => new PerformanceObserver(list => done(list.getEntries().filter(e => !e.hadRecentInput)
			.reduce((sum, e) => sum + e.value, 0))).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 500)).then(String)`)
		if shift != "0" {
			t.Errorf("%s shifts by %s", path, shift)
		}
	}
}
