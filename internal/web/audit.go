package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/templates"
)

// The same person who looks at the same thing again within lookPause has looked
// once: a page that follows its case asks every few seconds.
const (
	lookPause = time.Minute
	looksKept = 8192
)

// look is one person's look at one thing.
type look struct {
	audit.Origin
	action       audit.Action
	kind, object string
}

func newLooks() *expirable.LRU[look, struct{}] {
	return expirable.NewLRU[look, struct{}](looksKept, nil, lookPause)
}

// onBehalf puts who asks, and from where, into the context, for the audit.
func onBehalf(r *http.Request, actor string, role access.Role) context.Context {
	return audit.With(r.Context(), audit.Origin{
		Actor: actor, Role: string(role), From: addressOf(r), Request: requestID(r.Context()),
	})
}

// attribute says from where a request comes, before anybody knows from whom.
func attribute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(onBehalf(r, audit.Public, "")))
	})
}

// saw writes down that who asks saw something, before it is shown: what cannot be
// written down is not shown.
func (s *server) saw(ctx context.Context, a audit.Action, kind, object string) error {
	l := look{audit.OriginOf(ctx), a, strings.Clone(kind), strings.Clone(object)} // a part would keep its whole request
	l.Request = ""
	if s.looks.Contains(l) {
		return nil
	}
	if err := s.Flow.Saw(ctx, audit.Event{Action: a, Kind: kind, Object: object}); err != nil {
		return err
	}
	s.looks.Add(l, struct{}{})
	return nil
}

// sawCase writes down who saw a case, or was refused it, and returns the refusal.
func (s *server) sawCase(ctx context.Context, number intake.Number, refusal error) error {
	if refusal == nil {
		return s.saw(ctx, audit.Seen, audit.Case, string(number))
	}
	if personOf(ctx).ID == "" {
		return refusal // nobody: the limits on addresses are against those
	}
	err := s.Flow.Saw(ctx, audit.Event{
		Action: audit.Seen, Kind: audit.Case, Object: string(number), Result: audit.Forbidden,
	})
	return errors.Join(err, refusal)
}

// eventLine is one line of the audit for programs. To an applicant it does not say
// from where a member of the staff asked.
type eventLine struct {
	Ordinal int64     `json:"ordinal"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	Action  string    `json:"action"`
	Text    string    `json:"text"`
	Reason  string    `json:"reason"`
	Result  string    `json:"result"`
	From    string    `json:"from,omitempty"`
	Request string    `json:"request,omitempty"`
	Hash    []byte    `json:"hash"` // base64
}

// auditPage is one part of the audit of a case.
type auditPage struct {
	Audit []eventLine `json:"audit"`
	Next  string      `json:"next,omitempty"`
}

// auditLength is how many lines one answer has at most.
const auditLength = 200

// caseAudit answers who did and saw what of a case: to audit administrators, and to
// the applicants themselves.
func (s *server) caseAudit(w http.ResponseWriter, r *http.Request) error {
	after, err := afterOf(r.URL.Query())
	if err != nil {
		return err
	}
	number, err := s.reach(r, access.SeeAudit)
	if err != nil {
		return err
	}
	if err := s.saw(r.Context(), audit.AuditRead, audit.Case, string(number)); err != nil {
		return err
	}
	lines, err := s.Flow.AuditOf(r.Context(), audit.Case, string(number), after, auditLength)
	if err != nil {
		return err
	}
	return answerChain(w, r, lines, personOf(r.Context()).Role == access.Citizen)
}

// answerChain answers with part of a chain.
func answerChain(w http.ResponseWriter, r *http.Request, lines []audit.Line, applicant bool) error {
	p := auditPage{Audit: make([]eventLine, len(lines))}
	for i, l := range lines {
		p.Audit[i] = eventLineOf(l, templates.Lang(r.Header.Get("Accept-Language")), applicant)
	}
	if n := len(lines); n == auditLength {
		p.Next = r.URL.EscapedPath() + "?after=" + strconv.FormatInt(lines[n-1].Ordinal, 10)
		w.Header().Add("Link", "<"+p.Next+`>; rel="next"`)
	}
	return answer(w, http.StatusOK, p)
}

// afterOf reads after which line the answer begins; errQuery for what is none.
func afterOf(query url.Values) (after int64, err error) {
	for name, values := range query {
		if after, err = strconv.ParseInt(values[0], 10, 64); name != "after" || len(values) != 1 || err != nil || after < 0 {
			return 0, errQuery
		}
	}
	return after, nil
}

func eventLineOf(l audit.Line, lang string, applicant bool) eventLine {
	v := eventLine{
		Ordinal: l.Ordinal, At: when(l.At), Actor: l.Actor, Role: l.Role, Action: string(l.Action),
		Text: templates.Say(lang, "audit."+string(l.Action), nil), Reason: l.Reason, Result: l.Result, Hash: l.Hash,
	}
	if !applicant {
		v.From, v.Request = l.From, l.Request
	}
	return v
}
