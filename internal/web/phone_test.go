package web

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"onewindow/intake"
)

// top is how far down the whole page an element begins, in CSS pixels.
func (b *browser) top(selector string) float64 {
	b.t.Helper()
	y, err := strconv.ParseFloat(b.ask(`document.querySelector("`+selector+`").getBoundingClientRect().top + window.scrollY`), 64)
	if err != nil {
		b.t.Fatal(err)
	}
	return y
}

func TestOnAPhoneTheDecisionIsInTheFirstWindow(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	b := o.open(t)
	b.signIn("registrar-01")
	b.phone()
	b.at("/cases/" + string(number))
	b.wait(`document.querySelector("[name=verdict]")`)
	b.picture("decide-phone")
	if y := b.top("#decide h2"); y > 844 {
		t.Errorf("the decision begins at %.0f of %s", y, b.ask("document.documentElement.scrollHeight"))
	}
	b.do(chromedp.EmulateViewport(1920, 1080))
	b.at("/cases/" + string(number))
	b.picture("decide-desktop")
	if left, live := b.top("#decide h2"), b.top("#live h1"); left > 300 || live > 300 {
		t.Errorf("on a desktop decision and case begin at %.0f and %.0f, not side by side", left, live)
	}
	clerk := b.another()
	clerk.signIn("clerk-02") // who has nothing to decide now
	clerk.phone()
	clerk.at("/cases/" + string(number))
	clerk.picture("calm-phone")
	if y := clerk.top("#decide h2"); y > 844 {
		t.Errorf("what happens next begins at %.0f of %s", y, clerk.ask("document.documentElement.scrollHeight"))
	}
	b.quiet()
}

// Words of the catalogues begin large in English; what people wrote does not.
func TestIDsStayAsTheyAreAndHeadingsKeepOffTheButtons(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	b := o.open(t)
	b.signIn("security-01")
	b.do(chromedp.Click(`.preferences [name=lang][value=en]`))
	b.wait(`document.documentElement.lang === "en"`)
	first := func(selector string) string {
		return b.ask(`getComputedStyle(document.querySelector("` + selector + `"), "::first-letter").textTransform`)
	}
	b.picture("accounts-en")
	if id, word := first("tbody th"), first("thead th"); id != "none" || word != "uppercase" {
		t.Errorf("the list writes ids with %s and words with %s", id, word)
	}
	b.at("/accounts/supervisor-01")
	b.wait(`document.querySelector("h1")`)
	b.picture("account-en")
	if id, word := first("h1"), first("h2"); id != "none" || word != "uppercase" {
		t.Errorf("the account writes its id with %s and words with %s", id, word)
	}
	gaps := `Array.from(document.querySelectorAll("main form + h2")).map(h =>
		Math.round(h.getBoundingClientRect().top - h.previousElementSibling.querySelector("button:last-of-type").getBoundingClientRect().bottom))`
	if got := b.ask(`Math.min(...` + gaps + `)`); len(got) < 2 || got < "24" {
		t.Errorf("a heading begins %s pixels below a button", got)
	}
	b.quiet()
}
