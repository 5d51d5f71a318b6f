package web

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"onewindow/intake"
)

// decoded reads a QR code as a telephone would.
func decoded(t *testing.T, picture []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", path).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// A payer sees their bill with a code that leads to where it is paid, and afterwards
// a receipt that is no voucher and says so.
func TestABillIsShownPaidAndReceipted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	clerk := func(path string) reply { return s.send(request{method: "GET", path: path, staff: "clerk-01"}) }
	mine := func(path string) reply {
		return s.send(request{method: "GET", path: path, header: map[string]string{"Authorization": "Bearer " + s.citizenToken()}})
	}
	s.waitFor(s.open, intake.Settle, intake.AwaitingPayment)
	declared := s.send(request{method: "POST", path: "/api/v1/my/declarations", body: `{"statements":["family","homes","deal"]}`,
		header: map[string]string{"Authorization": "Bearer " + s.citizenToken(), "If-Match": s.fill("{filing_etag}")}})
	if declared.StatusCode != http.StatusOK {
		t.Fatalf("declaring: %d %s", declared.StatusCode, declared.body)
	}
	at := "/cases/" + string(s.open)
	for below, get := range map[string]func(string) reply{at: clerk, "/my": mine} {
		page := get(below)
		for _, want := range []string{"8,080.00", "不动产登记费（住宅）", below + "/bills/b-1/code.png", below + "/pay?bill=b-1", "待缴"} {
			if !strings.Contains(string(page.body), want) {
				t.Errorf("%s lacks %q", below, want)
			}
		}
		picture := get(below + "/bills/b-1/code.png")
		if want := s.gateway.URL + "/pay/" + string(s.open) + "-b-1"; decoded(t, picture.body) != want {
			t.Errorf("the code says %q, want %s", decoded(t, picture.body), want)
		}
		if r := get(below + "/bills/s-1/code.png"); r.StatusCode != http.StatusNotFound {
			t.Errorf("a code for what nobody owes: %d", r.StatusCode)
		}
		if r := get(below + "/bills/b-1/receipt"); r.StatusCode != http.StatusNotFound {
			t.Errorf("a receipt for what nobody has paid: %d", r.StatusCode)
		}
	}
	receipt := clerk("/cases/" + string(s.closed) + "/bills/b-1/receipt")
	for _, want := range []string{"样张，非税票", "OW-" + string(s.closed) + "-b-1", "不是税收票证", "¥8,080.00", "尚未收到", "契税"} {
		if !bytes.Contains(receipt.body, []byte(want)) {
			t.Errorf("the receipt lacks %q:\n%s", want, receipt.body)
		}
	}
	noted := s.send(request{method: "POST", path: "/api/v1/cases/" + string(s.closed) + "/bills/b-1/voucher", staff: "tax-01",
		body: `{"voucher":"343068261100000014"}`})
	if noted.StatusCode != http.StatusOK {
		t.Fatalf("the voucher: %d %s", noted.StatusCode, noted.body)
	}
	receipt = clerk("/cases/" + string(s.closed) + "/bills/b-1/receipt")
	if !bytes.Contains(receipt.body, []byte("343068261100000014")) || !bytes.Contains(receipt.body, []byte("已入库")) {
		t.Errorf("the receipt does not say what the tax side said:\n%s", receipt.body)
	}
}

// Of refunds that race one is 200 and the others are 412, and the money goes back once.
func TestRacedRefundsAreOneAndStale(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			r := s.send(request{method: "POST", path: "/api/v1/cases/" + string(s.closed) + "/bills/b-1/refunds", staff: "tax-01",
				body: `{"amount_fen":8000,"reason":"免收登记费"}`, header: map[string]string{"If-Match": `"808000"`}})
			mu.Lock()
			defer mu.Unlock()
			answers[r.StatusCode]++
		})
	}
	all.Wait()
	if answers[http.StatusOK] != 1 || answers[http.StatusPreconditionFailed] != 3 {
		t.Errorf("answered %v", answers)
	}
	eventually(t, "the money went back", func() bool {
		page := s.send(request{method: "GET", path: "/cases/" + string(s.closed), staff: "clerk-01"})
		return bytes.Contains(page.body, fmt.Append(nil, s.closed, "-b-1-r1")) && bytes.Contains(page.body, []byte("已退 ·"))
	})
}
