package web

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/registration"
	"onewindow/templates"
)

// assetAge bounds how long a browser keeps the style sheet and the script.
const assetAge = time.Hour

// openPages adds what everyone may see: style sheets, sign-in, the public
// verification of a certificate. Nobody is looked up for these.
func (s *server) openPages(r chi.Router) {
	r.NotFound(s.missing)
	r.Handle("/assets/*", http.StripPrefix("/assets/", assets()))
	r.Get("/sign-in", s.page(s.showSignIn))
	r.With(brief).Post("/sign-in", s.page(s.postSignIn))
	r.With(brief).Post("/sign-out", s.page(s.postSignOut))
	r.With(brief).Get("/v/{id}", s.page(s.showVerification))
}

// pages adds the addresses of the pages. Who is signed in is staffOf(ctx).
func (s *server) pages(r chi.Router) {
	r.Get("/", s.pageFor(access.See, s.showQueue))
	r.Get("/cases", s.pageFor(access.See, s.findCase))
	r.Get("/cases/new", s.pageFor(access.Accept, s.showNew))
	r.Post("/cases/new", s.pageFor(access.Accept, s.postNew))
	r.Get("/cases/{number}", s.pageFor(access.See, s.showCasePage))
	r.Get("/cases/{number}/live", s.pageFor(access.See, s.showCaseParts))
	r.Post("/cases/{number}/steps/{step}/decision", s.pageFor(access.See, s.postDecision)) // and by verdict
	r.Get("/cases/{number}/certificate", s.pageFor(access.SeeDocument, s.certificate))
	r.Get("/cases/{number}/pay", s.pageFor(access.See, s.toPayment))
}

// assets serves the style sheet, the script and the mark.
func assets() http.Handler {
	files := http.FileServerFS(templates.Assets())
	age := "public, max-age=" + strconv.Itoa(int(assetAge.Seconds()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", age)
		files.ServeHTTP(w, r)
	})
}

// frame is what every page needs. Errors stand at its top, each with the same
// words beside its field.
type frame struct {
	Staff   access.Person
	Nav     string
	Errors  []mistake
	Refresh int // seconds after which a browser without scripts asks again; 0 never
}

// MayAccept says whether the page offers to open a case.
func (f frame) MayAccept() bool { return f.Staff.May(access.Accept) }

// MaySeeDocument says whether the page shows people and the certificate whole.
func (f frame) MaySeeDocument() bool { return f.Staff.May(access.SeeDocument) }

// mistake is one thing to be corrected. ID names the field on the page, "" if it
// is none.
type mistake struct{ ID, Label, Text string }

// wordsOf says a code in the language of the pages.
func wordsOf(code string, args map[string]string) string {
	return templates.Say(templates.Chinese, code, args)
}

func frameOf(r *http.Request, nav string) frame { return frame{Staff: staffOf(r.Context()), Nav: nav} }

// page turns a handler's error into a page in plain words.
func (s *server) page(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refusePage(w, r, err)
		}
	}
}

// pageFor lets a handler answer those whose role allows it.
func (s *server) pageFor(a access.Action, h handler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		if err := permit(r.Context(), a); err != nil {
			return err
		}
		return h(w, r)
	})
}

// show answers with a page.
func show(w http.ResponseWriter, status int, name string, view any) error {
	var b bytes.Buffer
	if err := templates.Page(&b, name, view); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a client that has gone is no fault
	return nil
}

// problemPage is a refusal for people.
type problemPage struct {
	frame
	Title, Detail  string
	Findings       []findingRow
	Back, BackWord string
	Request        string
}

// refusePage says in plain words what happened and what to do. Whoever is not
// signed in is asked to, and comes back to where they were.
func (s *server) refusePage(w http.ResponseWriter, r *http.Request, err error) {
	f := faultOf(err)
	if errors.Is(err, errAnonymous) {
		next := "/"
		if r.Method == http.MethodGet {
			next = r.URL.RequestURI()
		}
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(next), http.StatusSeeOther)
		return
	}
	s.report(r, f, err)
	p := problemPage{
		frame: frameOf(r, ""), Title: wordsOf("problem_"+f.code, nil), Detail: wordsOf("problem_"+f.code+"_detail", f.args),
		Findings: rowsOf(f.findings), Back: "/", BackWord: "返回首页",
	}
	if f.status >= http.StatusInternalServerError {
		p.Request = requestID(r.Context())
	}
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
		p.Back, p.BackWord = r.URL.RequestURI(), "重试"
	}
	if err := show(w, f.status, "problem", p); err != nil {
		s.Log.ErrorContext(r.Context(), "cannot show a problem", "err", err)
	}
}

// missing says that nothing is here, to people or to programs.
func (s *server) missing(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, errNotFound) }

// wantsPage says whether a person's browser asks for a page.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// findingRow is a finding in words.
type findingRow struct {
	Outcome registration.Outcome
	Subject string // what was asked
	Text    string
}

func rowsOf(found registration.Findings) []findingRow {
	rows := make([]findingRow, 0, len(found))
	for _, f := range found {
		rows = append(rows, findingRow{f.Outcome, wordsOf("check."+f.Check, nil), wordsOf(f.Code, f.Args)})
	}
	return rows
}

// typed returns what a person typed into a field, as text that can be looked up:
// what is no character becomes U+FFFD, which every rule refuses.
func typed(r *http.Request, name string) string { return legible(r.PostFormValue(name)) }

func legible(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
