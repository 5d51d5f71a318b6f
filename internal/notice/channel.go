package notice

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"onewindow/internal/outbound"
)

// Channel is the carrier of messages (短信平台), by its documented protocol: one
// signed POST per message, idempotent by its id (docs/OFFICES.md).
type Channel struct {
	URL    string
	Key    string // outbound.Key
	Client *http.Client
}

// Valid reports what is wrong with a channel before it is first used.
func (c Channel) Valid() error {
	if c.URL == "" {
		return errors.New("messages: name the address of the carrier in messages.url")
	}
	if err := outbound.Sign(http.Header{}, "valid", time.Unix(0, 0), nil, c.Key); err != nil {
		return fmt.Errorf("messages: put the carrier's key into messages.key: %w", err)
	}
	return nil
}

// form is a message as it travels.
type form struct {
	ID       string            `json:"id"`
	To       recipient         `json:"to"`
	Template Template          `json:"template"`
	Args     map[string]string `json:"args"`
	Lang     string            `json:"lang"`
	Text     string            `json:"text"`
	NotAfter *time.Time        `json:"not_after,omitempty"`
}

// recipient is one of the two.
type recipient struct {
	Phone string `json:"phone,omitempty"`
	Staff string `json:"staff,omitempty"`
}

// Ref names a message to the carrier, which acts once per ref.
func Ref(id int64) string { return fmt.Sprintf("notice-%d", id) }

// Send hands a message to the carrier. Sending it again has no effect of its own.
// Its errors quote neither the message nor the carrier.
func (c Channel) Send(ctx context.Context, id int64, m Message) error {
	if c.Client == nil {
		return fmt.Errorf("send %s: %w", Ref(id), ErrNoCarrier)
	}
	f := form{
		ID: Ref(id), Template: m.Template, Args: m.Args, Lang: m.Lang, Text: m.Words(),
		To: recipient{Phone: m.To},
	}
	if staff := m.Staff(); staff != "" {
		f.To = recipient{Staff: staff}
	}
	if !m.NotAfter.IsZero() {
		f.NotAfter = &m.NotAfter
	}
	_, err := outbound.Send(ctx, c.Client, outbound.Message{URL: c.URL, ID: f.ID, Keys: []string{c.Key}, Body: f})
	if err != nil {
		return fmt.Errorf("send %s: %w", f.ID, err)
	}
	return nil
}

// ErrNoCarrier says that this program was given no carrier of messages.
var ErrNoCarrier = errors.New("no carrier of messages")

// TryAgain reports whether the message that failed with err may be taken later.
// If not, a person must look: the number does not exist, or address or key of the
// carrier are wrong.
func TryAgain(err error) bool {
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return status.Temporary()
	}
	for _, passing := range []error{outbound.ErrNoReply, outbound.ErrMalformed, outbound.ErrTooLarge} {
		if errors.Is(err, passing) {
			return !errors.Is(err, outbound.ErrAddress)
		}
	}
	return false
}
