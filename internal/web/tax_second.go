package web

import (
	"net/http"

	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// secondBody is what a second officer says.
type secondBody struct {
	Verdict officer.Verdict `json:"verdict"`
	Reason  string          `json:"reason"`
}

func (b secondBody) common() officerBody { return officerBody{Reason: b.Reason} }

func (b secondBody) defects() registration.Findings {
	found := b.common().defects()
	if b.Verdict != officer.Accepted && b.Verdict != officer.Declined {
		found = append(found, formFinding(codeSecondUnknown, "verdict", nil))
	}
	return found
}

func (s *server) secondOpinion(w http.ResponseWriter, r *http.Request) error {
	return officially(s, w, r, func(act jobs.OfficerAct, b secondBody) error {
		return s.Flow.SecondOpinion(r.Context(), act, b.Verdict)
	})
}

// questionBody lets a source be asked again.
type questionBody struct {
	Source source.Name `json:"source"`
	Reason string      `json:"reason"`
}

func (b questionBody) common() officerBody { return officerBody{Reason: b.Reason} }

func (b questionBody) defects() registration.Findings { return b.common().defects() }

func (s *server) askAgain(w http.ResponseWriter, r *http.Request) error {
	return officially(s, w, r, func(act jobs.OfficerAct, b questionBody) error {
		return s.Flow.AskAgain(r.Context(), act, b.Source)
	})
}

// reassessBody takes an assessment back.
type reassessBody struct {
	Reason string `json:"reason"`
}

func (b reassessBody) common() officerBody { return officerBody{Reason: b.Reason} }

func (b reassessBody) defects() registration.Findings { return b.common().defects() }

func (s *server) reassess(w http.ResponseWriter, r *http.Request) error {
	return officially(s, w, r, func(act jobs.OfficerAct, _ reassessBody) error {
		return s.Flow.Reassess(r.Context(), act)
	})
}
