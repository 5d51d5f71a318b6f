package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

var payKey = outbound.Key([]byte("sandbox test key 24 bytes"))

// office is what the gateway calls back: it keeps every message.
type office struct {
	mu       sync.Mutex
	messages []http.Header
	bodies   []string
	refuse   int // answer 503 so many times first
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse > 0 {
		o.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, _ := io.ReadAll(r.Body)
	o.messages, o.bodies = append(o.messages, r.Header.Clone()), append(o.bodies, string(body))
	w.WriteHeader(http.StatusNoContent)
}

// gateway starts a sandbox gateway and the office behind it.
func gateway(t *testing.T, o *office) (*Payments, string) {
	t.Helper()
	back := httptest.NewServer(o)
	t.Cleanup(back.Close)
	p := NewPayments(payKey, back.URL, outbound.New(5*time.Second, outbound.Loopback()...))
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server.URL
}

// place asks for an order and returns the status and the order.
func place(t *testing.T, base, ref string, amount money.Fen, key string) (int, order) {
	t.Helper()
	body, _ := json.Marshal(order{Ref: ref, Amount: amount})
	r, _ := http.NewRequest(http.MethodPost, base+"/orders", bytes.NewReader(body))
	if err := outbound.Sign(r.Header, ref, time.Now(), body, key); err != nil {
		t.Fatal(err)
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) (int, order) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var o order
	_ = json.NewDecoder(res.Body).Decode(&o)
	return res.StatusCode, o
}

func post(t *testing.T, url string) (int, order) {
	t.Helper()
	r, _ := http.NewRequest(http.MethodPost, url, nil)
	return do(t, r)
}

func TestAnOrderIsPaidOnceAndToldOnce(t *testing.T) {
	t.Parallel()
	var o office
	p, base := gateway(t, &o)
	if status, made := place(t, base, "R-1", 1_234_56, payKey); status != http.StatusCreated || made.State != "open" {
		t.Fatalf("first asking: %d %+v", status, made)
	}
	if status, _ := place(t, base, "R-1", 1_234_56, payKey); status != http.StatusOK {
		t.Errorf("asking again: %d, want the same order", status)
	}
	if status, _ := place(t, base, "R-1", 1, payKey); status != http.StatusConflict {
		t.Errorf("the same reference with another amount: %d, want 409", status)
	}
	for range 3 {
		if status, paid := post(t, base+"/orders/R-1/pay"); status != http.StatusOK || paid.State != "paid" {
			t.Errorf("paying: %d %+v", status, paid)
		}
	}
	p.Wait()
	if len(o.messages) != 1 {
		t.Fatalf("%d callbacks, want 1", len(o.messages))
	}
	if _, err := outbound.Verify(o.messages[0], []byte(o.bodies[0]), payKey, time.Now()); err != nil {
		t.Errorf("callback: %v", err)
	}
}

func TestTheGatewayRefuses(t *testing.T) {
	t.Parallel()
	_, base := gateway(t, new(office))
	if status, _ := place(t, base, "R-2", 100, forgedKey); status != http.StatusUnauthorized {
		t.Errorf("an order with another's signature: %d, want 401", status)
	}
	if status, _ := place(t, base, "R-2", 0, payKey); status != http.StatusUnprocessableEntity {
		t.Errorf("an order for nothing: %d, want 422", status)
	}
	if status, _ := place(t, base, "R-2-DOWN", 100, payKey); status != http.StatusServiceUnavailable {
		t.Errorf("a gateway that is down: %d, want 503", status)
	}
	for _, path := range []string{"/orders/none/pay", "/orders/none", "/pay/none"} {
		r, _ := http.NewRequest(http.MethodGet, base+path, nil)
		if strings.HasSuffix(path, "/pay") {
			r.Method = http.MethodPost
		}
		if status, _ := do(t, r); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
}

func TestMagicReferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ref, state string
		amount           money.Fen
		callbacks        int
		signed           bool
	}{
		{"a declined payment", "M-DECLINE", "declined", 500, 1, true},
		{"a callback that comes twice", "M-TWICE", "paid", 500, 2, true},
		{"a callback that never comes", "M-SILENT", "paid", 500, 0, true},
		{"an order one fen short", "M-SHORT", "paid", 499, 1, true},
		{"a forged callback", "M-FORGED", "paid", 500, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var o office
			p, base := gateway(t, &o)
			place(t, base, tt.ref, 500, payKey)
			_, paid := post(t, base+"/orders/"+tt.ref+"/pay")
			p.Wait()
			if paid.State != tt.state || paid.Amount != tt.amount || len(o.messages) != tt.callbacks {
				t.Errorf("%+v and %d callbacks, want %s of %v and %d", paid, len(o.messages), tt.state, tt.amount, tt.callbacks)
			}
			for i, h := range o.messages {
				if _, err := outbound.Verify(h, []byte(o.bodies[i]), payKey, time.Now()); (err == nil) != tt.signed {
					t.Errorf("callback %d: %v", i, err)
				}
			}
		})
	}
}

func TestACallbackIsRepeatedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	o := office{refuse: 2}
	p, base := gateway(t, &o)
	place(t, base, "R-3", 100, payKey)
	post(t, base+"/orders/R-3/pay")
	p.Wait()
	if len(o.messages) != 1 {
		t.Errorf("%d callbacks taken after two refusals, want 1", len(o.messages))
	}
}

func TestAPersonSeesWhatTheyPay(t *testing.T) {
	t.Parallel()
	_, base := gateway(t, new(office))
	place(t, base, "R-4", 776_699, payKey)
	for _, want := range [][]string{{"¥7,766.99", "人民币柒仟柒佰陆拾陆元玖角玖分", "沙箱", "<form"}, {"已支付"}} {
		res, err := http.Get(base + "/pay/R-4")
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(res.Body)
		res.Body.Close()
		for _, text := range want {
			if !strings.Contains(string(page), text) {
				t.Errorf("the page lacks %q:\n%s", text, page)
			}
		}
		r, _ := http.NewRequest(http.MethodPost, base+"/orders/R-4/pay", nil)
		r.Header.Set("Accept", "text/html")
		if res, err = http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("paying on the page: %v %v", res, err)
		}
		res.Body.Close()
	}
}

// The list of magic amounts that people read is the list that works.
func TestEveryMagicAmountIsInTheTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../../docs/SANDBOX.md")
	if err != nil {
		t.Fatal(err)
	}
	p := NewPayments(payKey, "", nil)
	for amount, word := range faultsByAmount {
		row := fmt.Sprintf("| %d.%02d | `-%s` |", amount/100, amount%100, word)
		if !strings.Contains(string(table), row) {
			t.Errorf("docs/SANDBOX.md does not list %s", row)
		}
		if got := p.faulty("R-1", 800_000+amount); got == (PaymentFaults{}) {
			t.Errorf("an amount that ends in %d is not magic", amount)
		}
		if got := p.faulty("R-"+word, 500); got == (PaymentFaults{}) {
			t.Errorf("-%s does not work", word)
		}
	}
	if len(faultsByAmount) != len(faultsByWord) {
		t.Errorf("%d amounts and %d words", len(faultsByAmount), len(faultsByWord))
	}
	for _, amount := range []money.Fen{808_000, 784_699, 90_00, 90_13, 9_001_00} {
		if got := p.faulty("R-1", amount); got != (PaymentFaults{}) {
			t.Errorf("%d is magic: %+v", amount, got)
		}
	}
}

// Money goes back once per refund, never more than was paid; a paid order is not
// closed, a closed one not paid.
func TestMoneyGoesBackOnce(t *testing.T) {
	t.Parallel()
	p, base := gateway(t, new(office))
	tell := func(path string, body any) int {
		t.Helper()
		text, _ := json.Marshal(body)
		r, _ := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(text))
		if err := outbound.Sign(r.Header, "m", time.Now(), text, payKey); err != nil {
			t.Fatal(err)
		}
		status, _ := do(t, r)
		return status
	}
	place(t, base, "R-5", 500, payKey)
	_, paid := post(t, base+"/orders/R-5/pay")
	back := refund{Refund: "R-5-r1", Ref: "R-5", ID: paid.ID, Amount: 300}
	for range 2 {
		if got := tell("/refunds", back); got != http.StatusOK {
			t.Errorf("a refund: %d", got)
		}
	}
	if p.Balance("R-5") != 200 {
		t.Errorf("the gateway holds %d, want 200", p.Balance("R-5"))
	}
	back.Refund = "R-5-r2"
	for want, act := range map[int]func() int{
		http.StatusUnprocessableEntity: func() int { return tell("/refunds", back) },
		http.StatusConflict:            func() int { return tell("/orders/R-5/close", back) },
		http.StatusNotFound:            func() int { return tell("/orders/R-6/close", back) },
	} {
		if got := act(); got != want {
			t.Errorf("answered %d, want %d", got, want)
		}
	}
	place(t, base, "R-7", 500, payKey)
	if got := tell("/orders/R-7/close", back); got != http.StatusOK {
		t.Errorf("closing: %d", got)
	}
	if _, o := post(t, base+"/orders/R-7/pay"); o.State != "closed" || p.Balance("R-7") != 0 {
		t.Errorf("a closed order was paid: %+v", o)
	}
}
