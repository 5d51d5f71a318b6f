package sandbox

import (
	"encoding/json"
	"html/template"
	"net/http"
	"time"

	"onewindow/internal/money"
)

// refund is money that the gateway was asked to give back.
type refund struct {
	Refund string    `json:"refund"`
	Ref    string    `json:"ref"`
	ID     string    `json:"id"`
	Amount money.Fen `json:"amount_fen"`
	State  string    `json:"state"`
}

// trade is a line of the bill file.
type trade struct {
	Ref    string    `json:"ref"`
	ID     string    `json:"id"`
	Amount money.Fen `json:"amount_fen"`
	Refund string    `json:"refund,omitempty"`
	at     time.Time
}

// giveBack gives back a part of a payment, once per refund: never more than was
// paid, and of a closed order nothing.
func (p *Payments) giveBack(w http.ResponseWriter, r *http.Request) {
	var asked refund
	if !p.hear(w, r, &asked) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.refunds[asked.Refund]
	if known != nil && known.State == "asked" {
		p.returned(known)
	}
	if known == nil {
		if known = p.newRefund(asked); known == nil {
			http.Error(w, "refund", http.StatusUnprocessableEntity)
			return
		}
	}
	if known.Ref != asked.Ref || known.Amount != asked.Amount {
		http.Error(w, "another refund", http.StatusConflict)
		return
	}
	reply(w, known)
}

// newRefund takes a refund, or returns nil for one that cannot be.
func (p *Payments) newRefund(asked refund) *refund {
	o, sum := p.orders[asked.Ref], money.Fen(0)
	for _, t := range p.trades {
		if t.ID == asked.ID && t.Ref == asked.Ref {
			if sum += t.Amount; t.Refund != "" {
				sum -= 2 * t.Amount
			}
		}
	}
	if o == nil || asked.Refund == "" || asked.Amount <= 0 || asked.Amount > sum || p.faulty(o.Ref, o.asked).NoRefund {
		return nil
	}
	known := &asked
	known.State = "asked"
	p.refunds[asked.Refund] = known
	if !p.faulty(o.Ref, o.asked).SlowRefund {
		p.returned(known)
	}
	return known
}

// returned carries a refund out.
func (p *Payments) returned(r *refund) {
	o := p.orders[r.Ref]
	r.State = "done"
	p.trades = append(p.trades, trade{Ref: r.Ref, ID: r.ID, Amount: r.Amount, Refund: r.Refund, at: time.Now()})
	if o.returned += r.Amount; r.ID == o.ID {
		o.State = "returned"
	}
}

// china is where the gateway's days begin.
var china = time.FixedZone("UTC+8", 8*60*60)

// file writes the bill file of a day, that of today as far as it goes: one JSON
// object a line.
func (p *Payments) file(w http.ResponseWriter, r *http.Request) {
	day := r.PathValue("day")
	if _, err := time.Parse(time.DateOnly, day); err != nil || day > time.Now().In(china).Format(time.DateOnly) {
		http.NotFound(w, r)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := json.NewEncoder(w)
	for _, t := range p.trades {
		if t.at.In(china).Format(time.DateOnly) == day && !p.faulty(t.Ref, p.orders[t.Ref].asked).Unbooked {
			_ = lines.Encode(t) // the other side is gone: nobody to tell
		}
	}
}

// Balance returns what the gateway holds of an order: what was paid less what was
// given back.
func (p *Payments) Balance(ref string) (sum money.Fen) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.trades {
		if t.Ref == ref && t.Refund == "" {
			sum += t.Amount
		} else if t.Ref == ref {
			sum -= t.Amount
		}
	}
	return sum
}

var payPage = template.Must(template.New("pay").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>缴税(沙箱)</title>
<body style="font-family:sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;line-height:1.7">
<main><h1>缴税</h1>
<p><strong>沙箱支付平台:不会扣款,不产生税票。</strong></p>
<dl><dt>缴款编号</dt><dd>{{.Ref}}</dd><dt>应缴金额</dt><dd>{{.Amount.Format}}<br>{{.Amount.Capital}}</dd></dl>
{{if eq .State "paid"}}<p role="status">已支付。{{with .Back}}<a href="{{.}}">返回办理页面</a>{{else}}可以关闭此页。{{end}}</p>
{{else if eq .State "closed"}}<p role="status">已关闭,不必再付。</p>
{{else if eq .State "returned"}}<p role="status">已退款。</p>
{{else}}{{if eq .State "declined"}}<p role="alert">支付未成功,可以再试一次。</p>{{end}}
<form method="post" action="../orders/{{.Ref}}/pay">
<button style="font-size:1.1rem;padding:.6rem 1.6rem">支付</button></form>{{end}}</main>
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
