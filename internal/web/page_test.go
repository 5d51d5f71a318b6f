package web

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"pgregory.net/rapid"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
)

// visitor is a browser without scripts: it keeps cookies and follows redirects.
type visitor struct {
	o      *office
	client http.Client
}

// seen is a page as a visitor gets it.
type seen struct {
	status int
	path   string
	raw    string
	text   string // without the escapes of HTML
}

func (p seen) has(text string) bool { return strings.Contains(p.text, text) }

// visit signs a member of the staff in; "" stays outside.
func (o *office) visit(staff string) *visitor {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	v := &visitor{o, http.Client{Jar: jar}}
	if staff == "" {
		return v
	}
	at, err := url.Parse(o.url)
	if err != nil {
		o.t.Fatal(err)
	}
	jar.SetCookies(at, []*http.Cookie{{Name: sessionCookie, Value: o.token(staff)}})
	return v
}

func (v *visitor) get(path string) seen { return v.ask("GET", path, nil) }

// post sends a form. One that decides on a case names the version that its page shows,
// unless it says another.
func (v *visitor) post(path string, form url.Values) seen {
	if base, _, ok := strings.Cut(path, "/steps/"); ok && !form.Has("seen") {
		form.Set("seen", v.version(base))
	}
	if base, ok := strings.CutSuffix(path, "/certificate/hand-over"); ok && !form.Has("seen") {
		form.Set("seen", v.version(base))
	}
	return v.ask("POST", path, form)
}

var versionField = regexp.MustCompile(`name="seen" value="([0-9]+)"`)

// version is what the page of a case says that it shows; "" if it offers no decision.
func (v *visitor) version(page string) string {
	v.o.t.Helper()
	if found := versionField.FindStringSubmatch(v.get(page).raw); found != nil {
		return found[1]
	}
	return ""
}

func (v *visitor) ask(method, path string, form url.Values) seen {
	v.o.t.Helper()
	req, err := http.NewRequest(method, v.o.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.o.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.o.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.o.t.Fatal(err)
	}
	return seen{res.StatusCode, res.Request.URL.RequestURI(), string(body), html.UnescapeString(string(body))}
}

// formOf is the form of the sale of home i, as a clerk fills it in.
func formOf(i int) url.Values {
	a := town.Sale(i)
	form := url.Values{"do": {"check"}, "contract": {a.Contract}, "unit": {a.Unit.Groups()},
		"certificate": {string(a.Certificate)}, "price": {"８00，000.00 元"}, "co_ownership": {string(a.CoOwnership)}}
	for side, p := range map[string]registration.Party{"sellers": a.Sellers[0], "buyers": a.Buyers[0]} {
		for name, value := range map[string]string{"name": p.Name, "id_kind": p.IDKind, "id_number": p.ID, "phone": "", "share": ""} {
			form[side+"."+name] = []string{value}
		}
	}
	form.Set("water", "water-1-OK")
	return form
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

func TestTwoClicksMakeOneCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	clerk := o.visit("clerk-01")
	checked := clerk.post("/cases/new", formOf(0))
	key := keyField.FindStringSubmatch(checked.text)
	if checked.status != http.StatusOK || key == nil {
		t.Fatalf("the check page: %d %s", checked.status, checked.text)
	}
	form := formOf(0)
	form.Set("do", "submit")
	form.Set("key", key[1])
	var paths sync.Map
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() { paths.Store(clerk.post("/cases/new", form).path, true) })
	}
	clicks.Wait()
	n := 0
	paths.Range(func(path, _ any) bool {
		n++
		if !strings.HasSuffix(path.(string), "?accepted") {
			t.Errorf("a click led to %s", path)
		}
		return true
	})
	cases, err := o.flow.List(context.Background(), "", "", "", 10)
	if err != nil || len(cases) != 1 || n != 1 {
		t.Errorf("%d cases, %d addresses, %v", len(cases), n, err)
	}
	form.Set("key", "")
	if again := clerk.post("/cases/new", form); again.status != http.StatusUnprocessableEntity || !again.has("已有在办业务") {
		t.Errorf("the same home again: %d", again.status)
	}
}

func TestNoPageShowsPeopleWholeUnlessAsked(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	eventually(t, "the review waits", func() bool { return o.visit("registrar-01").get("/cases/" + string(number)).has("请决定") })
	sale := saleOf(0)
	for _, staff := range []string{"clerk-01", "registrar-01", "tax-01"} {
		v := o.visit(staff)
		for _, path := range []string{"/", "/?holder=", "/cases/" + string(number), "/cases/" + string(number) + "/live"} {
			page := v.get(path)
			if page.status != http.StatusOK {
				t.Errorf("%s at %s: %d", staff, path, page.status)
			}
			for _, secret := range []string{sale.Sellers[0].ID, sale.Buyers[0].ID, sale.Buyers[0].Phone, sale.Utilities[0].Number,
				sale.Sellers[0].Name, sale.Buyers[0].Name} {
				if page.has(secret) {
					t.Errorf("%s sees %s at %s", staff, secret, path)
				}
			}
			if regexp.MustCompile(`\b(needs_input|awaiting_\w+|water_request|reviewer|tax_officer)\b<`).MatchString(page.text) {
				t.Errorf("%s shows %s a code", path, staff)
			}
		}
	}
}

func TestWhoIsNotSignedInIsAskedToAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	stranger := o.visit("")
	for _, path := range []string{"/", "/cases/new", "/cases/" + string(number), "/cases/" + string(number) + "/certificate"} {
		if page := stranger.get(path); page.path != "/sign-in?next="+url.QueryEscape(path) {
			t.Errorf("%s leads to %s", path, page.path)
		}
	}
	stranger.post("/sign-in", url.Values{"id": {"clerk-01"}, "password": {"wrong"}, "next": {"/"}})
	wrong := stranger.post("/sign-in/code", url.Values{"code": {o.codeOf("clerk-01")}, "next": {"/"}})
	if wrong.status != http.StatusUnprocessableEntity || !wrong.has("<title>错误：") {
		t.Errorf("a wrong password: %d %s", wrong.status, wrong.text)
	}
	next := []string{"/cases/" + string(number)}
	stranger.post("/sign-in", url.Values{"id": {"clerk-01"}, "password": {password}, "next": next})
	back := stranger.post("/sign-in/code", url.Values{"code": {o.codeOf("clerk-01")}, "next": next})
	if back.path != "/cases/"+string(number) {
		t.Errorf("signing in leads to %s", back.path)
	}
	if out := stranger.post("/sign-out", url.Values{}); out.path != "/sign-in" {
		t.Errorf("signing out leads to %s", out.path)
	}
	if page := stranger.get("/"); !strings.HasPrefix(page.path, "/sign-in") {
		t.Error("the session outlives the signing out")
	}
}

func TestARedirectStaysOnThisSite(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb", "\\/x"} {
		if got := within(next); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	if got := within("/cases/1?x=y"); got != "/cases/1?x=y" {
		t.Errorf("a path of ours became %q", got)
	}
}

func TestARoleSeesOnlyWhatItMayDecide(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := string(o.accept(0).Number)
	registrar := o.visit("registrar-01")
	eventually(t, "the review waits", func() bool { return registrar.get("/cases/" + number).has(`value="approve"`) })
	for _, staff := range []string{"clerk-01", "tax-01"} {
		if o.visit(staff).get("/cases/" + number).has(`name="verdict"`) {
			t.Errorf("%s is offered a decision", staff)
		}
	}
	at := "/cases/" + number + "/steps/review/decision"
	if page := o.visit("clerk-01").post(at, url.Values{"verdict": {"approve"}}); page.status != http.StatusForbidden {
		t.Errorf("a clerk who approves gets %d", page.status)
	}
	for name, tt := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"nothing chosen":               {url.Values{"reason": {"写了理由"}}, 422, `href="#verdict-review"`},
		"returned without a reason":    {url.Values{"verdict": {"return"}}, 422, `href="#reason-review"`},
		"returned with blanks":         {url.Values{"verdict": {"return"}, "reason": {" \r\n "}}, 422, `href="#reason-review"`},
		"a reason that is too long":    {url.Values{"verdict": {"return"}, "reason": {strings.Repeat("长", 501)}}, 422, "最多 500"},
		"a reason with a direction":    {url.Values{"verdict": {"return"}, "reason": {"a\u202eb"}}, 422, "U+202E"},
		"a verdict of another step":    {url.Values{"verdict": {"supplement"}}, 403, "岗位没有这项权限"},
		"a verdict that is none":       {url.Values{"verdict": {"\x00"}, "reason": {"x"}}, 409, "刷新"},
		"what was typed is kept":       {url.Values{"verdict": {""}, "reason": {"缺少<委托书>"}}, 422, "缺少<委托书></textarea>"},
		"what was chosen stays ticked": {url.Values{"verdict": {"refuse"}}, 422, `value="refuse" checked`},
	} {
		if page := registrar.post(at, tt.form); page.status != tt.status || !page.has(tt.says) {
			t.Errorf("%s: %d, want %d and %q", name, page.status, tt.status, tt.says)
		}
	}
	returned := registrar.post(at, url.Values{"verdict": {"return"}, "reason": {"缺少委托书"}})
	if returned.path != "/cases/"+number || !returned.has("缺少委托书") {
		t.Errorf("the return leads to %s", returned.path)
	}
	if page := o.visit("clerk-01").get("/cases/" + number); !page.has("等待申请人补正") || !page.has(`value="supplement"`) {
		t.Error("the clerk cannot say that it was supplemented")
	}
}

func TestAFindingThatBlocksLeavesNoApprovalToChoose(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	o.accept(0)
	c, err := o.flow.List(context.Background(), "", "", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	sight, err := o.flow.Find(context.Background(), c[0].Number)
	if err != nil {
		t.Fatal(err)
	}
	progress := intake.Progress{Step: intake.Review, State: intake.NeedsInput, Holder: intake.Reviewer}
	for _, tt := range []struct {
		staff   string
		found   registration.Findings
		choices int
		closed  bool
	}{
		{"registrar-01", nil, 3, false},
		{"registrar-01", registration.Findings{{Check: "R2", Outcome: registration.Block, Code: "unit_seized"}}, 2, false},
		{"clerk-01", nil, 3, true},
	} {
		staff := people[2]
		staff.ID = tt.staff
		d := decisionView{Verdicts: jobs.Verdicts(progress, false)}
		d.forReview(frame{Staff: staff, Lang: "zh-CN"}, sight, tt.found)
		if len(d.Verdicts) != tt.choices || (d.Closed != "") != tt.closed {
			t.Errorf("%s with %d findings: %v, closed: %q", tt.staff, len(tt.found), d.Verdicts, d.Closed)
		}
	}
}

func TestUnknownCertificatesGetOnePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	stranger := o.visit("")
	at := regexp.MustCompile(`查询时间 [^。]+`)
	first := ""
	for _, id := range []string{strings.Repeat("A", 26), "x", "AAAAAAAAAAAAAAAAAAAAAAAAAB", "%00", "<script>", strings.Repeat("A", 3000)} {
		page := stranger.get("/v/" + url.PathEscape(id))
		text := at.ReplaceAllString(page.text, "")
		if first == "" {
			first = text
		}
		if page.status != http.StatusNotFound || text != first {
			t.Errorf("%.20q: %d %s", id, page.status, text)
		}
	}
}

func TestPagesThatAreNotThereSpeakPlainly(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	clerk := o.visit("clerk-01")
	for path, want := range map[string]int{
		"/nowhere": 404, "/cases/123": 404, "/cases/202611220000001": 404, "/cases?number=x": 404, "/?holder=x": 400, "/?before=x": 404,
		"/cases/202611220000014/certificate": 404, "/assets/none.css": 404,
	} {
		page := clerk.get(path)
		if page.status != want {
			t.Errorf("%s: %d, want %d", path, page.status, want)
		}
		if strings.HasPrefix(path, "/assets") {
			continue
		}
		if !page.has("<h1") || strings.Contains(page.text, "problem_") {
			t.Errorf("%s: %s", path, page.text)
		}
	}
	if page := o.visit("tax-01").get("/cases/new"); page.status != http.StatusForbidden || !page.has("没有这项权限") {
		t.Errorf("a tax officer at the clerk's form: %d", page.status)
	}
}

func TestHostileFormsNeverBreakAPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	clerk := o.visit("clerk-01")
	for _, text := range []string{"\x00", "\xff\xfe", "<script>alert(1)</script>", "' OR 1=1 --", strings.Repeat("长", 5000), "\u202e", "{{.}}"} {
		for _, do := range []string{"check", "submit", "prefill", "add.buyers", "remove.buyers.99", "edit.sellers", text} {
			form := formOf(0)
			for _, name := range []string{"contract", "certificate", "price", "co_ownership", "sellers.name", "buyers.id_number", "buyers.share", "gas", "key"} {
				form.Set(name, text)
			}
			form.Set("do", do)
			page := clerk.post("/cases/new", form)
			if page.status >= 500 || strings.Contains(page.raw, "<script>alert") {
				t.Fatalf("%q %q: %d\n%s", text, do, page.status, o.log)
			}
		}
	}
	large := formOf(0)
	large.Set("contract", strings.Repeat("x", maxBody+1))
	if page := clerk.post("/cases/new", large); page.status != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes: %d", page.status)
	}
}

func TestThePriceIsReadExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Fen{
		"850000": 850_000_00, "850,000": 850_000_00, "850000.5": 850_000_50, "８５０，０００．０１": 850_000_01, " ¥850,000.00 元": 850_000_00,
		"￥1": 100, "0.01": 1, "92233720368547758.07": 1<<63 - 1,
	} {
		if got, code := readPrice(text); got != want || code != "" {
			t.Errorf("%q: %d %s, want %d", text, got, code, want)
		}
	}
	for text, want := range map[string]string{
		"": codeTextMissing, "　": codeTextMissing, "85万": codePriceMalformed, "1.005": codePriceMalformed, "85,00": codePriceMalformed,
		"1e6": codePriceMalformed, "92233720368547758.08": codePriceMalformed, "0x10": codePriceMalformed,
	} {
		if _, code := readPrice(text); code != want {
			t.Errorf("%q: %q, want %q", text, code, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := money.Fen(rapid.Int64Range(0, 1<<62).Draw(t, "fen"))
		for _, text := range []string{want.String(), want.Format()} {
			if got, code := readPrice(text); got != want || code != "" {
				t.Fatalf("%s became %d %s", text, got, code)
			}
		}
	})
}

// What a clerk has typed survives every way through the form and back.
func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	clerk := o.visit("clerk-01")
	for i, name := range []string{"王𬎆𠅤", "阿卜杜拉·买买提", `"'<>&`, "  前后空格  "} {
		form := formOf(0)
		form.Set("sellers.name", name)
		form["buyers.name"] = []string{"甲", "乙" + name}
		for _, column := range []string{"id_kind", "id_number", "phone", "share"} {
			form["buyers."+column] = []string{"", fmt.Sprint(column, i)}
		}
		for _, do := range []string{"check", "add.sellers", "prefill", "edit.unit"} {
			form.Set("do", do)
			page := clerk.post("/cases/new", form)
			for _, want := range []string{name, "乙" + name, "８00，000.00 元", fmt.Sprint("id_number", i), fmt.Sprint("share", i)} {
				if !page.has(`value="` + want + `"`) {
					t.Errorf("%s: %q is lost after %s", name, want, do)
				}
			}
		}
	}
}

func TestAnOutageSaysWhatHappenedAndHidesWhatIsInside(t *testing.T) {
	t.Parallel()
	s := &server{Config: Config{Log: slog.New(slog.DiscardHandler)}}
	for _, tt := range []struct {
		err    error
		status int
		says   string
	}{
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "已受理的业务不受影响"},
		{errors.New("secret inside"), http.StatusInternalServerError, "请求编号"},
		{&jobs.DefectsError{Findings: registration.Findings{{Check: "U3", Outcome: registration.Block,
			Code: intake.CodeUnitReserved, Args: map[string]string{"case": "202611220000014"}}}}, 422, "受理编号 202611220000014"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/cases/1", nil)
		r = r.WithContext(context.WithValue(context.WithValue(r.Context(), requestKey{}, "0123"), chi.RouteCtxKey, chi.NewRouteContext()))
		s.refusePage(w, r, tt.err)
		text := w.Body.String()
		if w.Code != tt.status || !strings.Contains(text, tt.says) || strings.Contains(text, "secret") {
			t.Errorf("%v: %d %s", tt.err, w.Code, text)
		}
		if again := w.Header().Get("Retry-After") != ""; again != (tt.status == http.StatusServiceUnavailable) {
			t.Errorf("%v: Retry-After is %v", tt.err, again)
		}
	}
}

// A real certificate is green and a sample is not, current or past.
func TestASampleLooksLikeASample(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sample, current bool
		class, words    string
	}{
		{true, true, "verdict specimen", "样本：由本演示系统签发，无法律效力"},
		{true, false, "verdict specimen", "样本：由本演示系统签发，无法律效力"},
		{false, true, "verdict good", "证书真实，所载权利现行有效"},
		{false, false, "verdict past", "证书真实，但所载权利已不是现行权利"},
	} {
		w := httptest.NewRecorder()
		p := verifyPage{Found: &verifiedView{Current: tt.current, Sample: tt.sample}}
		if err := show(w, http.StatusOK, "verify", p); err != nil {
			t.Fatal(err)
		}
		page := w.Body.String()
		if !strings.Contains(page, `class="`+tt.class+`"`) || !strings.Contains(page, tt.words) ||
			tt.sample && strings.Contains(page, "证书真实") || strings.Count(page, `class="verdict`) != 1 {
			t.Errorf("sample %v, current %v: %s", tt.sample, tt.current, page)
		}
	}
}
