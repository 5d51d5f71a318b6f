package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/templates"
)

// maxRevealReason bounds the reason for seeing people whole, in characters.
const maxRevealReason = 200

// postReveal shows the people of a case whole, once, to who may see them and says
// why (显示全文). The answer is no address of its own: asking again means giving a
// reason again.
func (s *server) postReveal(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	c, err := s.sight(r, access.Reveal)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(typed(r, "reason"))
	if code := badReason(reason); code != "" {
		lang := speech(r)
		m := mistake{"reveal-reason", templates.Say(lang, "page.reveal.reason", nil), templates.Say(lang, code, nil)}
		p, err := s.caseAgain(r, c, m)
		if err != nil {
			return err
		}
		p.BadReveal = &m
		return show(w, http.StatusUnprocessableEntity, "case", p)
	}
	if err := s.revealed(r, c.Number, reason); err != nil {
		return err
	}
	p := casePageOf(r, c, whole)
	p.Revealed = reason
	if p.Materials, err = s.materialsOf(r, c); err != nil {
		return err
	}
	return show(w, http.StatusOK, "case", p)
}

func badReason(reason string) string {
	switch {
	case reason == "":
		return codeTextMissing
	case utf8.RuneCountInString(reason) > maxRevealReason, len(wordsFault(reason)) > 0:
		return "page.reveal.reason_bad"
	}
	return ""
}

// revealed writes down who saw the people of a case whole, and why, before they
// are shown.
func (s *server) revealed(r *http.Request, number intake.Number, reason string) error {
	return s.Flow.Saw(r.Context(), audit.Event{
		Action: audit.Revealed, Kind: audit.Case, Object: string(number), Reason: reason,
	})
}
