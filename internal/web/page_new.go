package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/templates"
)

func (s *server) showNew(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.kept(r)
	if err != nil {
		return err
	}
	p, err := s.newPageOf(r, newForm())
	if err != nil {
		return err
	}
	p.Focus, p.Kept = "contract", kept
	if carries(r) {
		p.Form, p.Focus = readForm(r), ""
		if typed(r, "key") != "" { // of the answers to be checked
			return s.check(w, r, p)
		}
	}
	return show(w, http.StatusOK, "new", p)
}

// newPageOf is the page with a form, and in a demonstration with contracts to try.
func (s *server) newPageOf(r *http.Request, f intakeForm) (p newPage, err error) {
	p = newPage{frame: frameOf(r, "new"), Form: f}
	p.Carry, p.CarryDo = "intake-form", "check"
	if s.Samples != nil {
		p.Samples, err = s.Samples(r.Context())
	}
	return p, err
}

// postNew does what the pressed button says. Whatever was typed is kept.
func (s *server) postNew(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	p, err := s.newPageOf(r, readForm(r))
	if err != nil {
		return err
	}
	do, about, _ := strings.Cut(r.PostFormValue("do"), ".")
	switch do {
	case "sample":
		p.Form.Contract = about
		fallthrough
	case "prefill":
		if err := s.prefill(r.Context(), &p); err != nil {
			return err
		}
	case "add":
		p.add(about)
	case "remove":
		p.remove(about)
	case "edit":
		p.edit(about)
	case "clear":
		p.Form, p.Focus = newForm(), "contract"
	case "submit":
		return s.accept(w, r, p)
	default:
		return s.check(w, r, p)
	}
	return show(w, http.StatusOK, "new", p)
}

// add appends a row and puts the cursor into it.
func (p *newPage) add(side string) {
	if rows := p.Form.side(side); rows != nil && len(*rows) < mostParties {
		*rows = append(*rows, partyForm{})
		p.Focus = fmt.Sprintf("%s-%d-name", side, len(*rows)-1)
	}
}

// remove takes a row out, but never the last.
func (p *newPage) remove(which string) {
	side, nth, _ := strings.Cut(which, ".")
	rows, n := p.Form.side(side), 0
	if rows == nil || len(*rows) < 2 {
		return
	}
	if i, err := strconv.Atoi(nth); err == nil && i >= 0 && i < len(*rows) {
		*rows, n = append((*rows)[:i:i], (*rows)[i+1:]...), max(0, i-1)
	}
	p.Focus = fmt.Sprintf("%s-%d-name", side, n)
}

// edit goes back to one answer; the others stay.
func (p *newPage) edit(field string) {
	switch field {
	case "sellers", "buyers":
		p.Focus = field + "-0-name"
	case "utilities":
		p.Focus = "water"
	default:
		p.Focus = field
	}
}

// check asks every rule and shows all defects at once, or what is about to be
// handed in.
func (s *server) check(w http.ResponseWriter, r *http.Request, p newPage) error {
	p.Form.tidy()
	a, found := p.Form.application()
	if err := permitUnit(r.Context(), access.Accept, a.Unit); err != nil {
		return err
	}
	more, err := s.Flow.Preflight(r.Context(), a)
	if err != nil {
		return err
	}
	found = merge(found, more)
	if found.Blocked() {
		return s.complain(w, p, blocking(found))
	}
	p.Checking, p.Answers, p.Key = true, a.Normalise(), rand.Text()
	p.Concerns = rowsOf(p.Lang, found)
	unit, err := s.Flow.Unit(r.Context(), p.Answers.Unit)
	if err != nil {
		return err
	}
	p.Location, p.Area = unit.Location, templates.Area(p.Lang, int64(unit.Area))
	return show(w, http.StatusOK, "new", p)
}

// complain shows the form again with everything that is wrong with it.
func (s *server) complain(w http.ResponseWriter, p newPage, found registration.Findings) error {
	p.Checking, p.Errors = false, p.Form.mistakes(p.Lang, found)
	return show(w, http.StatusUnprocessableEntity, "new", p)
}

// accept opens the case, once for the key that the check page carries, and goes
// to it.
func (s *server) accept(w http.ResponseWriter, r *http.Request, p newPage) error {
	a, found := p.Form.application()
	if found.Blocked() {
		return s.complain(w, p, found)
	}
	if err := permitUnit(r.Context(), access.Accept, a.Unit); err != nil {
		return err
	}
	body, err := json.Marshal(a.Normalise())
	if err != nil {
		return fmt.Errorf("write the application down: %w", err)
	}
	acceptance, err := s.acceptOnce(r.Context(), intake.Key{
		Client: p.Staff.ID, Value: typed(r, "key"), Body: body}, a)
	var defects *jobs.DefectsError
	switch {
	case errors.As(err, &defects):
		return s.complain(w, p, blocking(defects.Findings))
	case errors.Is(err, intake.ErrKeyReused), errors.Is(err, intake.ErrKeyMissing):
		return s.check(w, r, p)
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/cases/"+string(acceptance.Number)+"?accepted", http.StatusSeeOther)
	return nil
}

// acceptOnce waits for the first of two clicks, so that the second is answered
// with its case.
func (s *server) acceptOnce(ctx context.Context, key intake.Key, a intake.Application) (jobs.Acceptance, error) {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		acceptance, err := s.Flow.Accept(ctx, key.Client, key, a)
		if !errors.Is(err, intake.ErrInFlight) || wait > 2*time.Second {
			return acceptance, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return acceptance, ctx.Err()
		}
	}
}
