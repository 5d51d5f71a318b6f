// Package client speaks to the doors of a window from outside, over HTTP, as
// any program would: it hands an application in, follows its case to the
// certificate, and says what a person decided.
//
// It knows the API and nothing of how a window works inside. Requests are sent
// again while the other side asks for patience; the idempotency key makes that
// harmless.
package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client is one member of staff at one server.
type Client struct {
	Server string // address, such as http://127.0.0.1:8080
	Staff  string
	Secret string
	HTTP   *http.Client // nil takes http.DefaultClient; event streams forbid a timeout
}

const (
	answerTime = 30 * time.Second // of one request
	patience   = time.Minute      // how long a server that is busy or away is asked again
	shortPause = 500 * time.Millisecond
	maxAnswer  = 16 << 20
)

// Accepted is the answer to an application that became a case (受理凭证).
type Accepted struct {
	Number     string    `json:"acceptance_number"`
	AcceptedAt time.Time `json:"accepted_at"`
	Resent     bool      `json:"-"` // the key had opened the case before
}

// KeyOf returns the idempotency key of an application: the same content, the same key.
func KeyOf(application []byte) string {
	sum := sha256.Sum256(application)
	return "submit-" + hex.EncodeToString(sum[:16])
}

// Submit hands in an application as it stands under a key. It returns a *Problem
// if the window refuses it.
func (c Client) Submit(ctx context.Context, key string, application []byte) (a Accepted, err error) {
	header := http.Header{"Idempotency-Key": {key}}
	answer, err := c.insist(ctx, http.MethodPost, "/api/v1/cases", header, application)
	if err != nil {
		return a, fmt.Errorf("hand in an application: %w", err)
	}
	a.Resent = answer.header.Get("Idempotent-Replayed") == "true"
	return a, answer.into(&a)
}

// Find returns a case as it stands.
func (c Client) Find(ctx context.Context, number string) (found Case, err error) {
	answer, err := c.insist(ctx, http.MethodGet, casePath(number), nil, nil)
	if err != nil {
		return found, fmt.Errorf("look for case %s: %w", number, err)
	}
	return found, answer.into(&found)
}

// Waiting lists the newest cases in which a holder has an open step.
func (c Client) Waiting(ctx context.Context, holder string) ([]Brief, error) {
	query := url.Values{"holder": {holder}, "limit": {"200"}}
	answer, err := c.once(ctx, http.MethodGet, "/api/v1/cases?"+query.Encode(), nil, nil)
	if err != nil {
		return nil, fmt.Errorf("list cases of the %s: %w", holder, err)
	}
	var list struct {
		Cases []Brief `json:"cases"`
	}
	return list.Cases, answer.into(&list)
}

// Decide says a person's verdict on a step; reason may be "".
func (c Client) Decide(ctx context.Context, number, step, verdict, reason string) error {
	body, err := json.Marshal(map[string]string{"verdict": verdict, "reason": reason})
	if err != nil {
		return err
	}
	_, err = c.once(ctx, http.MethodPost, casePath(number)+"/steps/"+url.PathEscape(step)+"/decision", nil, body)
	if err != nil {
		return fmt.Errorf("decide %s of case %s: %w", step, number, err)
	}
	return nil
}

// Certificate returns the certificate of a case, a PDF.
func (c Client) Certificate(ctx context.Context, number string) ([]byte, error) {
	answer, err := c.insist(ctx, http.MethodGet, casePath(number)+"/certificate.pdf", nil, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch the certificate of case %s: %w", number, err)
	}
	return answer.body, nil
}

// Ready returns nil if the server can do its work.
func (c Client) Ready(ctx context.Context) error {
	_, err := c.once(ctx, http.MethodGet, "/readyz", nil, nil)
	return err
}

func casePath(number string) string { return "/api/v1/cases/" + url.PathEscape(number) }

// reply is an answer that is no refusal.
type reply struct {
	header http.Header
	body   []byte
}

func (r reply) into(v any) error {
	if err := json.Unmarshal(r.body, v); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// insist asks until there is an answer other than "later", for a while.
func (c Client) insist(ctx context.Context, method, path string, header http.Header, body []byte) (reply, error) {
	for began := time.Now(); ; {
		answer, err := c.once(ctx, method, path, header, body)
		var p *Problem
		if !errors.As(err, &p) || !p.passing() || time.Since(began) > patience {
			return answer, err
		}
		if err := pause(ctx, max(p.RetryAfter, shortPause)); err != nil {
			return answer, err
		}
	}
}

// once asks once.
func (c Client) once(ctx context.Context, method, path string, header http.Header, body []byte) (r reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	res, err := c.send(ctx, method, path, header, body)
	if err != nil {
		return r, err
	}
	defer res.Body.Close()
	r.header = res.Header
	if r.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer)); err != nil {
		return r, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return r, problemOf(res, r.body)
	}
	return r, nil
}

// send asks and returns the answer unread.
func (c Client) send(ctx context.Context, method, path string, header http.Header,
	body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Server, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", "zh-CN")
	if c.Staff != "" {
		r.SetBasicAuth(c.Staff, c.Secret)
	}
	if c.HTTP == nil {
		return http.DefaultClient.Do(r)
	}
	return c.HTTP.Do(r)
}

// Problem is a refusal (RFC 9457).
type Problem struct {
	Type   string   `json:"type"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail"`
	Errors []Defect `json:"errors"`

	RetryAfter time.Duration `json:"-"`
}

// Defect is one thing that is wrong with an application, or that a person must look at.
type Defect struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	Code    string `json:"code"`
	Field   string `json:"field"`
	Detail  string `json:"detail"`
}

// Error says what the server said.
func (p *Problem) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", p.Status, p.Title, p.Detail))
}

// Code is the last part of the problem's type.
func (p *Problem) Code() string { return p.Type[strings.LastIndexByte(p.Type, '/')+1:] }

// Has says whether a defect of the code is among the errors.
func (p *Problem) Has(code string) bool {
	for _, d := range p.Errors {
		if d.Code == code {
			return true
		}
	}
	return false
}

// passing says that the same request may succeed later.
func (p *Problem) passing() bool {
	return p.Status == http.StatusServiceUnavailable || p.Code() == "key_in_flight"
}

func problemOf(res *http.Response, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Title == "" { // not one of ours: a proxy, or another program
		p.Title = http.StatusText(res.StatusCode)
	}
	p.Status = res.StatusCode
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
