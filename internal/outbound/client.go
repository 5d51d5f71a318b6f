package outbound

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"time"
)

const (
	// MaxBody is the largest reply that is read, in bytes.
	MaxBody = 64 << 10

	maxHeader   = 16 << 10
	dialTimeout = 5 * time.Second // connecting, and for https the handshake too
	maxIdle     = 16              // kept connections per office
)

// New returns a client for speaking to another office. A whole exchange, body
// included, ends after timeout. It follows no redirect, asks no proxy and does
// not unpack compressed replies. It reaches public addresses over TLS only; the
// listed prefixes it reaches as well, there also without TLS: an inner network
// whose line is protected, or Loopback.
func New(timeout time.Duration, listed ...netip.Prefix) *http.Client {
	inner := func(a netip.Addr) bool { return contains(listed, a) }
	outer := func(a netip.Addr) bool { return inner(a) || public(a) }
	secure := &tls.Dialer{NetDialer: dialer(outer), Config: &tls.Config{MinVersion: tls.VersionTLS12}}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer(inner).DialContext,
			DialTLSContext:         secure.DialContext,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxHeader,
			MaxIdleConnsPerHost:    maxIdle,
			IdleConnTimeout:        time.Minute,
			DisableCompression:     true,
		},
	}
}
