package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/tax"
	"onewindow/tax/payment"
	"onewindow/templates"
)

// allRight are a buyer's answers when everything is as the offices hold it.
func allRight(seen string) url.Values {
	return url.Values{"seen": {seen}, "family": {"right"}, "homes": {"right"}, "deal": {"right"}}
}

// asSide signs a party to a case in by their place in the application.
func (o *office) asSide(party string, number intake.Number) *visitor {
	return o.visitAs(access.Contact{Party: party, Name: "镇**", Phone: "13800138000"}, string(number))
}

// A party sees what the offices hold of their own side, with who holds it, and nothing
// of the other side's; they pay what is theirs, once they have declared.
func TestAPartyFilesForTheirOwnSideOnly(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	buyer, seller := o.asSide("buyers[0]", number), o.asSide("sellers[0]", number)
	page := buyer.get("/my/filing")
	for _, want := range []string{"全部可以在网上办", "家庭成员", "家庭住房", "成交情况", "民政", "我承诺以上内容属实"} {
		if !page.has(want) {
			t.Errorf("the buyer's page lacks %q: %s", want, page.text)
		}
	}
	theirs := seller.get("/my/filing")
	for _, of := range []string{"取得时间和成本", "是否唯一住房"} {
		if page.has(of) || !theirs.has(of) {
			t.Errorf("%q is the seller's alone", of)
		}
	}
	for _, path := range []string{"/my/taxes", "/my/pay", "/my/pay?bill=b-1"} {
		if page := buyer.get(path); page.path != "/my/filing" {
			t.Errorf("%s leads to %s before anything is declared", path, page.path)
		}
	}
	for name, form := range map[string]url.Values{
		"nothing chosen":    {"seen": {"1"}},
		"one left out":      {"seen": {"1"}, "family": {"right"}, "homes": {"right"}},
		"wrong, and no why": {"seen": {"1"}, "family": {"right"}, "homes": {"wrong"}, "deal": {"right"}},
		"too many words":    {"seen": {"1"}, "family": {"right"}, "homes": {"wrong"}, "deal": {"right"}, "homes-words": {strings.Repeat("长", 501)}},
	} {
		if page := buyer.post("/my/filing", form); page.status != http.StatusUnprocessableEntity || !strings.Contains(page.raw, `id="errors"`) {
			t.Errorf("%s: %d %s", name, page.status, page.text)
		}
	}
	if page := buyer.post("/my/filing", allRight("7")); page.status != http.StatusPreconditionFailed {
		t.Errorf("declared on what nobody has seen: %d", page.status)
	}
	page = buyer.post("/my/filing", allRight("1"))
	if page.path != "/my/taxes" || !page.has("契税") || !page.has("税率") || !page.has("deed.rate.first.small@2024-12-01") ||
		!strings.Contains(page.raw, `href="/my/pay?bill=b-1"`) {
		t.Errorf("after the declarations: %s %d %s", page.path, page.status, bare(page.raw))
	}
	if page.has("增值税") {
		t.Error("the buyer reads the seller's taxes")
	}
	for _, path := range []string{"/my/bills/b-1/code.png", "/my/bills/b-1/receipt"} {
		if page := seller.get(path); page.status != http.StatusNotFound {
			t.Errorf("the seller reads the buyer's %s: %d", path, page.status)
		}
	}
	if page := seller.get("/my"); strings.Contains(page.raw, "b-1") {
		t.Errorf("the seller reads the buyer's bill: %s", page.text)
	}
	o.pay(number)
	o.waitFor(number, intake.Settle, intake.Done)
	if page := buyer.get("/my/taxes"); !page.has("已缴") || !strings.Contains(page.raw, "/my/bills/b-1/receipt") {
		t.Errorf("after the payment: %s", page.text)
	}
}

// What a party says is wrong goes to an officer with the file, who sees the words and
// answers; the old bill cannot be paid meanwhile, and everything stands on the pages.
func TestADisputeReachesTheDeskAndIsAnswered(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	buyer, desk := o.asSide("buyers[0]", number), o.visit("tax-01")
	form := allRight("1")
	form.Set("homes", "wrong")
	form.Set("homes-words", "另一套住房上月已经卖出。")
	page := buyer.post("/my/filing", form)
	if page.path != "/my/filing" || !page.has("税务人员核实中") || !page.has("另一套住房上月已经卖出") || !page.has("您不用到窗口") {
		t.Errorf("after the dispute: %s", page.text)
	}
	buyer.post("/my/filing", form) // sent twice
	if page := buyer.get("/my/bills/b-1/code.png"); page.status != http.StatusNotFound {
		t.Errorf("the old bill can be paid: %d", page.status)
	}
	file := "/cases/" + string(number) + "/tax"
	page = desk.get(file)
	if n := strings.Count(page.raw, "另一套住房上月已经卖出"); n != 1 || !page.has("当事人异议") {
		t.Errorf("the officer reads the dispute %d times: %s", n, page.text)
	}
	if page = desk.get("/tax-desk"); !page.has(string(number)) {
		t.Errorf("the desk does not list it: %s", page.text)
	}
	page = desk.post(file+"/confirm", url.Values{"seen": {desk.version(file)}, "reason": {"转移登记尚未办理，维持。"}})
	if page.status != http.StatusOK || !page.has("维持原核定") {
		t.Errorf("the answer: %d %s", page.status, page.text)
	}
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	if page = buyer.get("/my/filing"); !page.has("转移登记尚未办理") || !page.has("维持原核定") {
		t.Errorf("the buyer reads %s", page.text)
	}
	if page = buyer.post("/my/filing", allRight("1")); page.path != "/my/taxes" || !strings.Contains(page.raw, `href="/my/pay?bill=b-2"`) {
		t.Errorf("the new bill: %s %s", page.path, page.text)
	}
	page = desk.post(file+"/reassess", url.Values{"seen": {desk.version(file)}, "reason": {"核查"}})
	if page.status != http.StatusOK || page.has("目前不在税务人员处") || o.show(number).Tax.Bills[2].State != "void" {
		t.Errorf("taking it back: %d, %v, %s", page.status, o.show(number).Tax.Bills, bare(page.raw))
	}
}

// On a contract alone a party reads where they can file and what it would be, within
// the time of the slowest office that is waited for; it is honest about the window.
func TestAContractAloneSaysWhereToFileAndWhatItWouldBe(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, dear+1)
	for i, want := range map[int][]string{
		0:    {"税费可以全部在网上申报缴纳", "预计税费 ¥8,000.00", "契税"},
		dear: {"到窗口提交材料", "成交价低于"},
	} {
		buyer := o.visitAs(access.Contact{Party: "buyers[0]", Name: "镇**", Phone: "13800138000"}, saleOf(i).Contract)
		page := buyer.get("/my/filing")
		for _, w := range append(want, "预约到窗口办理") {
			if !page.has(w) {
				t.Errorf("home %d lacks %q: %s", i, w, page.text)
			}
		}
		if strings.Contains(page.raw, `name="seen"`) {
			t.Error("something can be declared without a case")
		}
		if page := buyer.post("/my/filing", allRight("1")); page.status != http.StatusNotFound && page.status != http.StatusConflict {
			t.Errorf("declared on a contract alone: %d", page.status)
		}
	}
}

// Nobody's facts are on the pages of anybody else, whatever they ask for.
func TestAnotherPartysCaseTellsNothing(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 2)
	mine, other := o.accept(0).Number, o.accept(1).Number
	o.waitFor(mine, intake.Settle, intake.AwaitingPayment)
	o.waitFor(other, intake.Settle, intake.AwaitingPayment)
	v := o.asSide("buyers[0]", mine)
	own := v.get("/my/filing").raw
	for _, query := range []string{"?number=" + string(other), "?case=" + string(other) + "&party=sellers[0]"} {
		page := strings.ReplaceAll(v.get("/my/filing"+query).raw, url.QueryEscape("/my/filing"+query), url.QueryEscape("/my/filing"))
		if page != own {
			t.Errorf("the query %s makes another page: %s", query, page)
		}
	}
	for _, path := range []string{"/cases/" + string(other) + "/tax", "/api/v1/cases/" + string(other) + "/tax"} {
		if page := v.get(path); page.status != http.StatusForbidden {
			t.Errorf("a citizen reads %s: %d", path, page.status)
		}
	}
	if err := o.flow.Declare(t.Context(), jobs.Declarant{Number: other, Party: "buyers[0]", Revision: 3}); err == nil {
		t.Error("declared on an assessment that there is not")
	}
}

// bare is what a page says, without its markup.
func bare(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// Before anything is assessed there is nothing to state: lists of nothing, not null.
func TestAFilingOfACaseThatIsNotAssessedHasEmptyLists(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(filingOf("en", &jobs.SelfFiling{Sight: &jobs.Sight{View: &intake.View{}}}))
	if err == nil {
		err = theContract().fits("filing", "/components/schemas/Filing", text)
	}
	if err != nil {
		t.Error(err)
	}
}

// Why an officer must decide can tell of a marriage or a minor: a party reads the
// reasons of their own side, and no word that an officer wrote to the others.
func TestReasonsAndWordsOfTheOtherSideStayThere(t *testing.T) {
	t.Parallel()
	officers := tax.Settlement{Standing: tax.Officer, Document: "卖方另有债务，已核实", By: "tax-01"}
	a := tax.Assessment{
		Manual: []tax.Reason{{Code: tax.FamilyChanged}, {Code: tax.HoldingUnproven}},
		Lines:  []tax.Line{{Tax: tax.Deed, Payer: tax.BuyerSide, Payable: 1, Settled: []tax.Settlement{officers}}},
	}
	a.Confirmed = &tax.Confirmation{Officer: "tax-01", Reason: officers.Document}
	for party, want := range map[string]string{"buyers[0]": string(tax.FamilyChanged), "sellers[0]": string(tax.HoldingUnproven)} {
		var f filingView
		f.fill(templates.Chinese, party, nil, a)
		if len(f.Reasons) != 1 || f.Reasons[0].Code != want {
			t.Errorf("%s reads %+v", party, f.Reasons)
		}
		if text, err := json.Marshal(f); err != nil || strings.Contains(string(text), officers.Document) {
			t.Errorf("%s reads an officer's words: %s %v", party, text, err)
		}
	}
}

// A bill that is void or over is owed as much as an open one.
func TestOnlyThePaidIsPaid(t *testing.T) {
	t.Parallel()
	bill := func(s payment.BillState) billView { return billView{Payer: tax.BuyerSide, State: s} }
	for _, tt := range []struct {
		bills []billView
		want  bool
	}{
		{nil, false}, {[]billView{bill("void")}, false}, {[]billView{bill("expired")}, false}, {[]billView{bill("open")}, false},
		{[]billView{bill("paid")}, true}, {[]billView{bill("void"), bill("treasury")}, true}, {[]billView{bill("paid"), bill("void")}, false},
		{[]billView{bill("paid"), {Payer: tax.SellerSide, State: "open"}}, false},
	} {
		if got := paid(tt.bills); got != tt.want {
			t.Errorf("%+v: paid %v", tt.bills, got)
		}
	}
}
