// Package client speaks to the doors of a window from outside, over HTTP, as
// any program would: it hands an application in, follows its case to the
// certificate, and says what a person decided.
//
// It is a thin cover of the generated client (internal/client/api): it signs in,
// sends requests again while the other side asks for patience, which the
// idempotency key makes harmless, and knows nothing of how a window works inside.
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
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/client/api"
)

// Client is one member of staff at one server.
type Client struct {
	Server string // address, such as http://127.0.0.1:8080
	Staff  string
	Secret string       // a key
	Token  string       // of a session, which then speaks instead of the key
	HTTP   *http.Client // nil takes http.DefaultClient; event streams forbid a timeout
}

const (
	answerTime = 30 * time.Second // of one request
	patience   = time.Minute      // how long a server that is busy or away is asked again
	shortPause = 500 * time.Millisecond
	maxAnswer  = 16 << 20
	maxList    = 200
	jsonMedia  = "application/json"
)

// KeyOf returns the idempotency key of an application: the same content, the same key.
func KeyOf(application []byte) string {
	sum := sha256.Sum256(application)
	return "submit-" + hex.EncodeToString(sum[:16])
}

// Submit hands in an application as it stands under a key. It returns a *Problem
// if the window refuses it.
func (c Client) Submit(ctx context.Context, key string, application []byte) (a Accepted, err error) {
	answer, err := c.insist(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.AcceptCaseWithBody(ctx, &api.AcceptCaseParams{IdempotencyKey: key}, jsonMedia, bytes.NewReader(application))
	})
	if err != nil {
		return a, fmt.Errorf("hand in an application: %w", err)
	}
	a.Resent = answer.header.Get("Idempotent-Replayed") == "true"
	err = answer.into(&a)
	return a, err
}

// Find returns a case as it stands.
func (c Client) Find(ctx context.Context, number string) (found Case, err error) {
	answer, err := c.find(ctx, number)
	if err != nil {
		return found, err
	}
	err = answer.into(&found)
	return found, err
}

func (c Client) find(ctx context.Context, number string) (reply, error) {
	answer, err := c.insist(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.ShowCase(ctx, number, nil)
	})
	if err != nil {
		return answer, fmt.Errorf("look for case %s: %w", number, err)
	}
	return answer, nil
}

// Waiting lists the newest cases in which a holder has an open step.
func (c Client) Waiting(ctx context.Context, holder string) ([]Brief, error) {
	answer, err := c.once(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.ListCases(ctx, &api.ListCasesParams{Holder: holder, Limit: maxList})
	})
	if err != nil {
		return nil, fmt.Errorf("list cases of the %s: %w", holder, err)
	}
	var list api.CaseList
	err = answer.into(&list) // before list is read: the order within one return is not laid down
	return list.Cases, err
}

// looks is how often a decision looks at the case again, because something else
// in it has moved meanwhile: a company that answers does not concern a registrar.
const looks = 10

// Decide says a person's verdict on a step, on the case as it stands at this
// moment; reason may be "".
func (c Client) Decide(ctx context.Context, number, step, verdict, reason string) (err error) {
	for range looks {
		err = c.decideOnce(ctx, number, step, api.Decision{Verdict: verdict, Reason: reason})
		var p *Problem
		if !errors.As(err, &p) || p.Status != http.StatusPreconditionFailed {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("decide %s of case %s: %w", step, number, err)
	}
	return nil
}

func (c Client) decideOnce(ctx context.Context, number, step string, d api.Decision) error {
	seen, err := c.find(ctx, number)
	if err != nil {
		return err
	}
	_, err = c.once(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.Decide(ctx, number, step, &api.DecideParams{IfMatch: seen.header.Get("ETag")}, d)
	})
	return err
}

// Certificate returns the certificate of a case, a PDF.
func (c Client) Certificate(ctx context.Context, number string) ([]byte, error) {
	answer, err := c.insist(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.ShowCertificate(ctx, number)
	})
	if err != nil {
		return nil, fmt.Errorf("fetch the certificate of case %s: %w", number, err)
	}
	return answer.body, nil
}

// Ready returns nil if the server can do its work.
func (c Client) Ready(ctx context.Context) error {
	_, err := c.once(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) { return to.Ready(ctx) })
	return err
}

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

// question asks a server something; the answer comes back unread.
type question func(ctx context.Context, to *api.Client) (*http.Response, error)

// insist asks until there is an answer other than "later", for a while.
func (c Client) insist(ctx context.Context, ask question) (reply, error) {
	for began := time.Now(); ; {
		answer, err := c.once(ctx, ask)
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
func (c Client) once(ctx context.Context, ask question) (r reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	res, err := c.send(ctx, ask)
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

// send asks as the member of staff, in Chinese, and returns the answer unread.
func (c Client) send(ctx context.Context, ask question) (*http.Response, error) {
	options := []api.ClientOption{api.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Accept-Language", "zh-CN")
		switch {
		case c.Token != "":
			r.Header.Set("Authorization", "Bearer "+c.Token)
		case c.Staff != "":
			r.SetBasicAuth(c.Staff, c.Secret)
		}
		r.URL.RawQuery = said(r.URL.Query()).Encode()
		return nil
	})}
	if c.HTTP != nil {
		options = append(options, api.WithHTTPClient(c.HTTP))
	}
	to, err := api.NewClient(c.Server, options...)
	if err != nil {
		return nil, err
	}
	return ask(ctx, to)
}

// said leaves out what was left empty: the generated code sends it, and the year 1
// as the end of a list leaves nothing in it.
func said(query url.Values) url.Values {
	maps.DeleteFunc(query, func(_ string, v []string) bool { return v[0] == "" || v[0] == "0001-01-01T00:00:00Z" })
	return query
}

// Problem is a refusal (RFC 9457).
type Problem struct {
	api.Problem
	RetryAfter time.Duration `json:"-"`
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
	return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests ||
		p.Code() == "key_in_flight"
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
