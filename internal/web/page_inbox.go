package web

import (
	"net/http"
	"time"
)

// A Letter is a message that the demonstration's carrier was given, as its
// recipient would read it.
type Letter struct {
	To   string // a telephone number or a staff id
	Text string
	At   time.Time
}

// inboxPage stands for the telephones of a city that has none.
type inboxPage struct {
	frame
	Letters []Letter
}

// showInbox shows the messages that were sent last. It is there in the
// demonstration only, and for everyone: codes to sign in with are among them.
func (s *server) showInbox(w http.ResponseWriter, r *http.Request) error {
	p := inboxPage{frame: frameOf(r, "inbox"), Letters: s.Inbox()}
	p.Refresh = 5
	return show(w, http.StatusOK, "inbox", p)
}
