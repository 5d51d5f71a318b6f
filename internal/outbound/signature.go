package outbound

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Skew is how far the clock of a signed message may be from ours, either way:
// an older message may be a replay (Standard Webhooks, "verifying timestamps").
const Skew = 5 * time.Minute

const (
	keyPrefix = "whsec_"
	minKey    = 24 // bytes; Standard Webhooks, "signature scheme"
	maxKey    = 64
	maxID     = 128
)

// The refusals of Verify. A door answers all of them alike: 401, no detail.
var (
	ErrKey       = errors.New("signing key must be whsec_ and 24 to 64 bytes in base64")
	ErrSignature = errors.New("message is not signed with this key")
	ErrSkew      = errors.New("message is too old or from the future")
	ErrMessageID = errors.New("message id must be 1 to 128 printable ASCII characters")
)

// Key spells raw bytes as a signing key, in the form that companies are given.
func Key(raw []byte) string {
	return keyPrefix + base64.StdEncoding.EncodeToString(raw)
}

// Sign sets the three Standard Webhooks headers for a message. While a key is
// being replaced the message is signed with the old and the new one, and the
// receiver needs to know either.
func Sign(h http.Header, id string, at time.Time, body []byte, keys ...string) error {
	if !printable(id) {
		return ErrMessageID
	}
	signatures := make([]string, 0, len(keys))
	for _, key := range keys {
		hook, err := hookOf(key)
		if err != nil {
			return err
		}
		s, err := hook.Sign(id, at, body)
		if err != nil {
			return fmt.Errorf("sign message %s: %w", id, err)
		}
		signatures = append(signatures, s)
	}
	h.Set(webhooks.HeaderWebhookID, id)
	h.Set(webhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(webhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// Verify checks that a message received at the instant at was signed with key
// within Skew, and returns its id, which the receiver must use only once.
func Verify(h http.Header, body []byte, key string, at time.Time) (string, error) {
	hook, err := hookOf(key)
	if err != nil {
		return "", err
	}
	id := h.Get(webhooks.HeaderWebhookID)
	if !printable(id) {
		return "", ErrMessageID
	}
	if hook.VerifyIgnoringTimestamp(body, h) != nil {
		return "", ErrSignature
	}
	sent, err := strconv.ParseInt(h.Get(webhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil || at.Sub(time.Unix(sent, 0)).Abs() > Skew {
		return "", ErrSkew
	}
	return id, nil
}

// hookOf refuses the short and the empty key, which the library would accept.
func hookOf(key string) (*webhooks.Webhook, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, keyPrefix))
	if err != nil || len(raw) < minKey || len(raw) > maxKey {
		return nil, ErrKey
	}
	return webhooks.NewWebhookRaw(raw)
}

// printable accepts what may stand in a header, in a log line and in a table.
func printable(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}
