package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"onewindow/intake"
	"onewindow/internal/notice"
	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/internal/typeset"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/registration/certificate"
	"onewindow/tax/payment"
	"onewindow/utilities"
)

// application is an application that a test can bend.
type application struct{ intake.Application }

func (a application) text(t testing.TB) string {
	t.Helper()
	raw, err := json.Marshal(a.Application)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// saleOf is the sale of home i of the town, with nothing against it.
func saleOf(i int) application {
	a := application{town.Sale(i)}
	a.Buyers[0].Phone = "13800138000"
	return a
}

func unitOf(i int) registration.UnitCode { return town.Unit(i) }

func person(name string, n int) registration.Party { return town.Person(name, n) }

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// around opens the sandbox gateway and companies, whose callbacks come through
// the office's own doors.
func around(t testing.TB, url string) (jobs.Offices, *httptest.Server) {
	t.Helper()
	fonts, err := typeset.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	press, err := certificate.NewPress(fonts)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(10*time.Second, outbound.Loopback()...)
	key := func(name string) string { return outbound.Key([]byte("the key of the sandbox's " + name)) }
	payments := sandbox.NewPayments(key("gateway"), url+"/api/v1/callbacks/payments", client)
	gateway := httptest.NewServer(payments)
	t.Cleanup(func() { gateway.Close(); payments.Wait() })
	inbox := httptest.NewServer(sandbox.NewInbox(key("carrier")))
	t.Cleanup(inbox.Close)
	o := jobs.Offices{
		Messages: notice.Channel{URL: inbox.URL, Key: key("carrier"), Client: client},
		Fonts:    fonts, Press: press, VerifyKey: []byte("a key of at least thirty-two bytes"), VerifyURL: url + "/v/", Sample: true,
		Gateway:   payment.Platform{URL: gateway.URL, Key: key("gateway"), Back: url + "/my/taxes", Client: client},
		Companies: map[string]utilities.Company{},
		Visits:    town.Visits(),
	}
	facts := httptest.NewServer(sandbox.NewFacts(key("facts"), appraised()))
	t.Cleanup(facts.Close)
	o.Sources = town.SourcesAt(facts.URL, key("facts"))
	for _, u := range utilities.Utilities {
		company := sandbox.NewCompany(sandbox.CompanyOptions{Name: string(u), Key: key(string(u)),
			Callback: url + "/api/v1/callbacks/utilities/" + string(u), Delay: 50 * time.Millisecond, HTTP: client}, nil)
		server := httptest.NewServer(company)
		t.Cleanup(func() { server.Close(); company.Close() })
		o.Companies[string(u)] = utilities.Company{Utility: u, Name: string(u), URL: server.URL, Key: key(string(u)), HTTP: client}
	}
	return o, gateway
}

// From home dear on, the tax office assesses the homes of the town above their prices.
const dear = 20

// appraised are the town's books, in which one home is dear.
func appraised() sandbox.Books {
	books := *town.OwnBooks()
	value := books.Value
	books.Value = func(unit string) (sandbox.Appraisal, bool) {
		a, known := value(unit)
		if unit >= string(unitOf(dear)) {
			a.Value += 100_000_00
		}
		return a, known
	}
	return books
}

// pay pays the bills of a case at the gateway, as their payers would.
func (o *office) pay(number intake.Number) {
	o.t.Helper()
	for bill := 1; ; bill++ { // one for each payer
		res, err := http.Post(fmt.Sprintf("%s/orders/%s-b-%d/pay", o.gateway.URL, number, bill), "", nil)
		if err != nil {
			o.t.Fatal(err)
		}
		_ = res.Body.Close()
		if bill > 1 && res.StatusCode == http.StatusNotFound {
			return
		}
		if res.StatusCode >= http.StatusBadRequest {
			o.t.Fatalf("paying for %s: status %d", number, res.StatusCode)
		}
	}
}
