package web

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/jobs"
)

// credentials are the body with which a program of a person signs in.
type credentials struct {
	ID       string `json:"id"`
	Password string `json:"password"`
	Code     string `json:"code"`
}

// proofBody is the body of a proof within a session.
type proofBody struct {
	Password string `json:"password"`
	Code     string `json:"code"`
}

// sessionView is an open session. Token is given once, when it opens.
type sessionView struct {
	Token       string      `json:"token,omitempty"`
	Person      string      `json:"person"`
	Role        access.Role `json:"role"`
	Office      string      `json:"office,omitempty"`
	Case        string      `json:"acceptance_number,omitempty"` // the citizen's
	OpenedAt    time.Time   `json:"opened_at"`
	ExpiresAt   time.Time   `json:"expires_at"`
	ProvedUntil *time.Time  `json:"proved_until,omitempty"` // until when it may approve or hand over, once
}

func viewOfSession(s access.Session, token string) sessionView {
	v := sessionView{Token: token, Person: s.ID, Role: s.Role, Office: s.Office, Case: s.Case,
		OpenedAt: when(s.OpenedAt), ExpiresAt: when(s.ExpiresAt)}
	if s.Proved(time.Now()) {
		until := s.ProvedAt.Add(access.ProofLength)
		v.ProvedUntil = whenever(&until)
	}
	return v
}

// sessions adds the addresses of sign-in by programs. They identify for
// themselves: a locked session can be proved and ended.
func (s *server) sessions(r chi.Router) {
	r.With(brief, s.limitSignIn).Post("/api/v1/sessions", s.api(s.openSession))
	r.With(brief).Get("/api/v1/sessions/current", s.api(s.showSession))
	r.With(brief).Delete("/api/v1/sessions/current", s.api(s.endSession))
	r.With(brief, s.limitSignIn).Post("/api/v1/sessions/current/proof", s.api(s.proveSession))
	r.With(brief, s.limitCode).Post("/api/v1/citizen-codes", s.api(s.askCode))
	r.With(brief, s.limitCode).Post("/api/v1/citizen-sessions", s.api(s.openCitizenSession))
}

// openSession signs a member of staff in. It ends the session that they had.
func (s *server) openSession(w http.ResponseWriter, r *http.Request) error {
	var c credentials
	if err := readStrict(w, r, &c); err != nil {
		return err
	}
	token, _, err := s.Porter.SignIn(r.Context(), c.ID, c.Password, c.Code, time.Now())
	if err != nil {
		return err
	}
	return s.opened(w, r, token)
}

// opened answers with a session that has just been opened.
func (s *server) opened(w http.ResponseWriter, r *http.Request, token access.Secret) error {
	session, err := access.BySession(r.Context(), s.Pool, token.Text(), time.Now())
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/sessions/current")
	return answer(w, http.StatusCreated, viewOfSession(session, token.Text()))
}

// ownToken returns the token of who asks: the bearer's, or the cookie's.
func ownToken(r *http.Request) string {
	if token, ok := cutBearer(r); ok {
		return token
	}
	return tokenOf(r)
}

// showSession answers with the session of who asks, unless it is locked.
func (s *server) showSession(w http.ResponseWriter, r *http.Request) error {
	p, err := s.present(r, ownToken(r), time.Now())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, viewOfSession(p.Session, ""))
}

// endSession signs out.
func (s *server) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := access.CloseSession(r.Context(), s.Pool, ownToken(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// proveSession takes password and code once more, which unlocks the session and
// opens it for one thing that needs a proof.
func (s *server) proveSession(w http.ResponseWriter, r *http.Request) error {
	var b proofBody
	if err := readStrict(w, r, &b); err != nil {
		return err
	}
	if err := s.Porter.Prove(r.Context(), ownToken(r), b.Password, b.Code, time.Now()); err != nil {
		return err
	}
	return s.showSession(w, r)
}

// readStrict reads a JSON body whose members are all required texts.
func readStrict(w http.ResponseWriter, r *http.Request, v any) error {
	_, found, err := readJSON(w, r, v)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	return nil
}
