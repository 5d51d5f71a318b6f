package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
)

// operate adds what is there for system administrators.
func (s *server) operate(r chi.Router) {
	r.Route("/api/v1/dead-letters", func(r chi.Router) {
		r.Get("/", s.may(access.SeeLetters, s.deadLetters))
		r.Get("/{letter}/audit", s.may(access.SearchAudit, s.chainOf(audit.Letter, "letter")))
		r.Post("/{letter}/retry", s.may(access.Operate, s.endLetter(jobs.RunAgain)))
		r.Post("/{letter}/hand-over", s.may(access.Operate, s.endLetter(jobs.HandOver)))
		r.Post("/{letter}/settle", s.may(access.Operate, s.endLetter(jobs.PutAway)))
	})
	r.Get("/letters", s.pageFor(access.SeeLetters, s.showLetters))
	r.Post("/letters/{letter}", s.pageFor(access.Operate, s.postLetter))
	if s.Admin != nil {
		r.Get("/admin/*", s.may(access.Operate, s.admin))
	}
}

// letterView is a job that failed for the last time.
type letterView struct {
	ID       int64         `json:"id"`
	Number   intake.Number `json:"acceptance_number,omitempty"`
	Step     intake.Step   `json:"step"`
	Attempts int           `json:"attempts"`
	Error    string        `json:"error"`
	At       time.Time     `json:"at"`
	Endings  []jobs.Ending `json:"endings"` // what may be done with it
}

// deadLetters lists what no machine could finish and nobody has settled.
func (s *server) deadLetters(w http.ResponseWriter, r *http.Request) error {
	letters, err := s.Flow.Letters(r.Context())
	if err != nil {
		return err
	}
	list := make([]letterView, 0, len(letters))
	for _, l := range letters {
		list = append(list, letterView{l.ID, l.Number, l.Step, l.Attempts, l.Error, when(l.At), l.Endings()})
	}
	return answer(w, http.StatusOK, map[string]any{"dead_letters": list})
}

// endingBody is the body of what is done with a letter.
type endingBody struct {
	To     string `json:"to"` // of a hand-over
	Reason string `json:"reason"`
}

// codeTakerUnknown is of a hand-over to nobody who could take it.
const codeTakerUnknown = "taker_unknown"

func (b endingBody) defects(e jobs.Ending) registration.Findings {
	found := wordsFault(b.Reason)
	if e == jobs.HandOver && !slices.Contains(jobs.Takers(), b.To) {
		found = append(found, registration.Finding{Check: registration.CheckForm, Outcome: registration.Block,
			Code: codeTakerUnknown, Field: "to"})
	}
	return found
}

// endLetter does with a letter what the address says.
func (s *server) endLetter(e jobs.Ending) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := letterID(r)
		if err != nil {
			return err
		}
		var body endingBody
		_, found, err := readJSON(w, r, &body)
		if err != nil {
			return err
		}
		if found = merge(found, body.defects(e)); len(found) > 0 {
			return &jobs.DefectsError{Findings: found}
		}
		if err := s.endAs(r, id, e, body); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// endAs does it as who asks.
func (s *server) endAs(r *http.Request, id int64, e jobs.Ending, body endingBody) error {
	return s.Flow.EndLetter(r.Context(), jobs.LetterEnding{
		Letter: id, Ending: e, To: body.To, By: personOf(r.Context()).ID, Reason: body.Reason,
	})
}

func letterID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "letter"), 10, 64)
	if err != nil || id <= 0 {
		return 0, jobs.ErrNoLetter
	}
	return id, nil
}
