package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/templates"
)

// lettersPage lists what no machine could finish, for who operates the program.
type lettersPage struct {
	frame
	Letters []letterRow
	MayEnd  bool
	Done    string // what was just done
}

// letterRow is a letter with what may be done with it and what was typed.
type letterRow struct {
	jobs.DeadLetter
	Choices   []string // "retry", "settle", or whom to hand over to
	Choice    string
	Reason    string
	Form      string // id of its form
	BadChoice *mistake
	BadReason *mistake
}

// done says what was just done.
var done = map[jobs.Ending]string{
	jobs.RunAgain: "page.letters.done_retry", jobs.HandOver: "page.letters.done_hand_over",
	jobs.PutAway: "page.letters.done_settle",
}

func (s *server) showLetters(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.kept(r)
	if err != nil {
		return err
	}
	p, err := s.lettersPage(r)
	if err != nil {
		return err
	}
	p.Kept = kept
	if p.Refresh = 30; carries(r) {
		p.Refresh = 0
	}
	if words := done[jobs.Ending(r.URL.Query().Get("done"))]; words != "" {
		p.Done = p.say(words, nil)
	}
	return show(w, http.StatusOK, "letters", p)
}

func (s *server) lettersPage(r *http.Request) (p lettersPage, err error) {
	letters, err := s.Flow.Letters(r.Context())
	p = lettersPage{frame: frameOf(r, "letters"), Letters: make([]letterRow, 0, len(letters))}
	p.MayEnd = p.Staff.May(access.Operate)
	for _, l := range letters {
		row := letterRow{DeadLetter: l, Choices: choicesOf(l), Form: "letter-form-" + strconv.FormatInt(l.ID, 10)}
		if carries(r) && typed(r, "at") == row.Form {
			row.Choice, row.Reason = typed(r, "choice"), typed(r, "reason")
		}
		p.Letters = append(p.Letters, row)
	}
	if p.MayEnd && len(p.Letters) > 0 {
		p.Carry = p.Letters[0].Form
	}
	return p, err
}

// choicesOf spells what may be done with a letter, a hand-over by its taker.
func choicesOf(l jobs.DeadLetter) (choices []string) {
	for _, e := range l.Endings() {
		if e == jobs.HandOver {
			choices = append(choices, jobs.Takers()...)
			continue
		}
		choices = append(choices, string(e))
	}
	return choices
}

// chosen is the ending that a choice spells.
func chosen(choice string) (jobs.Ending, string) {
	if slices.Contains(jobs.Takers(), choice) {
		return jobs.HandOver, choice
	}
	return jobs.Ending(choice), ""
}

// postLetter does with a letter what was chosen. What cannot be done is said beside
// the letter, and what was typed stays.
func (s *server) postLetter(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id, err := letterID(r)
	if err != nil {
		return err
	}
	choice := typed(r, "choice")
	body := endingBody{Reason: strings.TrimSpace(strings.ReplaceAll(typed(r, "reason"), "\r\n", "\n"))}
	ending, to := chosen(choice)
	body.To = to
	if found := body.defects(ending); len(found) > 0 {
		return s.letterAgain(w, r, id, choice, body.Reason, http.StatusUnprocessableEntity,
			mistake{ID: "reason", Text: templates.Say(speech(r), found[0].Code, found[0].Args)})
	}
	if choice == "" {
		return s.letterAgain(w, r, id, choice, body.Reason, http.StatusUnprocessableEntity,
			mistake{ID: "choice", Text: templates.Say(speech(r), "page.decide.choose", nil)})
	}
	if err := s.endAs(r, id, ending, body); err != nil {
		return s.letterNotEnded(w, r, id, choice, body.Reason, err)
	}
	http.Redirect(w, r, "/letters?done="+string(ending), http.StatusSeeOther)
	return nil
}

// letterNotEnded says beside the letter why it was not ended, where the letter or
// the reader's words are the reason.
func (s *server) letterNotEnded(w http.ResponseWriter, r *http.Request, id int64, choice, reason string,
	err error) error {
	f := faultOf(err)
	m := mistake{Text: templates.Say(speech(r), "problem_"+f.code+"_detail", f.args)}
	switch {
	case errors.Is(err, jobs.ErrNoReason):
		m.ID = "reason"
	case f.status == http.StatusConflict || errors.Is(err, intake.ErrAlready):
		m.ID = "choice"
	default:
		return err
	}
	return s.letterAgain(w, r, id, choice, reason, f.status, m)
}

// letterAgain shows the list with what kept a letter from being ended.
func (s *server) letterAgain(w http.ResponseWriter, r *http.Request, id int64, choice, reason string, status int,
	m mistake) error {
	p, err := s.lettersPage(r)
	if err != nil {
		return err
	}
	for i := range p.Letters {
		l := &p.Letters[i]
		if l.ID != id {
			continue
		}
		at := m
		at.ID += "-" + strconv.FormatInt(id, 10)
		l.Choice, l.Reason, p.Errors = choice, reason, []mistake{at}
		if m.ID == "reason" {
			l.BadReason = &at
		} else {
			l.BadChoice = &at
		}
		return show(w, status, "letters", p)
	}
	return jobs.ErrNoLetter
}
