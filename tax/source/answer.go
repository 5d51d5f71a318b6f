package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
	"onewindow/tax"
)

// Outcome tells whether an answer can be used, and if not, why.
type Outcome string

// The outcomes. Only Answered is an answer.
const (
	Answered     Outcome = "answered"
	Late         Outcome = "late"          // no answer in time, or "not now": asking again may help
	Refused      Outcome = "refused"       // it will not answer this question
	Malformed    Outcome = "malformed"     // not what was agreed, or not about what was asked
	Stale        Outcome = "stale"         // what it knows is older than is allowed
	NotConnected Outcome = "not_connected" // this window has no such source
)

// An Answer is what became of one question.
type Answer struct {
	Source    Name
	Outcome   Outcome
	Ref       string    // ours, under which it was asked
	Reference string    // theirs
	AskedAt   time.Time // of the round
	KnownAt   time.Time // as of when the office knows it; zero if it did not answer
	Body      []byte    // the facts as JSON, as they were understood; identity numbers among them
}

// errStale says that an office knows only what is too old.
var errStale = errors.New("known too long ago")

// malformed is an answer that breaks the agreement; the text quotes nothing of it.
func malformed(what string) error { return fmt.Errorf("%w: %s", outbound.ErrMalformed, what) }

// The head that every answer has.
type head struct {
	Ref       string    `json:"ref"`
	Reference string    `json:"reference"`
	KnownAt   time.Time `json:"known_at"`
}

// Families is what the family source says.
type Families struct {
	Families []Household `json:"families"`
	Unknown  []string    `json:"unknown"` // persons asked about whom it does not know
}

// A Household is one family (家庭).
type Household struct {
	ChangedOn day      `json:"changed_on"` // the latest marriage or divorce; "" if none
	Members   []Member `json:"members"`
}

// A Member is one person of a household.
type Member struct {
	ID   string `json:"id_number"`
	Role Role   `json:"role"`
}

// Role is a person's place in a family (家庭成员关系).
type Role string

// The members of a family for deed tax (财税〔2016〕23号 art. 1).
const (
	Self       Role = "self"
	Spouse     Role = "spouse"
	MinorChild Role = "minor_child"
)

// HomeList is what the source of homes says.
type HomeList struct {
	Homes []Home `json:"homes"`
}

// A Home is one that some of the persons asked about own or have contracted for.
type Home struct {
	Unit      string   `json:"unit"`   // unit code, or however the office names it
	County    string   `json:"county"` // six digits: where it lies
	NetSigned bool     `json:"net_signed"`
	Holders   []string `json:"holders"`
}

// Purchase is what the tax side holds of the present owner's own purchase. Days
// are "" and sums zero where it holds none.
type Purchase struct {
	Held          bool            `json:"held"`
	By            tax.Acquisition `json:"acquired_by"`
	CertificateOn day             `json:"certificate_on"`
	VoucherOn     day             `json:"voucher_on"`
	PredecessorOn day             `json:"predecessor_on"`
	Voucher       string          `json:"voucher"`
	Cost          tax.Cost        `json:"cost"`
}

// Value is what the valuation system says, VAT included (存量房评估价格).
type Value struct {
	Held     bool      `json:"held"`
	Value    money.Fen `json:"value_fen"`
	On       day       `json:"valued_on"`
	Document string    `json:"document"`
}

// read takes a reply for an answer to q, or says what is wrong with it.
func (a *Answer) read(reply outbound.Reply, q question, fresh time.Duration) error {
	var h head
	if err := reply.Decode(&h); err != nil {
		return err
	}
	switch {
	case h.Ref != q.Ref:
		return malformed("it answers another question")
	case h.KnownAt.IsZero() || h.KnownAt.After(a.AskedAt.Add(outbound.Skew)):
		return malformed("as of no instant, or of one to come")
	case a.AskedAt.Sub(h.KnownAt) > fresh:
		return errStale
	}
	facts, err := factsIn(a.Source, reply, q)
	if err != nil {
		return err
	}
	a.Outcome, a.KnownAt, a.Reference = Answered, h.KnownAt.UTC().Truncate(time.Microsecond), outbound.Clean(h.Reference)
	a.Body, err = json.Marshal(facts)
	return err
}

// factsIn reads the facts of a source and holds them against the question.
func factsIn(n Name, reply outbound.Reply, q question) (any, error) {
	switch n {
	case Family:
		return checked[Families](reply, q)
	case Homes:
		return checked[HomeList](reply, q)
	case Prior:
		return checked[Purchase](reply, q)
	}
	return checked[Value](reply, q)
}

// facts is what one source says.
type facts interface{ check(question) error }

func checked[T facts](reply outbound.Reply, q question) (said T, err error) {
	if err = reply.Decode(&said); err == nil {
		err = said.check(q)
	}
	return said, err
}

// check wants each person once, known or not, and nobody's family who was not
// asked about: what we did not ask we do not want to know.
func (f Families) check(q question) error {
	seen := map[string]int{}
	for _, id := range f.Unknown {
		seen[id]++
	}
	for _, h := range f.Families {
		meant := false
		for _, m := range h.Members {
			if !slices.Contains([]Role{Self, Spouse, MinorChild}, m.Role) || m.ID == "" || len(m.ID) > 40 {
				return malformed("a member without a place or a number")
			}
			seen[m.ID]++
			meant = meant || slices.Contains(q.Persons, m.ID)
		}
		if !meant {
			return malformed("a family that was not asked about")
		}
	}
	for id, times := range seen {
		if times > 1 {
			return malformed("somebody twice")
		}
		if slices.Contains(f.Unknown, id) && !slices.Contains(q.Persons, id) {
			return malformed("somebody unknown who was not asked about")
		}
	}
	for _, id := range q.Persons {
		if seen[id] == 0 {
			return malformed("nothing of somebody")
		}
	}
	return nil
}

// mostHomes is more than any two families own.
const mostHomes = 200

func (l HomeList) check(q question) error {
	if len(l.Homes) > mostHomes {
		return malformed("too many homes")
	}
	for _, h := range l.Homes {
		if h.Unit == "" || len(h.Unit) > 64 || len(h.County) != 6 || strings.Trim(h.County, "0123456789") != "" {
			return malformed("a home without a place")
		}
		foreign := func(id string) bool { return !slices.Contains(q.Persons, id) }
		if len(h.Holders) == 0 || slices.ContainsFunc(h.Holders, foreign) {
			return malformed("a home of nobody who was asked about")
		}
	}
	return nil
}

// mostFen is beyond the price of any home.
const mostFen = money.Fen(100_000_000_000_00)

func (p Purchase) check(question) error {
	c := p.Cost
	for _, sum := range []money.Fen{c.Price, c.DeedTax, c.Decoration, c.Interest, c.Fees} {
		if sum < 0 || sum > mostFen {
			return malformed("an impossible sum")
		}
	}
	switch {
	case !p.Held:
		return nil
	case p.By == "" || len(p.By) > 40 || len(p.Voucher) > 100:
		return malformed("a purchase of no kind")
	case !slices.Contains([]tax.Answer{tax.Yes, tax.No, tax.Unknown}, c.Proven):
		return malformed("a cost neither proven nor not")
	}
	return nil
}

func (v Value) check(question) error {
	if v.Held && (v.Value <= 0 || v.Value > mostFen || v.On.IsZero() || v.Document == "" || len(v.Document) > 100) {
		return malformed("a valuation without value, day or document")
	}
	return nil
}
