package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/draft"
)

// formPage is the page of the form that a request brings, if people type there what is
// not to be lost; "" if it brings no such form.
func formPage(r *http.Request) string {
	path := legible(r.URL.Path)
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case r.Method != http.MethodPost && !carries(r):
		return ""
	case path == "/cases/new":
		return path
	case parts[0] == "cases" && len(parts) > 1:
		return "/cases/" + parts[1]
	case parts[0] == "letters":
		return "/letters"
	}
	return ""
}

// keepDraft keeps the form of a request that is refused because its session is
// locked or over, for whose session it is or was.
func (s *server) keepDraft(r *http.Request) error {
	page := formPage(r)
	if page == "" {
		return nil
	}
	person, err := access.HolderOf(r.Context(), s.Pool, tokenOf(r), time.Now())
	if errors.Is(err, access.ErrNoSession) { // nobody's: nobody may see it
		return nil
	}
	if err == nil {
		err = r.ParseForm()
	}
	if err != nil {
		return err
	}
	return draft.Keep(r.Context(), s.Pool, person, draft.Draft{Page: page, Form: r.PostForm}, time.Now())
}

// kept lets a request for a page carry what was kept of its form, and says whether it
// does now.
func (s *server) kept(r *http.Request) (bool, error) {
	if carries(r) {
		return false, nil
	}
	d, err := draft.Of(r.Context(), s.Pool, personOf(r.Context()).ID, legible(r.URL.Path), time.Now())
	if errors.Is(err, draft.ErrNone) {
		return false, nil
	}
	r.PostForm = d.Form
	return err == nil, err
}

// sent forgets what was kept of a form that a request brings: its owner is back.
func (s *server) sent(r *http.Request) error {
	page := formPage(r)
	if page == "" || r.Method != http.MethodPost || carriesFile(r) { // a file is no answer to what was kept
		return nil
	}
	return draft.Drop(r.Context(), s.Pool, personOf(r.Context()).ID, page)
}
