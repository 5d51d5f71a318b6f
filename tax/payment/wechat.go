package payment

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// WeChatURL is where WeChat Pay answers.
const WeChatURL = "https://api.mch.weixin.qq.com"

// WeChatTerms are what a merchant agreed with WeChat Pay (微信支付 APIv3, Native).
type WeChatTerms struct {
	URL       string // WeChatURL, or a double's
	Merchant  string // 商户号
	App       string // 公众账号ID
	Serial    string // of the merchant's certificate
	Key       *rsa.PrivateKey
	PlatKeyID string         // 微信支付公钥ID, or the serial of the platform's certificate
	PlatKey   *rsa.PublicKey // verifies answers and callbacks
	APIv3Key  string         // 32 bytes; opens what callbacks carry
	Callback  string         // address that hears what happens
	Client    *http.Client
}

// WeChat speaks WeChat Pay APIv3 Native. Requests are signed by the merchant's key;
// answers and callbacks count only with the platform's signature, at most five
// minutes old. It reads the clock for both (wechatpay-go).
type WeChat struct {
	WeChatTerms
	api   *core.Client
	files *core.Client
	heard *notify.Handler
}

// NewWeChat returns the gateway of a merchant.
func NewWeChat(t WeChatTerms) (*WeChat, error) {
	verifier := verifiers.NewSHA256WithRSAPubkeyVerifier(t.PlatKeyID, *t.PlatKey)
	open := func(most int64) (*core.Client, error) {
		limited := *t.Client
		limited.Transport = bounded{t.Client.Transport, most}
		return core.NewClient(context.Background(), option.WithMerchantCredential(t.Merchant, t.Serial, t.Key),
			option.WithVerifier(verifier), option.WithHTTPClient(&limited))
	}
	api, err := open(outbound.MaxBody)
	if err != nil {
		return nil, fmt.Errorf("open WeChat Pay: %w", err)
	}
	files, err := open(maxFile)
	if err != nil {
		return nil, fmt.Errorf("open WeChat Pay: %w", err)
	}
	heard, err := notify.NewRSANotifyHandler(t.APIv3Key, verifier)
	if err != nil {
		return nil, fmt.Errorf("open WeChat Pay: %w", err)
	}
	return &WeChat{t, api, core.NewClientWithValidator(files, &validators.NullValidator{}), heard}, nil
}

// bounded reads so many bytes of an answer and no more.
type bounded struct {
	inner http.RoundTripper
	most  int64
}

// RoundTrip cuts the answer short.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.inner.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, b.most), res.Body}
	}
	return res, err
}

// weChatOrder is an order as it travels.
type weChatOrder struct {
	App      string `json:"appid"`
	Merchant string `json:"mchid"`
	Ref      string `json:"out_trade_no"`
	ID       string `json:"transaction_id"`
	State    string `json:"trade_state"`
	PaidAt   string `json:"success_time"`
	Amount   struct {
		Total    money.Fen `json:"total"`
		Currency string    `json:"currency"`
	} `json:"amount"`
}

// weChatStates translates what it says of an order.
var weChatStates = map[string]OrderState{
	"SUCCESS": OrderPaid, "REFUND": OrderReturned, "NOTPAY": OrderOpen, "USERPAYING": OrderOpen, "CLOSED": OrderClosed,
	"REVOKED": OrderClosed, "PAYERROR": OrderDeclined,
}

// Ask makes the order of a bill. An order that is paid already is queried.
func (w *WeChat) Ask(ctx context.Context, b Bill) (Order, error) {
	body := map[string]any{
		"appid": w.App, "mchid": w.Merchant, "description": "缴款单 " + b.Ref, "out_trade_no": b.Ref,
		"notify_url": w.Callback, "amount": map[string]any{"total": b.Amount, "currency": Yuan},
	}
	if !b.ExpiresAt.IsZero() {
		body["time_expire"] = b.ExpiresAt.Format(time.RFC3339)
	}
	var said struct {
		Code string `json:"code_url"`
	}
	err := w.post(ctx, "/v3/pay/transactions/native", body, &said)
	if code := weChatCode(err); code == "ORDERPAID" || code == "ORDER_PAID" {
		return w.Query(ctx, b.Ref)
	}
	if err != nil {
		return Order{}, fmt.Errorf("ask for order %s: %w", b.Ref, weChatFault(err))
	}
	if !strings.HasPrefix(said.Code, "weixin://") || len(said.Code) > 512 {
		return Order{}, fmt.Errorf("order %s: %w: no code", b.Ref, outbound.ErrMalformed)
	}
	return Order{Ref: b.Ref, Amount: b.Amount, State: OrderOpen, Page: said.Code}, nil
}

// Query returns the order as it is now.
func (w *WeChat) Query(ctx context.Context, ref string) (Order, error) {
	var o weChatOrder
	err := w.get(ctx, "/v3/pay/transactions/out-trade-no/"+url.PathEscape(ref)+"?mchid="+url.QueryEscape(w.Merchant), &o)
	if weChatStatus(err) == http.StatusNotFound {
		return Order{}, fmt.Errorf("query order %s: %w", ref, ErrNoOrder)
	}
	if err != nil {
		return Order{}, fmt.Errorf("query order %s: %w", ref, weChatFault(err))
	}
	return w.orderOf(o, ref)
}

// orderOf takes an answer about the order of ref.
func (w *WeChat) orderOf(o weChatOrder, ref string) (Order, error) {
	state, known := weChatStates[o.State]
	paid := state == OrderPaid || state == OrderReturned
	switch {
	case o.Ref != ref:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrOtherOrder)
	case o.Merchant != w.Merchant || o.App != w.App:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrOtherMerchant)
	case !known || paid && (o.ID == "" || len(o.ID) > 128):
		return Order{}, fmt.Errorf("order %s: %w", ref, outbound.ErrMalformed)
	case paid && o.Amount.Currency != Yuan:
		return Order{}, fmt.Errorf("order %s: %w", ref, ErrCurrency)
	}
	at, _ := time.Parse(time.RFC3339, o.PaidAt) // zero if it does not say
	return Order{Ref: ref, ID: o.ID, Amount: o.Amount.Total, State: state, PaidAt: at}, nil
}

// Close closes an order.
func (w *WeChat) Close(ctx context.Context, ref string) error {
	err := w.post(ctx, "/v3/pay/transactions/out-trade-no/"+url.PathEscape(ref)+"/close",
		map[string]string{"mchid": w.Merchant}, nil)
	code := weChatCode(err)
	switch {
	case err == nil, weChatStatus(err) == http.StatusNotFound, code == "ORDER_CLOSED":
		return nil
	case code == "ORDERPAID", code == "ORDER_PAID":
		return fmt.Errorf("close order %s: %w", ref, ErrOrderPaid)
	}
	return fmt.Errorf("close order %s: %w", ref, weChatFault(err))
}

// Refund gives money back. What it says of an earlier request of the same number
// is its answer to this one.
func (w *WeChat) Refund(ctx context.Context, r Refund) (RefundState, error) {
	var said struct {
		Refund string `json:"out_refund_no"`
		Ref    string `json:"out_trade_no"`
		Status string `json:"status"`
		Amount struct {
			Refund money.Fen `json:"refund"`
		} `json:"amount"`
	}
	err := w.post(ctx, "/v3/refund/domestic/refunds", map[string]any{
		"out_trade_no": r.Bill, "out_refund_no": r.Ref, "reason": r.Why,
		"amount": map[string]any{"refund": r.Amount, "total": r.Paid, "currency": Yuan},
	}, &said)
	switch status := weChatStatus(err); {
	case status == http.StatusBadRequest || status == http.StatusForbidden || status == http.StatusNotFound:
		return RefundFailed, fmt.Errorf("refund %s: %w", r.Ref, ErrRefused)
	case err != nil:
		return RefundAsked, fmt.Errorf("refund %s: %w", r.Ref, weChatFault(err))
	case said.Refund != r.Ref || said.Ref != r.Bill || said.Amount.Refund != r.Amount:
		return RefundAsked, fmt.Errorf("refund %s: %w", r.Ref, ErrOtherOrder)
	}
	return weChatRefunds[said.Status].sure()
}

// weChatRefunds translates what it says of a refund.
var weChatRefunds = map[string]RefundState{
	"SUCCESS": RefundDone, "PROCESSING": RefundAsked, "CLOSED": RefundFailed, "ABNORMAL": RefundFailed,
}

// Heard verifies a callback and opens what it carries: of a payment or of a refund.
func (w *WeChat) Heard(h http.Header, body []byte, at time.Time) (ref string, err error) {
	defer func() { // a nonce of another length is a panic of crypto/cipher
		if recover() != nil {
			ref, err = "", fmt.Errorf("open callback: %w", outbound.ErrMalformed)
		}
	}()
	r := &http.Request{Header: h, Body: io.NopCloser(bytes.NewReader(body))}
	var said struct {
		Merchant string `json:"mchid"`
		Ref      string `json:"out_trade_no"`
	}
	carried, err := w.heard.ParseNotifyRequest(context.Background(), r, &said)
	switch {
	case err != nil && carried == nil:
		return "", fmt.Errorf("verify callback: %w", outbound.ErrSignature) // its text quotes the other side
	case err != nil, !reference(said.Ref):
		return "", fmt.Errorf("open callback: %w", outbound.ErrMalformed)
	case said.Merchant != w.Merchant:
		return "", fmt.Errorf("callback of %s: %w", said.Ref, ErrOtherMerchant)
	}
	return said.Ref, nil
}

// weChatError returns what WeChat answered instead of 2xx.
func weChatError(err error) *core.APIError {
	var said *core.APIError
	if errors.As(err, &said) {
		return said
	}
	return &core.APIError{}
}

func weChatCode(err error) string { return weChatError(err).Code }
func weChatStatus(err error) int  { return weChatError(err).StatusCode }

// weChatFault words an error without quoting the other side.
func weChatFault(err error) error {
	var line *url.Error
	if status := weChatStatus(err); status != 0 {
		return &outbound.StatusError{Status: status}
	}
	if errors.As(err, &line) {
		return outbound.ErrNoReply
	}
	return outbound.ErrMalformed // unsigned, or not understood
}

// post sends a body and reads the answer into v, if any.
func (w *WeChat) post(ctx context.Context, path string, body, v any) error {
	result, err := w.api.Post(ctx, w.URL+path, body)
	return read(result, err, v)
}

func (w *WeChat) get(ctx context.Context, path string, v any) error {
	result, err := w.api.Get(ctx, w.URL+path)
	return read(result, err, v)
}

func read(result *core.APIResult, err error, v any) error {
	if result != nil && result.Response != nil {
		defer result.Response.Body.Close()
	}
	if err != nil || v == nil {
		return err
	}
	body, err := whole(result.Response.Body, outbound.MaxBody)
	if err != nil {
		return err
	}
	return outbound.Decode(body, v)
}
