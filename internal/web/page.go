package web

import (
	"bytes"
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/registration"
	"onewindow/templates"
)

// openPages adds what everyone may see: style sheets, sign-in, the public
// verification of a certificate. Nobody is looked up for these.
func (s *server) openPages(r chi.Router) {
	r.NotFound(s.missing)
	r.Get(templates.AssetsPath+"*", s.page(serveAsset))
	r.Get("/favicon.ico", s.page(serveMark))
	r.Post(preferencesPath, s.page(s.postPreferences))
	r.Get(preferencesPath, s.page(leavePreferences))
	s.signPages(r)
	r.With(brief).Get("/v/{id}", s.page(s.showVerification))
	if s.Demonstration {
		r.With(brief).Get("/demo/codes", s.page(s.showCodes))
	}
	if s.Inbox != nil {
		r.Get("/demo/inbox", s.page(s.showInbox))
	}
}

// pages adds the addresses of the pages. Who is signed in is personOf(ctx).
func (s *server) pages(r chi.Router) {
	r.Get("/", s.page(s.begin))
	s.staffPages(r)
	s.taxPages(r)
	r.Get("/cases", s.pageFor(access.See, s.findCase))
	r.Get("/cases/new", s.pageFor(access.Accept, s.showNew))
	r.Post("/cases/new", s.pageFor(access.Accept, s.postNew))
	r.Get("/cases/{number}", s.pageFor(access.See, s.showCasePage))
	r.Get("/cases/{number}/live", s.pageFor(access.See, s.showCaseParts))
	r.Post("/cases/{number}/steps/{step}/decision", s.pageFor(access.See, s.postDecision)) // and by verdict
	r.Post("/cases/{number}/reveal", s.pageFor(access.Reveal, s.postReveal))
	r.Get("/cases/{number}/certificate", s.pageFor(access.SeeDocument, s.certificate))
	r.Post("/cases/{number}/certificate/hand-over", s.pageFor(access.HandOver, s.postHandOver))
	s.billPages(r)
}

// frame is what every page needs, whoever reads it. Errors stand at its top, each
// with the same words beside its field. Make it with frameOf.
type frame struct {
	Staff   access.Person
	Nav     string // which of the addresses in the head the page belongs to
	Errors  []mistake
	Refresh int    // seconds after which a browser without scripts asks again; 0 never
	Live    bool   // the page follows something as it moves
	Lang    string // of its words
	Large   bool   // in large type
	Here    string // its own address, to come back to
	Kept    bool   // it shows what its reader had typed before the session was locked or over
	// Carry is the id of the form whose fields come back when another language is
	// chosen; "" if the page has none. CarryDo is what Enter does in it.
	Carry, CarryDo string
}

// Prefer is where a choice of language or type is sent, to come back to the page.
func (f frame) Prefer() string { return preferencesPath + "?" + url.Values{"next": {f.Here}}.Encode() }

func frameOf(r *http.Request, nav string) frame {
	return frame{Staff: personOf(r.Context()), Nav: nav, Lang: speech(r), Large: large(r), Here: hereOf(r)}
}

// Dense says that the page is for people who work with it all day.
func (f frame) Dense() bool { return f.Staff.ID != "" && f.Staff.Role != access.Citizen }

// MaySee says whether the page leads to the cases of the office.
func (f frame) MaySee() bool { return f.Dense() && f.Staff.May(access.See) }

// MayAccept says whether the page offers to open a case.
func (f frame) MayAccept() bool { return f.Staff.May(access.Accept) }

// MaySeeDocument says whether the page leads to the certificate.
func (f frame) MaySeeDocument() bool { return f.Staff.May(access.SeeDocument) }

// say says a code in the language of the page.
func (f frame) say(code string, args map[string]string) string {
	return templates.Say(f.Lang, code, args)
}

// word says a value of a vocabulary: state, step, holder.
func (f frame) word(vocabulary, value string) string { return f.say(vocabulary+"."+value, nil) }

// language is what the page is written in.
func (f frame) language() string { return cmp.Or(f.Lang, templates.Chinese) }

// framed is a page: whatever has a frame.
type framed interface{ language() string }

// menuItem is one more address in the head of the pages.
type menuItem struct {
	ID, Link, Word string // Word is a code of the catalogues
	action         access.Action
}

// menu is what the head offers besides the cases, to those who may.
var menu = []menuItem{
	{"tax_desk", "/tax-desk", "page.desk.title", access.ConfirmTax},
	{"appointments", "/appointments", "page.visits.title", access.SeeAppointments},
	{"letters", "/letters", "page.letters.title", access.SeeLetters},
	{"console", "/admin/jobs/", "page.console", access.Operate},
	{"accounts", "/accounts", "page.account.title", access.ManageStaff},
	{"audit", "/audit", "page.audit.title", access.SearchAudit},
}

// Menu returns what the head offers to who reads the page.
func (f frame) Menu() []menuItem {
	return slices.DeleteFunc(slices.Clone(menu), func(m menuItem) bool { return !f.Staff.May(m.action) })
}

// mistake is one thing to be corrected. ID names the field on the page, "" if it
// is none.
type mistake struct{ ID, Label, Text string }

// wordsOf says a code in Chinese, where there is no page to ask for its language.
func wordsOf(code string, args map[string]string) string {
	return templates.Say(templates.Chinese, code, args)
}

// page turns a handler's error into a page in plain words.
func (s *server) page(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refusePage(w, r, err)
		}
	}
}

// pageFor lets a handler answer those whose role allows it.
func (s *server) pageFor(a access.Action, h handler) http.HandlerFunc { return s.page(s.pageIf(a, h)) }

// pageIf is a handler for those whose role allows it.
func (s *server) pageIf(a access.Action, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := permit(r.Context(), a); err != nil {
			return err
		}
		if err := s.sent(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// show answers with a page.
func show(w http.ResponseWriter, status int, name string, view framed) error {
	var b bytes.Buffer
	if err := templates.Page(&b, view.language(), name, view); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", view.language())
	w.Header().Add("Vary", "Accept-Language, Cookie")
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
	if to := s.doorFor(r, err); to != "" {
		if err := s.keepDraft(r); err != nil {
			s.Log.ErrorContext(r.Context(), "cannot keep a draft", "err", err)
		}
		lead(w, r, to)
		return
	}
	s.report(r, f, err)
	frame := frameOf(r, "")
	p := problemPage{
		frame: frame, Title: frame.say("problem_"+f.code, nil), Detail: frame.say("problem_"+f.code+"_detail", f.args),
		Findings: rowsOf(frame.Lang, f.findings), Back: "/", BackWord: frame.say("page.problem.home", nil),
	}
	if f.status >= http.StatusInternalServerError {
		p.Request = requestID(r.Context())
	}
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
		p.Back, p.BackWord = frame.Here, frame.say("page.problem.again", nil)
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

func rowsOf(lang string, found registration.Findings) []findingRow {
	rows := make([]findingRow, 0, len(found))
	for _, f := range found {
		subject := templates.Say(lang, "check."+f.Check, nil)
		rows = append(rows, findingRow{f.Outcome, subject, templates.Say(lang, f.Code, f.Args)})
	}
	return rows
}

// typed returns what a person typed into a field, as text that can be looked up:
// what is no character becomes U+FFFD, which every rule refuses.
func typed(r *http.Request, name string) string { return legible(r.PostFormValue(name)) }

func legible(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
