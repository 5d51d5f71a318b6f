package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// The users of the provider in the tests.
const (
	buyer    = "id1"
	stranger = "id2"
)

// comesAs signs a user of the provider in as a citizen.
func (o vouched) comesAs(t *testing.T, user string) (*visitor, seen) {
	t.Helper()
	names := map[string]string{buyer: "test-user@127.0.0.1", stranger: "test-user2"}
	v := o.visit("")
	return v, v.get(o.askAs(t, v, "/my/sign-in/with/0", names[user]))
}

// visitAs signs a party to a case or a contract in, with a code.
func (o *office) visitAs(c access.Contact, of string) *visitor {
	o.t.Helper()
	var drawn []access.Drawn
	asker := anyone()
	o.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		drawn, err = access.DrawCodes(ctx, tx, of, of, asker, []access.Contact{c}, time.Now())
		return err
	})
	token, err := o.porter().ByCode(context.Background(), of, drawn[0].Code, asker, time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	v := o.visit("")
	at, err := url.Parse(o.url)
	if err != nil {
		o.t.Fatal(err)
	}
	v.client.Jar.SetCookies(at, []*http.Cookie{{Name: sessionCookie, Value: token.Text(), Path: "/"}})
	return v
}

// A citizen whom a provider vouches for sees the cases of theirs and no other, by the
// identity number that the provider has verified.
func TestAProviderLetsCitizensSeeTheirOwn(t *testing.T) {
	t.Parallel()
	o := vouch(t, newOffice(t, 3))
	mine, others := o.accept(0).Number, o.accept(1).Number
	second := saleOf(2)
	second.Contract, second.Buyers = "TWO-1", saleOf(0).Buyers
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		return town.File(ctx, tx, second.Application, 120_50, day(2026, 11, 2))
	})
	var newest accepted
	o.apply("second", second.text(t)).into(t, &newest)
	o.said[buyer] = map[string]any{"id_number": strings.ToLower(saleOf(0).Buyers[0].ID), "id_number_verified": true}
	if page := o.visit("").get("/my/sign-in"); !page.has("用省政务服务账号登录") || page.has("统一认证") {
		t.Errorf("citizens are offered: %s", page.text)
	}
	if page := o.visit("").get("/sign-in"); page.has("省政务服务账号") {
		t.Error("staff are offered the provider of citizens")
	}
	v, page := o.comesAs(t, buyer)
	if page.path != "/my" || !page.has(string(newest.Number)) || !page.has(string(mine)) || page.has(string(others)) {
		t.Fatalf("the buyer sees %s: %d %s", page.path, page.status, page.text)
	}
	if page := v.post("/my/case", url.Values{"number": {string(mine)}, "party": {"buyers[0]"}}); page.path != "/my" ||
		!strings.Contains(page.text, `<dd class="govuk-summary-list__value number">`+string(mine)) {
		t.Errorf("turning to the other case: %d %s", page.status, page.text)
	}
	for _, path := range []string{"/cases/" + string(mine), "/cases", "/letters"} {
		if page := v.get(path); page.status != http.StatusForbidden {
			t.Errorf("a citizen sees %s: %d", path, page.status)
		}
	}
	for _, party := range []string{"buyers[0]", "sellers[0]"} {
		form := url.Values{"number": {string(others)}, "party": {party}}
		if page := v.post("/my/case", form); page.status != http.StatusNotFound {
			t.Errorf("turning to another's case: %d", page.status)
		}
	}
	form := url.Values{"number": {string(mine)}, "party": {"sellers[0]"}}
	if page := v.post("/my/case", form); page.status != http.StatusNotFound {
		t.Errorf("turning to the other side of the own case: %d", page.status)
	}
	if strings.Contains(o.log.String(), saleOf(0).Buyers[0].ID) {
		t.Error("the log tells the number")
	}
	var kept int
	err := o.pool.QueryRow(t.Context(), `
		SELECT count(*) FROM audit_event WHERE action = 'signed_in' AND object = $1 AND actor LIKE 'citizen:%'`, newest.Number).Scan(&kept)
	if err != nil || kept != 1 {
		t.Errorf("the audit has %d lines of the sign-in, %v", kept, err)
	}
}

// Where the ID token names the citizen, it is what counts: it is signed.
func TestAnIDTokenAloneLetsACitizenIn(t *testing.T) {
	t.Parallel()
	o := vouch(t, newOffice(t, 2))
	mine, others := o.accept(0).Number, o.accept(1).Number
	o.signed[buyer] = map[string]any{"id_number": saleOf(0).Buyers[0].ID, "id_number_verified": true}
	for name, said := range map[string]map[string]any{
		"the userinfo says nothing":          nil,
		"the userinfo says somebody else":    {"id_number": saleOf(1).Buyers[0].ID, "id_number_verified": true},
		"the userinfo says it is unverified": {"id_number_verified": false},
	} {
		o.said[buyer] = said
		_, page := o.comesAs(t, buyer)
		if page.path != "/my" || !page.has(string(mine)) || page.has(string(others)) {
			t.Errorf("%s: %s %d %s", name, page.path, page.status, page.text)
		}
	}
	o.signed[buyer]["id_number_verified"] = false
	o.said[buyer] = map[string]any{"id_number_verified": true}
	if _, page := o.comesAs(t, buyer); page.status != http.StatusForbidden || !page.has("尚未实名核验") {
		t.Errorf("the ID token says unverified: %d %s", page.status, page.text)
	}
	if got := o.chain(audit.Case, "-"); !slices.Equal(got, []string{"public citizen sign_in_fail done"}) {
		t.Errorf("the audit of failures: %q", got)
	}
}

// Nobody comes in whom the provider does not name, has not verified, or who has no case
// here; nor by the way of the others.
func TestOnlyAVerifiedIdentityWithACaseComesIn(t *testing.T) {
	t.Parallel()
	o := vouch(t, newOffice(t, 1))
	o.accept(0)
	number := saleOf(0).Buyers[0].ID
	for name, tt := range map[string]struct {
		said map[string]any
		want string
	}{
		"no claim":             {nil, "未提供身份证号"},
		"an empty claim":       {map[string]any{"id_number": " ", "id_number_verified": true}, "未提供身份证号"},
		"a claim that is none": {map[string]any{"id_number": 7, "id_number_verified": true}, "未提供身份证号"},
		"no identity number":   {map[string]any{"id_number": "430602189001010019", "id_number_verified": true}, "未提供身份证号"},
		"unverified":           {map[string]any{"id_number": number, "id_number_verified": false}, "尚未实名核验"},
		"nobody says verified": {map[string]any{"id_number": number}, "尚未实名核验"},
		"verified by a word":   {map[string]any{"id_number": number, "id_number_verified": "yes"}, "尚未实名核验"},
		"of nobody here":       {map[string]any{"id_number": "11010519491231002X", "id_number_verified": true}, "没有您的业务"},
	} {
		o.said[stranger] = tt.said
		v, page := o.comesAs(t, stranger)
		if page.status != http.StatusForbidden || !page.has(tt.want) {
			t.Errorf("%s: %d %s", name, page.status, page.text)
		}
		if page := v.get("/my"); page.path != "/my/sign-in" {
			t.Errorf("%s let somebody in, to %s", name, page.path)
		}
		if strings.Contains(page.text, number) {
			t.Errorf("%s: the page tells the number", name)
		}
	}
	o.said[stranger] = map[string]any{"id_number": number, "id_number_verified": true}
	v := o.visit("")
	back := o.askAs(t, v, "/my/sign-in/with/0", "test-user2")
	crossed := v.get(strings.Replace(back, "/my/sign-in/", "/sign-in/", 1))
	if crossed.status != http.StatusUnauthorized {
		t.Errorf("a citizen's answer at the door of staff: %d", crossed.status)
	}
	if page := v.get(back); page.path != "/my" {
		t.Errorf("the answer at its own door leads to %s: %d", page.path, page.status)
	}
	if page := v.get(back); page.status != http.StatusUnauthorized {
		t.Errorf("the same answer again: %d", page.status)
	}
}

// Whoever has several cases turns from one to the other, and takes the certificate of
// what they bought; a seller does not.
func TestABuyerTakesTheirCertificate(t *testing.T) {
	t.Parallel()
	o := vouch(t, workingOffice(t, 2))
	bought := saleOf(0)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", number, intake.Review, jobs.Approve, ""); r.StatusCode != http.StatusOK {
		t.Fatalf("approving: %d %s", r.StatusCode, r.body)
	}
	o.said[buyer] = map[string]any{"id_number": bought.Buyers[0].ID, "id_number_verified": true}
	v, page := o.comesAs(t, buyer)
	if page.has("/my/certificate") {
		t.Error("a certificate is offered before there is one")
	}
	if page := v.get("/my/certificate"); page.status != http.StatusNotFound {
		t.Errorf("before there is one: %d", page.status)
	}
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	o.pay(number)
	o.waitFor(number, intake.Certificate, intake.Done)
	if page := v.get("/my"); !page.has("/my/certificate") {
		t.Errorf("nothing is offered: %s", page.text)
	}
	res, err := v.client.Get(o.url + "/my/certificate")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if h := res.Header; res.StatusCode != http.StatusOK || h.Get("Content-Type") != "application/pdf" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the certificate comes as %d %v", res.StatusCode, h)
	}
	var kept int
	err = o.pool.QueryRow(t.Context(), `
		SELECT count(*) FROM audit_event WHERE action = 'downloaded' AND object = $1 AND role = 'citizen'`, number).Scan(&kept)
	if err != nil || kept != 1 {
		t.Errorf("the audit has %d lines of the download, %v", kept, err)
	}
	o.said[stranger] = map[string]any{"id_number": bought.Sellers[0].ID, "id_number_verified": true}
	w, page := o.comesAs(t, stranger)
	if page.has("/my/certificate") {
		t.Error("the seller is offered the certificate")
	}
	if page := w.get("/my/certificate"); page.status != http.StatusForbidden {
		t.Errorf("the seller takes the certificate: %d", page.status)
	}
	if page := o.visit("").get("/my/certificate"); page.path != "/my/sign-in" {
		t.Errorf("nobody takes the certificate at %s", page.path)
	}
}

// A contract of which no case is known yet is shown to its parties, masked, with what
// comes next.
func TestAContractWithoutACaseSaysWhatComesNext(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	sale := saleOf(0)
	page := o.visitAs(access.Contact{Party: "buyers[0]", Name: maskName(sale.Buyers[0].Name), Phone: "1"}, sale.Contract).get("/my")
	for _, want := range []string{sale.Contract, "尚未受理", maskName(sale.Sellers[0].Name), "登记窗口", "接下来"} {
		if !page.has(want) {
			t.Errorf("the page does not say %q: %s", want, page.text)
		}
	}
	for _, secret := range []string{sale.Sellers[0].Name, sale.Sellers[0].ID, sale.Buyers[0].Name, sale.Buyers[0].ID} {
		if page.has(secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
}

func TestANumberThatIsTooLongForAnyGoesIntoNoCookie(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	v := o.visit("")
	page := v.post("/my/sign-in", url.Values{"number": {strings.Repeat("1", 200_000)}})
	if page.status != http.StatusUnprocessableEntity || page.path != "/my/sign-in" {
		t.Errorf("%d at %s", page.status, page.path)
	}
	at, err := url.Parse(o.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range v.client.Jar.Cookies(at) {
		if len(cookie.Value) > 4*longestNumber {
			t.Errorf("the cookie %s holds %d bytes", cookie.Name, len(cookie.Value))
		}
	}
}
