package web

import (
	"net/url"
	"strings"
	"testing"

	"onewindow/registration"
)

// asParty signs a party to a case in.
func (o *office) asParty(number string) *visitor {
	o.t.Helper()
	citizen := o.visit("")
	citizen.post("/my/sign-in", url.Values{"number": {number}})
	if page := citizen.post("/my/code", url.Values{"code": {o.codeSent()}}); page.path != "/my" {
		o.t.Fatalf("the code leads to %s", page.path)
	}
	return citizen
}

func TestAPartyReadsThatItIsPaidAndWhereTheCertificateIs(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.sold(0)
	citizen := o.asParty(number)
	office, known := registration.OfficeOf("430602")
	page := citizen.get("/my")
	if !known || !page.has("已缴税费") || page.has("应缴税费") || !page.has("请持身份证件到"+office.Name+"窗口领取") {
		t.Errorf("after payment and issue the page says %s", page.text)
	}
	clerk := o.visit("clerk-02")
	clerk.post("/cases/"+number+"/certificate/hand-over", url.Values{"party": {"buyers[0]"}})
	if page = citizen.get("/my"); page.has("窗口领取") || !page.has("不动产权证书已于") {
		t.Errorf("after the hand-over the page says %s", page.text)
	}
}

func TestBeforePaymentAPartyReadsWhatIsOwed(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, "settle", "awaiting_payment")
	if page := o.asParty(string(number)).get("/my"); !page.has("应缴税费") || page.has("已缴税费") || strings.Contains(page.raw, `id="collect"`) {
		t.Errorf("the page says %s", page.text)
	}
}
