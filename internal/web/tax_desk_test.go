package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"onewindow/intake"
)

// A correction made on the page, without scripts, stands when another officer has
// accepted it; the same person cannot, an old page cannot, and what was typed stays.
func TestTwoOfficersCorrectAFactOnThePages(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, dear+1)
	number := o.accept(dear).Number
	o.waitFor(number, intake.Assess, intake.Manual)
	path := "/cases/" + string(number) + "/tax"
	first, second := o.visit("tax-01"), o.visit("tax-02")
	if queue := first.get("/tax-desk"); !strings.Contains(queue.text, string(number)) || !strings.Contains(queue.text, "低于评估") {
		t.Errorf("the desk does not show the case: %.2000s", queue.text)
	}
	version := func(p seen) string {
		_, rest, _ := strings.Cut(p.raw, `name="seen" value="`)
		number, _, _ := strings.Cut(rest, `"`)
		return number
	}
	old := version(first.get(path))
	form := url.Values{"seen": {old}, "low_price_justified": {"yes"}, "reason": {"房屋漏水"}}
	if p := first.post(path+"/corrections", form); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text, "房屋漏水") {
		t.Errorf("without a document: %d", p.status)
	}
	form.Set("document", "勘查记录3号")
	if p := first.post(path+"/corrections", form); p.status != http.StatusOK || !strings.Contains(p.text, "须由另一名税务人员复核") {
		t.Fatalf("proposing: %d %.2000s", p.status, p.text)
	}
	now := version(first.get(path))
	if p := first.post(path+"/accept", url.Values{"seen": {now}}); p.status != http.StatusForbidden {
		t.Errorf("accepting the own proposal: %d", p.status)
	}
	if p := second.post(path+"/accept", url.Values{"seen": {old}}); p.status != http.StatusPreconditionFailed {
		t.Errorf("accepting what was not seen: %d", p.status)
	}
	if p := second.post(path+"/confirm", url.Values{"seen": {now}, "reason": {"x"}}); p.status != http.StatusConflict {
		t.Errorf("confirming over a proposal: %d", p.status)
	}
	if p := second.post(path+"/accept", url.Values{"seen": {now}}); p.status != http.StatusOK {
		t.Fatalf("accepting: %d %.2000s", p.status, p.text)
	}
	o.waitFor(number, intake.Assess, intake.Done)
	if p := first.get(path); !strings.Contains(p.text, "复核通过") || !strings.Contains(p.text, "税务人员") {
		t.Error("the file does not tell who did what")
	}
}

// Whoever asks for the file in the moment in which it comes to be finds it or not.
func TestATaxFileIsThereOrNotWhileItIsAssessed(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 12)
	for i := range 12 {
		path, wait := "/api/v1/cases/"+string(o.accept(i).Number)+"/tax", sync.WaitGroup{}
		for range 4 {
			wait.Go(func() {
				status := http.StatusConflict
				for status == http.StatusConflict {
					status = o.send(request{method: "GET", staff: "tax-01", path: path}).StatusCode
				}
				if status != http.StatusOK {
					t.Errorf("home %d: %d", i, status)
				}
			})
		}
		wait.Wait()
	}
}

// readDesk reads the desk, a file, and a file with a proposal that waits.
func readDesk(t *testing.T, g *gallery) {
	o := workingOffice(t, dear+1)
	g.hang(o)
	number := o.accept(dear).Number
	o.waitFor(number, intake.Assess, intake.Manual)
	b := o.open(t)
	b.signIn("tax-01")
	b.everywhere("tax-desk", func() { b.at("/tax-desk") })
	b.everywhere("tax-file", func() {
		b.at("/cases/" + string(number) + "/tax")
		b.do(chromedp.Click("#correct summary"))
	})
	b.do(chromedp.SetValue("#low_price_justified", "yes"),
		chromedp.SendKeys("#document-corrections", "勘查记录3号"), chromedp.SendKeys("#reason-corrections", "房屋漏水"),
		chromedp.Click("#correct [data-submit]"))
	b.wait(`document.getElementById("pending")`)
	b.everywhere("tax-pending", func() { b.at("/cases/" + string(number) + "/tax") })
	b.quiet()
}
