package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onewindow/internal/access"
	"onewindow/internal/audit"
)

// heard writes lines into the audit, the oldest first.
func (o *office) heard(events ...audit.Event) {
	o.t.Helper()
	for _, e := range events {
		if err := o.flow.Saw(context.Background(), e); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestTheAuditorFindsLinesByObjectPersonDayAndAction(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	unit := string(unitOf(1))
	o.heard(
		audit.Event{Kind: audit.Case, Object: goodNumber, Action: audit.Revealed, Actor: "clerk-02", Role: "clerk", Reason: "核对甲"},
		audit.Event{Kind: audit.Unit, Object: unit, Action: audit.Queried, Actor: "clerk-01", Role: "clerk", Reason: "查询乙"},
		audit.Event{Kind: audit.Staff, Object: "tax-01", Action: audit.StaffMoved, Actor: "security-01", Reason: "调岗丙"},
	)
	today := time.Now().In(officeTime)
	v := o.visit("audit-01")
	for _, tt := range []struct {
		query string
		found string // the marks of the lines that are found
	}{
		{"kind=case&object=" + goodNumber, "甲"},
		{"object=" + url.QueryEscape(" "+goodNumber[:8]+" "+goodNumber[8:]), "甲"},
		{"object=" + strings.ToLower(unit), "乙"},
		{"kind=staff&object=tax-01", "丙"},
		{"actor=clerk-02", "甲"}, {"actor=CLERK-01", "乙"}, {"action=staff_moved", "丙"},
		{"kind=unit&actor=clerk-02", ""},
		{"kind=case&from=" + today.Format(time.DateOnly) + "&to=" + today.Format(time.DateOnly), "甲"},
		{"kind=case&to=" + today.AddDate(0, 0, -1).Format(time.DateOnly), ""},
		{"kind=case&from=" + today.AddDate(0, 0, 1).Format(time.DateOnly), ""},
		{"", "甲乙丙"},
	} {
		page := v.get("/audit?" + tt.query)
		for _, mark := range []string{"核对甲", "查询乙", "调岗丙"} {
			if want := tt.found != "" && strings.Contains(tt.found, mark[len("核对"):]); page.has(mark) != want {
				t.Errorf("%q shows %s: %v (%d)", tt.query, mark, !want, page.status)
			}
		}
	}
	long := noise(longestSought + 1)
	for _, wrong := range []string{"kind=person", "action=eaten", "from=yesterday", "to=2026-13-01", "object=" + long, "actor=" + long} {
		if page := v.get("/audit?" + wrong); page.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, page.status)
		}
	}
	for _, p := range people {
		if p.Role == access.AuditAdmin || !p.Role.Staff() {
			continue
		}
		for _, path := range []string{"/audit", "/audit/export?format=csv"} {
			if page := o.visit(p.ID).get(path); page.status != http.StatusForbidden {
				t.Errorf("%s at %s: %d", p.ID, path, page.status)
			}
		}
	}
}

func TestTheAuditIsPagedByCursorAndReadingItIsWrittenDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	var events []audit.Event
	for range 2*auditPageLength + 7 {
		events = append(events, audit.Event{Kind: audit.Unit, Object: string(unitOf(1)), Action: audit.Queried, Actor: "clerk-01"})
	}
	o.heard(events...)
	v, next := o.visit("audit-01"), regexp.MustCompile(`href="(/audit\?[^"]*cursor=[^"]*)"`)
	seen, at := map[string]bool{}, "/audit?actor=clerk-01&action=queried"
	for pages := 0; at != "" && pages < 5; pages++ {
		page := v.get(at)
		for _, m := range regexp.MustCompile(`id="line-(\d+)"`).FindAllStringSubmatch(page.raw, -1) {
			if seen[m[1]] {
				t.Errorf("line %s is shown twice", m[1])
			}
			seen[m[1]] = true
		}
		at = ""
		if m := next.FindStringSubmatch(page.text); m != nil {
			at = m[1]
		}
	}
	if len(seen) != len(events) {
		t.Errorf("%d lines of %d are shown", len(seen), len(events))
	}
	if page := v.get("/audit?cursor=mine"); page.status != http.StatusBadRequest {
		t.Errorf("a cursor of nobody's making: %d", page.status)
	}
	v.get("/audit?kind=unit&object=" + string(unitOf(1)))
	for object, kind := range map[string]string{"audit-01": audit.Staff, string(unitOf(1)): audit.Unit} {
		if got := o.chain(kind, object); !slices.Contains(got, "audit-01 audit_admin audit_read done") {
			t.Errorf("nobody wrote down that the audit of %s was read: %q", object, got)
		}
	}
}

// tamper changes a line as somebody could whom no trigger stops.
func (o *office) tamper(sql string) {
	o.t.Helper()
	_, err := o.pool.Exec(context.Background(), `BEGIN; ALTER TABLE audit_event DISABLE TRIGGER USER; `+sql+
		`; ALTER TABLE audit_event ENABLE TRIGGER USER; COMMIT`)
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestTheAuditPageSaysWhetherChainsAreWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	unit := string(unitOf(1))
	for _, reason := range []string{"a", "b", "c"} {
		o.heard(audit.Event{Kind: audit.Unit, Object: unit, Action: audit.Queried, Actor: "clerk-01", Reason: reason})
	}
	v, broken := o.visit("audit-01"), `class="chain-state broken"`
	if page := v.get("/audit?kind=unit&object=" + unit); page.has(broken) || !page.has("链条完整：该对象共 4 条") {
		t.Errorf("an untouched chain: %s", page.text)
	}
	o.tamper(`UPDATE audit_event SET reason = 'x' WHERE object = '` + unit + `' AND ordinal = 2`)
	for _, query := range []string{"kind=unit&object=" + unit, "actor=clerk-01"} {
		if page := v.get("/audit?" + query); !page.has(broken) || !page.has("被改动") {
			t.Errorf("%s hides a changed line: %s", query, page.text)
		}
	}
	o.tamper(`UPDATE audit_event SET reason = 'b' WHERE object = '` + unit + `' AND ordinal = 2;
		DELETE FROM audit_event WHERE object = '` + unit + `' AND ordinal = 3`)
	if page := v.get("/audit?object=" + unit); !page.has(broken) {
		t.Errorf("a missing line is not missed: %s", page.text)
	}
}

func TestTheAuditIsExportedWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	wicked := `=HYPERLINK("http://evil.example","x"),"y"` + "\n二"
	var events []audit.Event
	for range exportPart + 3 {
		events = append(events, audit.Event{Kind: audit.Unit, Object: string(unitOf(1)), Action: audit.Queried, Actor: "clerk-01", Reason: wicked})
	}
	if err := audit.Write(t.Context(), o.pool, events...); err != nil {
		t.Fatal(err)
	}
	v, query := o.visit("audit-01"), "&kind=unit&actor=clerk-01"
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(v.get("/audit/export?format=csv"+query).raw, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != len(events)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := slices.Index(rows[0], "reason")
	for _, row := range rows[1:] {
		if row[at] != "'"+wicked || row[len(row)-1] != "true" {
			t.Fatalf("a row is %q", row)
		}
	}
	lines := strings.Split(strings.TrimSpace(v.get("/audit/export?format=jsonl"+query).raw), "\n")
	if len(lines) != len(events) {
		t.Fatalf("%d lines", len(lines))
	}
	var line soughtLine
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || line.Reason != wicked || !line.Whole || line.Object != string(unitOf(1)) {
		t.Errorf("a line is %+v, %v", line, err)
	}
	got := o.chain(audit.Staff, "audit-01")
	for _, form := range []string{"csv", "jsonl"} {
		if !slices.Contains(got, "audit-01 audit_admin audit_read "+form) {
			t.Errorf("nobody wrote down the export as %s: %q", form, got)
		}
	}
	if page := v.get("/audit/export?format=xlsx"); page.status != http.StatusBadRequest {
		t.Errorf("another form: %d", page.status)
	}
}

func TestCellsAreHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", " =1": "' =1", "\r=1": "'\r=1", "核对": "核对", "": "", " ": " ", "3-1": "3-1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

func TestACitizenSeesWhoLookedAtTheirCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	number, other := o.accept(0).Number, o.accept(1).Number
	o.visit("supervisor-01").get("/cases/" + string(number))
	o.heard(audit.Event{Kind: audit.Case, Object: string(other), Action: audit.Revealed, Actor: "tax-01", Reason: "另一件"})
	citizen := o.visit("")
	citizen.post("/my/sign-in", url.Values{"number": {string(number)}})
	if page := citizen.post("/my/code", url.Values{"code": {o.codeSent()}}); !page.has(`href="/my/audit"`) {
		t.Fatalf("no link: %s", page.text)
	}
	page := citizen.get("/my/audit")
	if page.status != 200 || !page.has("supervisor-01") || !page.has("查看办件") || page.has("另一件") || page.has("127.0.0.1") {
		t.Errorf("%d %s", page.status, page.text)
	}
	if page := citizen.get("/audit"); page.status != http.StatusForbidden {
		t.Errorf("a citizen at the audit of everything: %d", page.status)
	}
	if page := o.visit("audit-01").get("/my/audit"); page.status != http.StatusForbidden {
		t.Errorf("an auditor at a citizen's page: %d", page.status)
	}
}

func TestTheAuditPageIsForEverybody(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	o.visit("clerk-01").get("/cases/" + number)
	b := o.open(t)
	b.signIn("audit-01")
	b.do(chromedp.Click(`.top a[href="/audit"]`))
	b.wait(`document.getElementById("chain")`)
	b.picture("audit")
	b.do(chromedp.SendKeys("#object", number), chromedp.Click(".actions [data-submit]"))
	b.wait(`document.getElementById("chain").innerText.includes("链条完整")`)
	b.picture("audit-case")
	b.phone()
	b.picture("audit-phone")
	b.quiet()
}
