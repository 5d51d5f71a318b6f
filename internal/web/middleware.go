package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// Limits of one request.
const (
	maxBody    = 1 << 20 // bytes
	bodyTime   = 15 * time.Second
	answerTime = 15 * time.Second // to find the answer
	writeTime  = 30 * time.Second // to find and send it
)

type requestKey struct{}

// requestID returns the number under which the log speaks of the request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// stamp numbers a request and bounds the time it may take. The number is ours:
// what a client sends could forge the log.
func (s *server) stamp(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newRequestID()
		w.Header().Set("X-Request-Id", id)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // a recorder has none
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

func newRequestID() string {
	raw := make([]byte, 8)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// rescue turns a panic into a problem, and ends the connection if the answer had
// begun, so that nobody takes half of it for the whole.
func (s *server) rescue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Log.ErrorContext(r.Context(), "panic", "stack", string(debug.Stack()))
			if wrapped.Status() != 0 {
				panic(http.ErrAbortHandler)
			}
			s.refuse(wrapped, r, fmt.Errorf("handler panicked: %T", p))
		}()
		next.ServeHTTP(wrapped, r)
	})
}

// lastingHTTPS is how long a browser that has seen the doors behind https uses
// nothing else (RFC 6797): a year. Other names below the domain are not ours to bind.
const lastingHTTPS = "max-age=31536000"

// harden sets the headers that keep browsers from doing what no page asks for.
func (s *server) harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy",
			"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // a stricter one would take the Origin from our own forms
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.Secure {
			h.Set("Strict-Transport-Security", lastingHTTPS)
		}
		next.ServeHTTP(w, r)
	})
}

// refuseForeign refuses what the page of another site sends through a visitor's
// browser. Programs, which send neither Origin nor Sec-Fetch-Site, pass.
func (s *server) refuseForeign(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(s.api(func(http.ResponseWriter, *http.Request) error { return errForeign }))
	return protection.Handler(next)
}

// limitBody bounds what is read of a request, declared or not.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !carriesFile(r) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}

// brief bounds the time in which an answer must be found: a database that does
// not answer is unavailable, not slow. Event streams are not brief.
func brief(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
