package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
)

// accepted is the answer to an application that became a case (受理凭证). A resent
// request gets the same bytes.
type accepted struct {
	Number     intake.Number `json:"acceptance_number"`
	AcceptedAt time.Time     `json:"accepted_at"`
	Case       string        `json:"case"`
	Events     string        `json:"events"`
}

const casesPath = "/api/v1/cases"

// acceptCase opens a case (docs/CASE.md 2). First request and resend are both
// answered 201 with the same body, so that a client whose connection broke need
// not care which it was; Idempotent-Replayed tells them apart for those who do.
func (s *server) acceptCase(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	var a intake.Application
	raw, found, err := readJSON(w, r, &a)
	if err != nil {
		return err
	}
	if err := permitUnit(r.Context(), access.Accept, a.Unit); err != nil {
		return err
	}
	if len(found) > 0 {
		return s.misshapen(r, a, found)
	}
	acceptance, err := s.Flow.Accept(r.Context(), personOf(r.Context()).ID, intake.Key{
		Client: personOf(r.Context()).ID, Value: key, Body: raw}, a)
	if err != nil {
		return err
	}
	at := casesPath + "/" + string(acceptance.Number)
	w.Header().Set("Location", at)
	if acceptance.Resent {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	return answer(w, http.StatusCreated, accepted{acceptance.Number, when(acceptance.AcceptedAt), at, at + "/events"})
}

// misshapen refuses an application of the wrong shape, and names whatever else is
// wrong with the rest of it: one visit must be enough (一次性告知).
func (s *server) misshapen(r *http.Request, a intake.Application, found registration.Findings) error {
	more, err := s.Flow.Preflight(r.Context(), a)
	if err != nil {
		return err
	}
	return &jobs.DefectsError{Findings: merge(found, more)}
}

// merge adds findings about other fields than those whose value could not be read:
// of an unread field the rules would only say that it is empty.
func merge(shape, more registration.Findings) registration.Findings {
	unread := map[string]bool{}
	for _, f := range shape {
		unread[f.Field] = true
	}
	merged := shape
	for _, f := range more {
		if !unread[f.Field] && !unread[parent(f.Field)] {
			merged = append(merged, f)
		}
	}
	return merged
}

// parent returns the field that holds a part: "sellers" of "sellers[0].name".
func parent(field string) string {
	top, _, _ := strings.Cut(field, "[")
	return top
}

// keyOf reads the Idempotency-Key, in quotes as the draft has it or without.
func keyOf(r *http.Request) (string, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 || values[0] == "" {
		return "", intake.ErrKeyMissing
	}
	key := values[0]
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	odd := strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' })
	if len(values) > 1 || key == "" || len(key) > 200 || odd {
		return "", errKeyShape
	}
	return key, nil
}

// readiness is the answer to a preflight.
type readiness struct {
	Ready    bool     `json:"ready"`
	Findings []defect `json:"findings"`
}

// preflight names every defect of an application and changes nothing (1). What
// only a person can judge is among the findings and keeps nobody from handing in.
func (s *server) preflight(w http.ResponseWriter, r *http.Request) error {
	var a intake.Application
	_, shape, err := readJSON(w, r, &a)
	if err != nil {
		return err
	}
	if err := permitUnit(r.Context(), access.Preflight, a.Unit); err != nil {
		return err
	}
	found, err := s.Flow.Preflight(r.Context(), a)
	if err != nil {
		return err
	}
	found = merge(shape, found)
	return answer(w, http.StatusOK, readiness{!found.Blocked(), defectsOf(languageOf(r), found)})
}

// briefView is a case in a list, without its people.
type briefView struct {
	Number     intake.Number    `json:"acceptance_number"`
	Kind       string           `json:"kind"`
	Unit       string           `json:"unit"`
	State      intake.CaseState `json:"state"`
	AcceptedBy string           `json:"accepted_by"`
	AcceptedAt time.Time        `json:"accepted_at"`
	Step       intake.Step      `json:"step,omitempty"`
	StepState  intake.State     `json:"step_state,omitempty"`
	Holder     string           `json:"holder,omitempty"`
	Until      *time.Time       `json:"until,omitempty"`
	Case       string           `json:"case"`
}

// caseList is a part of a list. Next is the address of what follows.
type caseList struct {
	Cases []briefView `json:"cases"`
	Next  string      `json:"next,omitempty"`
}

// listCases lists the cases of a filter, the newest first, of the person's office.
func (s *server) listCases(w http.ResponseWriter, r *http.Request) error {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	limit := f.Limit
	f.Office, f.Limit = personOf(r.Context()).Office, limit+1
	list, err := s.Flow.Select(r.Context(), f)
	if err == nil {
		err = s.saw(r.Context(), audit.Listed, audit.Staff, personOf(r.Context()).ID)
	}
	if err != nil {
		return err
	}
	p := caseList{Cases: []briefView{}}
	if len(list) > limit {
		list = list[:limit]
		p.Next = linkNext(w, r, casesPath, string(list[limit-1].Number))
	}
	for _, b := range list {
		p.Cases = append(p.Cases, briefView{b.Number, b.Kind, b.Unit, b.State, b.AcceptedBy, when(b.AcceptedAt),
			b.Step, b.StepState, b.Holder, whenever(b.DueAt), casesPath + "/" + string(b.Number)})
	}
	return answer(w, http.StatusOK, p)
}

// numberOf reads the acceptance number in the address. A wrong one is a case
// that nobody knows.
func numberOf(r *http.Request) (intake.Number, error) {
	return intake.ParseNumber(chi.URLParam(r, "number"))
}
