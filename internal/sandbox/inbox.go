package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"onewindow/internal/outbound"
)

// inboxKept is how many messages an inbox remembers.
const inboxKept = 200

// A Letter is a message as its recipient reads it.
type Letter struct {
	ID    string
	Phone string // or Staff
	Staff string
	Text  string
	At    time.Time
	Times int // how often the carrier was given it
}

// An Inbox plays the carrier of messages (短信平台) and, because there are no
// telephones in a made-up city, shows what it was given. It serves POST of one
// message and acts once per id. Numbers that end in a magic have their manners:
// see docs/SANDBOX.md.
type Inbox struct {
	key string

	mu      sync.Mutex
	letters []*Letter // the oldest first
	tries   map[string]int
}

// NewInbox opens an inbox for messages that are signed with key.
func NewInbox(key string) *Inbox { return &Inbox{key: key, tries: map[string]int{}} }

// Letters returns copies of the messages that were taken, the newest first.
func (b *Inbox) Letters() []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	letters := make([]Letter, 0, len(b.letters))
	for _, l := range slices.Backward(b.letters) {
		letters = append(letters, *l)
	}
	return letters
}

// text is the part of a message that an inbox reads.
type text struct {
	ID string `json:"id"`
	To struct {
		Phone string `json:"phone"`
		Staff string `json:"staff"`
	} `json:"to"`
	Text     string     `json:"text"`
	NotAfter *time.Time `json:"not_after"`
}

// ServeHTTP takes one message.
func (b *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		http.Error(w, "message is too long", http.StatusRequestEntityTooLarge)
		return
	}
	id, err := outbound.Verify(r.Header, body, b.key, time.Now())
	if err != nil {
		http.Error(w, "message is not signed", http.StatusUnauthorized)
		return
	}
	var m text
	if json.Unmarshal(body, &m) != nil || m.ID != id || m.Text == "" || (m.To.Phone == "") == (m.To.Staff == "") {
		http.Error(w, "message is not understood", http.StatusBadRequest)
		return
	}
	w.WriteHeader(b.take(m, time.Now()))
}

// The manners of numbers by their ends.
const (
	nobody   = "000410" // the number does not exist
	busy     = "000503" // the carrier is overloaded, twice
	troubled = 2
)

// take keeps a message, or refuses it, and returns the status of the answer.
func (b *Inbox) take(m text, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries[m.ID]++
	switch {
	case strings.HasSuffix(m.To.Phone, nobody):
		return http.StatusGone
	case strings.HasSuffix(m.To.Phone, busy) && b.tries[m.ID] <= troubled:
		return http.StatusServiceUnavailable
	case m.NotAfter != nil && now.After(*m.NotAfter):
		return http.StatusGone
	}
	for _, l := range b.letters {
		if l.ID == m.ID {
			l.Times++
			return http.StatusOK
		}
	}
	b.letters = append(b.letters, &Letter{ID: m.ID, Phone: m.To.Phone, Staff: m.To.Staff, Text: m.Text, At: now, Times: 1})
	if n := len(b.letters) - inboxKept; n > 0 {
		for _, l := range b.letters[:n] {
			delete(b.tries, l.ID)
		}
		b.letters = slices.Delete(b.letters, 0, n)
	}
	return http.StatusOK
}
