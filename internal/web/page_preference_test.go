package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"onewindow/internal/audit"
	"onewindow/templates"
)

func TestPeopleAreShownWholeOnlyForAReasonThatIsNoted(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := string(o.accept(0).Number)
	at, sale := "/cases/"+number+"/reveal", saleOf(0)
	clerk := o.visit("clerk-01")
	for name, reason := range map[string]string{
		"none": "", "blanks": " \t ", "a control": "a\x01b", "a direction": "a\u202eb", "too much": strings.Repeat("长", 201),
	} {
		page := clerk.post(at, url.Values{"reason": {reason}})
		if page.status != http.StatusUnprocessableEntity || !page.has(`href="#reveal-reason"`) || page.has(sale.Buyers[0].ID) {
			t.Errorf("%s: %d", name, page.status)
		}
	}
	looks := func() int {
		return strings.Count(strings.Join(o.chain(audit.Case, number), "\n"), string(audit.Revealed)+" done")
	}
	if n := looks(); n != 0 {
		t.Errorf("refused reasons are written down as %d looks", n)
	}
	page := clerk.post(at, url.Values{"reason": {"核对<原件>"}})
	for _, want := range []string{sale.Buyers[0].ID, sale.Buyers[0].Name, sale.Sellers[0].ID, sale.Utilities[0].Number,
		"正在显示全文", "核对<原件>", "李受理"} {
		if !page.has(want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if page.has("sse-connect") {
		t.Error("what is shown whole is followed live")
	}
	if n := looks(); n != 1 {
		t.Errorf("%d looks are written down", n)
	}
	if log := o.log.String(); strings.Contains(log, sale.Buyers[0].ID) || strings.Contains(log, "原件") {
		t.Errorf("the log says %s", log)
	}
	if again := clerk.get("/cases/" + number); again.has(sale.Buyers[0].ID) || again.has(sale.Buyers[0].Name) {
		t.Error("people stay whole after they were looked at")
	}
	for staff, want := range map[string]int{"system-01": http.StatusForbidden, "registrar-01": http.StatusOK} {
		page := o.visit(staff).post(at, url.Values{"reason": {"核对原件"}})
		if page.status != want || page.has(sale.Buyers[0].ID) != (want == http.StatusOK) {
			t.Errorf("%s gets %d", staff, page.status)
		}
	}
}

func TestALanguageThatWasChosenStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	reader := o.visit("")
	if page := reader.get("/sign-in"); !page.has(`<html lang="zh-CN"`) {
		t.Error("the pages do not begin in Chinese")
	}
	back := reader.post("/preferences", url.Values{"lang": {"en"}, "next": {"/sign-in?next=%2Fcases"}})
	if back.path != "/sign-in?next=%2Fcases" || !back.has(`<html lang="en"`) || !back.has("Sign in") {
		t.Errorf("English leads to %s: %.200s", back.path, back.text)
	}
	back = reader.post("/preferences", url.Values{"type": {"large"}, "next": {"//evil.example"}})
	if back.path != "/sign-in?next=%2F" || !back.has(`class="govuk-template large"`) || !back.has(`lang="en"`) {
		t.Errorf("large type leads to %s", back.path)
	}
	reader.post("/preferences", url.Values{"lang": {"xx"}, "type": {"<script>"}, "next": {"/"}})
	if page := reader.get("/sign-in"); !page.has(`class="govuk-template large"`) || !page.has(`lang="en"`) {
		t.Error("nonsense changes what was chosen")
	}
	if page := reader.get("/nowhere"); !page.has("Back to the start page") {
		t.Error("a problem speaks another language")
	}
}

func TestTheAnswerToAFormLeadsBackToItsPage(t *testing.T) {
	t.Parallel()
	for referer, want := range map[string]string{
		"http://office.example/cases/1?accepted": "/cases/1?accepted", "http://evil.example/cases/1": "/", "": "/", "::": "/",
	} {
		r, err := http.NewRequest("POST", "http://office.example/cases/1/reveal", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Referer", referer)
		if got := hereOf(r); got != want {
			t.Errorf("from %q: %q, want %q", referer, got, want)
		}
	}
}

func TestAnAssetKeepsItsAddressAsLongAsItsContent(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	for path, want := range map[string]string{
		templates.AssetURL("onewindow.css"):                            "public, max-age=31536000, immutable",
		"/assets/0123456789abcdef/vendor/govuk-frontend.min.css":       "no-cache",
		templates.AssetURL("vendor/govuk-frontend.min.js"):             "public, max-age=31536000, immutable",
		"/assets/0123456789abcdef/none.css":                            "no-store",
		templates.AssetURL("mark.svg") + "/..":                         "no-store",
		"/assets/":                                                     "no-store",
		strings.TrimSuffix(templates.AssetURL("mark.svg"), "mark.svg"): "no-store",
	} {
		res, err := http.Get(o.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
