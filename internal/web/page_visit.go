package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"onewindow/intake/appointment"
	"onewindow/registration"
	"onewindow/templates"
)

// visitPath is where a party books a visit to the window.
const visitPath = "/my/appointment"

// visitPage shows a party the appointment that they have, or asks for the day of one and
// then for the time.
type visitPage struct {
	frame
	Office, Address string
	Booked          *visitView
	On              string // the day, in words
	Times           string // from when to when
	Moving          bool   // in place of what is booked
	Cancelled       bool   // just now
	Day             string // that was chosen, as 2026-12-01; "" where days are asked for
	For             appointment.Purpose
	Choices         []visitChoice
	Chosen          string
	Bad             *mistake
}

// visitChoice is a day or a time. Hint says how many times or places are left.
type visitChoice struct{ Value, Word, Hint string }

// Change is the address that asks for another appointment in place of the one that is
// booked, or for another day.
func (p visitPage) Change() string {
	return visitPath + "?" + url.Values{"move": {"1"}, "for": {string(p.For)}}.Encode()
}

// visitPageOf is the page with what can be chosen: times of the day, or else days.
func (s *server) visitPageOf(r *http.Request, day string) (p visitPage, err error) {
	p = visitPage{frame: frameOf(r, "")}
	if p.For, err = purposeIn(r); err != nil {
		return p, err
	}
	v, err := s.visits(r)
	if err != nil {
		return p, err
	}
	p.Office, p.Address = v.Office.Name, v.Address
	if v.Booked != nil {
		booked := visitOf(*v.Booked, v.Address)
		p.Booked, p.Office = &booked, booked.OfficeName
		p.On, p.Times = p.dayWords(booked.At), hours(booked.At, booked.Until)
		if p.Moving = true; !r.URL.Query().Has("for") && !r.PostForm.Has("for") {
			p.For = booked.For // moving changes the time alone
		}
	}
	p.choose(v.Days, day)
	if len(p.Choices) > 0 {
		p.Carry, p.Chosen = "visit-form", typed(r, p.Field())
	}
	return p, nil
}

func hours(from, to time.Time) string { return from.Format("15:04") + "–" + to.Format("15:04") }

// choose offers the times of a day, or every day if it has none left.
func (p *visitPage) choose(days []appointment.Day, day string) {
	for _, d := range days {
		if d.On.Format(time.DateOnly) == day {
			p.Day, p.Choices = day, p.times(d)
			return
		}
		p.Choices = append(p.Choices, visitChoice{d.On.Format(time.DateOnly), p.dayWords(d.On),
			p.say("page.visit.left", map[string]string{"n": strconv.Itoa(len(d.Slots))})})
	}
}

func (p *visitPage) times(d appointment.Day) (choices []visitChoice) {
	for _, s := range d.Slots {
		at := when(s.At)
		choices = append(choices, visitChoice{
			Value: at.Format(time.RFC3339), Word: hours(at, at.Add(appointment.SlotLength))})
	}
	return choices
}

// dayWords are a day with its weekday.
func (p visitPage) dayWords(on time.Time) string {
	weekday := p.say(weekdays[on.Weekday()], nil)
	return p.say("page.visit.day", map[string]string{"on": templates.Date(p.Lang, on), "weekday": weekday})
}

// weekdays are codes of the catalogues.
var weekdays = [...]string{"page.weekday.sun", "page.weekday.mon", "page.weekday.tue", "page.weekday.wed",
	"page.weekday.thu", "page.weekday.fri", "page.weekday.sat"}

// showVisit shows the appointment that there is, or asks.
func (s *server) showVisit(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	day := query.Get("day")
	p, err := s.visitPageOf(r, day)
	if err != nil {
		return err
	}
	p.Cancelled = query.Has("cancelled") && p.Booked == nil
	switch {
	case p.Booked != nil && !query.Has("move") && !query.Has("day"):
		p.Carry = ""
		return show(w, http.StatusOK, "visit", p)
	case query.Has("day") && day == "":
		return p.refuse(w, "page.visit.day_missing")
	case query.Has("day") && p.Day == "":
		return p.refuse(w, codeSlotNotOffered)
	}
	return show(w, http.StatusOK, "visit_ask", p)
}

// refuse asks again, and says why.
func (p visitPage) refuse(w http.ResponseWriter, code string) error {
	m := mistake{ID: "choice", Text: p.say(code, nil)}
	p.Bad, p.Errors = &m, []mistake{m}
	return show(w, http.StatusUnprocessableEntity, "visit_ask", p)
}

// Field is the name of what is asked for.
func (p visitPage) Field() string {
	if p.Day != "" {
		return "slot"
	}
	return "day"
}

// Asked is the question of the page.
func (p visitPage) Asked() string {
	if p.Day != "" {
		return p.say("page.visit.ask_time", nil)
	}
	return p.say("page.visit.ask_day", nil)
}

// DayWords are the day that was chosen, in words.
func (p visitPage) DayWords() string {
	on, err := time.Parse(time.DateOnly, p.Day)
	if err != nil {
		return ""
	}
	return p.dayWords(on)
}

// postVisit books the time that was chosen. What is taken meanwhile is said beside the
// times that are left.
func (s *server) postVisit(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	what, err := purposeIn(r)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, typed(r, "slot"))
	if err == nil {
		_, _, err = s.book(r, appointment.Request{At: at, For: what}, speech(r))
	}
	if err == nil {
		http.Redirect(w, r, visitPath, http.StatusSeeOther)
		return nil
	}
	code := codeOfVisit(typed(r, "slot"), err)
	if code == "" {
		return err
	}
	day := typed(r, "day")
	if !at.IsZero() {
		day = registration.DayOf(at).Format(time.DateOnly)
	}
	p, err := s.visitPageOf(r, day)
	if err != nil {
		return err
	}
	return p.refuse(w, code)
}

// codeOfVisit is what is said of a time that cannot be booked, "" if something else is
// wrong.
func codeOfVisit(chosen string, err error) string {
	var wrong *time.ParseError
	switch {
	case chosen == "":
		return "page.visit.time_missing"
	case errors.As(err, &wrong), errors.Is(err, appointment.ErrNotOffered):
		return codeSlotNotOffered
	case errors.Is(err, appointment.ErrTaken):
		return "page.visit.taken"
	}
	return ""
}

// showVisitCancel asks whether the appointment is really to be cancelled.
func (s *server) showVisitCancel(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visits(r)
	if err != nil {
		return err
	}
	if v.Booked == nil {
		http.Redirect(w, r, visitPath, http.StatusSeeOther)
		return nil
	}
	a := visitOf(*v.Booked, v.Address)
	p := askPageOf(r, visitPath+"/cancel", "page.visit.cancel_title", "", "page.visit.cancel")
	moment := templates.Moment(p.Lang, a.At)
	p.Intro = p.say("page.visit.cancel_intro", map[string]string{"moment": moment, "office": a.OfficeName})
	p.Others = []askLink{{visitPath, p.say("page.visit.keep", nil)}}
	return p.show(w)
}

func (s *server) postVisitCancel(w http.ResponseWriter, r *http.Request) error {
	if err := s.unbook(r, speech(r)); err != nil {
		return err
	}
	http.Redirect(w, r, visitPath+"?cancelled=1", http.StatusSeeOther)
	return nil
}

// visitorsPage shows staff who comes.
type visitorsPage struct {
	frame
	Visitors []visitorView
}

func (s *server) showVisitors(w http.ResponseWriter, r *http.Request) error {
	list, err := s.visitors(r)
	if err != nil {
		return err
	}
	p := visitorsPage{frame: frameOf(r, "appointments"), Visitors: list}
	p.Refresh = 60
	return show(w, http.StatusOK, "visitors", p)
}
