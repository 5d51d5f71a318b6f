package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/registration"
)

// verdictBody is the body of a decision.
type verdictBody struct {
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
}

// permissions says what a person must be allowed to do in order to say it.
var permissions = map[jobs.Verdict]access.Action{
	jobs.Approve:    access.Review,
	jobs.Return:     access.Return,
	jobs.Refuse:     access.Review,
	jobs.Supplement: access.Accept,
	jobs.Confirm:    access.ConfirmTax,
	jobs.Retry:      access.Retry,
	jobs.GiveUp:     access.GiveUp,
}

// codeVerdictUnknown is of a verdict that there is not.
const codeVerdictUnknown = "verdict_unknown"

// maxReason is the longest reason that is kept, in characters.
const maxReason = 500

// decide carries out a person's verdict on a step and answers with the case as
// it then stands.
func (s *server) decide(w http.ResponseWriter, r *http.Request) error {
	if !slices.Contains(intake.Steps(), stepOf(r)) {
		return errNotFound
	}
	number, err := s.reach(r, access.See)
	if err != nil {
		return err
	}
	var body verdictBody
	_, found, err := readJSON(w, r, &body)
	if err != nil {
		return err
	}
	if _, known := permissions[jobs.Verdict(body.Verdict)]; !known {
		found = append(found, registration.Finding{Check: registration.CheckForm, Outcome: registration.Block,
			Code: codeVerdictUnknown, Field: "verdict"})
	}
	if found = merge(found, body.defects()); len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	if err := s.pronounce(r, number, body, seenVersion); err != nil {
		return err
	}
	sight, err := s.sight(r, access.See)
	if err != nil {
		return err
	}
	return s.answerCase(w, r, sight)
}

// pronounce lets who asks decide on the version of the case that they say they have
// seen, if they may; that the case is within their reach is known. What is stale is
// said before anybody is asked for a proof.
func (s *server) pronounce(r *http.Request, number intake.Number, body verdictBody,
	version func(*http.Request) (int64, error)) error {
	ctx, verdict := r.Context(), jobs.Verdict(body.Verdict)
	needed, known := permissions[verdict]
	if !known {
		return jobs.ErrVerdict
	}
	if err := permit(ctx, needed); err != nil {
		return err
	}
	seen, err := version(r)
	if err == nil {
		err = s.Flow.Unmoved(ctx, number, stepOf(r), seen)
	}
	if err != nil {
		return err
	}
	d := jobs.Decision{Number: number, Step: stepOf(r), Verdict: verdict,
		By: personOf(ctx).ID, Reason: body.Reason, Seen: seen}
	if verdict == jobs.Approve { // it authorises the entry
		if err := permitProved(ctx, needed); err != nil {
			return err
		}
		d.Proof = spending(r)
	}
	return s.Flow.Decide(ctx, d)
}

// spending takes the proof of who asks for the one thing that it is given to.
func spending(r *http.Request) jobs.Proof {
	token := presenceOf(r.Context()).token
	return func(ctx context.Context, tx pgx.Tx) error { return access.Spend(ctx, tx, token, time.Now()) }
}

func stepOf(r *http.Request) intake.Step { return intake.Step(chi.URLParam(r, "step")) }
