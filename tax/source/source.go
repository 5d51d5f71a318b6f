// Package source asks other offices for the facts of tax that no applicant is
// asked for: families, homes elsewhere, how the present owner came to the home,
// and what it is assessed at.
//
// It knows what each office is told and what its answer must look like. It trusts
// none of them: what is late, stale, malformed or absent is no answer, and no
// answer is ever taken for a fact. It knows nothing of rates: it puts facts
// together, and package tax assesses them.
package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"onewindow/internal/outbound"
	"onewindow/tax"
)

// Name names who holds facts.
type Name string

// The sources. The first four are offices outside, which docs/OFFICES.md describes.
const (
	Family    Name = "family"    // 民政、公安: who is married to whom, and their minor children
	Homes     Name = "homes"     // 住房: homes registered or filed outside our own register
	Prior     Name = "prior"     // 税务: the voucher of the owner's own purchase, and its cost (上手)
	Valuation Name = "valuation" // 评估: what the home is assessed at
	Register  Name = "register"  // our own register and the filed contracts, always at hand
	Officer   Name = "officer"   // a tax officer, who corrected the fact on a document
)

// Outside returns the offices that are asked, in a fixed order.
func Outside() []Name { return []Name{Family, Homes, Prior, Valuation} }

// ErrUnknown says that there is no such source.
var ErrUnknown = errors.New("no such source of facts")

// A Source is the door of one office.
type Source struct {
	Name  Name
	URL   string
	Key   string        // outbound.Key: signs what it is asked
	Fresh time.Duration // how old what it knows may be
	HTTP  *http.Client  // whose time-out is the source's
}

// Sources are the offices that this window can ask. One that is not in it is
// never connected, and its facts are unknown.
type Sources map[Name]Source

// The purpose that every question states: what is told may be used for it only.
const purpose = "tax_on_transfer"

// A question is all that an office is told. Which members are set depends on the
// office; none of them says who buys and who sells.
type question struct {
	Ref      string   `json:"ref"`
	Purpose  string   `json:"purpose"`
	Persons  []string `json:"persons,omitempty"`  // identity numbers
	Province string   `json:"province,omitempty"` // its two-digit code
	Unit     string   `json:"unit,omitempty"`
}

// ask puts a question and returns an answer whatever happens: one that cannot be
// used says why in its Outcome.
func (s Sources) ask(ctx context.Context, n Name, i Inquiry, q question) Answer {
	q.Ref, q.Purpose = i.ref(n), purpose
	a := Answer{Source: n, Ref: q.Ref, AskedAt: i.At}
	office, connected := s[n]
	if !connected {
		a.Outcome = NotConnected
		return a
	}
	message := outbound.Message{URL: office.URL, ID: q.Ref, Keys: []string{office.Key}, Body: q}
	reply, err := outbound.Send(ctx, office.HTTP, message)
	if err == nil {
		err = a.read(reply, q, office.Fresh)
	}
	if err != nil {
		a.Outcome, a.Body = outcomeOf(err), nil
	}
	return a
}

// outcomeOf says why what came back is no answer.
func outcomeOf(err error) Outcome {
	var status *outbound.StatusError
	switch {
	case errors.Is(err, errStale):
		return Stale
	case errors.Is(err, outbound.ErrAddress):
		return Refused
	case errors.Is(err, outbound.ErrNoReply):
		return Late
	case errors.As(err, &status) && status.Temporary():
		return Late
	case errors.As(err, &status):
		return Refused
	}
	return Malformed
}

// Valid reports what is wrong with a source before it is first used.
func (s Source) Valid() error {
	switch {
	case !s.Name.Outside():
		return fmt.Errorf("source %q: there is no such office: %s", s.Name, strings.Join(names(), ", "))
	case s.Fresh < time.Minute || s.Fresh > 366*24*time.Hour:
		return fmt.Errorf("source %s: fresh for %v is not between 1m and a year", s.Name, s.Fresh)
	case s.HTTP == nil || s.HTTP.Timeout < 100*time.Millisecond || s.HTTP.Timeout > 5*time.Second:
		return fmt.Errorf("source %s: it must answer within 100ms to 5s", s.Name)
	}
	return outbound.Sign(http.Header{}, string(s.Name), time.Unix(0, 0), nil, s.Key)
}

// Outside reports whether n is an office outside, which can be asked.
func (n Name) Outside() bool {
	for _, known := range Outside() {
		if n == known {
			return true
		}
	}
	return false
}

func names() (list []string) {
	for _, n := range Outside() {
		list = append(list, string(n))
	}
	return list
}

// silence is why the facts of a source are unknown, as a fact of tax.
func (a Answer) silence() tax.Silence {
	return tax.Silence{Source: string(a.Source), Why: string(a.Outcome)}
}
