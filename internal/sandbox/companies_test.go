package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"onewindow/internal/outbound"
)

var companyKey = outbound.Key(bytes.Repeat([]byte{3}, 32))

// tell sends a signed message and returns the status and the body of the reply.
func tell(t *testing.T, c *Company, path, body, key string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if err := outbound.Sign(r.Header, "m1", time.Now(), []byte(body), key); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	reply, _ := io.ReadAll(w.Body)
	return w.Code, string(reply)
}

func TestACompanyListensOnlyToWhomItKnows(t *testing.T) {
	t.Parallel()
	c := NewCompany(CompanyOptions{Key: companyKey}, nil)
	defer c.Close()
	const good = `{"ref":"1","account":"1-OK"}`
	for name, tt := range map[string]struct {
		path, body, key string
		want            int
	}{
		"a signed check is answered":           {"/check", good, companyKey, 200},
		"a stranger's is not":                  {"/check", good, outbound.Key(bytes.Repeat([]byte{4}, 32)), 401},
		"a message must be JSON":               {"/check", `{`, companyKey, 400},
		"a message must have a ref":            {"/check", `{"account":"1-OK"}`, companyKey, 400},
		"nothing moves without a certificate":  {"/confirm", good, companyKey, 400},
		"a message has an end":                 {"/check", strings.Repeat(" ", maxMessage+1), companyKey, 413},
		"there is no other door":               {"/move", good, companyKey, 404},
		"a ref is used for one message":        {"/check", `{"ref":"1","account":"2-OK"}`, companyKey, 422},
		"a cancellation has a ref of its kind": {"/cancel", `{"ref":"1"}`, companyKey, 200},
	} {
		tell(t, c, "/check", good, companyKey)
		if got, reply := tell(t, c, tt.path, tt.body, tt.key); got != tt.want {
			t.Errorf("%s: got %d %s", name, got, reply)
		}
	}
}

func TestACarriedAccountIsNotCarriedAgain(t *testing.T) {
	t.Parallel()
	c := NewCompany(CompanyOptions{Key: companyKey}, []Account{{Number: "1", Holder: "甲"}})
	defer c.Close()
	confirm := func(ref string) string {
		_, reply := tell(t, c, "/confirm", `{"ref":"`+ref+`","account":"1","holders":["甲"],`+
			`"new_holder":{"name":"乙"},"certificate":"c"}`, companyKey)
		return reply
	}
	if first := confirm("1"); !strings.Contains(first, `"moved"`) || confirm("1") != first {
		t.Errorf("first and repeated: %s", first)
	}
	if second := confirm("2"); !strings.Contains(second, "DUPLICATE") {
		t.Errorf("under another ref: %s", second)
	}
	if c.Moved() != 1 || c.Holder("1") != "乙" {
		t.Errorf("%d moved, held by %s", c.Moved(), c.Holder("1"))
	}
}

// The list of magic numbers that people read is the list that works.
func TestEveryMagicIsInTheTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../../docs/SANDBOX.md")
	if err != nil {
		t.Fatal(err)
	}
	all := []magic{"OK", "WORDS", "FAIL1", "FAIL9"}
	for m := range refusals {
		all = append(all, m)
	}
	for m := range manners {
		all = append(all, m)
	}
	for _, m := range all {
		if !strings.Contains(string(table), "`-"+string(m)+"`") {
			t.Errorf("docs/SANDBOX.md does not list -%s", m)
		}
		if got, ok := magicOf("5001-"+string(m), "check"); got != m || !ok {
			t.Errorf("-%s does not work", m)
		}
	}
	for _, plain := range []string{"", "5001", "-OK", "5001-", "5001-ok", "5001-FAIL0", "5001-FAIL10", "5001-XOK"} {
		if m, ok := magicOf(plain, "check"); ok {
			t.Errorf("%q is magic: %q", plain, m)
		}
	}
	if m, _ := magicOf("5001-THEN-ARREARS", "confirm"); m != "ARREARS" {
		t.Errorf("-THEN-ARREARS on a confirmation is %q", m)
	}
}

func TestAClosedCompanyCallsNobody(t *testing.T) {
	t.Parallel()
	c := NewCompany(CompanyOptions{Key: companyKey, Delay: time.Hour, HTTP: http.DefaultClient}, nil)
	if got, _ := tell(t, c, "/check", `{"ref":"1","account":"1-LATER"}`, companyKey); got != http.StatusAccepted {
		t.Errorf("got %d", got)
	}
	c.Close() // returns at once, though an hour is to go
}
