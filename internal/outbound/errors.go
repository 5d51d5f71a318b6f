package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// MaxText is the longest text, in bytes, that Clean lets through.
const MaxText = 500

// The ways in which a reply is not an answer.
var (
	ErrNoReply   = errors.New("no reply")
	ErrTooLarge  = fmt.Errorf("reply is larger than %d bytes", MaxBody)
	ErrMalformed = errors.New("reply is not understood")
)

// A StatusError says that the other side answered, but neither yes nor later.
// The text of its reply is left behind on purpose: it may hold anything.
type StatusError struct {
	Status     int           // HTTP status, 3xx to 5xx
	RetryAfter time.Duration // how long it asks to be left alone; 0: not said
}

// Error names the status only.
func (e *StatusError) Error() string {
	if e.RetryAfter > 0 {
		return fmt.Sprintf("answered %d, retry after %s", e.Status, e.RetryAfter)
	}
	return fmt.Sprintf("answered %d", e.Status)
}

// Temporary reports whether the same message may succeed later.
func (e *StatusError) Temporary() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.Status >= http.StatusInternalServerError
}

// Clean makes text of another program safe to keep: valid UTF-8, no control or
// bidirectional formatting characters, at most MaxText bytes. A single NUL in an
// error text would otherwise stop the job queue from completing its batch.
func Clean(text string) string {
	if len(text) > 2*MaxText {
		text = text[:2*MaxText]
	}
	text = strings.ToValidUTF8(text, "�")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, text)
	if len(text) <= MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxText], "")
}

// maxRetryAfter bounds what another office may ask of us.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header in both of its forms (RFC 9110 §10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		return min(max(time.Duration(seconds)*time.Second, 0), maxRetryAfter)
	}
	if on, err := http.ParseTime(header); err == nil {
		return min(max(on.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// A fault is an error of the line. Its text is ours; the cause, which may quote
// bytes of the other side, is kept for errors.Is only.
type fault struct {
	text  string
	cause error
}

func (f *fault) Error() string   { return f.text }
func (f *fault) Unwrap() []error { return []error{ErrNoReply, f.cause} }

// lineFault words an error of the transport without quoting it.
func lineFault(err error) error {
	var wait net.Error
	var untrusted *tls.CertificateVerificationError
	var errno syscall.Errno
	switch {
	case errors.Is(err, ErrAddress):
		return &fault{ErrAddress.Error(), err}
	case errors.Is(err, context.Canceled):
		return &fault{"no reply: given up", err}
	case errors.As(err, &wait) && wait.Timeout():
		return &fault{"no reply in time", err}
	case errors.As(err, &untrusted):
		return &fault{"no reply: certificate of the other side is not trusted", err}
	case errors.As(err, &errno):
		return &fault{"no reply: " + errno.Error(), err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &fault{"no reply: connection closed", err}
	}
	return &fault{"no reply: broken line", err}
}
