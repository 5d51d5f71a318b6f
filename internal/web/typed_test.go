package web

import (
	"net/url"
	"strings"
	"testing"

	"onewindow/internal/town"
)

// wide writes ASCII as Chinese keyboards and documents do.
func wide(text string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, text)
}

func TestANumberIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 6)
	grouped := func(n string) string { return " " + n[:8] + "-" + n[8:] + "　" }
	for i, as := range []struct {
		contract bool
		typed    func(string) string
	}{
		{true, strings.ToLower},
		{true, wide},
		{true, func(n string) string { return " " + strings.ReplaceAll(strings.ToLower(n), "-", " – ") + "\u00a0" }},
		{false, wide},
		{false, grouped},
		{true, func(n string) string { return strings.ReplaceAll(n, "-", "－") }},
	} {
		accepted := string(o.accept(i).Number)
		number := accepted
		if as.contract {
			number = saleOf(i).Contract
		}
		typed, citizen := as.typed(number), o.visit("")
		if page := citizen.post("/my/sign-in", url.Values{"number": {typed}}); page.path != "/my/code" {
			t.Fatalf("%q leads to %s", typed, page.path)
		}
		if page := citizen.post("/my/code", url.Values{"code": {o.codeSent()}}); page.path != "/my" || !page.has(accepted) {
			t.Errorf("%q: the code leads to %d %s", typed, page.status, page.path)
		}
		if !as.contract {
			if page := o.visit("clerk-01").get("/cases?" + url.Values{"number": {typed}}.Encode()); page.path != "/cases/"+accepted {
				t.Errorf("a clerk who types %q comes to %s", typed, page.path)
			}
		}
	}
}

func TestAClerkTypesAContractNumberAsItComes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	clerk, sale := o.visit("clerk-01"), town.Sale(0)
	form := formOf(0)
	for _, typed := range []string{strings.ToLower(sale.Contract), wide(sale.Contract), strings.ReplaceAll(sale.Contract, "-", " — ")} {
		page := clerk.post("/cases/new", url.Values{"do": {"prefill"}, "contract": {typed}})
		if !page.has(`value="`+sale.Contract+`"`) || !page.has(sale.Buyers[0].Name) {
			t.Errorf("%q fills in nothing: %s", typed, page.text)
		}
		form.Set("contract", typed)
		if page := clerk.post("/cases/new", form); page.status != 200 {
			t.Errorf("%q is refused: %d", typed, page.status)
		}
	}
}
