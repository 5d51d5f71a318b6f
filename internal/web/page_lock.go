package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

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
func proofPage(r *http.Request, title string, carried ...string) askPage {
	p := askPageOf(r, r.URL.Path, title, "page.proof.intro", "page.proof.go")
	p.ask(passwordField("page.sign_in.password", "", "current-password"))
	p.ask(codeField("page.code.code", "page.code.hint"))
	for _, name := range carried {
		p.Hidden[name] = typed(r, name)
	}
	p.Hidden["proof"], p.Hidden["at"] = "1", typed(r, "at")
	return p
}

// proved takes the proof that a form carries, if it does. It returns false when it
// has answered itself: the proof was wrong.
func (s *server) proved(w http.ResponseWriter, r *http.Request, title string, carried ...string) (bool, error) {
	if r.PostFormValue("proof") == "" {
		return true, nil
	}
	now := time.Now()
	at := presenceOf(r.Context())
	err := s.Porter.Prove(r.Context(), at.token, r.PostFormValue("password"), typed(r, "code"), now)
	if errors.Is(err, access.ErrUnknown) {
		p := proofPage(r, title, carried...)
		p.blame("password", "page.proof.wrong")
		return false, p.show(w)
	}
	if err == nil {
		at.ProvedAt = now
		*r = *r.WithContext(withPresence(r.Context(), at))
	}
	return err == nil, err
}
