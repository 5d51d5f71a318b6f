package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"onewindow/jobs"
	"onewindow/tax/payment"
)

// wire keeps what an office sends to the offices outside, and passes it on.
type wire struct {
	http.RoundTripper
	mu   sync.Mutex
	sent []sending
}

// sending is one request as it left.
type sending struct {
	to   string // "company", "gateway" or "carrier"
	head string // method, address and header
	body string
}

// RoundTrip keeps and sends.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var head bytes.Buffer
	fmt.Fprintln(&head, r.Method, r.URL)
	if err := r.Header.Write(&head); err != nil {
		return nil, err
	}
	s := sending{to: recipientOf(r.URL), head: head.String()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		s.body, r.Body = string(body), io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Lock()
	w.sent = append(w.sent, s)
	w.mu.Unlock()
	return w.RoundTripper.RoundTrip(r)
}

func recipientOf(to *url.URL) string {
	switch {
	case strings.HasPrefix(to.Path, "/orders"):
		return "gateway"
	case strings.HasSuffix(to.Path, "/check"), strings.HasSuffix(to.Path, "/confirm"), strings.HasSuffix(to.Path, "/cancel"):
		return "company"
	}
	return "carrier"
}

// around opens the sandbox offices with the wire to them.
func (w *wire) around(t testing.TB, url string) (jobs.Offices, *httptest.Server) {
	t.Helper()
	offices, gateway := around(t, url)
	client := *offices.Messages.Client
	w.RoundTripper, client.Transport = client.Transport, w
	offices.Messages.Client = &client
	platform := offices.Gateway.(payment.Platform)
	platform.Client = &client
	offices.Gateway = platform
	for name, c := range offices.Companies {
		c.HTTP = &client
		offices.Companies[name] = c
	}
	return offices, gateway
}

// of returns what was sent to one recipient so far.
func (w *wire) of(to string) (list []sending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		if s.to == to {
			list = append(list, s)
		}
	}
	return list
}
