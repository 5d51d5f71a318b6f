package web

import (
	"fmt"
	"net/http"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/templates"
)

// handOverView is the hand-over of a certificate on the case page: what has been
// done, or to whom it can be.
type handOverView struct {
	Done string
	To   []askChoice // nil where the reader may not

	Party string // chosen before another language was
}

// handOverOf is nil before there is a document.
func (p casePage) handOverOf(c *jobs.Sight) *handOverView {
	if c.Document == nil {
		return nil
	}
	if h := c.Handover; h != nil {
		at, to := templates.Moment(p.Lang, h.At), templates.Field(p.Lang, h.Party)
		done := p.say("page.hand_over.done", map[string]string{"moment": at, "name": h.By, "holder": to})
		return &handOverView{Done: done}
	}
	if !p.Staff.May(access.HandOver) || p.Staff.ID == c.ApprovedBy {
		return nil
	}
	v := &handOverView{}
	for i, b := range c.Buyers {
		path := fmt.Sprintf("buyers[%d]", i)
		v.To = append(v.To, askChoice{path, templates.Field(p.Lang, path) + " " + maskName(b.Name)})
	}
	return v
}

// postHandOver records that the printed certificate was given to a buyer, by who
// has just proved who they are.
func (s *server) postHandOver(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	number, err := s.reach(r, access.HandOver)
	if err != nil {
		return err
	}
	r, err = s.withProof(r)
	if err == nil {
		err = s.handOver(r, number, typed(r, "party"), seenOnPage)
	}
	if err != nil {
		return s.askProof(w, r, err, "page.hand_over.title", "party", "seen")
	}
	http.Redirect(w, r, "/cases/"+string(number), http.StatusSeeOther)
	return nil
}

// handOverBody says to which party the certificate is given.
type handOverBody struct {
	Party string `json:"party"`
}

// handOverCase is postHandOver for programs.
func (s *server) handOverCase(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.HandOver)
	if err != nil {
		return err
	}
	var b handOverBody
	if err := readStrict(w, r, &b); err != nil {
		return err
	}
	if err := s.handOver(r, number, b.Party, seenVersion); err != nil {
		return err
	}
	sight, err := s.sight(r, access.See)
	if err != nil {
		return err
	}
	return s.answerCase(w, r, sight)
}

func (s *server) handOver(r *http.Request, number intake.Number, party string,
	version func(*http.Request) (int64, error)) error {
	seen, err := version(r)
	if err == nil {
		err = s.Flow.Unmoved(r.Context(), number, intake.Certificate, seen)
	}
	if err != nil {
		return err
	}
	if err := permitProved(r.Context(), access.HandOver); err != nil {
		return err
	}
	return s.Flow.HandOver(r.Context(), jobs.Handover{Number: number, Party: party, By: personOf(r.Context()).ID,
		Seen: seen, Proof: spending(r)})
}
