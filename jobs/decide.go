package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax"
)

// Verdict is what a person says of a step that waits for them.
type Verdict string

// The verdicts, and the state in which a step accepts them.
const (
	Approve    Verdict = "approve"    // 同意: the review, when it waits for the reviewer
	Return     Verdict = "return"     // 退回补正: the same; the applicant then holds the step
	Refuse     Verdict = "refuse"     // 不予登记: the same
	Supplement Verdict = "supplement" // 已补正: the review, when it waits for the applicant
	Confirm    Verdict = "confirm"    // 确认税额: an assessment that went to a tax officer
	Retry      Verdict = "retry"      // 重新办理: any step that went to a person
	GiveUp     Verdict = "give_up"    // 不再办理: a utility's step that went to a person
)

// Errors of decisions.
var (
	// ErrVerdict says that the step takes no such verdict where it stands.
	ErrVerdict = errors.New("the step does not take this verdict now")
	// ErrNoReason says that a verdict that needs words came without.
	ErrNoReason = errors.New("this verdict needs a reason")
)

// BlockedError says that machine findings forbid what was to be approved.
type BlockedError struct{ Findings registration.Findings }

// Error counts the findings.
func (e *BlockedError) Error() string {
	return fmt.Sprintf("%d findings forbid the approval", len(e.Findings))
}

// Decision is one person's verdict on one step.
type Decision struct {
	Number  intake.Number
	Step    intake.Step
	Verdict Verdict
	By      string // staff id
	Reason  string // in the person's words; required for all but approve and supplement
}

// needsReason tells which verdicts a person must explain.
var needsReason = map[Verdict]bool{Return: true, Refuse: true, Confirm: true, GiveUp: true}

// Decide carries out a person's verdict. It returns intake.ErrNoCase,
// ErrVerdict, ErrNoReason, intake.ErrSameHand, *BlockedError, or
// intake.ErrAlready when somebody else was first.
func (f *Flow) Decide(ctx context.Context, d Decision) error {
	if needsReason[d.Verdict] && d.Reason == "" {
		return ErrNoReason
	}
	v, err := f.find(ctx, d.Number)
	if err != nil {
		return err
	}
	at := v.at(d.Step)
	switch {
	case d.Step == intake.Review && at.State == intake.NeedsInput:
		return f.decideReview(ctx, v, at, d)
	case d.Step == intake.Assess && at.State == intake.Manual && d.Verdict == Confirm:
		return f.finish(ctx, v.Case, d.Step, at.State, f.confirmTax(v.Case, d))
	case d.Step == intake.Assess && v.Tax != nil: // its facts are recorded: it is confirmed, not tried again
		return ErrVerdict
	case at.State == intake.Manual && d.Verdict == Retry:
		return f.rerun(ctx, v.ID, d.Step, at.State, d.By, "retried")
	case at.State == intake.Manual && d.Verdict == GiveUp && d.Step.Utility() != "":
		return f.finish(ctx, v.Case, d.Step, at.State, spoken(d, intake.Refused, ""))
	}
	return ErrVerdict
}

func (f *Flow) decideReview(ctx context.Context, v *Sight, at intake.Progress, d Decision) error {
	switch {
	case at.Holder == intake.Applicant && d.Verdict == Supplement:
		return f.rerun(ctx, v.ID, d.Step, at.State, d.By, "supplemented")
	case at.Holder != intake.Reviewer:
		return ErrVerdict
	case d.Verdict == Approve:
		return f.finish(ctx, v.Case, d.Step, at.State, approval(v.Case, at, d))
	case d.Verdict == Return:
		return f.finish(ctx, v.Case, d.Step, at.State, spoken(d, intake.NeedsInput, intake.Applicant))
	case d.Verdict == Refuse:
		return f.finish(ctx, v.Case, d.Step, at.State, spoken(d, intake.Refused, ""))
	}
	return ErrVerdict
}

// approval authorises the entry, which the job performs once tax is settled. It
// is refused to the person who accepted the case, and while findings block.
func approval(c intake.Case, at intake.Progress, d Decision) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		found, err := findingsOf(at.Finding)
		if err != nil {
			return intake.Move{}, err
		}
		if found.Blocked() {
			return intake.Move{}, &BlockedError{found.Failing()}
		}
		m := intake.Move{State: intake.Done, Actor: d.By, Reason: "approved"}
		return m, intake.Approve(ctx, tx, c.ID, d.By)
	}
}

// spoken is a verdict that nothing but the step records.
func spoken(d Decision, to intake.State, holder string) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		finding, err := json.Marshal(map[string]string{"verdict": string(d.Verdict), "reason": d.Reason, "by": d.By})
		m := intake.Move{State: to, Holder: holder, Actor: d.By, Reason: "verdict_" + string(d.Verdict), Finding: finding}
		if to == intake.NeedsInput {
			m.Within = supplementTime
		}
		return m, err
	}
}

// confirmTax takes the proposed figures as the officer's own.
func (f *Flow) confirmTax(c intake.Case, d Decision) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return intake.Move{}, err
		}
		m := intake.Move{State: intake.Done, Actor: d.By, Reason: "figures_confirmed"}
		return m, tax.Confirm(ctx, tx, c.ID, d.By, d.Reason, at)
	}
}
