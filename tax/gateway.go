package tax

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// ErrNoOrder says that the gateway knows no order of this reference.
var ErrNoOrder = errors.New("the gateway knows no such order")

// ErrOtherOrder says that the gateway answered about another order than the one
// it was asked about.
var ErrOtherOrder = errors.New("the gateway answered about another order")

// OrderState is how far the gateway is with an order.
type OrderState string

// The states of an order; only a paid one settles a bill.
const (
	OrderOpen     OrderState = "open"
	OrderPaid     OrderState = "paid"
	OrderDeclined OrderState = "declined"
)

// An Order is a bill as the payment gateway has it.
type Order struct {
	Ref    string     `json:"ref"` // of the bill
	ID     string     `json:"id"`  // the gateway's own
	Amount money.Fen  `json:"amount_fen"`
	State  OrderState `json:"state"`
	Page   string     `json:"page"` // where a person pays
}

// A Notice is the gateway's signed word that something happened to an order. It
// is a reason to ask, never a proof of payment.
type Notice struct {
	ID    string     `json:"-"` // of the message: a repeated one carries it again
	Ref   string     `json:"ref"`
	State OrderState `json:"state"`
}

// A Gateway is the payment channel (统一支付平台) that the office uses. Its Key
// signs the messages of both sides; its Client limits time, size and addresses.
type Gateway struct {
	URL    string
	Key    string
	Client *http.Client
}

// Ask makes the gateway's order for a bill, or finds the one it has made: the
// bill's reference is the idempotency key. The order's amount is the bill's, or
// the error is ErrWrongAmount.
func (g Gateway) Ask(ctx context.Context, b Bill) (Order, error) {
	reply, err := outbound.Send(ctx, g.Client, outbound.Message{
		URL: g.URL + "/orders", ID: b.Ref, Keys: []string{g.Key},
		Body: Order{Ref: b.Ref, Amount: b.Amount, State: OrderOpen},
	})
	if err != nil {
		return Order{}, fmt.Errorf("ask the gateway for order %s: %w", b.Ref, err)
	}
	o, err := orderOf(reply.Body, b.Ref)
	if err == nil && o.Amount != b.Amount {
		err = fmt.Errorf("order %s: %w", b.Ref, ErrWrongAmount)
	}
	return o, err
}

// Query returns the order as the gateway has it now, or ErrNoOrder. A payment is
// recorded on this answer only.
func (g Gateway) Query(ctx context.Context, ref string) (Order, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.URL+"/orders/"+url.PathEscape(ref), nil)
	if err != nil {
		return Order{}, fmt.Errorf("address order %s: %w", ref, err)
	}
	res, err := g.Client.Do(r)
	if err != nil {
		return Order{}, fmt.Errorf("query order %s: %w", ref, outbound.ErrNoReply)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return Order{}, fmt.Errorf("query order %s: %w", ref, ErrNoOrder)
	default:
		return Order{}, fmt.Errorf("query order %s: %w", ref, &outbound.StatusError{Status: res.StatusCode})
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, outbound.MaxBody+1))
	if err != nil {
		return Order{}, fmt.Errorf("query order %s: %w", ref, outbound.ErrNoReply)
	}
	return orderOf(body, ref)
}

// Confirmed answers a callback: it verifies the signature and then asks the
// gateway for the order named in it. Nothing that the callback itself says is
// believed.
func (g Gateway) Confirmed(ctx context.Context, h http.Header, body []byte, at time.Time) (Order, error) {
	n, err := Verify(h, body, g.Key, at)
	if err != nil {
		return Order{}, err
	}
	return g.Query(ctx, n.Ref)
}

// Verify reads the gateway's signed callback (Standard Webhooks), received at
// the instant at. It refuses a forged one, and one so old that it may be a
// replay, with the errors of outbound.Verify.
func Verify(h http.Header, body []byte, key string, at time.Time) (Notice, error) {
	id, err := outbound.Verify(h, body, key, at)
	if err != nil {
		return Notice{}, fmt.Errorf("verify callback: %w", err)
	}
	n := Notice{ID: id}
	if err := outbound.Decode(body, &n); err != nil {
		return Notice{}, fmt.Errorf("read callback %s: %w", id, err)
	}
	if !reference(n.Ref) {
		return Notice{}, fmt.Errorf("read callback %s: %w: no reference", id, outbound.ErrMalformed)
	}
	return n, nil
}

// reference reports whether s may be a bill's reference: what can stand in a path
// and in a table, and nothing that could lead elsewhere.
func reference(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// orderOf reads the gateway's answer about the order of ref.
func orderOf(body []byte, ref string) (Order, error) {
	var o Order
	if err := outbound.Decode(body, &o); err != nil {
		return Order{}, fmt.Errorf("read order %s: %w", ref, err)
	}
	if o.Ref != ref || o.ID == "" {
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrOtherOrder)
	}
	return o, nil
}
