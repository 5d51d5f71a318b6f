package sandbox

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// A trick is how an office of facts fails, by the person or home it is asked about.
type trick int

// The tricks, as docs/SANDBOX.md numbers them.
const (
	plain       trick = iota
	slow              // says nothing for as long as anybody waits
	down              // 503
	stale             // knows what was so 400 days ago
	garbage           // a page of HTML
	unknownHere       // does not know the person, or holds nothing of the home
	refuses           // 403
	wrongRef          // answers another question
	huge              // ten megabytes
	drips             // a byte a second
	redirects         // to the metadata address of the cloud
	prophecy          // knows what will be so tomorrow
	nul               // NUL bytes
	recovers          // 503 twice, then answers
	gossip            // tells of somebody who was not asked about
)

// stages are where the numbers of the tricks begin: 901 in the sequence of an
// identity number is the first of the family office.
var stages = map[string]int{"family": 900, "homes": 950, "prior": 9800, "valuation": 9900}

// trickFor reads the trick out of an identity number (its sequence, digits 15 to 17)
// or a unit code (its last four).
func trickFor(office, about string) trick {
	digits := ""
	switch len(about) {
	case 18:
		digits = about[14:17]
	case 28:
		digits = about[24:]
	}
	n := 0
	for _, d := range digits {
		if d < '0' || d > '9' {
			return plain
		}
		n = 10*n + int(d-'0')
	}
	if t := trick(n - stages[office]); t > plain && t <= gossip && digits != "" {
		return t
	}
	return plain
}

// trickOf is the first trick of anyone whom a question is about. It counts the
// question.
func (f *Facts) trickOf(office string, q inquiry) (found trick) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, about := range q.about() {
		f.asked[office+" "+about]++
		t := trickFor(office, about)
		if t == recovers && f.asked[office+" "+about] > 2 {
			t = plain
		}
		if found == plain {
			found = t
		}
	}
	return found
}

// knownAt is as of when an office knows what it says.
func (t trick) knownAt(now time.Time) time.Time {
	switch t {
	case stale:
		return now.AddDate(0, 0, -400)
	case prophecy:
		return now.AddDate(0, 0, 1)
	}
	return now
}

// bends gives an answer that is none, and reports whether it did.
func (t trick) bends(w http.ResponseWriter, r *http.Request) bool {
	switch t {
	case slow:
		<-r.Context().Done()
	case down, recovers:
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
	case garbage:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><body>维护中</body></html>")
	case refuses:
		http.Error(w, "not for you", http.StatusForbidden)
	case huge:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ref":"`+strings.Repeat("9", 10<<20))
	case drips:
		drip(w, r)
	case redirects:
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
	case nul:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{\"ref\":\"\x00\"}")
	default:
		return false
	}
	return true
}

// drip sends a byte a second until the caller has enough.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if _, err := io.WriteString(w, " "); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}
