package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
)

// errAnonymous says that nobody is signed in.
var errAnonymous = errors.New("nobody is signed in")

// presence is who asks, and the session in which they do: a program that proves
// itself by a key has none.
type presence struct {
	access.Session
	token string
}

type presenceKey struct{}

// presenceOf returns who asks; the zero presence if nobody is signed in.
func presenceOf(ctx context.Context) presence {
	p, _ := ctx.Value(presenceKey{}).(presence)
	return p
}

func withPresence(ctx context.Context, p presence) context.Context {
	return context.WithValue(ctx, presenceKey{}, p)
}

// personOf returns who asks; the zero Person, who may do nothing, if nobody is
// signed in.
func personOf(ctx context.Context) access.Person { return presenceOf(ctx).Person }

// identify finds out who asks: by HTTP Basic (id and key), as programs do, by the
// token of a session as a bearer, or by the session cookie of the pages. Wrong
// credentials are refused at once, a locked session shows nothing, and a cookie
// whose session has ended is nobody's.
func (s *server) identify(next http.Handler) http.Handler {
	return s.api(func(w http.ResponseWriter, r *http.Request) error {
		p, err := s.whoAsks(r, time.Now())
		if err != nil {
			return err
		}
		note(r.Context(), p.Person)
		ctx := onBehalf(r, p.ID, p.Role)
		next.ServeHTTP(w, r.WithContext(withPresence(ctx, p)))
		return nil
	})
}

func (s *server) whoAsks(r *http.Request, at time.Time) (presence, error) {
	if r.Header.Get("Authorization") == "" {
		p, err := s.present(r, tokenOf(r), at)
		if errors.Is(err, access.ErrNoSession) {
			return presence{}, nil
		}
		return p, err
	}
	if id, key, ok := r.BasicAuth(); ok {
		person, err := access.ByKey(r.Context(), s.Pool, id, key, at)
		return presence{Session: access.Session{Person: person}}, err
	}
	token, ok := cutBearer(r)
	if !ok {
		return presence{}, access.ErrUnknown
	}
	return s.present(r, token, at)
}

// cutBearer returns the token that a program carries (RFC 6750).
func cutBearer(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, strings.EqualFold(scheme, "Bearer")
}

// present returns whose session a token is, unless it is locked, and notes that
// they are there.
func (s *server) present(r *http.Request, token string, at time.Time) (presence, error) {
	session, err := access.BySession(r.Context(), s.Pool, token, at)
	if err != nil {
		return presence{}, err
	}
	if session.Locked(at, s.idle()) {
		return presence{}, access.ErrLocked
	}
	if session.Idle(at) && deliberate(r) {
		if err := access.Seen(r.Context(), s.Pool, token, at); err != nil {
			return presence{}, err
		}
	}
	return presence{session, token}, nil
}

// idle is how long nobody may be at a session before it locks.
func (s *server) idle() time.Duration { return cmp.Or(s.Idle, access.UsualIdle) }

// deliberate says whether somebody did something, rather than a page that stands
// open: an event stream, a page that asks again by itself. Where browsers say
// whether a person moved them (Fetch Metadata), that counts.
func deliberate(r *http.Request) bool {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return true
	case strings.HasSuffix(r.URL.Path, "/live"), strings.HasSuffix(r.URL.Path, "/events"):
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") == "" || r.Header.Get("Sec-Fetch-User") == "?1"
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
	person := personOf(ctx)
	if person.ID == "" {
		return errAnonymous
	}
	return access.Permit(person, a, o)
}

// permitProved is permit for what authorises an entry or gives a certificate away:
// password and code must have been given for it, within the last minutes, in this
// session. Neither signing in nor a key ever does.
func permitProved(ctx context.Context, a access.Action) error {
	if err := permit(ctx, a); err != nil {
		return err
	}
	if !presenceOf(ctx).Proved(time.Now()) {
		return access.ErrNotProved
	}
	return nil
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
// it does not serve are left to the rules, which name the office to go to. The unit is
// read as the rules read it, blanks between its groups and wide digits included.
func permitUnit(ctx context.Context, a access.Action, unit registration.UnitCode) error {
	unit = registration.Application{Unit: unit}.Normalise().Unit
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
