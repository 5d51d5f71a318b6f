package outbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// A Message is one thing said to another office. Sending it twice with the same
// ID must have the effect of sending it once; the other side sees the ID as
// Idempotency-Key and as webhook-id.
type Message struct {
	URL  string   // http or https, without personal data: addresses are logged by everybody
	ID   string   // printable ASCII, at most 128 characters
	Keys []string // signing keys, the newest first; two while one is being replaced
	Body any      // encoded as JSON
}

// A Reply is an answer of status 2xx, read to its end.
type Reply struct {
	Status int
	Type   string // media type, without its parameters
	Body   []byte // at most MaxBody bytes
}

// Send posts m through c, signed at the present instant. A status other than 2xx
// is a *StatusError, a broken line ErrNoReply, too long a body ErrTooLarge. The
// error texts quote nothing that the other side sent.
func Send(ctx context.Context, c *http.Client, m Message) (Reply, error) {
	now := time.Now()
	r, err := request(ctx, m, now)
	if err != nil {
		return Reply{}, err
	}
	res, err := c.Do(r)
	if err != nil {
		return Reply{}, lineFault(err)
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return Reply{}, &StatusError{res.StatusCode, retryAfter(res.Header.Get("Retry-After"), now)}
	}
	return read(res)
}

func request(ctx context.Context, m Message, now time.Time) (*http.Request, error) {
	to, err := url.Parse(m.URL)
	if err != nil || to.Host == "" || to.User != nil || (to.Scheme != "https" && to.Scheme != "http") {
		return nil, errors.New("message address must be http or https, without a user name")
	}
	body, err := json.Marshal(m.Body)
	if err != nil {
		return nil, fmt.Errorf("encode message %s: %w", m.ID, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("address message %s: %w", m.ID, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Idempotency-Key", m.ID)
	return r, Sign(r.Header, m.ID, now, body, m.Keys...)
}

func read(res *http.Response) (Reply, error) {
	if e := res.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return Reply{}, fmt.Errorf("%w: compressed without being asked to", ErrMalformed)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	if err != nil {
		return Reply{}, lineFault(err)
	}
	if len(body) > MaxBody {
		return Reply{}, ErrTooLarge
	}
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		media = "" // no type, or one that is not a type: Decode refuses it
	}
	return Reply{res.StatusCode, media, body}, nil
}

// Decode reads a reply as one JSON object into v. Members that v does not know
// are passed over, so that the other side may add some; all else is strict:
// media type, UTF-8, types, and nothing after the object.
func (r Reply) Decode(v any) error {
	if r.Type != "application/json" && !strings.HasSuffix(r.Type, "+json") {
		return fmt.Errorf("%w: not JSON", ErrMalformed)
	}
	return Decode(r.Body, v)
}

// Decode reads the body of a message that came in by a door as Reply.Decode does
// one that came back. Its errors wrap ErrMalformed and quote no value.
func Decode(body []byte, v any) error {
	if len(body) > MaxBody {
		return ErrTooLarge
	}
	if !utf8.Valid(body) {
		return fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return fmt.Errorf("%w: not a JSON object", ErrMalformed)
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, v); {
	case errors.As(err, &wrong):
		return fmt.Errorf("%w: member %q has the wrong type", ErrMalformed, Clean(wrong.Field))
	case err != nil:
		return fmt.Errorf("%w: broken JSON", ErrMalformed)
	}
	return nil
}
