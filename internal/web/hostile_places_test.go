package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/internal/pgtest"
	"onewindow/jobs"
)

// TestAHostileNameReachesPaperAndWiresUnchanged sells homes to people whose names
// mean something to a machine, with reasons that do, too: the certificate prints them
// letter by letter or waits for a person, companies and the audit receive them as they
// are, and nothing of them becomes a link, a script or a note of the document.
func TestAHostileNameReachesPaperAndWiresUnchanged(t *testing.T) {
	t.Parallel()
	w := &wire{}
	o := openOffice(t, pgtest.URL(t), w.around)
	o.build(len(names))
	o.work()
	numbers := make([]intake.Number, len(names))
	for i, name := range names {
		numbers[i] = o.sellTo(i, name)
	}
	printed, kept := 0, 0
	for i, name := range names {
		if o.endsPrinted(numbers[i]) {
			printed++
			o.printsExactly(numbers[i], name)
			w.tellsCompanies(t, numbers[i], name)
		} else {
			kept++
			t.Logf("%q waits for a person: no font has all of its characters", name)
		}
		o.auditsExactly(numbers[i], name)
	}
	t.Logf("%d names: %d printed and read back as they are, %d kept back for a person, 0 changed, 0 executed", len(names), printed, kept)
	if printed < len(names)*3/4 {
		t.Errorf("only %d of %d names were printed", printed, len(names))
	}
	if log := o.log.String(); strings.Contains(log, "alert(1)") || strings.Contains(log, "DROP TABLE") {
		t.Errorf("the log names people: %.500s", log)
	}
}

// sellTo sells home i to somebody, up to the payment.
func (o *office) sellTo(i int, name string) intake.Number {
	o.t.Helper()
	contract := fmt.Sprintf("PAPER-%d", i)
	o.fileContract(contract, i, name, money.Yuan(800_000))
	a := saleOf(i)
	a.Contract, a.Buyers[0].Name = contract, name
	var opened accepted
	o.apply(contract, a.text(o.t)).into(o.t, &opened)
	o.waitFor(opened.Number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", opened.Number, intake.Review, jobs.Approve, name); r.StatusCode != http.StatusOK {
		o.t.Fatalf("%q: the approval: %d %s", name, r.StatusCode, r.body)
	}
	o.waitFor(opened.Number, intake.Settle, intake.AwaitingPayment)
	o.pay(opened.Number)
	return opened.Number
}

// endsPrinted waits until a certificate is issued or waits for a person.
func (o *office) endsPrinted(number intake.Number) (printed bool) {
	o.t.Helper()
	eventually(o.t, "the certificate is decided", func() bool {
		c := o.show(number)
		printed = c.State == intake.Closed
		return printed || c.stepAt(intake.Certificate).State == intake.Manual
	})
	return printed
}

// printsExactly reads the certificate as a program for PDFs does.
func (o *office) printsExactly(number intake.Number, name string) {
	o.t.Helper()
	r := o.send(request{method: "GET", staff: "registrar-01", path: "/api/v1/cases/" + string(number) + "/certificate.pdf"})
	file := filepath.Join(o.t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(file, r.body, 0o600); err != nil {
		o.t.Fatal(err)
	}
	read := func(tool ...string) string {
		out, err := exec.CommandContext(o.t.Context(), tool[0], tool[1:]...).CombinedOutput()
		if err != nil {
			o.t.Fatalf("%v: %v: %s", tool, err, out)
		}
		return string(out)
	}
	if text := read("pdftotext", "-raw", file, "-"); !strings.Contains(unspaced(text), unspaced(name)) {
		o.t.Errorf("%q is printed as %s", name, text)
	}
	about := read("pdfinfo", file) + read("pdfinfo", "-meta", file) + read("pdfinfo", "-custom", file) + fmt.Sprint(r.Header)
	if strings.Contains(about, name) {
		o.t.Errorf("the metadata name %q", name)
	}
	if js, links := read("pdfinfo", "-js", file), read("pdfinfo", "-url", file); js != "" || strings.Contains(links, "javascript") {
		o.t.Errorf("the certificate of %q holds scripts %q and links %q", name, js, links)
	}
}

func unspaced(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, text)
}

// tellsCompanies looks for the new holder in what companies received.
func (w *wire) tellsCompanies(t *testing.T, number intake.Number, name string) {
	t.Helper()
	told := 0
	for _, s := range w.of("company") {
		var m struct {
			Ref       string `json:"ref"`
			NewHolder struct {
				Name string `json:"name"`
			} `json:"new_holder"`
		}
		if err := json.Unmarshal([]byte(s.body), &m); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(m.Ref, string(number)) || m.NewHolder.Name == "" {
			continue
		}
		told++
		if m.NewHolder.Name != name {
			t.Errorf("a company is told of %q, not of %q", m.NewHolder.Name, name)
		}
	}
	if told < 3 {
		t.Errorf("%d companies were told of %q", told, name)
	}
}

// auditsExactly looks for the reason in what the auditors read.
func (o *office) auditsExactly(number intake.Number, reason string) {
	o.t.Helper()
	lines, err := o.flow.AuditOf(o.t.Context(), audit.Case, string(number), 0, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	if !slices.ContainsFunc(lines, func(l audit.Line) bool { return l.Reason == reason }) {
		o.t.Errorf("the audit does not hold %q: %+v", reason, lines)
	}
	r := o.send(request{method: "GET", staff: "audit-01", path: "/api/v1/cases/" + string(number) + "/audit"})
	if quoted := strings.Trim(inJSON(reason), `"`); r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), quoted) &&
		!strings.Contains(string(r.body), reason) {
		o.t.Errorf("the audit's answer (%d) does not hold %q", r.StatusCode, reason)
	}
	if strings.Contains(string(r.body), "<script") {
		o.t.Errorf("the audit's answer would be a page where a browser guesses: %s", r.body)
	}
}
