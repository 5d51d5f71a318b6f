package payment

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
)

var (
	gatewayKey = outbound.Key([]byte("the gateway's key, 24 bytes"))
	otherKey   = outbound.Key([]byte("another key of 24 bytes too"))
)

// side is a gateway with what a test needs of its other side.
type side struct {
	Gateway
	pay    func(ref string)                                      // as its payer
	sign   func(ref string, at time.Time) (http.Header, []byte)  // a callback that is its own
	forge  func(ref string, at time.Time) (http.Header, []byte)  // one that is not
	lie    func(change func(path string, answer map[string]any)) // what it says of an order
	behind func(http.RoundTripper) Gateway                       // the same one, reached another way
	heard  func() [][2]any
}

// heardBy is a door for callbacks that keeps them.
type heardBy struct {
	mu  sync.Mutex
	all [][2]any
}

func (h *heardBy) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, [2]any{r.Header.Clone(), body})
}

// sides are the two gateways, each against its double.
func sides(t *testing.T) map[string]*side {
	t.Helper()
	return map[string]*side{"platform": platformSide(t), "WeChat": weChatSide(t)}
}

// lying stands between a platform and who asks it.
func lying(at string, lie *func(string, map[string]any)) http.Handler {
	to, _ := url.Parse(at)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if *lie == nil || r.Request.Method != http.MethodGet {
			return nil
		}
		var answer map[string]any
		if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
			return nil
		}
		(*lie)(r.Request.URL.Path, answer)
		body, err := json.Marshal(answer)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Del("Content-Length")
		return err
	}
	return proxy
}

func platformSide(t *testing.T) *side {
	t.Helper()
	door := &heardBy{}
	back := httptest.NewServer(door)
	t.Cleanup(back.Close)
	client := outbound.New(5*time.Second, outbound.Loopback()...)
	double := sandbox.NewPayments(gatewayKey, back.URL, client)
	inner := httptest.NewServer(double)
	t.Cleanup(inner.Close)
	var lie func(string, map[string]any)
	server := httptest.NewServer(lying(inner.URL, &lie))
	t.Cleanup(server.Close)
	p := Platform{URL: server.URL, Key: gatewayKey, Merchant: "office-1", Client: client}
	message := func(key string) func(string, time.Time) (http.Header, []byte) {
		return func(ref string, at time.Time) (http.Header, []byte) {
			body, _ := json.Marshal(map[string]string{"ref": ref, "state": "paid"})
			h := http.Header{}
			if err := outbound.Sign(h, "msg-1", at, body, key); err != nil {
				t.Fatal(err)
			}
			return h, body
		}
	}
	return &side{Gateway: p, sign: message(gatewayKey), forge: message(otherKey),
		lie: func(change func(string, map[string]any)) { lie = change },
		pay: func(ref string) {
			res, err := http.Post(inner.URL+"/orders/"+ref+"/pay", "", nil)
			if err == nil {
				res.Body.Close()
			}
			double.Wait()
		},
		behind: func(rt http.RoundTripper) Gateway { q := p; q.Client = &http.Client{Transport: rt}; return q },
		heard:  func() [][2]any { door.mu.Lock(); defer door.mu.Unlock(); return door.all }}
}

var weChatKeys = sync.OnceValue(func() (keys [3]*rsa.PrivateKey) {
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

func weChatSide(t *testing.T) *side {
	t.Helper()
	door := &heardBy{}
	back := httptest.NewServer(door)
	t.Cleanup(back.Close)
	client := outbound.New(5*time.Second, outbound.Loopback()...)
	keys := weChatKeys()
	terms := sandbox.WeChatTerms{Merchant: "1900000001", App: "wx0000000000000001", Serial: "5157F09EFDC096DE15EBE81A47057A72",
		MerchantKey: &keys[0].PublicKey, KeyID: "PUB_KEY_ID_0000000000000001", Key: keys[1], APIv3Key: strings.Repeat("k", 32),
		Client: client}
	double := sandbox.NewWeChat(terms)
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	double.URL = server.URL
	open := func(client *http.Client) Gateway {
		w, err := NewWeChat(WeChatTerms{URL: server.URL, Merchant: terms.Merchant, App: terms.App, Serial: terms.Serial,
			Key: keys[0], PlatKeyID: terms.KeyID, PlatKey: &keys[1].PublicKey, APIv3Key: terms.APIv3Key, Callback: back.URL,
			Client: client})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	forger := terms
	forger.Key = keys[2]
	message := func(by *sandbox.WeChat) func(string, time.Time) (http.Header, []byte) {
		return func(ref string, at time.Time) (http.Header, []byte) {
			return by.Callback("TRANSACTION.SUCCESS", map[string]any{"mchid": terms.Merchant, "appid": terms.App,
				"out_trade_no": ref, "trade_state": "SUCCESS"}, at)
		}
	}
	return &side{Gateway: open(client), sign: message(double), forge: message(sandbox.NewWeChat(forger)),
		lie:    func(change func(string, map[string]any)) { double.Lie = change },
		pay:    double.Scan,
		behind: func(rt http.RoundTripper) Gateway { return open(&http.Client{Transport: rt}) },
		heard:  func() [][2]any { door.mu.Lock(); defer door.mu.Unlock(); return door.all }}
}

var anyBill = Bill{Ref: "260315000000014-b-1", Amount: money.Yuan(8_080), State: BillOpen}

// Both gateways do what the interface says, over their real protocols.
func TestAnOrderIsMadePaidHeardOfAndGivenBack(t *testing.T) {
	t.Parallel()
	for name, g := range sides(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, b := t.Context(), anyBill
			b.ExpiresAt = time.Now().Add(time.Hour)
			if _, err := g.Query(ctx, b.Ref); !errors.Is(err, ErrNoOrder) {
				t.Errorf("before it is asked for: %v", err)
			}
			for range 2 { // a worker may ask again
				o, err := g.Ask(ctx, b)
				if err != nil || o.State != OrderOpen || o.Amount != b.Amount || o.Page == "" {
					t.Fatalf("order %+v, %v", o, err)
				}
			}
			g.pay(b.Ref)
			told := g.heard()
			if len(told) != 1 {
				t.Fatalf("%d callbacks", len(told))
			}
			ref, err := g.Heard(told[0][0].(http.Header), told[0][1].([]byte), time.Now())
			if err != nil || ref != b.Ref {
				t.Errorf("callback about %q, %v", ref, err)
			}
			o, err := g.Query(ctx, b.Ref)
			if err != nil || o.State != OrderPaid || o.Amount != b.Amount || o.ID == "" || time.Since(o.PaidAt) > time.Minute {
				t.Fatalf("paid order %+v, %v", o, err)
			}
			if o, err = g.Ask(ctx, b); err != nil || o.State != OrderPaid {
				t.Errorf("asked for when it is paid: %+v, %v", o, err)
			}
			if err := g.Close(ctx, b.Ref); !errors.Is(err, ErrOrderPaid) {
				t.Errorf("a paid order is closed: %v", err)
			}
			g.refunds(t, b, o.ID)
		})
	}
}

// refunds gives a payment back in two parts, and no more.
func (g *side) refunds(t *testing.T, b Bill, id string) {
	t.Helper()
	ctx := t.Context()
	r := Refund{Ref: b.Ref + "-r1", Bill: b.Ref, OrderID: id, Paid: b.Amount, Amount: 80_00, Why: "by_a_person"}
	for range 2 { // asked again, it finds what it has given
		if _, err := g.Refund(ctx, r); err != nil {
			t.Errorf("refund: %v", err)
		}
	}
	if state, err := g.Refund(ctx, r); err != nil || state != RefundDone {
		t.Errorf("refund is %s, %v", state, err)
	}
	r.Ref, r.Amount = b.Ref+"-r2", b.Amount
	if _, err := g.Refund(ctx, r); !errors.Is(err, ErrRefused) {
		t.Errorf("more than was paid: %v", err)
	}
	trades, err := g.Day(ctx, time.Now().In(time.FixedZone("UTC+8", 8*60*60)))
	if err != nil || len(trades) != 2 {
		t.Fatalf("bill file %+v, %v", trades, err)
	}
	for _, trade := range trades {
		want := Trade{Ref: b.Ref, OrderID: id, Amount: b.Amount}
		if trade.Refund != "" {
			want.Amount, want.Refund = 80_00, b.Ref+"-r1"
		}
		if trade != want {
			t.Errorf("trade %+v, want %+v", trade, want)
		}
	}
}

func TestAnOrderThatIsClosedCannotBePaid(t *testing.T) {
	t.Parallel()
	for name, g := range sides(t) {
		b := anyBill
		if err := g.Close(t.Context(), b.Ref); err != nil {
			t.Errorf("%s: an order that there is not: %v", name, err)
		}
		if _, err := g.Ask(t.Context(), b); err != nil {
			t.Fatal(name, err)
		}
		for range 2 {
			if err := g.Close(t.Context(), b.Ref); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		g.pay(b.Ref)
		if o, err := g.Query(t.Context(), b.Ref); err != nil || o.State != OrderClosed {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

func TestACallbackThatIsNotTheGatewaysIsRefused(t *testing.T) {
	t.Parallel()
	for name, g := range sides(t) {
		now, ref := time.Now(), anyBill.Ref
		if _, err := g.Heard(pair(g.sign(ref, now))); err != nil {
			t.Fatalf("%s: its own: %v", name, err)
		}
		header, body := g.sign(ref, now)
		for what, tt := range map[string]struct {
			h    http.Header
			body []byte
		}{
			"forged with another key":     first(g.forge(ref, now)),
			"a replay of an hour ago":     first(g.sign(ref, now.Add(-time.Hour))),
			"from the future":             first(g.sign(ref, now.Add(time.Hour))),
			"another body":                {header, bytes.Replace(body, []byte("a"), []byte("b"), 1)},
			"without headers":             {http.Header{}, body},
			"a reference that leads away": first(g.sign("../pay/x", now)),
			"no reference":                first(g.sign("", now)),
			"a header of garbage":         {spoilt(header), body},
			"nothing":                     {header, nil},
		} {
			if got, err := g.Heard(tt.h, tt.body, now); err == nil || got != "" {
				t.Errorf("%s, %s: taken as %q", name, what, got)
			} else if outbound.Clean(err.Error()) != err.Error() || len(err.Error()) > 200 {
				t.Errorf("%s, %s: its text quotes the other side: %q", name, what, err)
			}
		}
	}
}

func pair(h http.Header, body []byte) (http.Header, []byte, time.Time) { return h, body, time.Now() }

func first(h http.Header, body []byte) struct {
	h    http.Header
	body []byte
} {
	return struct {
		h    http.Header
		body []byte
	}{h, body}
}

func spoilt(h http.Header) http.Header {
	h = h.Clone()
	for name := range h {
		if strings.Contains(strings.ToLower(name), "signature") {
			h.Set(name, "\x00,v1,%%%")
		}
	}
	return h
}

// What a gateway says of somebody else's order, in other money, or in other words is
// never a payment.
func TestAnAnswerAboutSomethingElseIsNone(t *testing.T) {
	t.Parallel()
	set := func(platform, weChat string, value any) func(string, map[string]any) {
		return func(_ string, a map[string]any) {
			if _, known := a["out_trade_no"]; known {
				platform = weChat
			}
			if inner, ok := a["amount"].(map[string]any); ok && (platform == "currency" || platform == "total") {
				inner[platform] = value
				return
			}
			a[platform] = value
		}
	}
	for name, g := range sides(t) {
		b := anyBill
		if _, err := g.Ask(t.Context(), b); err != nil {
			t.Fatal(name, err)
		}
		g.pay(b.Ref)
		for what, tt := range map[string]struct {
			lie  func(string, map[string]any)
			want error
		}{
			"another order":    {set("ref", "out_trade_no", "260315000000015-b-1"), ErrOtherOrder},
			"another merchant": {set("merchant", "mchid", "1900000002"), ErrOtherMerchant},
			"another currency": {set("currency", "currency", "USD"), ErrCurrency},
			"half a fen":       {set("amount_fen", "total", 1.5), outbound.ErrMalformed},
		} {
			g.lie(tt.lie)
			if o, err := g.Query(t.Context(), b.Ref); !errors.Is(err, tt.want) {
				t.Errorf("%s, %s: %+v, %v, want %v", name, what, o, err, tt.want)
			}
		}
		g.lie(nil)
		if o, err := g.Query(t.Context(), b.Ref); err != nil || o.State != OrderPaid {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

// answering is a line on which somebody else answers.
type answering func(*http.Request) (*http.Response, error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestAGatewayThatDoesNotAnswerHasNotBeenPaid(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) answering {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
				Body: io.NopCloser(strings.NewReader(body)), ProtoMajor: 1}, nil
		}
	}
	const good = `{"ref":"260315000000014-b-1","id":"x","amount_fen":808000,"state":"paid"` +
		`,"out_trade_no":"260315000000014-b-1","mchid":"1900000001","appid":"wx0000000000000001","transaction_id":"x",` +
		`"trade_state":"SUCCESS","amount":{"total":808000,"currency":"CNY"}}`
	for name, g := range sides(t) {
		for what, rt := range map[string]answering{
			"an error":      answer(http.StatusInternalServerError, `{"code":"SYSTEM_ERROR"}`),
			"a bad gateway": answer(http.StatusBadGateway, "<html>\x00</html>"),
			"garbage":       answer(http.StatusOK, "{\x00"),
			"a list":        answer(http.StatusOK, `["paid"]`),
			"far too much":  answer(http.StatusOK, `{"ref":"`+strings.Repeat("x", 1<<20)+`"}`),
			"no line":       func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
			"no time":       func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded },
		} {
			reached := g.behind(rt)
			for verb, ask := range map[string]func() error{
				"query": func() error { _, err := reached.Query(t.Context(), anyBill.Ref); return err },
				"ask":   func() error { _, err := reached.Ask(t.Context(), anyBill); return err },
				"refund": func() error {
					_, err := reached.Refund(t.Context(), Refund{Ref: "r", Bill: anyBill.Ref, Amount: 1})
					return err
				},
			} {
				if err := ask(); err == nil || errors.Is(err, ErrNoOrder) || errors.Is(err, ErrRefused) {
					t.Errorf("%s, %s of %s: %v", name, verb, what, err)
				} else if outbound.Clean(err.Error()) != err.Error() || len(err.Error()) > 300 {
					t.Errorf("%s, %s of %s: %q", name, verb, what, err)
				}
			}
		}
		if name == "WeChat" { // its answers are signed: one that is not is none, however good it looks
			if o, err := g.behind(answer(http.StatusOK, good)).Query(t.Context(), anyBill.Ref); err == nil {
				t.Errorf("an unsigned answer was believed: %+v", o)
			}
		}
	}
}

// A bill file that was changed on its way is not read.
func TestABillFileThatWasChangedIsNotRead(t *testing.T) {
	t.Parallel()
	g := weChatSide(t)
	if _, err := g.Ask(t.Context(), anyBill); err != nil {
		t.Fatal(err)
	}
	g.pay(anyBill.Ref)
	today := time.Now().In(time.FixedZone("UTC+8", 8*60*60))
	for what, lie := range map[string]map[string]any{
		"another sum":          {"hash_value": strings.Repeat("0", 40)},
		"from somewhere else":  {"download_url": "http://127.0.0.1:1/v3/billdownload/file"},
		"by another algorithm": {"hash_type": "MD5"},
	} {
		g.lie(func(_ string, a map[string]any) {
			for k, v := range lie {
				a[k] = v
			}
		})
		if trades, err := g.Day(t.Context(), today); err == nil {
			t.Errorf("%s: %+v", what, trades)
		}
	}
	g.lie(nil)
	if trades, err := g.Day(t.Context(), today.AddDate(0, 0, -1)); err != nil || len(trades) != 0 {
		t.Errorf("a day without trades: %+v, %v", trades, err)
	}
}
