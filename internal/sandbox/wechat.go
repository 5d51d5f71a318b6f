package sandbox

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"onewindow/internal/money"
)

// WeChatTerms are what both sides of the double agreed.
type WeChatTerms struct {
	Merchant, App, Serial string
	MerchantKey           *rsa.PublicKey // verifies what is asked
	KeyID                 string
	Key                   *rsa.PrivateKey // signs answers and callbacks
	APIv3Key              string
	Client                *http.Client // carries callbacks
}

// WeChat is a double of WeChat Pay's APIv3 (Native): it verifies the signature of
// every request, as the real one does, and signs what it says. No money moves. It
// was written from the protocol's description, and shares no code with who asks it.
type WeChat struct {
	WeChatTerms
	URL string // its own, for the address of bill files; set before it serves

	mux    *http.ServeMux
	mu     sync.Mutex
	orders map[string]*weChatOrder
	backs  map[string]*weChatRefund
	files  map[string]string // by token
	nonces map[string]bool   // of requests: none is taken twice
	Lie    func(path string, answer map[string]any)
}

// weChatOrder is an order of the double.
type weChatOrder struct {
	ref, id, state, notify string
	total, back            money.Fen
	paidAt                 time.Time
}

// weChatRefund is a refund of the double.
type weChatRefund struct {
	ref, order, status string
	amount             money.Fen
	at                 time.Time
}

// NewWeChat returns a double without orders.
func NewWeChat(t WeChatTerms) *WeChat {
	w := &WeChat{WeChatTerms: t, mux: http.NewServeMux(), orders: map[string]*weChatOrder{},
		backs: map[string]*weChatRefund{}, files: map[string]string{}, nonces: map[string]bool{}}
	w.mux.HandleFunc("POST /v3/pay/transactions/native", w.native)
	w.mux.HandleFunc("GET /v3/pay/transactions/out-trade-no/{ref}", w.query)
	w.mux.HandleFunc("POST /v3/pay/transactions/out-trade-no/{ref}/close", w.end)
	w.mux.HandleFunc("POST /v3/refund/domestic/refunds", w.refund)
	w.mux.HandleFunc("GET /v3/bill/tradebill", w.tradeBill)
	w.mux.HandleFunc("GET /v3/billdownload/file", w.download)
	return w
}

var authorization = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 mchid="([^"]+)",nonce_str="([^"]+)",` +
	`timestamp="(\d+)",serial_no="([^"]+)",signature="([^"]+)"$`)

// ServeHTTP answers a request that the merchant has signed over method, address,
// time, nonce and body; any other is 401.
func (w *WeChat) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxMessage))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !w.signed(r, body) {
		w.say(out, r, http.StatusUnauthorized, map[string]any{"code": "SIGN_ERROR", "message": "签名错误"})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mux.ServeHTTP(out, r)
}

func (w *WeChat) signed(r *http.Request, body []byte) bool {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || m[1] != w.Merchant || m[4] != w.Serial {
		return false
	}
	at, _ := strconv.ParseInt(m[3], 10, 64)
	w.mu.Lock()
	again := w.nonces[m[2]]
	w.nonces[m[2]] = true
	w.mu.Unlock()
	if again || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	text := fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n", r.Method, r.URL.RequestURI(), m[3], m[2], body)
	sum := sha256.Sum256([]byte(text))
	signature, err := base64.StdEncoding.DecodeString(m[5])
	return err == nil && rsa.VerifyPKCS1v15(w.MerchantKey, crypto.SHA256, sum[:], signature) == nil
}

// say answers, signed.
func (w *WeChat) say(out http.ResponseWriter, r *http.Request, status int, answer map[string]any) {
	var body []byte
	if answer != nil {
		if w.Lie != nil {
			w.Lie(r.URL.Path, answer)
		}
		body, _ = json.Marshal(answer)
	}
	w.Sign(out.Header(), body, time.Now())
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_, _ = out.Write(body) // the other side is gone: nobody to tell
}

// Sign signs a body as WeChat Pay signs its answers and callbacks.
func (w *WeChat) Sign(h http.Header, body []byte, at time.Time) {
	nonce, stamp := rand.Text(), strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", stamp, nonce, body))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, w.Key, crypto.SHA256, sum[:]) // a sound key signs
	h.Set("Wechatpay-Timestamp", stamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", w.KeyID)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
}

func (w *WeChat) refuse(out http.ResponseWriter, r *http.Request, status int, code string) {
	w.say(out, r, status, map[string]any{"code": code, "message": code})
}

func (w *WeChat) native(out http.ResponseWriter, r *http.Request) {
	var asked struct {
		App      string `json:"appid"`
		Merchant string `json:"mchid"`
		Ref      string `json:"out_trade_no"`
		Notify   string `json:"notify_url"`
		About    string `json:"description"`
		Amount   struct {
			Total    money.Fen `json:"total"`
			Currency string    `json:"currency"`
		} `json:"amount"`
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil || asked.App != w.App || asked.Merchant != w.Merchant ||
		len(asked.Ref) < 6 || len(asked.Ref) > 32 || asked.Amount.Total <= 0 || asked.Amount.Currency != "CNY" ||
		asked.About == "" || !strings.HasPrefix(asked.Notify, "http") {
		w.refuse(out, r, http.StatusBadRequest, "PARAM_ERROR")
		return
	}
	o := w.orders[asked.Ref]
	switch {
	case o == nil:
		o = &weChatOrder{ref: asked.Ref, state: "NOTPAY", total: asked.Amount.Total, notify: asked.Notify}
		w.orders[asked.Ref] = o
	case o.state == "SUCCESS" || o.state == "REFUND":
		w.refuse(out, r, http.StatusBadRequest, "ORDERPAID")
		return
	case o.state == "CLOSED":
		w.refuse(out, r, http.StatusBadRequest, "ORDER_CLOSED")
		return
	case o.total != asked.Amount.Total:
		w.refuse(out, r, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	w.say(out, r, http.StatusOK, map[string]any{"code_url": "weixin://wxpay/bizpayurl?pr=" + o.ref})
}

func (w *WeChat) query(out http.ResponseWriter, r *http.Request) {
	o := w.orders[r.PathValue("ref")]
	if o == nil || r.URL.Query().Get("mchid") != w.Merchant {
		w.refuse(out, r, http.StatusNotFound, "ORDER_NOT_EXIST")
		return
	}
	w.say(out, r, http.StatusOK, w.show(o))
}

// show writes an order as answers and callbacks hold it.
func (w *WeChat) show(o *weChatOrder) map[string]any {
	shown := map[string]any{"appid": w.App, "mchid": w.Merchant, "out_trade_no": o.ref, "trade_state": o.state,
		"amount": map[string]any{"total": o.total, "currency": "CNY"}}
	if o.id != "" {
		shown["transaction_id"], shown["success_time"] = o.id, o.paidAt.Format(time.RFC3339)
	}
	return shown
}

func (w *WeChat) end(out http.ResponseWriter, r *http.Request) {
	o := w.orders[r.PathValue("ref")]
	switch {
	case o == nil:
		w.refuse(out, r, http.StatusNotFound, "ORDER_NOT_EXIST")
	case o.state == "SUCCESS" || o.state == "REFUND":
		w.refuse(out, r, http.StatusBadRequest, "ORDERPAID")
	default:
		o.state = "CLOSED"
		w.Sign(out.Header(), nil, time.Now())
		out.WriteHeader(http.StatusNoContent)
	}
}

func (w *WeChat) refund(out http.ResponseWriter, r *http.Request) {
	var asked struct {
		Ref    string `json:"out_trade_no"`
		Refund string `json:"out_refund_no"`
		Amount struct {
			Refund   money.Fen `json:"refund"`
			Total    money.Fen `json:"total"`
			Currency string    `json:"currency"`
		} `json:"amount"`
	}
	_ = json.NewDecoder(r.Body).Decode(&asked) // what it lacks is refused below
	o, back := w.orders[asked.Ref], w.backs[asked.Refund]
	switch {
	case o == nil || o.id == "":
		w.refuse(out, r, http.StatusNotFound, "RESOURCE_NOT_EXISTS")
		return
	case back == nil && (asked.Refund == "" || asked.Amount.Total != o.total || asked.Amount.Refund <= 0 ||
		asked.Amount.Refund > o.total-o.back || asked.Amount.Currency != "CNY"):
		w.refuse(out, r, http.StatusBadRequest, "INVALID_REQUEST")
		return
	case back == nil:
		back = &weChatRefund{ref: asked.Refund, order: o.ref, status: "PROCESSING", amount: asked.Amount.Refund}
		back.at = time.Now()
		w.backs[asked.Refund] = back
		o.back += back.amount
		o.state = "REFUND"
	default: // asked again: it has gone through meanwhile
		back.status = "SUCCESS"
	}
	w.say(out, r, http.StatusOK, map[string]any{"out_refund_no": back.ref, "out_trade_no": back.order,
		"status": back.status, "amount": map[string]any{"refund": back.amount, "total": o.total, "currency": "CNY"}})
}
