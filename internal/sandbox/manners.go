package sandbox

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// manners are the ways of answering that are not plain: a magic bends how the
// answer is given, not what is decided.
var manners = map[magic]func(*Company, http.ResponseWriter, *http.Request, hearing){
	"LATER":    (*Company).later,
	"LATERNO":  (*Company).later,
	"DOUBLE":   (*Company).double,
	"DISORDER": (*Company).disorder,
	"EARLY":    (*Company).early,
	"SILENT":   (*Company).silent,
	"LOST":     (*Company).lost,
	"WRONGREF": (*Company).wrongRef,
	"DRIP":     (*Company).drip,
	"500":      status(http.StatusInternalServerError, "text/plain", "\x00\xff stack trace of 张三"),
	"429":      status(http.StatusTooManyRequests, "application/json", "{}"),
	"400":      status(http.StatusBadRequest, "application/json", "{}"),
	"HTML":     status(http.StatusOK, "text/html", "<html><body>维护中</body></html>"),
	"NUL":      status(http.StatusOK, "application/json", "{\"ref\":\"\x00\"}"),
	"UTF8":     status(http.StatusOK, "application/json", "{\"ref\":\"\xff\xfe\"}"),
	"HUGE":     status(http.StatusOK, "application/json", strings.Repeat("9", 10<<20)),
	"GZIP":     (*Company).bomb,
	"REDIRECT": (*Company).redirect,
}

// reply gives the answer of h in the manner of m.
func (c *Company) reply(w http.ResponseWriter, r *http.Request, m magic, h hearing) {
	if h.times <= m.failures() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	}
	if manner, ok := manners[m]; ok {
		manner(c, w, r, h)
		return
	}
	say(w, http.StatusOK, h.verdict)
}

func say(w http.ResponseWriter, status int, v verdict) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// status is an office that always answers the same.
func status(code int, media, body string) func(*Company, http.ResponseWriter, *http.Request, hearing) {
	return func(_ *Company, w http.ResponseWriter, _ *http.Request, _ hearing) {
		w.Header().Set("Content-Type", media)
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// later takes the message in and calls back after the delay, once.
func (c *Company) later(w http.ResponseWriter, r *http.Request, h hearing) {
	if c.Immediate {
		say(w, http.StatusOK, h.verdict)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	if h.times == 1 {
		c.call(notice{h.verdict.Ref + "/1", h.verdict})
	}
}

// double calls back twice with one id, as at-least-once delivery does.
func (c *Company) double(w http.ResponseWriter, r *http.Request, h hearing) {
	w.WriteHeader(http.StatusAccepted)
	n := notice{h.verdict.Ref + "/1", h.verdict}
	c.call(n, n)
}

// disorder calls back with the refusal first and then, under an earlier id, with
// the "found" that it had thought of before.
func (c *Company) disorder(w http.ResponseWriter, r *http.Request, h hearing) {
	w.WriteHeader(http.StatusAccepted)
	before := verdict{Ref: h.verdict.Ref, Outcome: "found"}
	c.call(notice{h.verdict.Ref + "/2", h.verdict}, notice{h.verdict.Ref + "/1", before})
}

// early calls back before it says that it will.
func (c *Company) early(w http.ResponseWriter, r *http.Request, h hearing) {
	if h.times == 1 {
		n := notice{h.verdict.Ref + "/1", h.verdict}
		if !c.deliver(r.Context(), n) { // nobody knows the ref yet: tell it again
			c.call(n)
		}
	}
	w.WriteHeader(http.StatusAccepted)
}

// silent promises an answer and never calls; who asks again is told.
func (c *Company) silent(w http.ResponseWriter, r *http.Request, h hearing) {
	if h.times > 1 {
		say(w, http.StatusOK, h.verdict)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// lost does its work and hangs up; who asks again is told what was done.
func (c *Company) lost(w http.ResponseWriter, r *http.Request, h hearing) {
	if h.times > 1 {
		say(w, http.StatusOK, h.verdict)
		return
	}
	panic(http.ErrAbortHandler)
}

// wrongRef answers somebody else's question.
func (c *Company) wrongRef(w http.ResponseWriter, r *http.Request, h hearing) {
	h.verdict.Ref += "0"
	say(w, http.StatusOK, h.verdict)
}

// drip sends a byte a second until the caller has enough.
func (c *Company) drip(w http.ResponseWriter, r *http.Request, h hearing) {
	w.Header().Set("Content-Type", "application/json")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-c.closed.Done():
			return
		}
	}
}

// bomb packs ten megabytes into a few kilobytes.
func (c *Company) bomb(w http.ResponseWriter, r *http.Request, h hearing) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	io.WriteString(z, strings.Repeat(" ", 10<<20))
	z.Close()
}

// redirect points to the metadata address of the cloud.
func (c *Company) redirect(w http.ResponseWriter, r *http.Request, h hearing) {
	http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
}
