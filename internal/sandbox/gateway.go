package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// Payments is a payment gateway (统一支付平台) in which no money moves. It keeps
// its orders in memory, one per reference, and tells Callback when one changes.
type Payments struct {
	Key      string       // signs what is asked of it and its callbacks
	Callback string       // where its callbacks go
	Client   *http.Client // sends them
	Faults   PaymentFaults

	mux     *http.ServeMux
	mu      sync.Mutex
	orders  map[string]*order
	refunds map[string]*refund
	trades  []trade
	sent    sync.WaitGroup
}

// order is what the gateway holds of one reference.
type order struct {
	Ref      string    `json:"ref"`
	ID       string    `json:"id"`
	Amount   money.Fen `json:"amount_fen"`
	Currency string    `json:"currency"`
	State    string    `json:"state"`
	Page     string    `json:"page"`
	PaidAt   time.Time `json:"paid_at,omitzero"`

	Back string `json:"return_url,omitempty"` // where the office leads the payer

	asked    money.Fen // what the office wanted
	returned money.Fen
	times    int // paid
}

// NewPayments returns a gateway without orders.
func NewPayments(key, callback string, client *http.Client) *Payments {
	p := &Payments{Key: key, Callback: callback, Client: client, mux: http.NewServeMux(), orders: map[string]*order{},
		refunds: map[string]*refund{}}
	p.mux.HandleFunc("POST /orders", p.ask)
	p.mux.HandleFunc("GET /orders/{ref}", p.query)
	p.mux.HandleFunc("POST /orders/{ref}/pay", p.pay)
	p.mux.HandleFunc("POST /orders/{ref}/close", p.end)
	p.mux.HandleFunc("POST /refunds", p.giveBack)
	p.mux.HandleFunc("GET /trades/{day}", p.file)
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

// hear reads a message of the office into v; it answers and returns false if it is
// none.
func (p *Payments) hear(w http.ResponseWriter, r *http.Request, v any) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return false
	}
	if _, err := outbound.Verify(r.Header, body, p.Key, time.Now()); err != nil {
		http.Error(w, "signature", http.StatusUnauthorized)
		return false
	}
	if outbound.Decode(body, v) != nil {
		http.Error(w, "message", http.StatusUnprocessableEntity)
		return false
	}
	return true
}

// ask makes an order for a reference, or shows the one there is: the same
// reference with another amount is a conflict.
func (p *Payments) ask(w http.ResponseWriter, r *http.Request) {
	var asked order
	if !p.hear(w, r, &asked) {
		return
	}
	if asked.Ref == "" || asked.Amount <= 0 || asked.Currency != "" && asked.Currency != "CNY" {
		http.Error(w, "order", http.StatusUnprocessableEntity)
		return
	}
	if p.faulty(asked.Ref, asked.Amount).Down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	o, made := p.make(asked)
	if o.asked != asked.Amount {
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
	o = order{Ref: asked.Ref, ID: idOf(asked.Ref, 1), Amount: asked.Amount, Currency: "CNY", State: "open",
		Page: "/pay/" + asked.Ref, Back: asked.Back, asked: asked.Amount}
	f := p.faulty(o.Ref, o.asked)
	if f.Short {
		o.Amount--
	}
	if f.Foreign {
		o.Currency = "USD"
	}
	p.orders[o.Ref] = &o
	return o, true
}

// idOf names the nth payment of a reference.
func idOf(ref string, nth int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", ref, nth))
	return "SBX-" + hex.EncodeToString(sum[:8])
}

// query shows an order as it is.
func (p *Payments) query(w http.ResponseWriter, r *http.Request) {
	o, ok := p.find(r.PathValue("ref"))
	switch {
	case p.faulty(r.PathValue("ref"), o.asked).Down:
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
		w.Header().Set("Location", "../../pay/"+url.PathEscape(o.Ref)) // the browser knows what the gateway is mounted under
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	reply(w, o)
}

// settle turns an open order into a paid or a declined one; a declined one may
// be paid again, a closed one not.
func (p *Payments) settle(ref string) (o order, changed, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.orders[ref]
	if !ok {
		return order{}, false, false
	}
	f := p.faulty(ref, known.asked)
	if known.State == "paid" && !f.Again || known.State == "closed" || known.State == "returned" {
		return *known, false, true
	}
	if f.Decline {
		known.State = "declined"
		return *known, true, true
	}
	known.times++
	known.State, known.ID, known.PaidAt = "paid", idOf(ref, known.times), time.Now()
	p.trades = append(p.trades, trade{Ref: ref, ID: known.ID, Amount: known.Amount, at: known.PaidAt})
	return *known, true, true
}

// end closes an order that nobody has paid.
func (p *Payments) end(w http.ResponseWriter, r *http.Request) {
	if !p.hear(w, r, &struct{}{}) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	o, ok := p.orders[r.PathValue("ref")]
	switch {
	case !ok:
		http.NotFound(w, r)
	case o.State == "paid" || o.State == "returned":
		http.Error(w, "paid", http.StatusConflict)
	default:
		o.State = "closed"
		reply(w, *o)
	}
}

// find returns the order of a reference.
func (p *Payments) find(ref string) (order, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o, ok := p.orders[ref]; ok {
		return *o, true
	}
	return order{}, false
}

// reply writes an order, or a refund.
func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the other side is gone: nobody to tell
}
