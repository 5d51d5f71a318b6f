package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/town"
)

// chain is the audit of an object, a line each: actor role action result.
func (o *office) chain(kind, object string) (lines []string) {
	o.t.Helper()
	all, err := o.flow.AuditOf(context.Background(), kind, object, 0, 500)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, l := range all {
		lines = append(lines, strings.Join([]string{l.Actor, l.Role, string(l.Action), l.Result}, " "))
		if l.From == "" && l.Role != "" {
			o.t.Errorf("%s by %s came from nowhere", l.Action, l.Actor)
		}
	}
	return lines
}

func TestWhoLooksAtACaseIsWrittenDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	path := "/api/v1/cases/" + number
	for _, r := range []request{
		{method: "GET", staff: "registrar-01", path: path}, {method: "GET", staff: "registrar-01", path: path}, // twice within a minute is one look
		{method: "GET", staff: "tax-01", path: "/cases/" + number}, {method: "GET", staff: "system-01", path: path},
		{method: "GET", staff: "registrar-01", path: path + "/certificate.pdf"}, // there is none yet
	} {
		o.send(r)
	}
	want := []string{
		"clerk-01 clerk accepted nobody_known", "registrar-01 registrar seen done", "tax-01 tax_officer seen done",
	}
	if got := o.chain(audit.Case, number); !slices.Equal(got, want) {
		t.Errorf("the audit is %q, want %q", got, want)
	}
	o.send(request{method: "GET", staff: "registrar-01", path: "/api/v1/cases"})
	if got := o.chain(audit.Staff, "registrar-01"); !slices.Contains(got, "registrar-01 registrar listed done") {
		t.Errorf("the list is not in the audit: %q", got)
	}
}

func TestARefusedLookAtAnotherOfficesCaseIsWrittenDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	o.engage(access.Person{ID: "clerk-91", Name: "远", Role: access.Clerk, Office: "430603"})
	number := string(o.accept(0).Number)
	if got := o.send(request{method: "GET", staff: "clerk-91", path: "/api/v1/cases/" + number}); got.StatusCode != http.StatusNotFound {
		t.Fatalf("status %d", got.StatusCode)
	}
	if got := o.chain(audit.Case, number); !slices.Contains(got, "clerk-91 clerk seen forbidden") {
		t.Errorf("the audit is %q", got)
	}
}

func TestARevealIsWrittenDownWithItsReasonBeforeItIsShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	reveal := request{
		method: "POST", staff: "clerk-01", path: "/cases/" + number + "/reveal",
		body: url.Values{"reason": {"核对身份证"}}.Encode(), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}
	got := o.send(reveal)
	if got.StatusCode != http.StatusOK || !strings.Contains(string(got.body), town.Sale(0).Sellers[0].ID) {
		t.Fatalf("status %d", got.StatusCode)
	}
	lines, err := o.flow.AuditOf(t.Context(), audit.Case, number, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := lines[len(lines)-1]
	if last.Action != audit.Revealed || last.Reason != "核对身份证" || last.Actor != "clerk-01" || last.Request == "" {
		t.Errorf("the last line is %+v", last)
	}
	// Where the audit cannot be written, nobody is shown anything.
	if _, err := o.pool.Exec(t.Context(), `ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (false) NOT VALID`); err != nil {
		t.Fatal(err)
	}
	if got := o.send(reveal); got.StatusCode < 500 || strings.Contains(string(got.body), town.Sale(0).Sellers[0].ID) {
		t.Errorf("shown unaudited: status %d", got.StatusCode)
	}
}

func TestWhateverTheRegisterAnswersIsWrittenDownHoweverWrongTheQuestion(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 7)
	program := func(path string, i int, change func(*application)) func() {
		return func() {
			a := saleOf(i)
			change(&a)
			body := a.text(t)
			if i == 3 {
				body = strings.Replace(body, `{`, `{"colour":"red",`, 1)
			}
			o.send(request{method: "POST", path: path, staff: "clerk-01", body: body,
				header: map[string]string{"Idempotency-Key": "k" + strconv.Itoa(i)}})
		}
	}
	page := func(form url.Values) func() {
		return func() {
			o.send(request{method: "POST", path: "/cases/new", staff: "clerk-01", body: form.Encode(),
				header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
		}
	}
	dear := func(a *application) { a.Price++ }
	cheap := formOf(4)
	cheap.Set("price", "1")
	for i, ask := range []func(){
		program("/api/v1/cases/preflight", 0, func(*application) {}),
		program("/api/v1/cases/preflight", 1, dear),
		program("/api/v1/cases", 2, dear),
		program("/api/v1/cases", 3, dear), // of the wrong shape, too
		page(cheap),
		page(url.Values{"do": {"prefill"}, "contract": {town.Sale(5).Contract}}),
		program("/api/v1/cases/preflight", 0, func(a *application) { a.Contract = town.Sale(6).Contract }), // another home's
	} {
		ask()
		want := []string{"clerk-01 clerk queried done", "clerk-01 clerk told nobody_known"}
		if got := o.chain(audit.Unit, string(town.Sale(i).Unit)); !slices.Equal(got, want) {
			t.Errorf("of question %d the audit says %q, want %q", i, got, want)
		}
	}
}

func TestTheAuditOfACaseIsForAuditorsAndItsApplicants(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	path := "/api/v1/cases/" + string(o.accept(0).Number) + "/audit"
	for _, as := range []string{"clerk-01", "registrar-01", "system-01"} {
		if got := o.send(request{method: "GET", staff: as, path: path}); got.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", as, got.StatusCode)
		}
	}
	for query, want := range map[string]int{"": 200, "?after=1": 200, "?after=x": 400, "?after=-1": 400, "?before=1": 400, "?after=1&after=2": 400} {
		if got := o.send(request{method: "GET", staff: "audit-01", path: path + query}); got.StatusCode != want {
			t.Errorf("%q: status %d, want %d", query, got.StatusCode, want)
		}
	}
	got := o.send(request{method: "GET", staff: "audit-01", path: path, header: map[string]string{"Accept-Language": "en"}})
	var page auditPage
	if err := json.Unmarshal(got.body, &page); err != nil {
		t.Fatal(err)
	}
	if n := len(page.Audit); n < 3 || page.Audit[0].Text != "accepted the application" || page.Audit[0].From == "" ||
		page.Audit[n-1].Action != string(audit.AuditRead) || len(page.Audit[0].Hash) != 32 {
		t.Errorf("the audit is %+v", page.Audit)
	}
	if v := eventLineOf(audit.Line{Event: audit.Event{From: "192.0.2.1", Request: "r"}}, "en", true); v.From != "" || v.Request != "" {
		t.Error("an applicant is told from where the staff asked")
	}
}

func TestAnybodysVerificationIsWrittenDown(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.sold(0)
	_, id, _ := strings.Cut(o.show(intake.Number(number)).Certificate.Verify, "/v/")
	verify := "/v/" + id
	for range 2 {
		if got := o.get(verify); got.StatusCode != http.StatusOK {
			t.Fatalf("status %d", got.StatusCode)
		}
	}
	got := slices.DeleteFunc(o.chain(audit.Case, number), func(s string) bool { return !strings.Contains(s, "verified") })
	if !slices.Equal(got, []string{"public  verified done"}) {
		t.Errorf("the audit has %q", got)
	}
}

func TestNobodyLooksForWhatIsTooLongToBeWrittenDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	as := func(path string) int { return o.send(request{method: "GET", staff: "audit-01", path: path}).StatusCode }
	fits, long := noise(longestSought), noise(9_000)
	for path, want := range map[string]int{
		"/api/v1/audit?kind=case&object=" + fits: 200, "/api/v1/audit?kind=case&object=" + long: 400,
		"/api/v1/audit?actor=" + long: 400, "/audit/export?format=csv&kind=unit&object=" + long: 400,
		"/api/v1/staff/" + long + "/audit": 404, "/api/v1/units/" + long + "/audit": 404,
	} {
		if got := as(path); got != want {
			t.Errorf("%.50s: %d, want %d", path, got, want)
		}
	}
}

// What is remembered of a look is who looked at what, and not the request in which
// the name of it stood: that of an auditor may have 100 kB.
func TestALookKeepsNothingOfItsRequest(t *testing.T) {
	o := newOffice(t, 0)
	long := strings.Repeat("0", 100<<10)
	look := func(from, to int) {
		for i := from; i < to; i++ {
			path := fmt.Sprintf("/api/v1/audit?object=%d&kind=unit&limit=%s1", i, long)
			if r := o.send(request{method: "GET", staff: "audit-01", path: path}); r.StatusCode != http.StatusOK {
				t.Fatalf("%d: %.200s", r.StatusCode, r.body)
			}
		}
	}
	look(0, 20)
	before := heap()
	look(20, 420)
	if after := heap(); after > before+10<<20 {
		t.Errorf("the heap grew from %d to %d kB", before>>10, after>>10)
	}
}
