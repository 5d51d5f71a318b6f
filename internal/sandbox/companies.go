package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"onewindow/internal/outbound"
)

// maxMessage is the longest message that a company reads, in bytes.
const maxMessage = 64 << 10

// An Account is a customer relation of a company (户号). Amounts are fen.
type Account struct {
	Number      string
	Holder      string
	Address     string
	BalanceFen  int64
	ArrearsFen  int64
	DirectDebit bool
}

// CompanyOptions set up one company.
type CompanyOptions struct {
	Name      string        // as it calls itself in its remarks
	Key       string        // outbound.Key, shared with whoever asks
	Callback  string        // address that hears the answers given later
	Delay     time.Duration // how long "later" takes
	Immediate bool          // answer at once what would be answered later: for benchmarks
	HTTP      *http.Client  // carries the callbacks
}

// A Company is the server of a made-up utility company. It serves POST /check,
// /confirm and /cancel, acts once per ref, and verifies who asks.
type Company struct {
	CompanyOptions
	mux *http.ServeMux

	mu       sync.Mutex
	accounts map[string]Account
	heard    map[string]*hearing // by phase and ref
	moved    int

	calls  sync.WaitGroup
	closed context.Context
	close  context.CancelFunc
}

// NewCompany opens a company with its customers.
func NewCompany(o CompanyOptions, customers []Account) *Company {
	c := &Company{CompanyOptions: o, accounts: map[string]Account{}, heard: map[string]*hearing{}}
	c.closed, c.close = context.WithCancel(context.Background())
	for _, a := range customers {
		c.accounts[a.Number] = a
	}
	c.mux = http.NewServeMux()
	for _, phase := range []string{"check", "confirm", "cancel"} {
		c.mux.HandleFunc("POST /"+phase, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, phase) })
	}
	return c
}

// ServeHTTP answers one message.
func (c *Company) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// Close stops the callbacks that are under way and waits for them.
func (c *Company) Close() {
	c.close()
	c.calls.Wait()
}

// Moved returns how many accounts have changed hands since the company opened.
func (c *Company) Moved() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

// Holder returns the name in which the company keeps an account, or "".
func (c *Company) Holder(account string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.accounts[account].Holder
}

// A message is the part of the three forms that a company reads.
type message struct {
	Ref       string   `json:"ref"`
	Account   string   `json:"account"`
	Address   string   `json:"address"`
	Holders   []string `json:"holders"`
	NewHolder struct {
		Name string `json:"name"`
	} `json:"new_holder"`
	Certificate string `json:"certificate"`
}

// A verdict is a company's answer as it travels.
type verdict struct {
	Ref        string `json:"ref"`
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason,omitempty"`
	Words      string `json:"words,omitempty"`
	BalanceFen int64  `json:"balance_fen"`
	ArrearsFen int64  `json:"arrears_fen"`
}

// A hearing is what a company remembers of one message.
type hearing struct {
	body    [sha256.Size]byte
	times   int // how often it was heard
	verdict verdict
}

// serve reads a message, decides it once, and lets the account's magic bend the
// way in which the answer is given.
func (c *Company) serve(w http.ResponseWriter, r *http.Request, phase string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		http.Error(w, "message is too long", http.StatusRequestEntityTooLarge)
		return
	}
	if _, err := outbound.Verify(r.Header, body, c.Key, time.Now()); err != nil {
		http.Error(w, "message is not signed", http.StatusUnauthorized)
		return
	}
	var m message
	if json.Unmarshal(body, &m) != nil || m.Ref == "" || (phase == "confirm" && m.Certificate == "") {
		http.Error(w, "message is not understood", http.StatusBadRequest)
		return
	}
	h, same := c.hear(phase, m, body)
	if !same {
		http.Error(w, "another message had this ref", http.StatusUnprocessableEntity)
		return
	}
	trick, _ := magicOf(m.Account, phase)
	c.reply(w, r, trick, h)
}

// hear decides a message the first time and remembers it; later it only counts.
// It reports false if another message had the same ref.
func (c *Company) hear(phase string, m message, body []byte) (hearing, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := sha256.Sum256(body)
	h := c.heard[phase+" "+m.Ref]
	if h == nil {
		h = &hearing{body: sum, verdict: c.decide(phase, m)}
		c.heard[phase+" "+m.Ref] = h
	}
	h.times++
	return *h, h.body == sum
}

// decide is the company's judgement of its own relation with its customer. A
// confirmation that it allows moves the account.
func (c *Company) decide(phase string, m message) verdict {
	if phase == "cancel" {
		return verdict{Ref: m.Ref, Outcome: "cancelled"}
	}
	trick, magic := magicOf(m.Account, phase)
	v := verdict{Ref: m.Ref, Outcome: "found"}
	if magic {
		v.judge(trick.judgement())
	} else {
		a, known := c.accounts[m.Account]
		v.BalanceFen, v.ArrearsFen = a.BalanceFen, a.ArrearsFen
		v.judge(a.objection(known, m), "")
	}
	if phase == "confirm" && v.Outcome == "found" {
		v.Outcome = "moved"
		c.moved++
		c.move(m)
	}
	return v
}

// judge turns a found account into a refused one, if there is a reason.
func (v *verdict) judge(reason, words string) {
	if reason == "" {
		return
	}
	v.Outcome, v.Reason, v.Words = "refused", reason, words
	if reason == "ARREARS" && v.ArrearsFen == 0 {
		v.ArrearsFen = 123_45
	}
}

// move writes the new holder over the old one.
func (c *Company) move(m message) {
	a := c.accounts[m.Account]
	a.Number, a.Holder, a.Address, a.BalanceFen = m.Account, m.NewHolder.Name, m.Address, 0
	c.accounts[m.Account] = a
}

// objection names what stands against moving a customer's account.
func (a Account) objection(known bool, m message) string {
	switch {
	case !known:
		return "ACCOUNT_NOT_FOUND"
	case m.NewHolder.Name != "" && a.Holder == m.NewHolder.Name:
		return "DUPLICATE"
	case !holds(m.Holders, a.Holder):
		return "NAME_MISMATCH"
	case a.Address != "" && a.Address != m.Address:
		return "ADDRESS_MISMATCH"
	case a.ArrearsFen > 0:
		return "ARREARS"
	case a.DirectDebit:
		return "DIRECT_DEBIT"
	}
	return ""
}

func holds(names []string, holder string) bool {
	for _, name := range names {
		if name == holder {
			return true
		}
	}
	return false
}
