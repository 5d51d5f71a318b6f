package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	return within(from.RequestURI())
}

// postPreferences remembers a choice and goes back to the page.
func postPreferences(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	if lang := r.PostFormValue("lang"); slices.Contains(templates.Languages, lang) {
		http.SetCookie(w, preference(langCookie, lang))
	}
	if size := r.PostFormValue("type"); size == typeLarge || size == "usual" {
		http.SetCookie(w, preference(typeCookie, size))
	}
	http.Redirect(w, r, within(r.PostFormValue("next")), http.StatusSeeOther)
	return nil
}

// preference is a cookie that says nothing of who its holder is.
func preference(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(prefersFor / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode}
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
