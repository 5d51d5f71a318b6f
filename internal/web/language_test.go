package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onewindow/intake"
)

// switched sends a form as the button for another language does, from a page.
func (v *visitor) switched(page string, form url.Values) seen {
	form.Set("lang", "en")
	return v.post(preferencesPath+"?"+url.Values{"next": {page}}.Encode(), form)
}

// What was typed into any form comes back in the other language, and nothing is done
// with it. It works without scripts: the button sends the form.
func TestAnotherLanguageLosesNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 2)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.quiet(number)
	at := "/cases/" + string(number)
	two := formOf(1)
	two["buyers.name"] = []string{"镇新一", "欧阳<b>·"}
	for _, column := range []string{"buyers.id_kind", "buyers.id_number", "buyers.phone", "buyers.share"} {
		two[column] = append(two[column][:1:1], "second-"+column)
	}
	checked := formOf(1)
	checked.Set("key", "abc")
	before := o.rows()
	for _, tt := range []struct {
		name, staff, page string
		form              url.Values
		want              []string
	}{
		{"an intake with two buyers", "clerk-01", "/cases/new", two,
			[]string{`value="欧阳<b>·"`, `value="second-buyers.id_number"`, `value="second-buyers.phone"`, "New case", `value="` + two.Get("contract")}},
		{"answers to be checked", "clerk-01", "/cases/new", checked, []string{"Check", two.Get("contract"), `name="key"`}},
		{"a number", "", "/my/sign-in", url.Values{"number": {"TOWN-7 x"}}, []string{`value="TOWN-7 x"`, "Follow my case"}},
		{"who signs in", "", "/sign-in?next=%2Fcases", url.Values{"id": {"clerk-9"}, "password": {"my secret"}, "next": {"/cases"}},
			[]string{`value="clerk-9"`, `name="next" value="/cases"`}},
		{"a review", "registrar-01", at, url.Values{"at": {"decide-form-review"}, "verdict": {"return"}, "reason": {"缺<委托书>"}},
			[]string{"缺<委托书></textarea>", `value="return" checked`}},
		{"a reason to see people", "clerk-01", at, url.Values{"at": {"reveal-form"}, "reason": {"核对原件"}}, []string{`value="核对原件"`, `id="reveal" open`}},
		{"an account", "security-01", "/accounts/new", url.Values{"id": {"new-1"}, "name": {"新人"}, "role": {"registrar"}},
			[]string{`value="new-1"`, `value="新人"`, `value="registrar" selected`}},
		{"a key", "security-01", "/accounts/water-co", url.Values{"label": {"泵房"}}, []string{`value="泵房"`}},
	} {
		page := o.visit(tt.staff).switched(tt.page, tt.form)
		if page.status != 200 || !page.has(`<html lang="en"`) {
			t.Errorf("%s: %d %.300s", tt.name, page.status, page.text)
		}
		for _, want := range tt.want {
			if !page.has(want) {
				t.Errorf("%s: the page does not keep %q", tt.name, want)
			}
		}
		if page.has("my secret") || page.has("sse-connect") && tt.form.Has("reason") && tt.staff == "" {
			t.Errorf("%s: a password comes back", tt.name)
		}
	}
	if after := o.rows(); after != before {
		t.Errorf("they wrote %d rows", after-before)
	}
	if page := o.visit("").switched("//evil.example/x", url.Values{"id": {"x"}}); strings.Contains(page.path, "evil") {
		t.Errorf("leads to %s", page.path)
	}
	if page := o.visit("").switched("/cases/new", two); !strings.HasPrefix(page.path, "/sign-in") {
		t.Errorf("a form of staff shown to nobody: %s", page.path)
	}
	if page := o.visit("").switched(preferencesPath+"?next=%2F", url.Values{"id": {"x"}}); !strings.HasPrefix(page.path, "/sign-in") {
		t.Errorf("a choice that leads to itself: %s", page.path)
	}
}

// The same with a real browser, whose scripts are off: the button keeps the rows that
// were added, and Enter in a field does not press it.
func TestTheLanguageIsChangedInMidFormWithoutScripts(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	b := o.open(t)
	b.withoutScripts()
	at := network.SetCookieParams{Name: sessionCookie, Value: o.token("clerk-01"), URL: o.url}
	if _, err := chromedp.Call(b.ctx, network.SetCookie, at); err != nil {
		t.Fatal(err)
	}
	b.at("/cases/new")
	b.do(chromedp.Click(`button[value="add.buyers"]`))
	b.wait(`document.getElementById("buyers-1-name")`)
	b.do(chromedp.SendKeys("#contract", "TYPED-1"), chromedp.SendKeys("#buyers-1-name", "欧阳某"),
		chromedp.Click(`.preferences [value="en"]`))
	b.wait(`document.documentElement.lang === "en"`)
	for id, want := range map[string]string{"contract": "TYPED-1", "buyers-1-name": "欧阳某"} {
		if got := b.ask(`document.getElementById("` + id + `").value`); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	b.do(chromedp.Click(`.preferences [name="type"]`))
	b.wait(`document.documentElement.classList.contains("large")`)
	b.do(chromedp.SendKeys("#buyers-1-name", kb.Enter))
	b.wait(`document.getElementById("errors")`) // it was checked
	lang := b.ask(`document.documentElement.lang`)
	if typed := b.ask(`document.getElementById("buyers-0-name").value`); lang != "en" || typed != "欧阳某" { // the blank row is gone
		t.Errorf("Enter leads to %s with %q", lang, typed)
	}
	b.quiet()
}

// Of several forms on a page, scripts take the one that was begun.
func TestTheFormThatWasBegunIsCarried(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.quiet(number)
	b := o.open(t)
	b.signIn("registrar-01")
	b.at("/cases/" + string(number))
	b.do(chromedp.Click("#reveal summary"), chromedp.SendKeys("#reveal-reason", "核对原件"), chromedp.Click(`.preferences [value="en"]`))
	b.wait(`document.documentElement.lang === "en"`)
	if got := b.ask(`document.getElementById("reveal-reason").value`); got != "核对原件" {
		t.Errorf("the reason is %q", got)
	}
	b.do(chromedp.Click(`.preferences [value="zh-CN"]`))
	b.wait(`document.documentElement.lang === "zh-CN"`)
	b.quiet()
}
