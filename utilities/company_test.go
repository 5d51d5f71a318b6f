package utilities

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
)

var (
	waterKey = outbound.Key(bytes.Repeat([]byte{1}, 32))
	gasKey   = outbound.Key(bytes.Repeat([]byte{2}, 32))
)

// sandboxed opens a sandbox company and returns it with our side of it.
func sandboxed(t *testing.T, o sandbox.CompanyOptions, customers ...sandbox.Account) (*sandbox.Company, Company) {
	t.Helper()
	o.Key = waterKey
	o.HTTP = outbound.New(5*time.Second, outbound.Loopback()...)
	theirs := sandbox.NewCompany(o, customers)
	server := httptest.NewServer(theirs)
	t.Cleanup(server.Close)
	t.Cleanup(theirs.Close)
	return theirs, ours(server.URL)
}

func ours(url string) Company {
	return Company{Utility: Water, Name: "water", URL: url, Key: waterKey,
		HTTP: outbound.New(2*time.Second, outbound.Loopback()...)}
}

func request(account string) Request {
	return Request{
		Ref: "1-water_request", CheckRef: "1-water_request", Account: account,
		Unit: "430602001001GB00001F00010101", Address: "岳阳市示范路1号101室",
		OldHolders: []string{"测试甲", "测试乙"}, NewHolder: Holder{Name: "测试丙", ID: "430602189001010018"},
		Certificate: "湘（2026）岳阳市不动产权第0000001号",
	}
}

func TestACompanyRefusesForItsOwnReasonsOnly(t *testing.T) {
	t.Parallel()
	customer := sandbox.Account{Number: "5001", Holder: "测试甲", Address: request("").Address}
	type account = sandbox.Account
	but := func(f func(*account)) account { a := customer; f(&a); return a }
	for name, tt := range map[string]struct {
		customer sandbox.Account
		want     Reason
	}{
		"an account in a transferor's name is found":  {customer, ""},
		"a prepaid account is found":                  {but(func(a *account) { a.BalanceFen = 50_00 }), ""},
		"an account in arrears is refused":            {but(func(a *account) { a.ArrearsFen = 1 }), Arrears},
		"a direct debit must be ended first":          {but(func(a *account) { a.DirectDebit = true }), DirectDebit},
		"an earlier owner's account is refused":       {but(func(a *account) { a.Holder = "测试丁" }), NameMismatch},
		"an account of another home is refused":       {but(func(a *account) { a.Address = "别处" }), AddressMismatch},
		"an account that is not there is refused":     {but(func(a *account) { a.Number = "5002" }), AccountNotFound},
		"an account already carried over is refused":  {but(func(a *account) { a.Holder = "测试丙" }), NameMismatch},
		"an account without a known address is found": {but(func(a *account) { a.Address = "" }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, water := sandboxed(t, sandbox.CompanyOptions{}, tt.customer)
			a, err := water.Ask(t.Context(), request("5001"))
			if err != nil {
				t.Fatal(err)
			}
			found := a.Outcome == Found && a.Phase == Check && a.Company == "water" && a.Utility == Water
			if a.Reason != tt.want || found != (tt.want == "") {
				t.Errorf("got %+v, want reason %q", a, tt.want)
			}
			if a.Reason == "" && a.BalanceFen != tt.customer.BalanceFen {
				t.Errorf("balance %d, want %d", a.BalanceFen, tt.customer.BalanceFen)
			}
		})
	}
}

func TestMagicAccountsReachEveryOutcome(t *testing.T) {
	t.Parallel()
	_, water := sandboxed(t, sandbox.CompanyOptions{})
	for end, want := range map[string]Answer{
		"OK":           {Outcome: Found},
		"THEN-ARREARS": {Outcome: Found},
		"ARREARS":      {Outcome: Refused, Reason: Arrears, ArrearsFen: 123_45},
		"DEBIT":        {Outcome: Refused, Reason: DirectDebit},
		"NOTFOUND":     {Outcome: Refused, Reason: AccountNotFound},
		"NAME":         {Outcome: Refused, Reason: NameMismatch},
		"ADDRESS":      {Outcome: Refused, Reason: AddressMismatch},
		"METER":        {Outcome: Refused, Reason: MeterFault},
		"SHARED":       {Outcome: Refused, Reason: SharedMeter},
		"COMMERCIAL":   {Outcome: Refused, Reason: CommercialCategory},
		"DUPLICATE":    {Outcome: Refused, Reason: Duplicate},
		"NEWREASON":    {Outcome: Refused, Reason: Other, Words: "FROZEN_BY_HEAD_OFFICE"},
		"WORDS":        {Outcome: Refused, Reason: Other, Words: "已受理[31m<script>alert(1)</script>=cmd()"},
		"SILENT":       {Outcome: Later},
	} {
		r := request("5001-" + end)
		r.Ref = end
		got, err := water.Ask(t.Context(), r)
		want.Company, want.Utility, want.Phase = "water", Water, Check
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", end, got, err, want)
		}
	}
}

func TestAFaultyCompanyIsAnErrorThatSaysWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	_, water := sandboxed(t, sandbox.CompanyOptions{})
	water.HTTP = outbound.New(300*time.Millisecond, outbound.Loopback()...)
	forger := water
	forger.Key = gasKey
	for end, tt := range map[string]struct {
		company Company
		again   bool
	}{
		"500": {water, true}, "429": {water, true}, "FAIL1": {water, true}, "LOST": {water, true},
		"HTML": {water, true}, "NUL": {water, true}, "UTF8": {water, true}, "HUGE": {water, true},
		"GZIP": {water, true}, "DRIP": {water, true}, "WRONGREF": {water, true}, "SYSTEM": {water, true},
		"400": {water, false}, "REDIRECT": {water, false}, "OK": {forger, false},
	} {
		r := request("5001-" + end)
		r.Ref = end
		tt.company.HTTP.CloseIdleConnections() // on a line that was used before net/http asks again by itself
		_, err := tt.company.Ask(t.Context(), r)
		if err == nil || TryAgain(err) != tt.again {
			t.Errorf("%s: got %v, worth trying again: %v", end, err, TryAgain(err))
			continue
		}
		text := err.Error()
		if outbound.Clean(text) != text || strings.Contains(text, "测试") || strings.Contains(text, "张三") {
			t.Errorf("%s: error text %q", end, text)
		}
	}
}

func TestAskingAgainNeverActsTwice(t *testing.T) {
	t.Parallel()
	theirs, water := sandboxed(t, sandbox.CompanyOptions{}, sandbox.Account{Number: "5001", Holder: "测试甲"})
	for _, account := range []string{"5001", "7-LOST", "7-FAIL2", "7-SILENT"} {
		r := request(account)
		r.Ref = account
		before := theirs.Moved()
		var a Answer
		var err error
		for range 5 {
			if a, err = water.Confirm(t.Context(), r); err == nil && a.Final() {
				break
			}
		}
		again, _ := water.Confirm(t.Context(), r)
		if err != nil || a.Outcome != Moved || again != a || theirs.Moved() != before+1 {
			t.Errorf("%s: %+v then %+v, %v; %d moved", account, a, again, err, theirs.Moved()-before)
		}
	}
	if theirs.Holder("5001") != "测试丙" {
		t.Errorf("the account is kept for %q", theirs.Holder("5001"))
	}
	other := request("5001")
	other.Ref, other.Address = "5001", "别处"
	var status *outbound.StatusError
	if _, err := water.Confirm(t.Context(), other); !errors.As(err, &status) || status.Status != 422 || TryAgain(err) {
		t.Errorf("another message under a used ref: got %v", err)
	}
}

func TestACheckMovesNothingAndACancellationForgetsIt(t *testing.T) {
	t.Parallel()
	theirs, water := sandboxed(t, sandbox.CompanyOptions{})
	if a, err := water.Ask(t.Context(), request("5001-OK")); err != nil || a.Outcome != Found {
		t.Fatalf("check: %+v, %v", a, err)
	}
	for range 2 {
		a, err := water.Cancel(t.Context(), request("").Ref)
		if err != nil || a.Outcome != Cancelled || a.Phase != Cancellation {
			t.Errorf("cancel: %+v, %v", a, err)
		}
	}
	if theirs.Moved() != 0 {
		t.Errorf("%d accounts moved before any right was entered", theirs.Moved())
	}
}

func TestNothingIsConfirmedWithoutACertificate(t *testing.T) {
	t.Parallel()
	theirs, water := sandboxed(t, sandbox.CompanyOptions{})
	r := request("5001-OK")
	r.Certificate = ""
	if _, err := water.Confirm(t.Context(), r); err == nil || theirs.Moved() != 0 {
		t.Errorf("got %v, %d moved", err, theirs.Moved())
	}
}

// The company hears what it needs for its own relation, and nothing else
// (PIPL art. 6).
func TestACompanyHearsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	heard := map[string]map[string]any{}
	spy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var members map[string]any
		json.Unmarshal(body, &members)
		heard[r.URL.Path] = members
		w.WriteHeader(http.StatusAccepted)
	}))
	defer spy.Close()
	water := ours(spy.URL + "/")
	water.Ask(t.Context(), request("5001"))
	water.Confirm(t.Context(), request("5001"))
	water.Cancel(t.Context(), "1-water_request")
	for path, want := range map[string][]string{
		"/check":   {"ref", "account", "unit", "address", "holders"},
		"/confirm": {"ref", "account", "unit", "address", "holders", "check_ref", "new_holder", "certificate"},
		"/cancel":  {"ref"},
	} {
		if len(heard[path]) != len(want) {
			t.Errorf("%s tells %v", path, heard[path])
		}
		for _, member := range want {
			if _, ok := heard[path][member]; !ok {
				t.Errorf("%s does not tell %s", path, member)
			}
		}
	}
}

// What we say is signed with every key in force, so that the company may exchange its
// own whenever it likes.
func TestWeSignWithEveryKeyInForce(t *testing.T) {
	t.Parallel()
	theirs, water := sandboxed(t, sandbox.CompanyOptions{}) // it knows waterKey alone
	water.Key, water.Drawn = "", []string{gasKey, waterKey}
	if a, err := water.Ask(t.Context(), request("5001-OK")); err != nil || a.Outcome != Found {
		t.Errorf("signed with both: %+v, %v", a, err)
	}
	water.Drawn = nil
	if _, err := water.Confirm(t.Context(), request("5001-OK")); !errors.Is(err, ErrNoKey) || TryAgain(err) || theirs.Moved() != 0 {
		t.Errorf("without any key: %v, %d moved", err, theirs.Moved())
	}
}

func TestACompanyIsCheckedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	good := ours("http://127.0.0.1/")
	if err := good.Valid(); err != nil {
		t.Errorf("a good company: %v", err)
	}
	for name, spoil := range map[string]func(*Company){
		"unknown utility":         func(c *Company) { c.Utility = "steam" },
		"no name":                 func(c *Company) { c.Name = "" },
		"a name with a slash":     func(c *Company) { c.Name = "a/b" },
		"no client":               func(c *Company) { c.HTTP = nil },
		"a key that anyone knows": func(c *Company) { c.Key = "whsec_c2hvcnQ=" },
	} {
		c := good
		spoil(&c)
		if c.Valid() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := (Company{}).Ask(t.Context(), request("1")); err == nil || TryAgain(err) {
		t.Errorf("a company without a client: got %v", err)
	}
}

func FuzzAReplyNeverPanicsAndNeverSpoilsAnErrorText(f *testing.F) {
	for _, body := range []string{
		"", "{}", `{"ref":"1","outcome":"found"}`, `{"ref":"1","outcome":"refused","reason":"ARREARS","arrears_fen":-1}`,
		`{"ref":"1","outcome":"refused","reason":"\u0000"}`, "{\"ref\":\"1\",\"words\":\"\x00\xff\"}",
		`{"ref":"1","outcome":"later","balance_fen":9223372036854775807}`, `{"ref":1}`,
	} {
		for _, status := range []int{200, 202, 204, 503} {
			f.Add(status, "application/json", []byte(body))
		}
	}
	water := Company{Utility: Water, Name: "water", Key: waterKey}
	f.Fuzz(func(t *testing.T, status int, media string, body []byte) {
		for p := range outcomes {
			a, err := water.answer(outbound.Reply{Status: status, Type: media, Body: body}, p, "1")
			switch {
			case err != nil && (outbound.Clean(err.Error()) != err.Error() || !TryAgain(err)):
				t.Errorf("error %q", err)
			case err == nil && (!a.answers(p) || outbound.Clean(a.Words) != a.Words || a.ArrearsFen < 0):
				t.Errorf("answer %+v", a)
			case err == nil && (a.Outcome == Refused) != (a.Reason != ""):
				t.Errorf("reason %q of outcome %s", a.Reason, a.Outcome)
			}
		}
	})
}
