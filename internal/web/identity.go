package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onewindow/internal/access"
)

// Errors of those who ask.
var (
	errAnonymous = errors.New("nobody is signed in")
	errForbidden = errors.New("this role may not do that")
)

// sessionCookie carries the token of a session of the pages.
const sessionCookie = "onewindow_session"

type staffKey struct{}

// staffOf returns who asks; the zero Staff, who may do nothing, if nobody is
// signed in.
func staffOf(ctx context.Context) access.Staff {
	staff, _ := ctx.Value(staffKey{}).(access.Staff)
	return staff
}

// identify finds out who asks: by HTTP Basic (staff id and secret), as programs
// do, or by the session cookie of the pages. Wrong credentials are refused at
// once; an ended session is nobody.
func (s *server) identify(next http.Handler) http.Handler {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		staff, err := s.whoAsks(r)
		if err != nil {
			return err
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), staffKey{}, staff)))
		return nil
	})
}

func (s *server) whoAsks(r *http.Request) (access.Staff, error) {
	if r.Header.Get("Authorization") != "" {
		id, secret, ok := r.BasicAuth()
		if !ok {
			return access.Staff{}, access.ErrUnknown
		}
		return access.Authenticate(r.Context(), s.Pool, id, secret)
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return access.Staff{}, nil
	}
	staff, err := access.BySession(r.Context(), s.Pool, cookie.Value, time.Now())
	if errors.Is(err, access.ErrNoSession) {
		return access.Staff{}, nil
	}
	return staff, err
}

// may lets a handler answer those whose role allows it.
func (s *server) may(a access.Action, h handler) http.HandlerFunc {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		if err := permit(r.Context(), a); err != nil {
			return err
		}
		return h(w, r)
	})
}

// permit returns errAnonymous or errForbidden unless who asks may do it.
func permit(ctx context.Context, a access.Action) error {
	staff := staffOf(ctx)
	switch {
	case staff.ID == "":
		return errAnonymous
	case !staff.May(a):
		return errForbidden
	}
	return nil
}

// signIn opens a session and hands its token to the browser. It returns
// access.ErrUnknown if id and secret do not belong together.
func (s *server) signIn(w http.ResponseWriter, r *http.Request, id, secret string) error {
	staff, err := access.Authenticate(r.Context(), s.Pool, id, secret)
	if err != nil {
		return err
	}
	token, err := access.OpenSession(r.Context(), s.Pool, staff, time.Now())
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(token.Text(), access.SessionLength))
	return nil
}

// signOut ends the session of the browser, if it has one.
func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, s.cookie("", -time.Second))
	return access.CloseSession(r.Context(), s.Pool, cookie.Value)
}

// cookie is the session's cookie: scripts cannot read it and other sites cannot
// post with it.
func (s *server) cookie(token string, length time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: int(length / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure,
	}
}
