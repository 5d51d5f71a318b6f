package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
)

// providerPages adds the ways to the providers of identities and back.
func (s *server) providerPages(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(brief, s.limitSignIn)
		r.Get(staffProvider+"{provider}", s.page(s.toProvider))
		r.Get(staffProvider+"{provider}/back", s.page(s.fromProvider))
		r.Get(citizenProvider+"{provider}", s.page(s.toCitizenProvider))
		r.Get(citizenProvider+"{provider}/back", s.page(s.fromCitizenProvider))
	})
}

// providerLinks offers the providers there are.
func (s *server) providerLinks(f frame, next string) (links []askLink) {
	for i, p := range s.Providers {
		query := url.Values{"next": {next}}
		links = append(links, askLink{staffProvider + strconv.Itoa(i) + "?" + query.Encode(),
			f.say("page.sign_in.with", map[string]string{"name": p.Name})})
	}
	return links
}

// providerOf returns the provider in the address among those that vouch for staff or
// for citizens, and where it sends people back to.
func (s *server) providerOf(r *http.Request, among []*access.Provider, path string) (*access.Provider, string, error) {
	i, err := strconv.Atoi(chi.URLParam(r, "provider"))
	if err != nil || i < 0 || i >= len(among) {
		return nil, "", errNotFound
	}
	return among[i], strings.TrimSuffix(s.PublicURL, "/") + path + strconv.Itoa(i) + "/back", nil
}

// staffProvider is where the providers of staff are, and citizenProvider those of
// citizens: an answer to one way in is none to the other.
const (
	staffProvider   = "/sign-in/with/"
	citizenProvider = "/my/sign-in/with/"
)

// toProvider sends the browser with a question. Where it has an open session, the
// person is to prove themselves anew.
func (s *server) toProvider(w http.ResponseWriter, r *http.Request) error {
	p, back, err := s.providerOf(r, s.Providers, staffProvider)
	if err != nil {
		return err
	}
	_, err = access.BySession(r.Context(), s.Pool, tokenOf(r), time.Now())
	if err != nil && !errors.Is(err, access.ErrNoSession) && !errors.Is(err, access.ErrElsewhere) {
		return err
	}
	q := access.NewQuestion(within(r.URL.Query().Get("next")), err == nil)
	return s.question(w, r, p, q, back, provingCookie)
}

// question sends the browser to a provider, with a cookie to know the answer by.
func (s *server) question(w http.ResponseWriter, r *http.Request, p *access.Provider, q access.Question,
	back, cookie string) error {
	to, err := p.Ask(r.Context(), q, back)
	if err != nil {
		return errors.Join(errProviderAway, err)
	}
	kept, err := json.Marshal(q)
	if err != nil {
		return err
	}
	s.remember(w, cookie, base64.RawURLEncoding.EncodeToString(kept), attemptMinutes*time.Minute)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// errProviderAway says that a provider of identities does not answer.
var errProviderAway = errors.New("the provider of identities does not answer")

// brought returns what a browser brings back, with the question that it was sent with,
// which is answered once.
func (s *server) brought(w http.ResponseWriter, r *http.Request, back, cookie string) (q access.Question,
	b access.Brought, err error) {
	kept, err := base64.RawURLEncoding.DecodeString(cookieOf(r, cookie))
	if err != nil || json.Unmarshal(kept, &q) != nil {
		return q, b, access.ErrProvider
	}
	s.forget(w, cookie)
	return q, access.Brought{Back: back, State: r.URL.Query().Get("state"), Code: r.URL.Query().Get("code")}, nil
}

// fromProvider takes the answer, and opens a session or proves the open one.
func (s *server) fromProvider(w http.ResponseWriter, r *http.Request) error {
	p, back, err := s.providerOf(r, s.Providers, staffProvider)
	if err != nil {
		return err
	}
	q, b, err := s.brought(w, r, back, provingCookie)
	if err != nil {
		return err
	}
	now := time.Now()
	subject, err := p.Answer(r.Context(), q, b, now)
	if err != nil {
		return err
	}
	if q.Anew {
		if err := s.Porter.ProveBySubject(r.Context(), tokenOf(r), subject, now); err != nil {
			return err
		}
		http.Redirect(w, r, within(q.Next), http.StatusSeeOther)
		return nil
	}
	token, who, err := s.Porter.BySubject(r.Context(), subject, now)
	if err != nil {
		return err
	}
	return s.enter(w, r, token, who, within(q.Next))
}
