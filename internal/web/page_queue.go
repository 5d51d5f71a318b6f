package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/registration"
)

// queuePage lists cases: one holder's, or all.
type queuePage struct {
	frame
	Heading, Empty string
	Tabs           []tab
	Cases          []queueRow
	First, Next    string
}

// tab is one queue and how many cases wait in it.
type tab struct {
	Name, Link, Count string
	Here              bool
}

// queueRow is a case in the list, without its people.
type queueRow struct {
	intake.Brief
	Unit  string
	Until *time.Time
	Late  bool
}

const queueLength = 50

// queues are the holders who have a queue, with the codes of what it is called and
// of what an empty one says.
var queues = []struct{ holder, name, empty string }{
	{intake.Reviewer, "page.queue.review", "page.queue.review_empty"},
	{intake.TaxOfficer, "page.queue.tax", "page.queue.tax_empty"},
	{intake.Applicant, "page.queue.applicant", "page.queue.applicant_empty"},
	{intake.Operator, "page.queue.operator", "page.queue.operator_empty"},
	{"", "page.queue.all", "page.queue.all_empty"},
}

// ownQueue is the queue that a role finds when it comes; others find all cases.
var ownQueue = map[access.Role]string{
	access.Registrar: intake.Reviewer, access.TaxOfficer: intake.TaxOfficer, access.Reviewer: intake.Reviewer,
}

func (s *server) showQueue(w http.ResponseWriter, r *http.Request) error {
	p := queuePage{frame: frameOf(r, "queue")}
	p.Refresh = 30
	holder := ownQueue[p.Staff.Role]
	if asked := r.URL.Query(); asked.Has("holder") {
		holder = asked.Get("holder")
	}
	if !holders[holder] {
		return errQuery
	}
	before := intake.Number(r.URL.Query().Get("before"))
	if before != "" {
		if _, err := intake.ParseNumber(string(before)); err != nil {
			return err
		}
		p.First = queueLink(holder, "")
	}
	list, err := s.Flow.List(r.Context(), personOf(r.Context()).Office, holder, before, queueLength+1)
	if err == nil {
		err = s.saw(r.Context(), audit.Listed, audit.Staff, personOf(r.Context()).ID)
	}
	if err != nil {
		return err
	}
	if len(list) > queueLength {
		list = list[:queueLength]
		p.Next = queueLink(holder, list[queueLength-1].Number)
	}
	p.Cases = queueRows(list, time.Now())
	p.Tabs, err = s.tabs(r, p.frame, holder)
	for i, q := range queues {
		if q.holder == holder {
			p.Heading, p.Empty = p.Tabs[i].Name, p.say(q.empty, nil)
		}
	}
	return firstOf(err, func() error { return show(w, http.StatusOK, "queue", p) })
}

// firstOf returns err, or what then returns.
func firstOf(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

func queueRows(list []intake.Brief, now time.Time) []queueRow {
	rows := make([]queueRow, len(list))
	for i, b := range list {
		rows[i] = queueRow{b, registration.UnitCode(b.Unit).Groups(), b.DueAt, b.DueAt != nil && b.DueAt.Before(now)}
	}
	return rows
}

// tabs counts the cases that wait in each queue.
func (s *server) tabs(r *http.Request, p frame, here string) ([]tab, error) {
	counts, err := s.Flow.Waiting(r.Context(), p.Staff.Office)
	if err != nil {
		return nil, err
	}
	var tabs []tab
	for _, q := range queues {
		t := tab{Name: p.say(q.name, nil), Link: queueLink(q.holder, ""), Here: q.holder == here}
		if q.holder != "" {
			t.Count = strconv.Itoa(counts[q.holder])
		}
		tabs = append(tabs, t)
	}
	return tabs, nil
}

func queueLink(holder string, before intake.Number) string {
	query := url.Values{"holder": {holder}}
	if before != "" {
		query.Set("before", string(before))
	}
	return "/?" + query.Encode()
}

// findCase goes to the case whose number was typed or scanned.
func (s *server) findCase(w http.ResponseWriter, r *http.Request) error {
	number, err := intake.ReadNumber(r.URL.Query().Get("number"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/cases/"+string(number), http.StatusSeeOther)
	return nil
}
