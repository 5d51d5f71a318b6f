package town

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"onewindow/internal/money"
	"onewindow/tax/payment"
)

// browse asks as a person's browser does and follows where it is led.
func browse(t *testing.T, method, address string) (page string, at *url.URL) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s leads to %s: %d %s %v", method, address, res.Request.URL, res.StatusCode, text, err)
	}
	return string(text), res.Request.URL
}

var payForm = regexp.MustCompile(`<form method="post" action="([^"]+)">`)

func TestWhoPaysInTheTownIsToldSo(t *testing.T) {
	t.Parallel()
	called := make(chan struct{}, 1)
	doors := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called <- struct{}{} }))
	t.Cleanup(doors.Close)
	o, err := NewOffices(Config{Callbacks: doors.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	o.Serve(nil) // the callbacks go elsewhere
	order, err := o.Gateway.Ask(t.Context(), payment.Bill{Ref: "TOWN-PAY-1", Amount: money.Yuan(12)})
	if err != nil {
		t.Fatal(err)
	}
	page, at := browse(t, http.MethodGet, order.Page)
	form := payForm.FindStringSubmatch(page)
	if form == nil {
		t.Fatalf("nothing to press on %s", page)
	}
	to, err := at.Parse(form[1])
	if err != nil {
		t.Fatal(err)
	}
	page, paid := browse(t, http.MethodPost, to.String())
	if !strings.Contains(page, "已支付") || paid.Path != at.Path {
		t.Errorf("after paying: %s %s", paid, page)
	}
	<-called
}
