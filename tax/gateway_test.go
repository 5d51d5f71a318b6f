package tax

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/internal/sandbox"
)

var (
	gatewayKey = outbound.Key([]byte("the gateway's key, 24 bytes"))
	otherKey   = outbound.Key([]byte("another key of 24 bytes too"))
)

// A till is an office with an open bill, a gateway beside it, and a door for the
// gateway's callbacks that does what the program's own door does.
type till struct {
	pool    *pgxpool.Pool
	gateway Gateway
	sandbox *sandbox.Payments
	bill    Bill
	heard   chan error
}

func openTill(t *testing.T, ref string) *till {
	t.Helper()
	s := &till{pool: pgtest.Pool(t), heard: make(chan error, 10)}
	assessed(t, s.pool, 1, home(nil), SampleAdoptions())
	s.bill = billed(t, s.pool, 1, ref)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body [1000]byte
		n, _ := r.Body.Read(body[:])
		s.heard <- s.hear(context.Background(), r.Header, body[:n], time.Now())
	}))
	t.Cleanup(door.Close)
	client := outbound.New(5*time.Second, outbound.Loopback()...)
	s.sandbox = sandbox.NewPayments(gatewayKey, door.URL, client)
	server := httptest.NewServer(s.sandbox)
	t.Cleanup(server.Close)
	s.gateway = Gateway{URL: server.URL, Key: gatewayKey, Client: client}
	return s
}

// hear answers a callback: verify, ask the gateway, record.
func (s *till) hear(ctx context.Context, h http.Header, body []byte, at time.Time) error {
	o, err := s.gateway.Confirmed(ctx, h, body, at)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := Pay(ctx, tx, o, at)
		return err
	})
}

// call answers a callback made up by the test.
func (s *till) call(t *testing.T, key, ref string, sentAt time.Time) error {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"ref": ref, "state": "paid"})
	h := http.Header{}
	if err := outbound.Sign(h, "msg-1", sentAt, body, key); err != nil {
		t.Fatal(err)
	}
	return s.hear(t.Context(), h, body, time.Now())
}

// payAs lets a person pay at the sandbox.
func (s *till) payAs(t *testing.T, ref string) {
	t.Helper()
	res, err := http.Post(s.gateway.URL+"/orders/"+ref+"/pay", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

func (s *till) state(t *testing.T) BillState {
	t.Helper()
	return billed(t, s.pool, 1, s.bill.Ref).State
}

func TestAPaymentIsAskedForPaidAndConfirmed(t *testing.T) {
	t.Parallel()
	s := openTill(t, "20260315-TAX-TWICE")
	for range 2 { // a worker may ask again
		o, err := s.gateway.Ask(t.Context(), s.bill)
		if err != nil || o.State != OrderOpen || o.Amount != s.bill.Amount || o.ID == "" {
			t.Fatalf("order %+v, %v", o, err)
		}
	}
	s.payAs(t, s.bill.Ref)
	for range 2 { // the gateway tells it twice
		if err := <-s.heard; err != nil {
			t.Errorf("callback: %v", err)
		}
	}
	if s.state(t) != BillPaid {
		t.Error("paid and confirmed, but the bill is open")
	}
	f := home(nil)
	if err := settled(t, s.pool, 1, f.Unit, f.Price); err != nil {
		t.Error(err)
	}
}

func TestHostileCallbacksChangeNothing(t *testing.T) {
	t.Parallel()
	s := openTill(t, "R-1")
	ctx, now := t.Context(), time.Now()
	if _, err := s.gateway.Ask(ctx, s.bill); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		call func() error
		want error
	}{
		{"forged with another key", func() error { return s.call(t, otherKey, "R-1", now) }, outbound.ErrSignature},
		{"signed, but nobody has paid", func() error { return s.call(t, gatewayKey, "R-1", now) }, ErrNotPaid},
		{"a reference that the gateway does not know", func() error { return s.call(t, gatewayKey, "R-9", now) }, ErrNoOrder},
		{
			"a replay of an hour ago", func() error { return s.call(t, gatewayKey, "R-1", now.Add(-time.Hour)) }, outbound.ErrSkew,
		},
		{"from the future", func() error { return s.call(t, gatewayKey, "R-1", now.Add(time.Hour)) }, outbound.ErrSkew},
		{
			"a reference that leads elsewhere",
			func() error { return s.call(t, gatewayKey, "../pay/R-1", now) }, outbound.ErrMalformed,
		},
		{"no signature at all", func() error { return s.hear(ctx, http.Header{}, []byte(`{"ref":"R-1"}`), now) }, outbound.ErrMessageID},
		{"another body under the signature", func() error {
			h := http.Header{}
			if err := outbound.Sign(h, "msg-1", now, []byte(`{"ref":"R-2"}`), gatewayKey); err != nil {
				return err
			}
			return s.hear(ctx, h, []byte(`{"ref":"R-1"}`), now)
		}, outbound.ErrSignature},
	} {
		if err := tt.call(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if s.state(t) != BillOpen {
		t.Error("a hostile callback paid the bill")
	}
}

func TestACallbackPaysOnlyWhatTheGatewayConfirms(t *testing.T) {
	t.Parallel()
	s := openTill(t, "R-SHORT")
	if _, err := s.gateway.Ask(t.Context(), s.bill); !errors.Is(err, ErrWrongAmount) {
		t.Errorf("an order of another amount: %v, want ErrWrongAmount", err)
	}
	s.payAs(t, s.bill.Ref)
	if err := <-s.heard; !errors.Is(err, ErrWrongAmount) {
		t.Errorf("one fen short: %v, want ErrWrongAmount", err)
	}
	if s.state(t) != BillOpen {
		t.Error("one fen short paid the bill")
	}
}

func TestAGatewayOrderWithoutABillPaysNothing(t *testing.T) {
	t.Parallel()
	s := openTill(t, "R-1")
	stray := Bill{CaseID: 2, Ref: "R-2", Amount: money.Yuan(1), State: BillOpen, PaidAt: time.Time{}}
	if _, err := s.gateway.Ask(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	s.payAs(t, "R-2")
	if err := <-s.heard; !errors.Is(err, ErrUnknownBill) {
		t.Errorf("an order that no bill asked for: %v, want ErrUnknownBill", err)
	}
}

func TestAForgedCallbackOfARealPaymentIsRefused(t *testing.T) {
	t.Parallel()
	s := openTill(t, "R-FORGED")
	if _, err := s.gateway.Ask(t.Context(), s.bill); err != nil {
		t.Fatal(err)
	}
	s.payAs(t, s.bill.Ref)
	if err := <-s.heard; !errors.Is(err, outbound.ErrSignature) {
		t.Errorf("forged: %v, want ErrSignature", err)
	}
	if s.state(t) != BillOpen {
		t.Error("a forged callback paid the bill")
	}
	o, err := s.gateway.Query(t.Context(), s.bill.Ref) // a sweeper asks by itself
	if err != nil || o.State != OrderPaid {
		t.Errorf("asked by itself: %+v, %v", o, err)
	}
}

func TestAGatewayThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	replies := map[string]string{
		"/orders/R-other":  `{"ref":"R-1","id":"x","amount_fen":1,"state":"paid"}`,
		"/orders/R-none":   `{}`,
		"/orders/R-broken": `{"ref":`,
		"/orders/R-float":  `{"ref":"R-float","id":"x","amount_fen":1.5,"state":"paid"}`,
		"/orders/R-large":  `{"ref":"` + strings.Repeat("x", outbound.MaxBody) + `"}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reply, ok := replies[r.URL.Path]; ok {
			_, _ = w.Write([]byte(reply))
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(server.Close)
	g := Gateway{URL: server.URL, Key: gatewayKey, Client: outbound.New(5*time.Second, outbound.Loopback()...)}
	for ref, want := range map[string]error{
		"R-other": ErrOtherOrder, "R-none": ErrOtherOrder, "R-broken": outbound.ErrMalformed,
		"R-float": outbound.ErrMalformed, "R-large": outbound.ErrTooLarge,
	} {
		if o, err := g.Query(t.Context(), ref); !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v, want %v", ref, o, err, want)
		}
	}
	var status *outbound.StatusError
	if _, err := g.Query(t.Context(), "R-502"); !errors.As(err, &status) || !status.Temporary() {
		t.Errorf("502: %v, want a temporary status", err)
	}
	if _, err := g.Ask(t.Context(), Bill{Ref: "R-502", Amount: 1}); !errors.As(err, &status) {
		t.Errorf("502: %v, want a status", err)
	}
	g.URL = "http://127.0.0.1:1"
	if _, err := g.Query(t.Context(), "R-1"); !errors.Is(err, outbound.ErrNoReply) {
		t.Errorf("nobody listens: %v, want ErrNoReply", err)
	}
}
