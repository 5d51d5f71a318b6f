package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"onewindow/internal/access"
)

// pictureSide is the width of the picture of an enrolment, in pixels.
const pictureSide = 480

func passwordPage(r *http.Request, next string) askPage {
	p := askPageOf(r, "/sign-in/password", "page.choose.title", "page.choose.intro", "page.next_step")
	p.Staff = access.Person{}
	p.ask(passwordField("page.choose.password", "page.choose.hint", "new-password"))
	again := passwordField("page.choose.again", "", "new-password")
	again.Name = "again"
	p.ask(again)
	p.Hidden["next"] = next
	return p
}

// showPassword asks who came with a one-time password for their own.
func (s *server) showPassword(w http.ResponseWriter, r *http.Request) error {
	return passwordPage(r, within(r.URL.Query().Get("next"))).show(w)
}

// postPassword takes the password and goes on to the authenticator.
func (s *server) postPassword(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	p := passwordPage(r, within(r.PostFormValue("next")))
	if r.PostFormValue("password") != r.PostFormValue("again") {
		p.blame("again", "page.choose.differ")
		return p.show(w)
	}
	err := s.Porter.Choose(r.Context(), cookieOf(r, attemptCookie), r.PostFormValue("password"), time.Now())
	switch {
	case errors.Is(err, access.ErrWeak):
		p.blame("password", "page.choose.weak")
		return p.show(w)
	case errors.Is(err, access.ErrSamePassword):
		p.blame("password", "page.choose.same")
		return p.show(w)
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/sign-in/authenticator?"+url.Values{"next": {p.Hidden["next"]}}.Encode(), http.StatusSeeOther)
	return nil
}

// enrolmentPage shows the seed as a picture and as text, and asks for a code.
func (s *server) enrolmentPage(r *http.Request, next string) (p askPage, err error) {
	_, seed, err := s.Porter.Enrolment(r.Context(), cookieOf(r, attemptCookie), time.Now())
	if err != nil {
		return p, err
	}
	p = askPageOf(r, "/sign-in/authenticator", "page.enrol.title", "page.enrol.intro", "page.sign_in.go")
	p.Staff, p.Picture, p.Seed = access.Person{}, "/sign-in/authenticator.png", seed.Text()
	p.ask(codeField("page.code.code", "page.enrol.hint"))
	p.Hidden["next"] = next
	return p, nil
}

func (s *server) showEnrolment(w http.ResponseWriter, r *http.Request) error {
	p, err := s.enrolmentPage(r, within(r.URL.Query().Get("next")))
	if err != nil {
		return err
	}
	return p.show(w)
}

// pictureEnrolment draws what an authenticator reads.
func (s *server) pictureEnrolment(w http.ResponseWriter, r *http.Request) error {
	who, seed, err := s.Porter.Enrolment(r.Context(), cookieOf(r, attemptCookie), time.Now())
	if err != nil {
		return err
	}
	return drawCode(w, seed.Address(who, "Onewindow"))
}

// postEnrolment takes the authenticator's first code and opens the first session.
func (s *server) postEnrolment(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	next := within(r.PostFormValue("next"))
	token, who, err := s.Porter.Enrol(r.Context(), cookieOf(r, attemptCookie), typed(r, "code"), time.Now())
	if errors.Is(err, access.ErrUnknown) {
		p, err := s.enrolmentPage(r, next)
		if err != nil {
			return err
		}
		p.blame("code", "page.enrol.wrong")
		return p.show(w)
	}
	if err != nil {
		return err
	}
	return s.enter(w, r, token, who, next)
}
