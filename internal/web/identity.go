package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
)

// errAnonymous says that nobody is signed in.
var errAnonymous = errors.New("nobody is signed in")

// sessionCookie carries the token of a session of the pages.
const sessionCookie = "onewindow_session"

type staffKey struct{}

// staffOf returns who asks; the zero Person, who may do nothing, if nobody is
// signed in.
func staffOf(ctx context.Context) access.Person {
	staff, _ := ctx.Value(staffKey{}).(access.Person)
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
		note(r.Context(), staff)
		ctx := onBehalf(r, staff.ID, staff.Role)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, staffKey{}, staff)))
		return nil
	})
}

func (s *server) whoAsks(r *http.Request) (access.Person, error) {
	if r.Header.Get("Authorization") != "" {
		id, secret, ok := r.BasicAuth()
		if !ok {
			return access.Person{}, access.ErrUnknown
		}
		return access.Authenticate(r.Context(), s.Pool, id, secret)
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return access.Person{}, nil
	}
	staff, err := access.BySession(r.Context(), s.Pool, cookie.Value, time.Now())
	if errors.Is(err, access.ErrNoSession) {
		return access.Person{}, nil
	}
	return staff, err
}

// may lets a handler answer those whose role allows it. Handlers of one case ask
// again for that case: see sight and reach.
func (s *server) may(a access.Action, h handler) http.HandlerFunc {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		if err := permit(r.Context(), a); err != nil {
			return err
		}
		return h(w, r)
	})
}

// permit returns errAnonymous or access.ErrForbidden unless who asks may do it to
// something.
func permit(ctx context.Context, a access.Action) error { return permitOn(ctx, a, access.Object{}) }

// permitOn is permit for one object; access.ErrForeign if it is another's.
func permitOn(ctx context.Context, a access.Action, o access.Object) error {
	person := staffOf(ctx)
	if person.ID == "" {
		return errAnonymous
	}
	return access.Permit(person, a, o)
}

// objectOf is a case as far as permission depends on it.
func objectOf(c intake.Case) access.Object {
	o := access.Object{Office: c.Unit.County(), Case: string(c.Number)}
	for _, account := range c.Utilities {
		o.Companies = append(o.Companies, account.Utility)
	}
	return o
}

// permitUnit is permit for an application about a unit: where this program serves
// several offices, only that of the unit's county takes it. Units of counties that
// it does not serve are left to the rules, which name the office to go to.
func permitUnit(ctx context.Context, a access.Action, unit registration.UnitCode) error {
	office, _ := registration.OfficeOf(unit.County())
	if !office.Here {
		return permit(ctx, a)
	}
	err := permitOn(ctx, a, access.Object{Office: office.County})
	if errors.Is(err, access.ErrForeign) {
		return access.ErrForbidden // nobody asked for a case: there is nothing to hide
	}
	return err
}

// sight returns the case in the address if who asks may do it to that case.
func (s *server) sight(r *http.Request, a access.Action) (*jobs.Sight, error) {
	number, err := numberOf(r)
	if err != nil {
		return nil, err
	}
	c, err := s.Flow.Find(r.Context(), number)
	if err != nil {
		return nil, err
	}
	return c, s.sawCase(r.Context(), number, permitOn(r.Context(), a, objectOf(c.Case)))
}

// reach returns the number of the case in the address if who asks may do it to
// that case, without reading all of it.
func (s *server) reach(r *http.Request, a access.Action) (intake.Number, error) {
	number, err := numberOf(r)
	if err != nil {
		return "", err
	}
	c, err := s.Flow.Facts(r.Context(), number)
	if err != nil {
		return "", err
	}
	return number, s.sawCase(r.Context(), number, permitOn(r.Context(), a, objectOf(c)))
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
