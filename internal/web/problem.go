package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/registration"
	"onewindow/templates"
)

// problem is a refusal for programs (RFC 9457, application/problem+json). Its
// type is stable; title and details are for people, in their language.
type problem struct {
	Type     string   `json:"type"`
	Title    string   `json:"title"`
	Status   int      `json:"status"`
	Detail   string   `json:"detail,omitempty"`
	Instance string   `json:"instance,omitempty"`
	Errors   []defect `json:"errors,omitempty"`
}

// defect is one thing that is wrong, or to be looked at by a person.
type defect struct {
	Check   string `json:"check,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Detail  string `json:"detail"`
}

// problemPath begins the type of every problem. The address explains it.
const problemPath = "/problems/"

// handler answers a request or returns why it cannot; only then has it written nothing.
type handler func(w http.ResponseWriter, r *http.Request) error

// api turns a handler's error into a problem.
func (s *server) api(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refuse(w, r, err)
		}
	}
}

// refuse answers with the problem that err is, and logs it if it is ours.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	if wantsPage(r) {
		s.refusePage(w, r, err)
		return
	}
	f := faultOf(err)
	s.report(r, f, err)
	lang := languageOf(r)
	w.Header().Set("Content-Language", lang)
	w.Header().Add("Vary", "Accept-Language")
	writeProblem(w, f, problemOf(lang, requestID(r.Context()), f))
}

// report logs once what an operator must know of, without what a person typed.
func (s *server) report(r *http.Request, f fault, err error) {
	switch {
	case f.status == http.StatusServiceUnavailable:
		s.Log.WarnContext(r.Context(), "request put off", s.about(r, err)...)
	case f.status >= http.StatusInternalServerError:
		s.Log.ErrorContext(r.Context(), "request failed", s.about(r, err)...)
	}
}

// about names a request by its route, never by its path or its query.
func (s *server) about(r *http.Request, err error) []any {
	return []any{"request", requestID(r.Context()), "method", r.Method,
		"route", chi.RouteContext(r.Context()).RoutePattern(), "err", discreet(err)}
}

// discreet words an error without the values that PostgreSQL quotes in its messages.
func discreet(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err.Error()
	}
	told := strings.TrimSpace("SQLSTATE " + pg.Code + " " + pg.TableName + " " + pg.ConstraintName)
	return strings.ReplaceAll(err.Error(), pg.Error(), told)
}

func problemOf(lang, request string, f fault) problem {
	p := problem{
		Type: problemPath + f.code, Status: f.status, Title: titleOf(lang, f.code),
		Detail: templates.Say(lang, "problem_"+f.code+"_detail", f.args), Errors: defectsOf(lang, f.findings),
	}
	if request != "" {
		p.Instance = "urn:onewindow:request:" + request
	}
	return p
}

func titleOf(lang, code string) string { return templates.Say(lang, "problem_"+code, nil) }

// defectsOf words findings.
func defectsOf(lang string, found registration.Findings) []defect {
	list := make([]defect, 0, len(found))
	for _, f := range found {
		list = append(list, defect{f.Check, string(f.Outcome), f.Code, f.Field, templates.Say(lang, f.Code, f.Args)})
	}
	return list
}

func writeProblem(w http.ResponseWriter, f fault, p problem) {
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
	}
	if f.status == http.StatusUnauthorized && f.code != "signature" {
		w.Header().Set("WWW-Authenticate", `Basic realm="onewindow", charset="UTF-8"`)
	}
	writeJSON(w, "application/problem+json", f.status, p)
}

// writeJSON answers with a value. What is written here can always be encoded.
func writeJSON(w http.ResponseWriter, media string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone is no fault
}

func answer(w http.ResponseWriter, status int, v any) error {
	writeJSON(w, "application/json", status, v)
	return nil
}

// problemCodes returns every code of a problem once, for the catalogues.
func problemCodes() []string {
	codes := []string{internalFault.code, "defects", "blocked", "too_large", "too_many", "unavailable"}
	for _, known := range faults {
		codes = append(codes, known.code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// explainProblem says what a problem type means, to whoever follows its address.
// In a browser it is a page.
func explainProblem(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "problem")
	if !slices.Contains(problemCodes(), code) {
		return errNotFound
	}
	if wantsPage(r) {
		return showProblem(w, r, code)
	}
	lang := languageOf(r)
	return answer(w, http.StatusOK, problem{Type: problemPath + code, Title: titleOf(lang, code),
		Status: statusOf(code), Detail: templates.Say(lang, "problem_"+code+"_detail", nil)})
}

// statusOf returns the status that a problem comes with.
func statusOf(code string) int {
	for _, known := range faults {
		if known.code == code {
			return known.status
		}
	}
	return map[string]int{"defects": http.StatusUnprocessableEntity, "blocked": http.StatusConflict,
		"too_many": http.StatusTooManyRequests, "internal": http.StatusInternalServerError}[code]
}

func notFound(http.ResponseWriter, *http.Request) error { return errNotFound }

// methodNotAllowed says which methods the address takes instead.
func methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Allow", strings.Join(methodsOf(r), ", "))
	return errMethod
}

// languageOf returns the language in which the client is answered.
func languageOf(r *http.Request) string { return templates.Lang(r.Header.Get("Accept-Language")) }
