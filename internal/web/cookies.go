package web

import (
	"net/http"
	"time"

	"onewindow/internal/access"
)

// The cookies of those who come in. Scripts cannot read them, and other sites
// cannot post with them.
const (
	sessionCookie  = "onewindow_session"  // the token of a session
	attemptCookie  = "onewindow_attempt"  // between password and session
	provingCookie  = "onewindow_provider" // between us and a provider of identities
	citizenCookie  = "onewindow_my"       // the same, of citizens
	numberCookie   = "onewindow_number"   // what a citizen asked a code for
	askerCookie    = "onewindow_asker"    // for which browser it was sent, and that it has come in before
	deviceCookie   = "onewindow_device"   // that its people have signed in from
	attemptMinutes = 10
)

// tokenOf returns the token of the browser's session, "" if it has none.
func tokenOf(r *http.Request) string { return cookieOf(r, sessionCookie) }

func cookieOf(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// remember hands a browser a cookie for a while.
func (s *server) remember(w http.ResponseWriter, name, value string, length time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(length / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure,
	})
}

// forget takes a cookie back.
func (s *server) forget(w http.ResponseWriter, name string) { s.remember(w, name, "", -time.Second) }

// letIn hands the browser the token of a new session and ends what led to it.
func (s *server) letIn(w http.ResponseWriter, token access.Secret, length time.Duration) {
	s.forget(w, attemptCookie)
	s.forget(w, provingCookie)
	s.forget(w, citizenCookie)
	s.remember(w, sessionCookie, token.Text(), length)
}
