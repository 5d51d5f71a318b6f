package utilities

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"onewindow/internal/outbound"
)

// maxFen bounds the amounts that a household account can plausibly hold: one
// hundred million yuan.
const maxFen = 100_000_000_00

// A statement is an answer as it travels, in a reply or in a notice. Members
// that a company adds are passed over.
type statement struct {
	Ref     string  `json:"ref"`
	Outcome Outcome `json:"outcome"`
	Reason  Reason  `json:"reason"`
	Words   string  `json:"words"`
	Balance int64   `json:"balance_fen"`
	Arrears int64   `json:"arrears_fen"`
}

// answer checks what does not depend on the question.
func (s statement) answer() (Answer, error) {
	a := Answer{Outcome: s.Outcome, Words: outbound.Clean(s.Words), BalanceFen: s.Balance, ArrearsFen: s.Arrears}
	switch {
	case s.Balance < -maxFen || s.Balance > maxFen || s.Arrears < 0 || s.Arrears > maxFen:
		return Answer{}, fmt.Errorf("%w: impossible amount", outbound.ErrMalformed)
	case s.Outcome != Refused:
		return a, nil
	case s.Reason == systemError:
		return Answer{}, ErrBusy
	}
	if a.Reason = s.Reason.known(); a.Reason == Other && a.Words == "" {
		a.Words = outbound.Clean(string(s.Reason))
	}
	return a, nil
}

// answers reports whether a makes sense in phase p.
func (a Answer) answers(p Phase) bool { return slices.Contains(outcomes[p], a.Outcome) }

// ErrForged says that a notice is not signed by the company it is said to come
// from, or not within outbound.Skew of the present. The door answers 401.
var ErrForged = errors.New("notice is not the company's")

// A Notice is a company's answer after Later, proven to be its own: only Verify and
// Say fill one.
type Notice struct {
	company string
	id      string
	ref     string
	answer  Answer
}

// Statement is what a company's own program says of one request, in the words of
// the protocol. Amounts are fen.
type Statement struct {
	Outcome    Outcome
	Reason     Reason // of a refusal
	Words      string
	BalanceFen int64
	ArrearsFen int64
}

// Say makes a notice of what somebody said about ref who has proved otherwise than
// by a signature to be the company. Nothing that is signed can have its id, for it
// holds a blank. A refusal gives one of Reasons. The error is outbound.ErrMalformed.
func (c Company) Say(ref string, s Statement) (Notice, error) {
	if (s.Outcome == Refused) != slices.Contains(Reasons[:], s.Reason) {
		return Notice{}, fmt.Errorf("answer of %s: %w: refusals alone have a reason", c.Name, outbound.ErrMalformed)
	}
	a, err := statement{ref, s.Outcome, s.Reason, s.Words, s.BalanceFen, s.ArrearsFen}.answer()
	if err != nil {
		return Notice{}, fmt.Errorf("answer of %s: %w", c.Name, err)
	}
	a.Company, a.Utility = c.Name, c.Utility
	return Notice{c.Name, "by key " + ref, ref, a}, nil
}

// Ref is the reference under which the company was asked, as it says itself.
func (n Notice) Ref() string { return n.ref }

// Verify proves at the instant at that c signed the message with one of its keys
// that are in force, and reads it. The error is ErrForged, or outbound.ErrMalformed
// for a genuine notice that makes no sense.
func (c Company) Verify(h http.Header, body []byte, at time.Time) (Notice, error) {
	id, err := c.prove(h, body, at)
	if err != nil {
		return Notice{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	var s statement
	if err := outbound.Decode(body, &s); err != nil {
		return Notice{}, fmt.Errorf("notice of %s: %w", c.Name, err)
	}
	a, err := s.answer()
	if err != nil {
		return Notice{}, fmt.Errorf("notice of %s: %w", c.Name, err)
	}
	a.Company, a.Utility = c.Name, c.Utility
	return Notice{c.Name, id, s.Ref, a}, nil
}

// prove returns the id of a message that one of the keys in force has signed.
func (c Company) prove(h http.Header, body []byte, at time.Time) (id string, err error) {
	err = outbound.ErrSignature
	for _, key := range c.keys() {
		if id, err = outbound.Verify(h, body, key, at); err == nil {
			return id, nil
		}
	}
	return "", err
}
