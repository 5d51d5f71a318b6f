package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var testKey = Key(bytes.Repeat([]byte{7}, 32))

// office starts an office of the other side on this machine.
func office(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func message(url string) Message {
	return Message{URL: url, ID: "case-1-water", Keys: []string{testKey}, Body: map[string]string{"ref": "1"}}
}

func answer(media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		io.WriteString(w, body)
	}
}

func TestAnHonestReplyIsRead(t *testing.T) {
	t.Parallel()
	url := office(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, err := Verify(r.Header, body, testKey, time.Now())
		if err != nil || id != "case-1-water" || r.Header.Get("Idempotency-Key") != id {
			t.Errorf("the office sees id %q, error %v", id, err)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"ref":"1","added_next_year":[1]}`)
	})
	reply, err := Send(t.Context(), New(time.Minute, Loopback()...), message(url))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Ref string `json:"ref"`
	}
	if err := reply.Decode(&got); err != nil || got.Ref != "1" || reply.Status != 202 {
		t.Errorf("reply %d %+v, error %v", reply.Status, got, err)
	}
}

func TestAHostileReplyIsAnErrorWithAHarmlessText(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		office http.HandlerFunc
		want   error
	}{
		"ten megabytes":           {answer("application/json", strings.Repeat("x", 10<<20)), ErrTooLarge},
		"one byte too many":       {answer("application/json", strings.Repeat(" ", MaxBody+1)), ErrTooLarge},
		"a page of HTML":          {answer("text/html", "<h1>secret</h1>"), ErrMalformed},
		"HTML called JSON":        {answer("application/json", "<h1>secret</h1>"), ErrMalformed},
		"no type":                 {answer("", `{}`), ErrMalformed},
		"two objects":             {answer("application/json", `{}{"secret":1}`), ErrMalformed},
		"a list":                  {answer("application/json", `["secret"]`), ErrMalformed},
		"null":                    {answer("application/json", `null`), ErrMalformed},
		"nothing":                 {answer("application/json", ``), ErrMalformed},
		"a wrong type":            {answer("application/json", `{"ref":99887766}`), ErrMalformed},
		"a NUL":                   {answer("application/json", "{\"ref\":\"\x00secret\"}"), ErrMalformed},
		"text that is not UTF-8":  {answer("application/json", "{\"ref\":\"\xff\xfesecret\"}"), ErrMalformed},
		"ten thousand brackets":   {answer("application/json", `{"ref":`+strings.Repeat("[", 10_001)), ErrMalformed},
		"a compression bomb":      {bomb, ErrMalformed},
		"a broken status line":    {raw("HTTP/1.1 2\x0000 secret\r\n\r\n"), ErrNoReply},
		"endless headers":         {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("secret", 1<<16)), ErrNoReply},
		"a body that breaks off":  {raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"secret\":"), ErrNoReply},
		"a connection that drops": {raw(""), ErrNoReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply, err := Send(t.Context(), New(time.Minute, Loopback()...), message(office(t, tt.office)))
			if err == nil {
				err = reply.Decode(&struct {
					Ref string `json:"ref"`
				}{})
			}
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			harmless(t, err.Error())
		})
	}
}

func harmless(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "secret") || Clean(text) != text {
		t.Errorf("error text %q", text)
	}
}

// bomb answers 100 MB of spaces as a few hundred kilobytes.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	for range 100 {
		z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	z.Close()
}

// raw answers bytes that need not be HTTP and hangs up.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		io.WriteString(conn, text)
		conn.Close()
	}
}

func TestASlowDripEndsWithTheTimeout(t *testing.T) {
	t.Parallel()
	for _, headersFirst := range []bool{false, true} {
		url := office(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // only then does the server notice that we hung up
			if headersFirst {
				w.WriteHeader(http.StatusOK)
			}
			for r.Context().Err() == nil {
				if headersFirst {
					w.Write([]byte(" "))
					w.(http.Flusher).Flush()
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
		_, err := Send(t.Context(), New(100*time.Millisecond, Loopback()...), message(url))
		if !errors.Is(err, ErrNoReply) || err.Error() != "no reply in time" {
			t.Errorf("headers first %v: got %v", headersFirst, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	inner := office(t, func(http.ResponseWriter, *http.Request) { followed.Store(true) })
	for _, to := range []string{inner, "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"} {
		url := office(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		})
		_, err := Send(t.Context(), New(time.Minute, Loopback()...), message(url))
		var status *StatusError
		if !errors.As(err, &status) || status.Status != 307 || status.Temporary() {
			t.Errorf("redirect to %s: got %v", to, err)
		}
	}
	if followed.Load() {
		t.Error("the client followed a redirect")
	}
}

func TestAStatusSaysWhetherToTryAgainAndWhen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status    int
		header    string
		temporary bool
		after     time.Duration
	}{
		{503, "120", true, 2 * time.Minute},
		{429, "1", true, time.Second},
		{500, "", true, 0},
		{409, "", true, 0},
		{400, "", false, 0},
		{401, "", false, 0},
		{410, "", false, 0},
		{503, "-5", true, 0},
		{503, "99999999", true, 24 * time.Hour},
		{503, "99999999999999999999", true, 0},
		{503, "soon\u202e", true, 0},
		{503, "Mon, 01 Jan 1990 00:00:00 GMT", true, 0},
		{503, "Tue, 01 Jan 2999 00:00:00 GMT", true, 24 * time.Hour},
	} {
		url := office(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", tt.header)
			http.Error(w, "secret", tt.status)
		})
		_, err := Send(t.Context(), New(time.Minute, Loopback()...), message(url))
		var status *StatusError
		if !errors.As(err, &status) || *status != (StatusError{tt.status, tt.after}) || status.Temporary() != tt.temporary {
			t.Errorf("%d with Retry-After %q: got %v", tt.status, tt.header, err)
			continue
		}
		harmless(t, err.Error())
	}
}

func TestACertificateNobodyVouchesForIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(answer("application/json", "{}"))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of us
	s.StartTLS()
	defer s.Close()
	_, err := Send(t.Context(), New(time.Minute, Loopback()...), message(s.URL))
	if !errors.Is(err, ErrNoReply) || !strings.Contains(err.Error(), "not trusted") {
		t.Errorf("got %v", err)
	}
}

func TestAMessageWithABadAddressIsNotSent(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "water", "ftp://127.0.0.1/", "http://", "http://user:pw@127.0.0.1/", "http://[::1", "\x00",
	} {
		if _, err := Send(t.Context(), New(time.Minute, Loopback()...), message(url)); err == nil {
			t.Errorf("%q was accepted", url)
		}
	}
}

func TestNobodyListening(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := Send(t.Context(), New(time.Minute, Loopback()...), message(s.URL))
	if !errors.Is(err, ErrNoReply) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Send(ctx, New(time.Minute, Loopback()...), message(s.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: got %v", err)
	}
}
