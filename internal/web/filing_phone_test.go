package web

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onewindow/intake"
)

// slowly makes the window an old telephone on a slow line: a processor four times as
// slow, 1.6 Mbit/s down, 0.75 up, 150 ms there and back, as Lighthouse measures phones.
func (b *browser) slowly() {
	b.t.Helper()
	b.phone()
	line := cdp.Command[map[string]any, cdp.Empty]{Method: "Network.emulateNetworkConditions"}
	conditions := map[string]any{"offline": false, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
	if _, err := chromedp.Call(b.ctx, line, conditions); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		b.t.Fatal(err)
	}
}

// A citizen with an old telephone and a slow line files and pays: one number typed
// besides the code, no more than seven pages, each with an address to come back to.
func TestACitizenFilesWithOneNumberOnASlowTelephone(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	b := o.open(t)
	b.slowly()
	var pages []string
	at := func(path string) {
		b.wait(`location.pathname === "` + path + `"`)
		b.picture("file" + strings.ReplaceAll(path, "/", "-"))
		pages = append(pages, path)
	}
	began := time.Now()
	b.at("/my/sign-in")
	at("/my/sign-in")
	b.do(chromedp.SendKeys("#number", saleOf(0).Contract+kb.Enter))
	at("/my/code")
	b.do(chromedp.SendKeys("#code", o.codeSent()+kb.Enter))
	at("/my")
	b.do(chromedp.Click(`a[href="/my/filing"]`))
	at("/my/filing")
	b.do(chromedp.Click("#family-right"), chromedp.Click("#homes-right"), chromedp.Click("#deal-right"), chromedp.Click("#filing-form [data-submit]"))
	at("/my/taxes")
	b.do(chromedp.Click(`a[href^="/my/pay"]`))
	b.wait(`document.querySelector("form button")`)
	b.picture("file-gateway")
	pages = append(pages, "the gateway")
	b.do(chromedp.Click("form button"))
	b.wait(`document.querySelector("a[href$='/my/taxes']")`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("a").click()`))
	b.wait(`document.querySelector("a[href$='/receipt']")`)
	b.picture("file-paid")
	b.do(chromedp.Click(`a[href$="/receipt"]`))
	b.wait(`location.pathname.endsWith("/receipt")`)
	b.picture("file-receipt")
	pages = append(pages, "the receipt")
	t.Logf("%d pages in %.1f s: %v", len(pages), time.Since(began).Seconds(), pages)
	if len(pages) > 7 {
		t.Errorf("%d pages: %v", len(pages), pages)
	}
	for _, path := range pages[2:5] {
		b.at(path)
		b.wait(`location.pathname === "` + path + `"`)
	}
	b.quiet()
}
