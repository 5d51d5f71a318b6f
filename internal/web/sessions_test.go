package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// signIn opens a session through the API.
func (o *office) signIn(id, password, code string) reply {
	o.t.Helper()
	body, err := json.Marshal(credentials{id, password, code})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.send(request{method: "POST", path: "/api/v1/sessions", body: string(body)})
}

// with asks with the token of a session.
func (o *office) with(token, method, path, body string) reply {
	o.t.Helper()
	return o.send(request{method: method, path: path, body: body,
		header: map[string]string{"Authorization": "Bearer " + token, "If-Match": "*"}})
}

// idle lets nobody have been at a person's session for so long.
func (o *office) idle(id string, d time.Duration) {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), `
		UPDATE access_session SET seen_at = seen_at - $2::interval, proved_at = proved_at - $2::interval WHERE person = $1`,
		id, d); err != nil {
		o.t.Fatal(err)
	}
}

func TestTheAPIOpensASessionByPasswordAndCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	var wrong []string
	for _, tt := range [][3]string{
		{"clerk-01", "wrong", o.codeOf("clerk-01")}, {"clerk-01", password, "000000"}, {"nobody", password, "000000"},
		{"water-co", password, o.codeOf("water-co")}, {"", "", ""}, {"clerk-01", strings.Repeat("x", 100_000), ""},
	} {
		r := o.signIn(tt[0], tt[1], tt[2])
		wrong = append(wrong, fmt.Sprint(r.StatusCode, r.problem(t).Type, r.problem(t).Detail))
	}
	for _, answer := range wrong[1:] {
		if answer != wrong[0] || !strings.HasPrefix(answer, "401") {
			t.Errorf("answered %q and %q", wrong[0], answer)
		}
	}
	r := o.signIn("clerk-01", password, o.codeOf("clerk-01"))
	var opened sessionView
	if r.into(t, &opened); r.StatusCode != http.StatusCreated || opened.Token == "" || opened.Person != "clerk-01" {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	if r := o.with(opened.Token, "GET", "/api/v1/cases", ""); r.StatusCode != http.StatusOK {
		t.Errorf("with the token: %d", r.StatusCode)
	}
	var again sessionView
	o.signIn("clerk-01", password, o.codeOf("clerk-01")).into(t, &again)
	if r := o.with(opened.Token, "GET", "/api/v1/cases", ""); r.StatusCode != 401 || r.problem(t).Type != "/problems/session_elsewhere" {
		t.Errorf("the earlier session: %d %s", r.StatusCode, r.body)
	}
	if r := o.with(again.Token, "DELETE", "/api/v1/sessions/current", ""); r.StatusCode != http.StatusNoContent {
		t.Errorf("signing out: %d", r.StatusCode)
	}
	if r := o.with(again.Token, "GET", "/api/v1/cases", ""); r.StatusCode != 401 || r.problem(t).Type != "/problems/session_ended" {
		t.Errorf("signed out: %d %s", r.StatusCode, r.body)
	}
}

func TestALockedSessionShowsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	clerk := o.visit("clerk-01")
	o.idle("clerk-01", access.UsualIdle)
	for _, path := range []string{"/", "/cases/" + number, "/cases/" + number + "/live", "/cases/new"} {
		page := clerk.get(path)
		if !strings.HasPrefix(page.path, "/unlock?") || page.has(number) && !strings.Contains(page.path, number) || page.has("李受理") {
			t.Errorf("%s shows %s: %s", path, page.path, page.text)
		}
	}
	for _, path := range []string{"/api/v1/cases", "/api/v1/cases/" + number, "/api/v1/cases/" + number + "/events"} {
		if r := o.with(o.token("clerk-01"), "GET", path, ""); r.StatusCode != 401 || r.problem(t).Type != "/problems/session_locked" {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.body)
		}
	}
	if page := clerk.post("/unlock", url.Values{"password": {"wrong"}, "next": {"/cases/" + number}}); page.status != 422 {
		t.Errorf("a wrong password: %d", page.status)
	}
	if page := clerk.post("/unlock", url.Values{"password": {password}, "next": {"/cases/" + number}}); page.path != "/cases/"+number {
		t.Errorf("the password leads to %s", page.path)
	}
}

func TestALockedSessionHearsNothingMore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	res, err := http.DefaultClient.Do(o.prepare(t.Context(), request{method: "GET", path: "/api/v1/cases/" + string(number) + "/events",
		header: map[string]string{"Authorization": "Bearer " + o.token("clerk-01")}}))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	o.idle("clerk-01", access.UsualIdle)
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, res.Body)
		ended <- err
	}()
	eventually(t, "the stream ends", func() bool { return len(ended) > 0 })
}

func TestAPageThatAsksByItselfKeepsNoSessionOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	token := o.token("clerk-01")
	o.idle("clerk-01", access.UsualIdle-time.Minute)
	seen := func() (at time.Time) {
		if err := o.pool.QueryRow(t.Context(), `SELECT seen_at FROM access_session WHERE person = 'clerk-01'`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	before := seen()
	for _, r := range []request{
		{method: "GET", path: "/cases/" + number + "/live"},
		{method: "GET", path: "/", header: map[string]string{"Sec-Fetch-Mode": "navigate"}},
	} {
		if r.header == nil {
			r.header = map[string]string{}
		}
		r.header["Cookie"] = sessionCookie + "=" + token
		if answer := o.send(r); answer.StatusCode != http.StatusOK {
			t.Fatal(answer.StatusCode)
		}
	}
	if !seen().Equal(before) {
		t.Error("nobody did anything, and the session was kept open")
	}
	o.with(token, "GET", "/api/v1/cases", "")
	if !seen().After(before) {
		t.Error("somebody asked, and the session was not kept open")
	}
}

func TestNoKeyAndNoOldProofApproves(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	at, body := "/api/v1/cases/"+string(number)+"/steps/review/decision", `{"verdict":"approve","reason":""}`
	req := request{method: "POST", path: at, body: body, header: map[string]string{"If-Match": "*"}}
	basic := o.prepare(t.Context(), request{method: "GET", path: "/", staff: "registrar-01"}).Header.Get("Authorization")
	req.header["Authorization"] = basic
	if r := o.send(req); r.StatusCode != 403 || r.problem(t).Type != "/problems/proof_needed" {
		t.Errorf("a key: %d %s", r.StatusCode, r.body)
	}
	token := o.token("registrar-01")
	o.idle("registrar-01", access.ProofLength-time.Second)
	if _, err := o.pool.Exec(t.Context(), `
		UPDATE access_session SET seen_at = now(), proved_at = now() - interval '6 minutes' WHERE person = 'registrar-01'`); err != nil {
		t.Fatal(err)
	}
	if r := o.with(token, "POST", at, body); r.StatusCode != 403 || r.problem(t).Type != "/problems/proof_needed" {
		t.Errorf("an old proof: %d %s", r.StatusCode, r.body)
	}
	proof := func(password, code string) string { return fmt.Sprintf(`{"password":%q,"code":%q}`, password, code) }
	if r := o.with(token, "POST", "/api/v1/sessions/current/proof", proof("wrong", o.codeOf("registrar-01"))); r.StatusCode != 401 {
		t.Errorf("a wrong proof: %d", r.StatusCode)
	}
	r := o.with(token, "POST", "/api/v1/sessions/current/proof", proof(password, o.codeOf("registrar-01")))
	if r.StatusCode != http.StatusOK {
		t.Fatalf("a proof: %d %s", r.StatusCode, r.body)
	}
	if r := o.with(token, "POST", at, `{"verdict":"approve","reason":"x","no":1}`); r.StatusCode != 422 {
		t.Errorf("what is refused spends no proof: %d %s", r.StatusCode, r.body)
	}
	if r := o.with(token, "POST", at, body); r.StatusCode != http.StatusOK {
		t.Errorf("with a fresh proof: %d %s", r.StatusCode, r.body)
	}
}

func TestAProofIsGoodForOneApprovalAndSigningInIsNone(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 3)
	var at []string
	for i := range 3 {
		number := o.accept(i).Number
		o.waitFor(number, intake.Review, intake.NeedsInput)
		at = append(at, "/api/v1/cases/"+string(number)+"/steps/review/decision")
	}
	var opened sessionView
	o.signIn("registrar-01", password, o.codeOf("registrar-01")).into(t, &opened)
	approve := func(path string) int {
		return o.with(opened.Token, "POST", path, `{"verdict":"approve","reason":""}`).StatusCode
	}
	if got := approve(at[0]); got != http.StatusForbidden || opened.ProvedUntil != nil {
		t.Errorf("signed in just now: %d", got)
	}
	o.prove("registrar-01")
	var together sync.WaitGroup
	var done, asked atomic.Int32
	for _, path := range at { // one proof, three approvals at once
		together.Go(func() {
			switch got := approve(path); got {
			case http.StatusOK:
				done.Add(1)
			case http.StatusForbidden:
				asked.Add(1)
			default:
				t.Errorf("answered %d", got)
			}
		})
	}
	together.Wait()
	if done.Load() != 1 || asked.Load() != 2 {
		t.Errorf("one proof approved %d cases, and was asked for again %d times", done.Load(), asked.Load())
	}
}

func TestThePageAsksForTheProofAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	registrar := o.visit("registrar-01")
	if _, err := o.pool.Exec(t.Context(), `
		UPDATE access_session SET proved_at = now() - interval '6 minutes' WHERE person = 'registrar-01'`); err != nil {
		t.Fatal(err)
	}
	at := "/cases/" + string(number) + "/steps/review/decision"
	form := url.Values{"verdict": {"approve"}, "reason": {"已核对原件"}}
	page := registrar.post(at, form)
	if !page.has(`name="proof"`) || !page.has("已核对原件") {
		t.Fatalf("no proof is asked for: %s", page.text)
	}
	form.Set("proof", "1")
	form.Set("password", password)
	form.Set("code", "000000")
	if page := registrar.post(at, form); page.status != 422 || !page.has("已核对原件") {
		t.Errorf("a wrong proof: %d", page.status)
	}
	form.Set("code", o.codeOf("registrar-01"))
	if page := registrar.post(at, form); page.path != "/cases/"+string(number) {
		t.Errorf("the proof leads to %s: %d %s", page.path, page.status, page.text)
	}
	if got := o.show(number).stepAt(intake.Review).State; got != intake.Done {
		t.Errorf("the review is %s", got)
	}
}

func TestACertificateIsHandedOverOnceAndNotByWhoApproved(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", number, intake.Review, jobs.Approve, ""); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	at := "/api/v1/cases/" + string(number) + "/certificate/hand-over"
	supervisor := o.token("supervisor-01")
	if r := o.with(supervisor, "POST", at, `{"party":"buyers[0]"}`); r.StatusCode != 404 {
		t.Errorf("before there is one: %d %s", r.StatusCode, r.body)
	}
	o.pay(number)
	o.waitFor(number, intake.Certificate, intake.Done)
	clerk := o.visit("clerk-02")
	if page := clerk.get("/cases/" + string(number)); !page.has(`value="buyers[0]"`) {
		t.Errorf("a clerk is not offered the hand-over: %s", page.text)
	}
	registrar := o.token("registrar-01")
	if _, err := o.porter().AtMachine(t.Context(), o.pool, access.Change{Account: "registrar-01", Kind: access.Move,
		Wanted: access.Wanted{Name: "王", Role: access.Clerk, Office: "430602"}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		token, party, code string
		status             int
	}{
		{registrar, "buyers[0]", "same_hand", 403}, // who approved, whatever they are now
		{supervisor, "sellers[0]", "party_unknown", 422},
		{supervisor, "buyers[7]", "party_unknown", 422},
		{supervisor, "buyers[00]", "party_unknown", 422},
		{o.token("tax-01"), "buyers[0]", "forbidden", 403},
	} {
		r := o.with(tt.token, "POST", at, fmt.Sprintf(`{"party":%q}`, tt.party))
		if r.StatusCode != tt.status || r.problem(t).Type != "/problems/"+tt.code {
			t.Errorf("%s: %d %s", tt.party, r.StatusCode, r.body)
		}
	}
	if page := clerk.post("/cases/"+string(number)+"/certificate/hand-over", url.Values{"party": {"buyers[0]"}}); page.status != 200 || !page.has("clerk-02") {
		t.Errorf("handing over: %d at %s", page.status, page.path)
	}
	if got := o.chain(audit.Case, string(number)); !slices.Contains(got, "clerk-02 clerk handed_over buyers[0]") {
		t.Errorf("the hand-over is not in the audit: %q", got)
	}
	if r := o.with(supervisor, "POST", at, `{"party":"buyers[0]"}`); r.StatusCode != 409 || r.problem(t).Type != "/problems/handed_over" {
		t.Errorf("twice: %d %s", r.StatusCode, r.body)
	}
	journal := o.show(number).Journal
	if last := journal[len(journal)-1]; last.Reason != "handed_over" && !strings.Contains(fmt.Sprint(journal), "handed_over") || last.Actor == "" {
		t.Errorf("the journal ends with %+v", last)
	}
}

func TestAnswersToCitizensAreTheSameForEveryNumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	shape := regexp.MustCompile(`[0-9]`)
	seen := map[string]bool{}
	for _, n := range []string{number, goodNumber, "TOWN-000000", "no such", "\x00\xff", strings.Repeat("9", 500)} {
		body, err := json.Marshal(codeBody{Number: n})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := o.send(request{method: "POST", path: "/api/v1/citizen-codes", body: string(body)})
		if r.StatusCode == http.StatusAccepted {
			seen[fmt.Sprint(r.StatusCode, shape.ReplaceAllString(string(r.body), "0"), len(r.body), r.Header.Get("Content-Length"))] = true
			if took := time.Since(began); took < askCodeTime {
				t.Errorf("%.20q was answered after %v", n, took)
			}
		} else if r.StatusCode != 422 {
			t.Errorf("%.20q: %d %s", n, r.StatusCode, r.body)
		}
	}
	if len(seen) != 1 {
		t.Errorf("answers differ: %v", seen)
	}
}

func TestWhoLeftNoTelephoneIsReachedAtThatOfTheContract(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	a := saleOf(0)
	a.Buyers[0].Phone = ""
	var opened accepted
	o.apply("k", a.text(t)).into(t, &opened)
	of, contacts, err := o.flow.Contacts(t.Context(), string(opened.Number))
	if err != nil || of != string(opened.Number) || len(contacts) != 2 {
		t.Fatalf("%s leads to %s, %+v, %v", opened.Number, of, contacts, err)
	}
	for i, p := range []string{a.Sellers[0].ID, a.Buyers[0].ID} {
		if contacts[i].Phone != town.Phone(p) {
			t.Errorf("%s is reached at %s", contacts[i].Party, contacts[i].Phone)
		}
	}
}

func TestACitizenSeesTheirOwnCaseAndNobodysName(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 2)
	number, other := string(o.accept(0).Number), string(o.accept(1).Number)
	citizen := o.visit("")
	if page := citizen.post("/my/sign-in", url.Values{"number": {number}}); page.path != "/my/code" || strings.Contains(page.path, number) {
		t.Fatalf("leads to %s", page.path)
	}
	if page := citizen.post("/my/code", url.Values{"code": {"000000"}}); page.status != 422 {
		t.Errorf("a wrong code: %d", page.status)
	}
	code := o.codeSent()
	page := citizen.post("/my/code", url.Values{"code": {code}})
	if page.path != "/my" || !page.has(number) {
		t.Fatalf("the code leads to %s: %s", page.path, page.text)
	}
	sale := saleOf(0)
	for _, secret := range []string{sale.Buyers[0].Name, sale.Sellers[0].Name, sale.Buyers[0].ID, sale.Buyers[0].Phone} {
		if page.has(secret) {
			t.Errorf("the page shows %s", secret)
		}
	}
	for _, path := range []string{"/cases/" + number, "/cases/" + other, "/cases/" + number + "/certificate", "/accounts", "/cases/new"} {
		if page := citizen.get(path); page.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, page.status)
		}
	}
}

// codeSent reads the code that was sent last, as its telephone does.
func (o *office) codeSent() (code string) {
	o.t.Helper()
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `SELECT max(id) FROM notice_message WHERE template = 'sign_in_code'`).Scan(&id)
		if err != nil {
			return err
		}
		m, _, err := notice.Of(ctx, tx, id)
		code = m.Args["code"]
		return err
	})
	return code
}

func TestAnAdministratorLooksAfterAccountsAndNotTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	guard := o.visit("security-01")
	if page := guard.get("/"); page.path != "/accounts" || !page.has("clerk-01") {
		t.Fatalf("begins at %s", page.path)
	}
	page := guard.post("/accounts/new", url.Values{"id": {"clerk-07"}, "name": {"新受理"}, "role": {"clerk"}, "office": {"430602"}})
	first := page.secret(t, 10)
	if page := guard.get("/accounts/clerk-07"); page.has(first) || !page.has("须由另一名安全管理员确认") {
		t.Errorf("who asked is shown %s", page.text)
	}
	o.codeOf("security-02")
	second := o.visit("security-02")
	secret := []string{"", first + o.confirmed(second, "clerk-07").secret(t, 10)}
	made := []string{"security-01 security_admin staff_made clerk", "security-01 security_admin change_asked password",
		"security-02 security_admin staff_moved password"}
	if got := o.chain(audit.Staff, "clerk-07"); !slices.Equal(got, made) {
		t.Errorf("the audit of the new account is %q, want %q", got, made)
	}
	newcomer := o.visit("")
	page = newcomer.post("/sign-in", url.Values{"id": {"clerk-07"}, "password": {secret[1]}, "next": {"/"}})
	if !strings.HasPrefix(page.path, "/sign-in/password") {
		t.Fatalf("the one-time password leads to %s", page.path)
	}
	if page := newcomer.post("/sign-in/password", url.Values{"password": {"short"}, "again": {"short"}}); page.status != 422 {
		t.Errorf("a short password: %d", page.status)
	}
	page = newcomer.post("/sign-in/password", url.Values{"password": {"my own long sentence"}, "again": {"my own long sentence"}, "next": {"/"}})
	seed := regexp.MustCompile(`id="seed">([A-Z2-7]{32})<`).FindStringSubmatch(page.raw)
	if seed == nil {
		t.Fatalf("no authenticator: %s", page.text)
	}
	if picture := newcomer.get("/sign-in/authenticator.png"); picture.status != 200 || !strings.HasPrefix(picture.raw, "\x89PNG") {
		t.Errorf("the picture: %d", picture.status)
	}
	code, err := access.Seed(seed[1]).Code(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if page := newcomer.post("/sign-in/authenticator", url.Values{"code": {code}, "next": {"/"}}); page.path != "/" || !page.has("新受理") {
		t.Fatalf("enrolled at %s: %s", page.path, page.text)
	}
	guard.post("/accounts/clerk-07/change", url.Values{"name": {"新受理"}, "role": {"audit_admin"}})
	if page := newcomer.get("/cases/new"); page.status != http.StatusOK {
		t.Errorf("before a second person confirmed it: %d", page.status)
	}
	o.confirmed(second, "clerk-07")
	if page := newcomer.get("/cases/new"); page.status != http.StatusForbidden {
		t.Errorf("after the role was changed: %d", page.status)
	}
	made = append(made, "clerk-07 clerk signed_in done", "security-02 security_admin staff_moved audit_admin")
	if got := o.chain(audit.Staff, "clerk-07"); !isSubset(made, got) {
		t.Errorf("the audit of the account is %q, want at least %q", got, made)
	}
	guard.post("/accounts/clerk-07/disable", url.Values{})
	if page := newcomer.get("/"); !strings.HasPrefix(page.path, "/sign-in") {
		t.Errorf("after the account was closed: %s", page.path)
	}
	for _, own := range []string{"change", "disable", "password", "keys"} {
		raised := url.Values{"role": {"registrar"}, "office": {"430602"}, "name": {"x"}}
		if page := guard.post("/accounts/security-01/"+own, raised); page.status != http.StatusForbidden {
			t.Errorf("%s of one's own: %d", own, page.status)
		}
	}
	for _, staff := range []string{"clerk-01", "registrar-01", "supervisor-01", "system-01", "audit-01"} {
		if page := o.visit(staff).get("/accounts"); page.status != http.StatusForbidden {
			t.Errorf("%s at the accounts: %d", staff, page.status)
		}
	}
}

func TestWhatNobodyCanSeeIsInNoNameAndNoLabel(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	guard := o.visit("security-01")
	for bad, point := range map[string]string{"李\u202e受": "U+202E", "李\x1b[31m": "U+001B", "李\u200b": "U+200B", "李\x00": "U+0000"} {
		for path, form := range map[string]url.Values{
			"/accounts/new":             {"id": {"clerk-08"}, "name": {bad}, "role": {"clerk"}, "office": {"430602"}},
			"/accounts/clerk-01/change": {"name": {bad}, "role": {"clerk"}, "office": {"430602"}},
			"/accounts/clerk-01/keys":   {"label": {bad}},
		} {
			if page := guard.post(path, form); page.status != http.StatusUnprocessableEntity || !page.has(point) {
				t.Errorf("%s takes %s: %d", path, point, page.status)
			}
		}
	}
}

func TestKeysAreDrawnExchangedAndRevokedOnThePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	guard := o.visit("security-01")
	guard.post("/accounts/clerk-01/keys", url.Values{"label": {"scanner"}})
	page := o.confirmed(o.visit("security-02"), "clerk-01")
	secret := []string{"", page.secret(t, 26)}
	revoke := regexp.MustCompile(`/accounts/clerk-01/keys/(\d+)/revoke`).FindStringSubmatch(page.raw)
	if revoke == nil {
		t.Fatalf("no key: %s", page.text)
	}
	old := o.secrets["clerk-01"]
	ask := func(key access.Secret) int {
		o.secrets["clerk-01"] = key
		return o.get("/api/v1/cases").StatusCode
	}
	if a, b := ask(old), ask(access.Secret(secret[1])); a != 200 || b != 200 {
		t.Errorf("both keys: %d and %d", a, b)
	}
	if page := guard.get("/accounts/clerk-01"); page.has(secret[1]) {
		t.Error("the key is shown twice")
	}
	guard.post(revoke[0], url.Values{})
	if a, b := ask(old), ask(access.Secret(secret[1])); a != 200 || b != 401 {
		t.Errorf("after one was revoked: %d and %d", a, b)
	}
}

// isSubset says whether got has each of want.
func isSubset(want, got []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(got, w) })
}
