package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/audit"
)

// auditPageLength is how many lines a page of the audit has.
const auditPageLength = 50

// auditForm is what an auditor looks for, as it was typed. Days are those of the
// office, both included.
type auditForm struct{ Kind, Object, Actor, Action, From, To string }

func auditFormOf(query url.Values) auditForm {
	text := func(name string) string { return strings.TrimSpace(legible(query.Get(name))) }
	return auditForm{Kind: text("kind"), Object: objectTyped(text("object")), Actor: strings.ToLower(text("actor")),
		Action: text("action"), From: text("from"), To: text("to")}
}

// values writes the form into an address; blanks are left out.
func (f auditForm) values() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"kind": f.Kind, "object": f.Object, "actor": f.Actor, "action": f.Action,
		"from": f.From, "to": f.To} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// query is what is looked for; wrong names a field that says nothing which could be.
func (f auditForm) query() (q audit.Query, wrong string) {
	q = audit.Query{Kind: f.Kind, Object: f.Object, Actor: f.Actor, Action: audit.Action(f.Action)}
	var err error
	switch {
	case !soughtKind(q.Kind):
		return q, "kind"
	case !soughtAction(q.Action):
		return q, "action"
	case !soughtText(q.Object):
		return q, "object"
	case !soughtText(q.Actor):
		return q, "actor"
	}
	if q.Since, err = dayTyped(f.From); err != nil {
		return q, "from"
	}
	if q.Until, err = dayTyped(f.To); err != nil {
		return q, "to"
	}
	if !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	return q, ""
}

// dayTyped is when a day begins at the office; the zero time for none.
func dayTyped(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, text, officeTime)
}

// auditSearchPage is what was looked for in the audit, and found.
type auditSearchPage struct {
	frame
	Form      auditForm
	Bad       map[string]*mistake // by field
	Kinds     []string
	Actions   []audit.Action
	Lines     []auditRow
	Changed   int  // lines that do not say what was written
	Chain     bool // the whole chain of an object was verified
	Length    int64
	Faults    []audit.Fault
	Next      string
	CSV, JSON string // addresses of everything that was found
}

// auditRow is a line as people read it.
type auditRow struct {
	audit.Line
	Word string
	At   time.Time
	Same string // leads to all lines about the object
	Bad  bool   // it does not say what was written
}

// auditFields names the fields in which something can be wrong.
var auditFields = map[string]string{"kind": "page.audit.kind", "object": "page.audit.object",
	"actor": "page.audit.actor", "action": "page.audit.action", "from": "page.audit.from", "to": "page.audit.to"}

// showAudit looks for lines of the audit, and verifies what it shows.
func (s *server) showAudit(w http.ResponseWriter, r *http.Request) error {
	p := auditSearchPage{frame: frameOf(r, "audit"), Form: auditFormOf(r.URL.Query()), Kinds: audit.Kinds(),
		Actions: audit.Actions(), Bad: map[string]*mistake{}}
	q, wrong := p.Form.query()
	if wrong != "" {
		m := mistake{wrong, p.say(auditFields[wrong], nil), p.say("page.audit.wrong", nil)}
		p.Bad[wrong], p.Errors = &m, []mistake{m}
		return show(w, http.StatusUnprocessableEntity, "audit", p)
	}
	var err error
	if q.Before, err = lineInCursor(r.URL.Query().Get("cursor")); err != nil {
		return errQuery
	}
	if err := s.readAudit(r, q); err != nil {
		return err
	}
	if err := s.findLines(r, &p, q); err != nil {
		return err
	}
	return show(w, http.StatusOK, "audit", p)
}

// findLines fills a page with what a query finds.
func (s *server) findLines(r *http.Request, p *auditSearchPage, q audit.Query) error {
	lines, err := s.Flow.SearchAudit(r.Context(), q, auditPageLength+1)
	if err != nil {
		return err
	}
	query := p.Form.values()
	p.CSV, p.JSON = exportLink(query, formatCSV), exportLink(query, formatJSON)
	if len(lines) > auditPageLength {
		lines = lines[:auditPageLength]
		query.Set("cursor", cursorOf(strconv.FormatInt(lines[auditPageLength-1].ID, 10)))
		p.Next = "/audit?" + query.Encode()
	}
	for _, l := range lines {
		same := auditForm{Kind: l.Kind, Object: l.Object}.values().Encode()
		row := auditRow{l, p.word("audit", string(l.Action)), l.At, "/audit?" + same, !l.Whole()}
		if row.Bad {
			p.Changed++
		}
		p.Lines = append(p.Lines, row)
	}
	if len(lines) == 0 || q.Object == "" {
		return nil
	}
	report, err := s.Flow.VerifyAuditOf(r.Context(), audit.Name{Kind: lines[0].Kind, Object: q.Object})
	p.Chain, p.Length, p.Faults = true, report.Lines, report.Faults
	return err
}

// myAuditPage shows a party who did and saw what of their case.
type myAuditPage struct {
	frame
	Lines []auditRow
	Next  string
}

// showMyAudit answers the question of a party who looked at their case. It does not
// say from which address a member of the staff asked.
func (s *server) showMyAudit(w http.ResponseWriter, r *http.Request) error {
	after, err := afterOf(r.URL.Query())
	if err != nil {
		return err
	}
	c, err := s.mine(r)
	if err == nil {
		err = permitOn(r.Context(), access.SeeAudit, objectOf(c.Case))
	}
	if err == nil {
		err = s.saw(r.Context(), audit.AuditRead, audit.Case, string(c.Number))
	}
	if err != nil {
		return err
	}
	lines, err := s.Flow.AuditOf(r.Context(), audit.Case, string(c.Number), after, auditLength)
	if err != nil {
		return err
	}
	p := myAuditPage{frame: frameOf(r, "")}
	for _, l := range lines {
		p.Lines = append(p.Lines, auditRow{Line: l, Word: p.word("audit", string(l.Action)), At: l.At})
	}
	if n := len(lines); n == auditLength {
		p.Next = "/my/audit?after=" + strconv.FormatInt(lines[n-1].Ordinal, 10)
	}
	return show(w, http.StatusOK, "citizen_audit", p)
}
