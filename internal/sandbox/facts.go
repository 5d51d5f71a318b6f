package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"onewindow/internal/outbound"
)

// Books are what the offices that know facts of tax hold. A func that is nil knows
// nobody.
type Books struct {
	Family   func(person string) (Household, bool) // civil affairs and police
	Homes    func(person string) []Dwelling        // registries elsewhere in the province
	Purchase func(unit string) (Purchase, bool)    // the tax side
	Value    func(unit string) (Appraisal, bool)   // the valuation system
}

// A Household is a family as civil affairs keeps it. ChangedOn is the day of the
// latest marriage or divorce, "" if none.
type Household struct {
	ChangedOn string    `json:"changed_on"`
	Members   []Kinsman `json:"members"`
}

// A Kinsman is a person of a family: self, spouse or minor_child.
type Kinsman struct {
	ID   string `json:"id_number"`
	Role string `json:"role"`
}

// A Dwelling is a home that another registry knows.
type Dwelling struct {
	Unit      string   `json:"unit"`
	County    string   `json:"county"`
	NetSigned bool     `json:"net_signed"`
	Holders   []string `json:"holders"`
}

// A Purchase is the owner's own, by the voucher of the deed tax then paid; days are
// written 2018-09-09, sums are fen.
type Purchase struct {
	Held          bool   `json:"held"`
	By            string `json:"acquired_by,omitempty"`
	CertificateOn string `json:"certificate_on,omitempty"`
	VoucherOn     string `json:"voucher_on,omitempty"`
	Voucher       string `json:"voucher,omitempty"`
	Cost          Cost   `json:"cost"`
}

// A Cost is what a purchase cost, as far as it is proven: yes, no or unknown.
type Cost struct {
	Proven  string `json:"proven"`
	Price   int64  `json:"price_fen"`
	DeedTax int64  `json:"deed_tax_fen"`
}

// An Appraisal is what a home is assessed at, in fen.
type Appraisal struct {
	Held     bool   `json:"held"`
	Value    int64  `json:"value_fen,omitempty"`
	On       string `json:"valued_on,omitempty"`
	Document string `json:"document,omitempty"`
}

// Facts is the server of the four offices: POST /family, /homes, /prior, /valuation.
type Facts struct {
	key   string
	books Books
	mux   *http.ServeMux

	mu     sync.Mutex
	asked  map[string]int       // questions, by office and who or what they are about
	values map[string]Appraisal // entered since the offices opened
}

// NewFacts opens the offices with their books; key is shared with whoever asks.
func NewFacts(key string, books Books) *Facts {
	f := &Facts{key: key, books: books, mux: http.NewServeMux(), asked: map[string]int{}, values: map[string]Appraisal{}}
	for office, answer := range map[string]func(inquiry, trick) any{
		"family": f.family, "homes": f.homes, "prior": f.prior, "valuation": f.valuation,
	} {
		f.mux.HandleFunc("POST /"+office, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, office, answer) })
	}
	return f
}

// ServeHTTP answers one question.
func (f *Facts) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(w, r) }

// Appraise enters a valuation; it stands before that of the books.
func (f *Facts) Appraise(unit string, a Appraisal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a.Held = true
	f.values[unit] = a
}

// Asked returns how often an office was asked about a person or a unit.
func (f *Facts) Asked(office, about string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[office+" "+about]
}

// An inquiry is a question as it arrives.
type inquiry struct {
	Ref      string   `json:"ref"`
	Purpose  string   `json:"purpose"`
	Persons  []string `json:"persons"`
	Province string   `json:"province"`
	Unit     string   `json:"unit"`
}

// about lists whom or what a question is about.
func (q inquiry) about() []string {
	if q.Unit != "" {
		return []string{q.Unit}
	}
	return q.Persons
}

// serve reads a question and lets the magic of whoever it is about bend the answer.
func (f *Facts) serve(w http.ResponseWriter, r *http.Request, office string, answer func(inquiry, trick) any) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		http.Error(w, "question is too long", http.StatusRequestEntityTooLarge)
		return
	}
	if _, err := outbound.Verify(r.Header, body, f.key, time.Now()); err != nil {
		http.Error(w, "question is not signed", http.StatusUnauthorized)
		return
	}
	var q inquiry
	if json.Unmarshal(body, &q) != nil || q.Ref == "" || q.Purpose == "" || len(q.about()) == 0 {
		http.Error(w, "question is not understood", http.StatusBadRequest)
		return
	}
	t := f.trickOf(office, q)
	if t.bends(w, r) {
		return
	}
	reply := map[string]any{"ref": q.Ref, "reference": "样本-" + office, "known_at": t.knownAt(time.Now())}
	if t == wrongRef {
		reply["ref"] = q.Ref + "0"
	}
	facts, _ := json.Marshal(answer(q, t)) // plain values
	_ = json.Unmarshal(facts, &reply)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(reply) // the other side is gone: nobody to tell
}

func (f *Facts) family(q inquiry, t trick) any {
	families, unknown, told := []Household{}, []string{}, map[string]bool{}
	for _, person := range q.Persons {
		household, known := Household{}, false
		if f.books.Family != nil && trickFor("family", person) != unknownHere {
			household, known = f.books.Family(person)
		}
		switch {
		case told[person]:
			continue
		case !known:
			unknown = append(unknown, person)
			continue
		}
		for _, m := range household.Members {
			told[m.ID] = true
		}
		families = append(families, household)
	}
	if t == gossip {
		families = append(families, Household{Members: []Kinsman{{"430602189001019998", "self"}}})
	}
	return map[string]any{"families": families, "unknown": unknown}
}

func (f *Facts) homes(q inquiry, t trick) any {
	homes := []Dwelling{}
	for _, person := range q.Persons {
		if f.books.Homes != nil {
			homes = append(homes, f.books.Homes(person)...)
		}
	}
	if t == gossip {
		homes = append(homes, Dwelling{Unit: "x", County: "430603", Holders: []string{"430602189001019998"}})
	}
	return map[string]any{"homes": homes}
}

func (f *Facts) prior(q inquiry, t trick) any {
	if f.books.Purchase == nil || t == unknownHere {
		return Purchase{}
	}
	p, known := f.books.Purchase(q.Unit)
	p.Held = known
	return p
}

func (f *Facts) valuation(q inquiry, t trick) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a, entered := f.values[q.Unit]; entered {
		return a
	}
	if f.books.Value == nil || t == unknownHere {
		return Appraisal{}
	}
	a, known := f.books.Value(q.Unit)
	a.Held = known
	return a
}
