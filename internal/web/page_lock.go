package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
)

func unlockPage(r *http.Request, next string) askPage {
	p := askPageOf(r, "/unlock", "page.unlock.title", "page.unlock.intro", "page.unlock.go")
	p.Staff = access.Person{}
	p.ask(passwordField("page.sign_in.password", "", "current-password"))
	p.Hidden["next"] = next
	p.Others = []askLink{{"/sign-in?" + url.Values{"next": {next}}.Encode(), p.say("page.unlock.other", nil)}}
	return p
}

// showUnlock asks for the password of a locked session. It does not say whose.
func (s *server) showUnlock(w http.ResponseWriter, r *http.Request) error {
	p := unlockPage(r, within(r.URL.Query().Get("next")))
	p.Others = append(p.Others, s.providerLinks(p.frame, p.Hidden["next"])...)
	return p.show(w)
}

func (s *server) postUnlock(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	next := within(r.PostFormValue("next"))
	err := s.Porter.Unlock(r.Context(), tokenOf(r), r.PostFormValue("password"), time.Now())
	if errors.Is(err, access.ErrUnknown) {
		p := unlockPage(r, next)
		p.blame("password", "page.unlock.wrong")
		return p.show(w)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// postLock locks the session at once, for who leaves the desk.
func (s *server) postLock(w http.ResponseWriter, r *http.Request) error {
	if err := access.LockSession(r.Context(), s.Pool, tokenOf(r)); err != nil {
		return err
	}
	http.Redirect(w, r, "/unlock?"+url.Values{"next": {hereOf(r)}}.Encode(), http.StatusSeeOther)
	return nil
}

// proofPage asks for password and code in the middle of a form whose fields it
// carries along, so that nothing has to be typed twice.
func (s *server) proofPage(r *http.Request, title string, carried ...string) askPage {
	p := askPageOf(r, r.URL.Path, title, "page.proof.intro", "page.proof.go")
	p.ask(passwordField("page.sign_in.password", "", "current-password"))
	p.ask(codeField("page.code.code", "page.code.hint"))
	for _, name := range carried {
		p.Hidden[name] = typed(r, name)
	}
	p.Hidden["proof"], p.Hidden["at"] = "1", typed(r, "at")
	p.Others = s.providerLinks(p.frame, aboutOf(r))
	return p
}

// aboutOf is the page of what a form acts on.
func aboutOf(r *http.Request) string {
	if number := chi.URLParam(r, "number"); number != "" {
		return "/cases/" + number
	}
	return "/accounts"
}

// withProof takes the proof that a form carries, if it does, and returns the request
// of who has proved themselves. It returns access.ErrUnknown for a wrong one.
func (s *server) withProof(r *http.Request) (*http.Request, error) {
	if r.PostFormValue("proof") == "" {
		return r, nil
	}
	at := presenceOf(r.Context())
	at.ProvedAt = time.Now()
	err := s.Porter.Prove(r.Context(), at.token, r.PostFormValue("password"), typed(r, "code"), at.ProvedAt)
	if err != nil {
		return r, err
	}
	return r.WithContext(withPresence(r.Context(), at)), nil
}

// askProof asks for the proof that an error says is missing or wrong, and returns
// every other error.
func (s *server) askProof(w http.ResponseWriter, r *http.Request, err error, title string, carried ...string) error {
	wrong := errors.Is(err, access.ErrUnknown)
	if !wrong && !errors.Is(err, access.ErrNotProved) {
		return err
	}
	p := s.proofPage(r, title, carried...)
	if wrong {
		p.blame("password", "page.proof.wrong")
	}
	return p.show(w)
}
