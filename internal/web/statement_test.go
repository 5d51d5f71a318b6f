package web

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/statement"
)

// party sends requests as a party to a case, in Chinese.
func (s stage) party(c intake.Number, path string) func(string) reply {
	token := s.tokenFor(c, path)
	return func(path string) reply {
		return s.send(request{method: "GET", path: path, header: map[string]string{"Authorization": "Bearer " + token}})
	}
}

// paperOf is what a real reader finds in a PDF, without white space.
func paperOf(t *testing.T, r reply) string {
	t.Helper()
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/pdf" {
		t.Fatalf("no PDF: %d %s %.300s", r.StatusCode, r.Header.Get("Content-Type"), r.body)
	}
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, r.body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return strings.Join(strings.FieldsFunc(string(out), unicode.IsSpace), "")
}

// The statement is the assessment: every figure, rule and fact of it is on the page
// and on the paper, with who pays (masked), the mark of a sample and the check code.
func TestTheStatementSaysWhatTheAssessmentSays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	at := "/cases/" + string(s.closed) + "/tax/statement"
	clerk := func(path string) reply { return s.send(request{method: "GET", path: path, staff: "clerk-01"}) }
	var v statedView
	clerk("/api/v1"+at).into(t, &v)
	var c caseView
	clerk("/api/v1/cases/"+string(s.closed)).into(t, &c)
	if len(v.Tax.Lines) == 0 || len(v.Tax.Lines) != len(c.Tax.Lines) || v.Tax.Total != c.Tax.Total || v.Outcome != statement.Assessed {
		t.Fatalf("%d lines of %d, %s of %s, %s", len(v.Tax.Lines), len(c.Tax.Lines), v.Tax.Total, c.Tax.Total, v.Outcome)
	}
	page, first := clerk(at), clerk("/api/v1"+at+".pdf")
	paper := paperOf(t, first)
	says := func(what string) {
		t.Helper()
		if !strings.Contains(paper, strings.Join(strings.Fields(what), "")) {
			t.Errorf("the paper lacks %q", what)
		}
		if !bytes.Contains(page.body, []byte(what)) {
			t.Errorf("the page lacks %q", what)
		}
	}
	for i, l := range c.Tax.Lines {
		words := lineWords("zh-CN", l.Line)
		says(words.Tax)
		for _, rule := range words.Rules {
			says(rule)
		}
		for _, f := range []money.Fen{l.Base, l.Due, l.Relief, l.Payable} {
			says(strings.TrimPrefix(f.Format(), "¥"))
		}
		if got := v.Tax.Lines[i]; got.Payable != l.Payable || got.Rule != l.Rule {
			t.Errorf("line %d is %s by %s, want %s by %s", i, got.Payable, got.Rule, l.Payable, l.Rule)
		}
	}
	for _, f := range c.Tax.Facts {
		says(f.Label)
		says(f.Words)
	}
	for _, what := range []string{string(s.closed), "样本", v.Check, c.Buyers[0].Name, c.Sellers[0].Name, v.Location, v.Tax.RuleSet} {
		says(what)
	}
	if again := clerk("/api/v1" + at + ".pdf"); !bytes.Equal(again.body, first.body) {
		t.Error("asked for again, the paper is another one")
	}
	for check, want := range map[string]string{v.Check[:16]: "与现行核定相同", "0000000000000000": "核定已经变更", "": "", v.Check[:3]: "核定已经变更"} {
		page := clerk(at + "?check=" + check)
		if want != "" && !bytes.Contains(page.body, []byte(want)) || want == "" && bytes.Contains(page.body, []byte("compared")) {
			t.Errorf("a paper with the code %q: the page does not say %q", check, want)
		}
	}
	if !s.downloaded(s.closed) {
		t.Error("the audit does not know who took it")
	}
}

// downloaded says whether the audit knows that somebody took a document of a case.
func (s stage) downloaded(c intake.Number) bool {
	var found bool
	err := s.pool.QueryRow(s.t.Context(), `
		SELECT EXISTS (SELECT FROM audit_event WHERE kind = $1 AND object = $2 AND action = $3)`,
		audit.Case, string(c), audit.Downloaded).Scan(&found)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// A party sees their own side's lines and facts, and of the other side nothing; who
// is no party sees nothing at all.
func TestEachSideSeesItsOwnStatement(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for path, want := range map[string]struct {
		side         tax.Side
		own, foreign string
		receipt      int
	}{
		"buyers[0]":  {tax.BuyerSide, "契税", "个人所得税", http.StatusOK},
		"sellers[0]": {tax.SellerSide, "个人所得税", "契税", http.StatusNotFound},
	} {
		get := s.party(s.closed, path)
		var v statedView
		get("/api/v1/my/statement").into(t, &v)
		if v.Side != want.side || len(v.Payers) != 1 || len(v.Tax.Lines) == 0 || len(v.Tax.Facts) == 0 {
			t.Errorf("%s sees %+v", path, v)
		}
		for _, l := range v.Tax.Lines {
			if l.Payer != want.side {
				t.Errorf("%s sees the %s of the %s", path, l.Tax, l.Payer)
			}
		}
		lines := func(text string) string { // the rules of law may name any tax
			_, text, _ = strings.Cut(text, "税费明细")
			text, _, _ = strings.Cut(text, "所依据的信息")
			return text
		}
		if paper := lines(paperOf(t, get("/my/statement.pdf"))); !strings.Contains(paper, want.own) || strings.Contains(paper, want.foreign) {
			t.Errorf("the paper of %s: %s", path, paper)
		}
		if page := get("/my/statement"); page.StatusCode != http.StatusOK || !bytes.Contains(page.body, []byte(want.own)) {
			t.Errorf("the page of %s: %d", path, page.StatusCode)
		}
		if r := get("/api/v1/my/bills/b-1/receipt.pdf"); r.StatusCode != want.receipt {
			t.Errorf("the buyers' receipt for %s: %d, want %d", path, r.StatusCode, want.receipt)
		}
		if r := get("/api/v1/cases/" + string(s.closed) + "/tax/statement"); r.StatusCode != http.StatusForbidden {
			t.Errorf("the statement of staff for %s: %d", path, r.StatusCode)
		}
	}
	stranger := s.party(s.open, "sellers[0]")
	var v statedView
	if stranger("/api/v1/my/statement").into(t, &v); v.Number != s.open {
		t.Errorf("a party to %s sees %s", s.open, v.Number)
	}
	for _, path := range []string{"/my/statement", "/my/statement.pdf", "/cases/" + string(s.closed) + "/tax/statement.pdf"} {
		if r := s.send(request{method: "GET", path: path}); r.StatusCode == http.StatusOK && bytes.Contains(r.body, []byte("契税")) {
			t.Errorf("nobody in particular is shown %s", path)
		}
	}
}

// What a tax officer has still to decide is headed as a proposal, on page and paper.
func TestAProposalIsHeadedAsOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	at := "/cases/" + string(s.dear) + "/tax/statement"
	officer := func(path string) reply { return s.send(request{method: "GET", path: path, staff: "tax-01"}) }
	if paper := paperOf(t, officer(at+".pdf")); !strings.Contains(paper, "对任何人都没有约束力") || !strings.Contains(paper, "低于评估价格") {
		t.Errorf("the paper does not say that it binds nobody: %s", paper)
	}
	if page := officer(at); !bytes.Contains(page.body, []byte("对任何人都没有约束力")) {
		t.Error("the page does not say that it binds nobody")
	}
	for _, from := range []string{"/cases/" + string(s.dear), "/cases/" + string(s.dear) + "/tax"} {
		if !bytes.Contains(officer(from).body, []byte(at)) {
			t.Errorf("%s does not lead to the statement", from)
		}
	}
}

// The printed receipt says what was paid, that it is no voucher, and what the tax
// side said of its own.
func TestTheReceiptIsPrintedWithTheVoucherAsData(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	buyer := s.party(s.closed, "buyers[0]")
	paper := paperOf(t, buyer("/my/bills/b-1/receipt.pdf"))
	for _, want := range []string{"OW-" + string(s.closed) + "-b-1", "8,000.00", "8,080.00", "不是税收票证", "尚未收到", "样本"} {
		if !strings.Contains(paper, want) {
			t.Errorf("the receipt lacks %q: %s", want, paper)
		}
	}
	s.send(request{method: "POST", path: "/api/v1/cases/" + string(s.closed) + "/bills/b-1/voucher", staff: "tax-01",
		body: `{"voucher": "343068261100000014"}`})
	paper = paperOf(t, buyer("/my/bills/b-1/receipt.pdf"))
	for _, want := range []string{"343068261100000014（样本）", "以下只是收到的数据，不是票证本身", "已入库"} {
		if !strings.Contains(paper, want) {
			t.Errorf("the receipt lacks %q: %s", want, paper)
		}
	}
	if page := buyer("/my/bills/b-1/receipt"); !bytes.Contains(page.body, []byte("/my/bills/b-1/receipt.pdf")) ||
		!bytes.Contains(page.body, []byte("不是票证本身")) {
		t.Error("the page of the receipt does not lead to the paper, or shows the voucher without saying that it is none")
	}
	if page := buyer("/my"); !bytes.Contains(page.body, []byte(`href="/my/statement"`)) {
		t.Error("the citizen's page does not lead to the statement")
	}
}
