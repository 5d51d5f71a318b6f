package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/registration"
)

// auditRoutes adds the audit of everything, for programs.
func (s *server) auditRoutes(r chi.Router) {
	r.Get("/api/v1/audit", s.may(access.SearchAudit, s.searchAudit))
	r.Get("/api/v1/units/{unit}/audit", s.may(access.SearchAudit, s.chainOf(audit.Unit, "unit")))
	r.Get("/api/v1/staff/{person}/audit", s.may(access.SearchAudit, s.chainOf(audit.Staff, "person")))
	r.Get("/audit", s.pageFor(access.SearchAudit, s.showAudit))
	r.Get("/my/audit", s.pageFor(access.SeeOwn, s.showMyAudit))
}

// soughtLine is a line of the audit among those of other objects.
type soughtLine struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
	eventLine
	Previous []byte `json:"previous"` // base64
	Whole    bool   `json:"whole"`    // the hash is that of the line
}

// soughtPage is one part of what was found.
type soughtPage struct {
	Audit []soughtLine `json:"audit"`
	Next  string       `json:"next,omitempty"`
}

func soughtLineOf(l audit.Line, lang string) soughtLine {
	return soughtLine{ID: l.ID, Kind: l.Kind, Object: l.Object, eventLine: eventLineOf(l, lang, false),
		Previous: l.Previous, Whole: l.Whole()}
}

// auditParams are the parameters of a search for programs.
var auditParams = []string{"kind", "object", "actor", "action", "since", "until", "limit", "cursor"}

// searchAudit answers with lines of all chains, the newest first.
func (s *server) searchAudit(w http.ResponseWriter, r *http.Request) error {
	q, limit, err := auditQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	if err := s.readAudit(r, q); err != nil {
		return err
	}
	lines, err := s.Flow.SearchAudit(r.Context(), q, limit+1)
	if err != nil {
		return err
	}
	p := soughtPage{Audit: make([]soughtLine, 0, limit)}
	if len(lines) > limit {
		lines = lines[:limit]
		p.Next = linkNext(w, r, "/api/v1/audit", strconv.FormatInt(lines[limit-1].ID, 10))
	}
	for _, l := range lines {
		p.Audit = append(p.Audit, soughtLineOf(l, languageOf(r)))
	}
	return answer(w, http.StatusOK, p)
}

// auditQueryOf reads what a program looks for. It returns errQuery for what cannot
// be a value of its parameter.
func auditQueryOf(query url.Values) (q audit.Query, limit int, err error) {
	for name, values := range query {
		if len(values) != 1 || !slices.Contains(auditParams, name) {
			return q, 0, errQuery
		}
	}
	q = audit.Query{Kind: query.Get("kind"), Object: legible(query.Get("object")), Actor: legible(query.Get("actor")),
		Action: audit.Action(query.Get("action"))}
	limit = defaultLimit
	var errs [4]error
	if text := query.Get("limit"); text != "" {
		limit, errs[0] = strconv.Atoi(text)
	}
	var since, until *time.Time
	since, errs[1] = moment(query.Get("since"))
	until, errs[2] = moment(query.Get("until"))
	q.Before, errs[3] = lineInCursor(query.Get("cursor"))
	wrong := slices.ContainsFunc(errs[:], func(err error) bool { return err != nil })
	if wrong || limit < 1 || limit > maxLimit || !soughtKind(q.Kind) || !soughtAction(q.Action) ||
		!soughtText(q.Object) || !soughtText(q.Actor) {
		return q, 0, errQuery
	}
	if since != nil {
		q.Since = *since
	}
	if until != nil {
		q.Until = *until
	}
	return q, limit, nil
}

// longestSought is how long what an auditor looks for may be, in characters, as the
// description says. It is written down, and the chains are found by it.
const longestSought = 200

func soughtText(text string) bool { return utf8.RuneCountInString(text) <= longestSought }

func soughtKind(kind string) bool { return kind == "" || slices.Contains(audit.Kinds(), kind) }

func soughtAction(a audit.Action) bool { return a == "" || slices.Contains(audit.Actions(), a) }

func lineInCursor(text string) (int64, error) {
	last, err := lastOf(text)
	if err != nil || last == "" {
		return 0, err
	}
	return strconv.ParseInt(last, 10, 64)
}

// readAudit writes down that who asks reads the audit: of an object in its chain,
// of more than one in their own.
func (s *server) readAudit(r *http.Request, q audit.Query) error {
	if q.Kind == "" || q.Object == "" {
		return s.saw(r.Context(), audit.AuditRead, audit.Staff, personOf(r.Context()).ID)
	}
	return s.saw(r.Context(), audit.AuditRead, q.Kind, q.Object)
}

// chainOf answers with the chain of an object, the oldest line first. An object of
// which nothing is written down is not there.
func (s *server) chainOf(kind, place string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		after, err := afterOf(r.URL.Query())
		if err != nil {
			return err
		}
		object := legible(chi.URLParam(r, place))
		lines, err := s.Flow.AuditOf(r.Context(), kind, object, after, auditLength)
		if err == nil && len(lines) == 0 && after == 0 {
			err = errNotFound
		}
		if err != nil {
			return err
		}
		if err := s.saw(r.Context(), audit.AuditRead, kind, object); err != nil {
			return err
		}
		return answerChain(w, r, lines, false)
	}
}

// objectTyped is the name of an object, however somebody typed it.
func objectTyped(text string) string {
	if number, err := intake.ReadNumber(text); err == nil {
		return string(number)
	}
	if unit, err := registration.ParseUnit(registration.ContractNumber(text)); err == nil {
		return string(unit)
	}
	return strings.TrimSpace(text)
}
