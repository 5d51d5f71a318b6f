package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onewindow/intake"
	"onewindow/internal/draft"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// expire ends everybody's sessions, as a working day does.
func (o *office) expire() {
	o.t.Helper()
	if _, err := o.pool.Exec(context.Background(), `
		UPDATE access_session SET opened_at = now() - interval '13 hours', expires_at = now() - interval '1 hour'`); err != nil {
		o.t.Fatal(err)
	}
	o.signing.Lock()
	defer o.signing.Unlock()
	clear(o.tokens)
}

// away lets five minutes pass in which a person is not at their session.
func (o *office) away(id string) {
	o.t.Helper()
	if _, err := o.pool.Exec(context.Background(), `
		UPDATE access_session SET seen_at = now() - interval '5 minutes' WHERE person = $1`, id); err != nil {
		o.t.Fatal(err)
	}
}

func TestWhatWasTypedSurvivesTheLockAndTheEndOfASession(t *testing.T) {
	t.Parallel()
	unlock := func(v *visitor, next string) seen {
		return v.post("/unlock", url.Values{"password": {password}, "next": {next}})
	}
	again := func(v *visitor, next string) seen {
		v.post("/sign-in", url.Values{"id": {"clerk-01"}, "password": {password}, "next": {next}})
		return v.post("/sign-in/code", url.Values{"code": {v.o.codeOf("clerk-01")}, "next": {next}})
	}
	for _, tt := range []struct {
		name  string
		end   func(*office, *visitor)
		door  string
		enter func(v *visitor, next string) seen
	}{
		{"locked", func(_ *office, v *visitor) { v.post("/lock", url.Values{}) }, "/unlock?", unlock},
		{"over", func(o *office, _ *visitor) { o.expire() }, "/sign-in?", again},
		{"opened elsewhere", func(o *office, _ *visitor) {
			o.tokens["clerk-01"] = ""
			o.token("clerk-01")
		}, "/sign-in?", again},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 1)
			v, sale := o.visit("clerk-01"), town.Sale(0)
			tt.end(o, v)
			asked := v.post("/cases/new", formOf(0))
			if !strings.HasPrefix(asked.path, tt.door) || !strings.Contains(asked.path, url.QueryEscape("/cases/new")) {
				t.Fatalf("the form was answered with %d %s", asked.status, asked.path)
			}
			page := tt.enter(v, "/cases/new")
			for _, typed := range []string{sale.Contract, sale.Unit.Groups(), sale.Buyers[0].Name, sale.Buyers[0].ID} {
				if !page.has(`value="` + typed + `"`) {
					t.Errorf("after coming back the form lacks %s", typed)
				}
			}
			if other := o.visit("clerk-02").get("/cases/new"); other.has(sale.Buyers[0].ID) || other.has(sale.Contract) {
				t.Error("another clerk is shown what was typed")
			}
			if page = v.post("/cases/new", formOf(0)); page.status != 200 || keyField.FindString(page.raw) == "" {
				t.Errorf("sent again the form gives %d", page.status)
			}
			if page = v.get("/cases/new"); page.has(sale.Contract) {
				t.Error("what has been sent is still kept")
			}
		})
	}
}

func TestADraftIsSealedHoldsNoPasswordAndExpires(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	v, form := o.visit("clerk-01"), formOf(0)
	form.Set("password", password)
	form.Set("code", "123456")
	v.post("/lock", url.Values{})
	v.post("/cases/new", form)
	now := time.Now()
	d, err := draft.Of(t.Context(), o.pool, "clerk-01", "/cases/new", now)
	if err != nil || d.Form.Get("contract") != town.Sale(0).Contract {
		t.Fatalf("kept: %v, %v", d.Form, err)
	}
	if d.Form.Has("password") || d.Form.Has("code") {
		t.Error("a password or a code was kept")
	}
	var stored string
	if err := o.pool.QueryRow(t.Context(), `SELECT encode(form, 'escape') FROM draft`).Scan(&stored); err != nil ||
		strings.Contains(stored, town.Sale(0).Buyers[0].ID) {
		t.Errorf("stored in the clear: %v", err)
	}
	for _, at := range []time.Time{now.Add(draft.Length - time.Second), now.Add(draft.Length + time.Second)} {
		_, err := draft.Of(t.Context(), o.pool, "clerk-01", "/cases/new", at)
		if over := at.After(now.Add(draft.Length)); over != (err == draft.ErrNone) {
			t.Errorf("after %s: %v", at.Sub(now), err)
		}
	}
	if err := draft.Keep(t.Context(), o.pool, "clerk-02", draft.Draft{
		Page: "/letters", Form: url.Values{"reason": {"x"}}}, now.Add(draft.Length+time.Second)); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM draft`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d drafts are stored, want the one that has not expired (%v)", left, err)
	}
}

func TestNobodysFormIsNotKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	o.visit("").post("/cases/new", formOf(0))
	v := o.visit("clerk-01")
	v.post("/lock", url.Values{})
	v.post("/accounts/new", url.Values{"id": {"x"}})
	var n int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM draft`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d drafts are stored (%v)", n, err)
	}
}

func TestTheReasonOfAVerdictSurvivesTheLock(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	v := o.visit("registrar-01")
	v.post("/lock", url.Values{})
	page := v.post("/cases/"+string(number)+"/steps/review/decision",
		url.Values{"at": {"decide-form-review"}, "verdict": {string(jobs.Return)}, "reason": {"请补交\r\n婚姻证明"}})
	next := "/cases/" + string(number)
	if page.path != "/unlock?"+(url.Values{"next": {next}}).Encode() {
		t.Fatalf("the verdict was answered with %s", page.path)
	}
	page = v.post("/unlock", url.Values{"password": {password}, "next": {next}})
	if !page.has("请补交\n婚姻证明</textarea>") || !page.has(fmt.Sprintf(`value="%s" checked`, jobs.Return)) {
		t.Error("the reason or the verdict is gone")
	}
	if strings.Contains(page.raw, "hx-ext") {
		t.Error("the page would replace what it shows")
	}
	if other := o.visit("reviewer-01").get(next); other.has("请补交") {
		t.Error("another sees the reason")
	}
}

func TestTheFormIsFullAgainAfterTheLockInABrowser(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprint("scripts ", scripts), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 1)
			b := o.open(t)
			b.signIn("clerk-01")
			if !scripts {
				b.withoutScripts()
			}
			b.at("/cases/new")
			b.do(chromedp.SendKeys("#contract", town.Sale(0).Contract), chromedp.Click("#prefill"))
			b.wait(`document.getElementById("unit").value !== ""`)
			b.do(chromedp.SendKeys("#water", "water-1-OK"))
			o.away("clerk-01")
			b.do(chromedp.Click(".actions [data-submit]"))
			b.wait(`location.pathname === "/unlock"`)
			b.do(chromedp.SendKeys("#password", password+kb.Enter))
			b.wait(`document.getElementById("water").value === "water-1-OK" && document.getElementById("unit").value !== ""`)
			if scripts {
				b.picture("kept")
			}
			b.phone()
			b.keep(fmt.Sprint("kept-phone-", scripts))
			b.do(chromedp.Click(".actions [data-submit]"))
			b.wait(`document.querySelector("h1").textContent.includes("核对")`)
		})
	}
}
