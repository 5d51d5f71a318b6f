package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/templates"
)

// What a browser remembers of how its reader wants the pages.
const (
	langCookie = "onewindow_lang"
	typeCookie = "onewindow_type"
	typeLarge  = "large"
	prefersFor = 365 * 24 * time.Hour
)

// speech is the language of the pages: the one chosen, else the one the browser
// prefers.
func speech(r *http.Request) string {
	if cookie, err := r.Cookie(langCookie); err == nil && slices.Contains(templates.Languages, cookie.Value) {
		return cookie.Value
	}
	return templates.Lang(r.Header.Get("Accept-Language"))
}

// large says whether the reader has chosen large type (大字版).
func large(r *http.Request) bool {
	cookie, err := r.Cookie(typeCookie)
	return err == nil && cookie.Value == typeLarge
}

// hereOf is the address under which the page can be asked for again. The answer to
// a form has none of its own: it is the page that the form was on.
func hereOf(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return within(r.URL.RequestURI())
	}
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return "/"
	}
	if from.Path == preferencesPath { // the page stands there since another language was chosen
		return within(from.Query().Get("next"))
	}
	return within(from.RequestURI())
}

// preferencesPath is where readers say how they want the pages.
const preferencesPath = "/preferences"

// postPreferences remembers a choice and goes back to the page. Beside a form it is
// sent with its fields, and the page is shown again with them.
func (s *server) postPreferences(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	var chosen []*http.Cookie
	if lang := r.PostFormValue("lang"); slices.Contains(templates.Languages, lang) {
		chosen = append(chosen, preference(langCookie, lang))
	}
	if size := r.PostFormValue("type"); size == typeLarge || size == "usual" {
		chosen = append(chosen, preference(typeCookie, size))
	}
	for _, cookie := range chosen {
		http.SetCookie(w, cookie)
	}
	next := within(cmp.Or(r.URL.Query().Get("next"), r.PostFormValue("next"))) // forms have a next of their own
	typed := maps.Clone(r.PostForm)
	typed.Del("lang")
	typed.Del("type")
	if !r.URL.Query().Has("next") {
		typed.Del("next")
	}
	if at, err := url.ParseRequestURI(next); err == nil && len(typed) > 0 && at.Path != preferencesPath {
		s.again.ServeHTTP(w, withTyped(r, at, chosen, typed))
		return nil
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// withTyped is a request for the page at an address, as if its reader had chosen
// before, that carries what was typed into its form. Nothing of it is in the address.
func withTyped(r *http.Request, at *url.URL, chosen []*http.Cookie, typed url.Values) *http.Request {
	page := r.Clone(context.WithValue(r.Context(), chi.RouteCtxKey, (*chi.Context)(nil)))
	page.Method, page.RequestURI = http.MethodGet, at.RequestURI()
	page.URL = &url.URL{Path: at.Path, RawQuery: at.RawQuery}
	page.Body, page.ContentLength = http.NoBody, 0
	page.PostForm, page.Form = typed, typed
	page.Header.Del("Content-Type")
	page.Header.Del("Content-Length")
	page.Header.Del("Cookie")
	for _, cookie := range r.Cookies() {
		if !slices.ContainsFunc(chosen, func(c *http.Cookie) bool { return c.Name == cookie.Name }) {
			page.AddCookie(cookie)
		}
	}
	for _, cookie := range chosen {
		page.AddCookie(cookie)
	}
	return page
}

// carries says whether a request for a page brings back what was typed into its form.
func carries(r *http.Request) bool { return r.Method == http.MethodGet && len(r.PostForm) > 0 }

// leavePreferences leads whoever asks for the address of a choice to the page.
func leavePreferences(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, within(r.URL.Query().Get("next")), http.StatusSeeOther)
	return nil
}

// preference is a cookie that says nothing of who its holder is.
func preference(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(prefersFor / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// serveMark answers browsers that look for a sign of what is no page of ours, such
// as figures or a file.
func serveMark(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, templates.AssetURL("mark.svg"), http.StatusFound)
	return nil
}

// serveAsset answers with a style sheet, a script or a picture. An address with
// the edition of this program never changes its content.
func serveAsset(w http.ResponseWriter, r *http.Request) error {
	asset, lasting, found := templates.AssetAt(strings.TrimPrefix(r.URL.Path, templates.AssetsPath))
	if !found {
		return errNotFound
	}
	h, body := w.Header(), asset.Raw
	h.Set("Content-Type", asset.Media)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if lasting {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if asset.Gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = asset.Gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that has gone is no fault
	return nil
}
