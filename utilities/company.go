package utilities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"onewindow/internal/outbound"
)

// ErrBusy says that the company took the message and could not decide.
var ErrBusy = errors.New("company could not decide")

// ErrNoKey says that no key of the company is in force, so that nothing can be said
// to it or heard from it.
var ErrNoKey = errors.New("no key of the company is in force")

// A Company (公用事业企业) supplies a city with one utility. Its keys sign what we
// tell it, and what it tells us later; no other company knows them. While one is
// exchanged for another, both are in force: we sign with all, and hear any.
type Company struct {
	Utility Utility
	Name    string // short and stable: it keys the records and stands in addresses
	URL     string // /check, /confirm and /cancel are appended to it
	Key     string // outbound.Key; "" if all its keys are drawn ones
	HTTP    *http.Client
	Drawn   []string // the keys drawn for its account that are in force, the newest first
}

// keys are all that are in force.
func (c Company) keys() []string {
	if c.Key == "" {
		return c.Drawn
	}
	return append(c.Drawn[:len(c.Drawn):len(c.Drawn)], c.Key)
}

// Valid reports what is wrong with a company before it is first used.
func (c Company) Valid() error {
	switch {
	case !c.Utility.Known():
		return fmt.Errorf("company %q: unknown utility %q", c.Name, c.Utility)
	case c.Name == "" || strings.ContainsAny(c.Name, "/ \x00"):
		return fmt.Errorf("company %q: the name must do in an address", c.Name)
	case c.HTTP == nil:
		return fmt.Errorf("company %q: no client", c.Name)
	}
	if err := outbound.Sign(http.Header{}, c.Name, time.Unix(0, 0), nil, c.keys()...); err != nil {
		return fmt.Errorf("company %q: %w", c.Name, err)
	}
	return nil
}

// The three forms are the whole of what a company learns of a case.
type (
	checkForm struct {
		Ref     string   `json:"ref"`
		Account string   `json:"account"`
		Unit    string   `json:"unit"`
		Address string   `json:"address"`
		Holders []string `json:"holders"`
	}
	confirmForm struct {
		checkForm
		CheckRef    string `json:"check_ref"`
		NewHolder   Holder `json:"new_holder"`
		Certificate string `json:"certificate"`
	}
	cancelForm struct {
		Ref string `json:"ref"`
	}
)

// Ask checks whether an account may move, before the right is entered. Asking
// again with the same ref returns the company's first decision, or the one that
// it has reached since. Errors for which TryAgain is true are worth repeating.
func (c Company) Ask(ctx context.Context, r Request) (Answer, error) {
	return c.tell(ctx, Check, r.Ref, r.Ref, checkOf(r))
}

// Confirm moves an account to the new holder, once the right stands in the
// register: it refuses to speak without the number of the new certificate.
func (c Company) Confirm(ctx context.Context, r Request) (Answer, error) {
	if r.Certificate == "" {
		return Answer{}, fmt.Errorf("confirm %s: no certificate number", r.Ref)
	}
	return c.tell(ctx, Confirmation, r.Ref, r.Ref, confirmForm{checkOf(r), r.CheckRef, r.NewHolder, r.Certificate})
}

// Cancel takes back the check made under ref, because the application was
// withdrawn or refused before entry.
func (c Company) Cancel(ctx context.Context, ref string) (Answer, error) {
	return c.tell(ctx, Cancellation, ref+"/cancel", ref, cancelForm{ref})
}

func checkOf(r Request) checkForm {
	return checkForm{r.Ref, r.Account, r.Unit, r.Address, r.OldHolders}
}

// tell says one thing to the company under the idempotency key id.
func (c Company) tell(ctx context.Context, p Phase, id, ref string, form any) (Answer, error) {
	if c.HTTP == nil {
		return Answer{}, fmt.Errorf("%s of %s by %s: no client", p, ref, c.Name)
	}
	if len(c.keys()) == 0 {
		return Answer{}, fmt.Errorf("%s of %s by %s: %w", p, ref, c.Name, ErrNoKey)
	}
	to := strings.TrimSuffix(c.URL, "/") + "/" + string(p)
	reply, err := outbound.Send(ctx, c.HTTP, outbound.Message{URL: to, ID: id, Keys: c.keys(), Body: form})
	if err != nil {
		return Answer{}, fmt.Errorf("%s of %s by %s: %w", p, ref, c.Name, err)
	}
	a, err := c.answer(reply, p, ref)
	if err != nil {
		return Answer{}, fmt.Errorf("%s of %s by %s: %w", p, ref, c.Name, err)
	}
	return a, nil
}

// answer reads the reply to a message about ref. A 202 may come without a body.
func (c Company) answer(reply outbound.Reply, p Phase, ref string) (Answer, error) {
	if reply.Status == http.StatusAccepted && len(reply.Body) == 0 {
		return c.sign(p, Answer{Outcome: Later})
	}
	var s statement
	if err := reply.Decode(&s); err != nil {
		return Answer{}, err
	}
	if s.Ref != ref {
		return Answer{}, fmt.Errorf("%w: it answers another ref", outbound.ErrMalformed)
	}
	a, err := s.answer()
	if err != nil {
		return Answer{}, err
	}
	return c.sign(p, a)
}

// sign puts the company's name under an answer that makes sense in phase p.
func (c Company) sign(p Phase, a Answer) (Answer, error) {
	if !a.answers(p) {
		return Answer{}, fmt.Errorf("%w: no such answer to a %s", outbound.ErrMalformed, p)
	}
	a.Company, a.Utility, a.Phase = c.Name, c.Utility, p
	return a, nil
}

// TryAgain reports whether the message that failed with err may succeed when it
// is sent again under the same ref. If not, a person must look: the key, the
// address or the form of the message is wrong.
func TryAgain(err error) bool {
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return status.Temporary()
	}
	for _, passing := range []error{outbound.ErrNoReply, outbound.ErrMalformed, outbound.ErrTooLarge, ErrBusy} {
		if errors.Is(err, passing) {
			return !errors.Is(err, outbound.ErrAddress)
		}
	}
	return false
}
