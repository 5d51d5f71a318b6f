package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// PaymentFaults are what the sandbox gateway is made to do wrong with every
// order. A reference that ends in the word beside a fault does it with one.
type PaymentFaults struct {
	Decline bool // -DECLINE: paying fails
	Slow    bool // -SLOW: the callback comes after SlowCallback
	Twice   bool // -TWICE: the callback comes twice, with one message id
	Silent  bool // -SILENT: no callback comes
	Short   bool // -SHORT: the order is one fen short of what was asked
	Forged  bool // -FORGED: the callback is signed with another key
	Down    bool // -DOWN: asking and querying answer 503
}

// SlowCallback is how long a slow callback takes.
const SlowCallback = 3 * time.Second

// callbackPauses are the pauses before each attempt to deliver a callback.
var callbackPauses = []time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 10 * time.Second,
}

// forgedKey is nobody's.
var forgedKey = outbound.Key([]byte("the key of nobody at all"))

// Payments is a payment gateway (统一支付平台) in which no money moves. It keeps
// its orders in memory, one per reference, and tells Callback when one changes.
type Payments struct {
	Key      string       // signs what is asked of it and its callbacks
	Callback string       // where its callbacks go
	Client   *http.Client // sends them
	Faults   PaymentFaults

	mux    *http.ServeMux
	mu     sync.Mutex
	orders map[string]*order
	sent   sync.WaitGroup
}

// order is what the gateway holds of one reference.
type order struct {
	Ref    string    `json:"ref"`
	ID     string    `json:"id"`
	Amount money.Fen `json:"amount_fen"`
	State  string    `json:"state"`
	Page   string    `json:"page"`
}

// NewPayments returns a gateway without orders.
func NewPayments(key, callback string, client *http.Client) *Payments {
	p := &Payments{Key: key, Callback: callback, Client: client, mux: http.NewServeMux(), orders: map[string]*order{}}
	p.mux.HandleFunc("POST /orders", p.ask)
	p.mux.HandleFunc("GET /orders/{ref}", p.query)
	p.mux.HandleFunc("POST /orders/{ref}/pay", p.pay)
	p.mux.HandleFunc("GET /pay/{ref}", p.page)
	return p
}

// ServeHTTP answers the office and the person who pays.
func (p *Payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, outbound.MaxBody)
	p.mux.ServeHTTP(w, r)
}

// Wait returns when every callback under way has been delivered or given up.
func (p *Payments) Wait() { p.sent.Wait() }

// ask makes an order for a reference, or shows the one there is: the same
// reference with another amount is a conflict.
func (p *Payments) ask(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return
	}
	if _, err := outbound.Verify(r.Header, body, p.Key, time.Now()); err != nil {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	var asked order
	if outbound.Decode(body, &asked) != nil || asked.Ref == "" || asked.Amount <= 0 {
		http.Error(w, "order", http.StatusUnprocessableEntity)
		return
	}
	if p.faulty(asked.Ref).Down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	o, made := p.make(asked)
	if o.Amount != asked.Amount && !p.faulty(o.Ref).Short {
		http.Error(w, "another amount", http.StatusConflict)
		return
	}
	if made {
		w.WriteHeader(http.StatusCreated)
	}
	reply(w, o)
}

// make stores an order unless its reference is known.
func (p *Payments) make(asked order) (o order, made bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.orders[asked.Ref]; ok {
		return *known, false
	}
	sum := sha256.Sum256([]byte(asked.Ref))
	id := "SBX-" + hex.EncodeToString(sum[:8])
	o = order{Ref: asked.Ref, ID: id, Amount: asked.Amount, State: "open", Page: "/pay/" + asked.Ref}
	if p.faulty(o.Ref).Short {
		o.Amount--
	}
	p.orders[o.Ref] = &o
	return o, true
}

// query shows an order as it is.
func (p *Payments) query(w http.ResponseWriter, r *http.Request) {
	o, ok := p.find(r.PathValue("ref"))
	switch {
	case p.faulty(r.PathValue("ref")).Down:
		http.Error(w, "down", http.StatusServiceUnavailable)
	case !ok:
		http.NotFound(w, r)
	default:
		reply(w, o)
	}
}

// pay is the payer's act. Paying again changes nothing.
func (p *Payments) pay(w http.ResponseWriter, r *http.Request) {
	o, changed, ok := p.settle(r.PathValue("ref"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	if changed {
		p.tell(o)
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, "../../pay/"+o.Ref, http.StatusSeeOther)
		return
	}
	reply(w, o)
}

// settle turns an open order into a paid or a declined one; a declined one may
// be paid again.
func (p *Payments) settle(ref string) (o order, changed, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.orders[ref]
	if !ok || known.State == "paid" {
		return deref(known), false, ok
	}
	known.State = "paid"
	if p.faulty(ref).Decline {
		known.State = "declined"
	}
	return *known, true, true
}

// deref returns the order, or none.
func deref(o *order) order {
	if o == nil {
		return order{}
	}
	return *o
}

// find returns the order of a reference.
func (p *Payments) find(ref string) (order, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, ok := p.orders[ref]
	return deref(o), ok
}

// tell sends the callback about o in the background.
func (p *Payments) tell(o order) {
	f := p.faulty(o.Ref)
	if f.Silent {
		return
	}
	times := 1
	if f.Twice {
		times = 2
	}
	p.sent.Go(func() {
		if f.Slow {
			time.Sleep(SlowCallback)
		}
		for range times {
			p.deliver(o, f)
		}
	})
}

// deliver posts one callback until it is taken.
func (p *Payments) deliver(o order, f PaymentFaults) {
	key := p.Key
	if f.Forged {
		key = forgedKey
	}
	for _, pause := range callbackPauses {
		time.Sleep(pause)
		_, err := outbound.Send(context.Background(), p.Client, outbound.Message{
			URL: p.Callback, ID: "msg-" + o.ID + "-" + o.State, Keys: []string{key},
			Body: map[string]string{"ref": o.Ref, "state": o.State},
		})
		if err == nil || f.Forged {
			return
		}
	}
}

// faulty returns the faults of one order.
func (p *Payments) faulty(ref string) PaymentFaults {
	f := p.Faults
	for word, fault := range map[string]*bool{
		"-DECLINE": &f.Decline, "-SLOW": &f.Slow, "-TWICE": &f.Twice, "-SILENT": &f.Silent,
		"-SHORT": &f.Short, "-FORGED": &f.Forged, "-DOWN": &f.Down,
	} {
		*fault = *fault || strings.HasSuffix(ref, word)
	}
	return f
}

// reply writes an order.
func reply(w http.ResponseWriter, o order) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(o) // the other side is gone: nobody to tell
}

var payPage = template.Must(template.New("pay").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>缴税(沙箱)</title>
<body style="font-family:sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;line-height:1.7">
<h1>缴税</h1>
<p><strong>沙箱支付平台:不会扣款,不产生税票。</strong></p>
<dl><dt>缴款编号</dt><dd>{{.Ref}}</dd><dt>应缴金额</dt><dd>{{.Amount.Format}}<br>{{.Amount.Capital}}</dd></dl>
{{if eq .State "paid"}}<p role="status">已支付。可以关闭此页。</p>
{{else}}{{if eq .State "declined"}}<p role="alert">支付未成功,可以再试一次。</p>{{end}}
<form method="post" action="../orders/{{.Ref}}/pay">
<button style="font-size:1.1rem;padding:.6rem 1.6rem">支付</button></form>{{end}}
</body></html>
`))

// page shows the order to the person who pays.
func (p *Payments) page(w http.ResponseWriter, r *http.Request) {
	o, ok := p.find(r.PathValue("ref"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	_ = payPage.Execute(w, o) // the reader is gone: nobody to tell
}
