package payment

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// maxFile is the longest bill file that is read, in bytes.
const maxFile = 64 << 20

// A Platform is a city's own payment platform (统一支付平台), in the protocol of
// docs/OFFICES.md, which the sandbox speaks. Its Key signs the messages of both
// sides; its Client limits time, size and addresses.
type Platform struct {
	URL      string
	Key      string
	Merchant string // as whom the platform knows this office; "" where it serves one office only
	Back     string // where a payer is led afterwards; "" for nowhere
	Client   *http.Client
}

// platformOrder is an order as it travels.
type platformOrder struct {
	Ref      string     `json:"ref"`
	ID       string     `json:"id"`
	Amount   money.Fen  `json:"amount_fen"`
	Currency string     `json:"currency"`
	Merchant string     `json:"merchant"`
	State    OrderState `json:"state"`
	Page     string     `json:"page"`
	PaidAt   time.Time  `json:"paid_at,omitzero"`
}

// Ask makes the order of a bill. Its amount is the bill's, or the error is ErrWrongAmount.
func (p Platform) Ask(ctx context.Context, b Bill) (Order, error) {
	body := map[string]any{"ref": b.Ref, "amount_fen": b.Amount, "currency": Yuan}
	if !b.ExpiresAt.IsZero() {
		body["expires_at"] = b.ExpiresAt
	}
	if p.Back != "" {
		body["return_url"] = p.Back
	}
	reply, err := p.send(ctx, "/orders", b.Ref, body)
	if err != nil {
		return Order{}, fmt.Errorf("ask for order %s: %w", b.Ref, err)
	}
	o, err := p.orderOf(reply.Body, b.Ref)
	if err == nil && o.Amount != b.Amount {
		err = fmt.Errorf("order %s: %w", b.Ref, ErrWrongAmount)
	}
	return o, err
}

// Query returns the order as it is now.
func (p Platform) Query(ctx context.Context, ref string) (Order, error) {
	body, err := p.get(ctx, "/orders/"+url.PathEscape(ref), outbound.MaxBody)
	switch status := statusOf(err); {
	case status == http.StatusNotFound:
		return Order{}, fmt.Errorf("query order %s: %w", ref, ErrNoOrder)
	case err != nil:
		return Order{}, fmt.Errorf("query order %s: %w", ref, err)
	}
	return p.orderOf(body, ref)
}

// Close closes an order.
func (p Platform) Close(ctx context.Context, ref string) error {
	_, err := p.send(ctx, "/orders/"+url.PathEscape(ref)+"/close", ref+"-close", map[string]string{"ref": ref})
	switch statusOf(err) {
	case http.StatusNotFound:
		return nil
	case http.StatusConflict:
		return fmt.Errorf("close order %s: %w", ref, ErrOrderPaid)
	}
	if err != nil {
		return fmt.Errorf("close order %s: %w", ref, err)
	}
	return nil
}

// Refund gives money back.
func (p Platform) Refund(ctx context.Context, r Refund) (RefundState, error) {
	reply, err := p.send(ctx, "/refunds", r.Ref,
		map[string]any{"refund": r.Ref, "ref": r.Bill, "id": r.OrderID, "amount_fen": r.Amount})
	switch status := statusOf(err); {
	case status == http.StatusUnprocessableEntity || status == http.StatusNotFound:
		return RefundFailed, fmt.Errorf("refund %s: %w", r.Ref, ErrRefused)
	case err != nil:
		return RefundAsked, fmt.Errorf("refund %s: %w", r.Ref, err)
	}
	var said struct {
		Refund string      `json:"refund"`
		Amount money.Fen   `json:"amount_fen"`
		State  RefundState `json:"state"`
	}
	if err := reply.Decode(&said); err != nil {
		return RefundAsked, fmt.Errorf("refund %s: %w", r.Ref, err)
	}
	if said.Refund != r.Ref || said.Amount != r.Amount {
		return RefundAsked, fmt.Errorf("refund %s: %w", r.Ref, ErrOtherOrder)
	}
	return said.State.sure()
}

// sure returns a state that a gateway may say of a refund.
func (s RefundState) sure() (RefundState, error) {
	switch s {
	case RefundAsked, RefundDone:
		return s, nil
	case RefundFailed:
		return s, ErrRefused
	}
	return RefundAsked, fmt.Errorf("%w: a refund is %q", outbound.ErrMalformed, outbound.Clean(string(s)))
}

// Heard verifies a callback (Standard Webhooks).
func (p Platform) Heard(h http.Header, body []byte, at time.Time) (string, error) {
	id, err := outbound.Verify(h, body, p.Key, at)
	if err != nil {
		return "", fmt.Errorf("verify callback: %w", err)
	}
	var n struct {
		Ref string `json:"ref"`
	}
	if err := outbound.Decode(body, &n); err != nil {
		return "", fmt.Errorf("read callback %s: %w", id, err)
	}
	if !reference(n.Ref) {
		return "", fmt.Errorf("read callback %s: %w: no reference", id, outbound.ErrMalformed)
	}
	return n.Ref, nil
}

// Day reads the bill file of a day: one JSON object a line.
func (p Platform) Day(ctx context.Context, day time.Time) (trades []Trade, err error) {
	body, err := p.get(ctx, "/trades/"+day.Format(time.DateOnly), maxFile)
	switch status := statusOf(err); {
	case status == http.StatusNotFound:
		return nil, ErrNoDay
	case err != nil:
		return nil, fmt.Errorf("fetch the bill file of %s: %w", day.Format(time.DateOnly), err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(body)))
	for lines.Scan() {
		var t struct {
			Ref    string    `json:"ref"`
			ID     string    `json:"id"`
			Amount money.Fen `json:"amount_fen"`
			Refund string    `json:"refund"`
		}
		if err := outbound.Decode(lines.Bytes(), &t); err != nil || !reference(t.Ref) {
			return nil, fmt.Errorf("read the bill file: %w", cmp.Or(err, outbound.ErrMalformed))
		}
		trades = append(trades, Trade{Ref: t.Ref, OrderID: t.ID, Amount: t.Amount, Refund: t.Refund})
	}
	return trades, lines.Err()
}

// send posts a signed message.
func (p Platform) send(ctx context.Context, path, id string, body any) (outbound.Reply, error) {
	return outbound.Send(ctx, p.Client, outbound.Message{URL: p.URL + path, ID: id, Keys: []string{p.Key}, Body: body})
}

// get fetches at most so many bytes.
func (p Platform) get(ctx context.Context, path string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := p.Client.Do(r)
	if err != nil {
		return nil, outbound.ErrNoReply // its text may quote the other side
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, &outbound.StatusError{Status: res.StatusCode}
	}
	return whole(res.Body, most)
}

// whole reads a body of at most so many bytes.
func whole(r io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, outbound.ErrNoReply
	case int64(len(body)) > most:
		return nil, outbound.ErrTooLarge
	}
	return body, nil
}

// statusOf returns the status that an answer had instead of 2xx, or 0.
func statusOf(err error) int {
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return status.Status
	}
	return 0
}

// orderOf reads the answer about the order of ref.
func (p Platform) orderOf(body []byte, ref string) (Order, error) {
	var o platformOrder
	if err := outbound.Decode(body, &o); err != nil {
		return Order{}, fmt.Errorf("read order %s: %w", ref, err)
	}
	switch {
	case o.Ref != ref || o.ID == "" || len(o.ID) > 128:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrOtherOrder)
	case o.Merchant != "" && p.Merchant != "" && o.Merchant != p.Merchant:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrOtherMerchant)
	case o.Currency != "" && o.Currency != Yuan:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrCurrency)
	}
	page, err := p.page(o.Page)
	return Order{Ref: o.Ref, ID: o.ID, Amount: o.Amount, State: o.State, Page: page, PaidAt: o.PaidAt}, err
}

// page returns where a person pays: on the platform itself, or elsewhere over TLS.
func (p Platform) page(said string) (string, error) {
	if said == "" || strings.HasPrefix(said, "/") && !strings.HasPrefix(said, "//") {
		return p.URL + said, nil
	}
	at, err := url.Parse(said)
	if err != nil || at.Scheme != "https" || at.User != nil {
		return "", ErrOtherOrder
	}
	return at.String(), nil
}
