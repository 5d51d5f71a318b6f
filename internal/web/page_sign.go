package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
)

// signPages adds the pages through which people come in and go. They identify for
// themselves.
func (s *server) signPages(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(brief, s.limitSignIn)
		r.Get("/sign-in", s.page(s.showSignIn))
		r.Post("/sign-in", s.page(s.postSignIn))
		r.Get("/sign-in/code", s.page(s.showCode))
		r.Post("/sign-in/code", s.page(s.postCode))
		r.Get("/sign-in/password", s.page(s.showPassword))
		r.Post("/sign-in/password", s.page(s.postPassword))
		r.Get("/sign-in/authenticator", s.page(s.showEnrolment))
		r.Post("/sign-in/authenticator", s.page(s.postEnrolment))
		r.Get("/sign-in/authenticator.png", s.page(s.pictureEnrolment))
		r.Get("/unlock", s.page(s.showUnlock))
		r.Post("/unlock", s.page(s.postUnlock))
		r.Post("/lock", s.page(s.postLock))
		r.Post("/sign-out", s.page(s.postSignOut))
	})
	s.citizenPages(r)
	s.providerPages(r)
}

// doorFor returns where a browser is led to whose request is refused because of
// who asks; "" if that is not why. It comes back to where it was.
func (s *server) doorFor(r *http.Request, err error) string {
	next := cmp.Or(formPage(r), hereOf(r))
	if r.Header.Get("HX-Request") != "" { // a part of a page: the page is meant
		if at, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
			next = within(at.RequestURI())
		}
	}
	query := url.Values{"next": {next}}
	switch {
	case errors.Is(err, access.ErrLocked):
		return "/unlock?" + query.Encode()
	case errors.Is(err, access.ErrElsewhere):
		query.Set("elsewhere", "1")
	case !errors.Is(err, errAnonymous) && !errors.Is(err, access.ErrNoSession):
		return ""
	case strings.HasPrefix(r.URL.Path, "/my"):
		return "/my/sign-in"
	}
	return "/sign-in?" + query.Encode()
}

// lead sends a browser on; a part of a page that htmx asked for sends the page.
func lead(w http.ResponseWriter, r *http.Request, to string) {
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// homeOf is where a role begins its work.
func homeOf(role access.Role) string {
	switch {
	case role == access.Citizen:
		return "/my"
	case access.May(role, access.ManageStaff):
		return "/accounts"
	case access.May(role, access.SeeLetters) && !access.May(role, access.See):
		return "/letters"
	}
	return "/"
}

// begin leads those to their own first page who have no cases to see.
func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	who := personOf(r.Context())
	if home := homeOf(who.Role); who.ID != "" && home != "/" {
		http.Redirect(w, r, home, http.StatusSeeOther)
		return nil
	}
	return s.pageIf(access.See, s.showQueue)(w, r)
}

// signInPage asks who comes in; whoever comes in otherwise is led there.
func (s *server) signInPage(r *http.Request, next string) askPage {
	p := askPageOf(r, "/sign-in", "page.sign_in.title", "", "page.next_step")
	p.Staff = access.Person{}
	p.ask(askField{Name: "id", Label: "page.sign_in.id", Hint: "page.sign_in.id_hint", Complete: "username"})
	p.ask(passwordField("page.sign_in.password", "", "current-password"))
	p.Hidden["next"] = next
	p.Others = append(s.providerLinks(p.frame, next), askLink{"/my/sign-in", p.say("page.sign_in.citizens", nil)})
	if s.Demonstration {
		p.Others = append(p.Others, askLink{"/demo/codes", p.say("page.codes.title", nil)})
	}
	return p
}

// showSignIn asks for the id and the password.
func (s *server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	p := s.signInPage(r, within(r.URL.Query().Get("next")))
	if r.URL.Query().Has("elsewhere") {
		p.Notice = p.say("page.sign_in.elsewhere", nil)
	}
	return p.show(w)
}

// postSignIn takes id and password, says nothing of whether they were right, and
// goes on to the code.
func (s *server) postSignIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id, next := strings.ToLower(strings.TrimSpace(typed(r, "id"))), within(r.PostFormValue("next"))
	if id == "" || r.PostFormValue("password") == "" {
		p := s.signInPage(r, next)
		p.Fields[0].Value = id
		for _, f := range p.Fields {
			if strings.TrimSpace(r.PostFormValue(f.Name)) == "" {
				p.blame(f.Name, codeTextMissing)
			}
		}
		return p.show(w)
	}
	token, fresh, err := s.porterFor(r).Begin(r.Context(), id, r.PostFormValue("password"), time.Now())
	if err != nil {
		return err
	}
	s.remember(w, attemptCookie, token.Text(), attemptMinutes*time.Minute)
	to := "/sign-in/code"
	if fresh {
		to = "/sign-in/password"
	}
	http.Redirect(w, r, to+"?"+url.Values{"next": {next}}.Encode(), http.StatusSeeOther)
	return nil
}

func codePage(r *http.Request, next string) askPage {
	p := askPageOf(r, "/sign-in/code", "page.code.title", "", "page.sign_in.go")
	p.Staff = access.Person{}
	p.ask(codeField("page.code.code", "page.code.hint"))
	p.Hidden["next"] = next
	p.Others = []askLink{{"/sign-in?" + url.Values{"next": {next}}.Encode(), p.say("page.code.again", nil)}}
	return p
}

// showCode asks for the code of the authenticator, whatever the password was.
func (s *server) showCode(w http.ResponseWriter, r *http.Request) error {
	return codePage(r, within(r.URL.Query().Get("next"))).show(w)
}

// postCode opens the session, and goes to where the person wanted to be.
func (s *server) postCode(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	next := within(r.PostFormValue("next"))
	token, who, err := s.porterFor(r).Finish(r.Context(), cookieOf(r, attemptCookie), typed(r, "code"), time.Now())
	switch {
	case errors.Is(err, access.ErrUnknown):
		p := codePage(r, next)
		p.blame("code", "page.code.wrong")
		return p.show(w)
	case errors.Is(err, access.ErrNoSession): // it took too long
		http.Redirect(w, r, "/sign-in?"+url.Values{"next": {next}}.Encode(), http.StatusSeeOther)
		return nil
	case err != nil:
		return err
	}
	return s.enter(w, r, token, who, next)
}

// porterFor is the porter for the browser that asks.
func (s *server) porterFor(r *http.Request) access.Porter {
	return s.Porter.On(cookieOf(r, deviceCookie))
}

// enter goes in with a new session: to where the person wanted to be, or to where
// their role begins. From now on the browser is known to be theirs.
func (s *server) enter(w http.ResponseWriter, r *http.Request, token access.Secret, who access.Person,
	next string) error {
	device, err := s.porterFor(r).Know(r.Context(), who.ID, time.Now())
	if err != nil {
		return err
	}
	s.remember(w, deviceCookie, device.Text(), access.DeviceLength)
	s.letIn(w, token, access.SessionLength+access.Memory) // what is typed into an ended session's page has an owner
	if next == "/" {
		next = homeOf(who.Role)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// postSignOut ends the session of the browser, if it has one.
func (s *server) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := access.CloseSession(r.Context(), s.Pool, tokenOf(r)); err != nil {
		return err
	}
	s.forget(w, sessionCookie)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// within keeps a redirect on this site: a path that browsers read as one.
func within(next string) string {
	odd := strings.ContainsFunc(next, func(c rune) bool { return c < ' ' || c == '\\' })
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || odd {
		return "/"
	}
	return next
}

// formError says why a form cannot be read.
func formError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errors.Join(errQuery, err)
}
