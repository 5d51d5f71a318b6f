package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/notice"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
)

// Verdict is what a person says of a step that waits for them.
type Verdict string

// The verdicts. Verdicts tells which of them a step takes where it stands.
const (
	Approve    Verdict = "approve"    // 同意: authorises the entry
	Return     Verdict = "return"     // 退回补正: the applicant then holds the step
	Refuse     Verdict = "refuse"     // 不予登记: the case is refused
	Supplement Verdict = "supplement" // 已补正: the review runs again
	Confirm    Verdict = "confirm"    // 确认税额: the proposed figures are the officer's own
	Retry      Verdict = "retry"      // 重新办理
	GiveUp     Verdict = "give_up"    // 不再办理: a utility's step; the parties have been told
)

// refusable are the steps at which a registrar may refuse the case: until the
// right is entered there is always a way out.
var refusable = map[intake.Step]bool{intake.Filing: true, intake.Review: true, intake.Assess: true, intake.Enter: true}

// Verdicts lists what a person may say of a step where it stands. Every step
// that waits for a person takes at least one. assessed says that the step is a
// tax assessment whose figures are recorded.
func Verdicts(p intake.Progress, assessed bool) []Verdict {
	switch {
	case p.Step == intake.Review && p.State == intake.NeedsInput && p.Holder == intake.Applicant:
		return []Verdict{Supplement, Refuse}
	case p.Step == intake.Review && p.State == intake.NeedsInput:
		return []Verdict{Approve, Return, Refuse}
	case p.State != intake.Manual:
		return nil
	case p.Step == intake.Assess && assessed: // its facts are recorded: it is confirmed, not tried again
		return []Verdict{Confirm, Refuse}
	case p.Step == intake.Settle && p.Holder == intake.TaxOfficer: // its fees are proposed
		return []Verdict{Confirm, Retry}
	case p.Step.Utility() != "":
		return []Verdict{Retry, GiveUp}
	case refusable[p.Step]:
		return []Verdict{Retry, Refuse}
	}
	return []Verdict{Retry}
}

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
	Seen    int64  // version of the case that the person saw (Version); 0 if they decide without having looked
	Reason  string // in the person's words; always for return, refuse, confirm and give up
	Proof   Proof  // of an approval; nil where whoever asks vouches for By
}

// Proof spends what a person proved themselves with, in the transaction of what they
// did it for: it is gone if that commits, and only then.
type Proof func(ctx context.Context, tx pgx.Tx) error

func (p Proof) spend(ctx context.Context, tx pgx.Tx) error {
	if p == nil {
		return nil
	}
	return p(ctx, tx)
}

// needsReason tells which verdicts a person must explain.
var needsReason = map[Verdict]bool{Return: true, Refuse: true, Confirm: true, GiveUp: true}

// Decide carries out a person's verdict. It returns intake.ErrNoCase,
// ErrVerdict, ErrNoReason, intake.ErrSameHand, *BlockedError, intake.ErrStale when
// the case is not as the person saw it, or intake.ErrAlready when somebody else was
// first.
func (f *Flow) Decide(ctx context.Context, d Decision) error {
	if needsReason[d.Verdict] && d.Reason == "" {
		return ErrNoReason
	}
	v, err := f.find(ctx, d.Number)
	if err != nil {
		return err
	}
	at := v.at(d.Step)
	if !slices.Contains(Verdicts(at, v.Tax != nil), d.Verdict) {
		return ErrVerdict
	}
	record := held(v.ID, at, d.Reason, f.recordOf(v.Case, at, d))
	return f.finish(ctx, v.Case, d.Step, at.State, unmoved(v.ID, d.Step, d.Seen, audited(decided(ctx, d), record)))
}

// recordOf is what a verdict writes.
func (f *Flow) recordOf(c intake.Case, at intake.Progress, d Decision) Record {
	switch d.Verdict {
	case Approve:
		return approval(c, at, d)
	case Confirm:
		if d.Step == intake.Settle {
			return f.confirmFees(c, d)
		}
		return confirmTax(c, d)
	case Supplement:
		return f.again(c, d.Step, intake.Move{Actor: d.By, Reason: "supplemented"})
	case Retry:
		return f.again(c, d.Step, intake.Move{Actor: d.By, Reason: "retried"})
	case Return:
		return f.telling(c, notice.Returned, spoken(d, intake.NeedsInput, intake.Applicant))
	}
	return spoken(d, intake.Refused, "")
}

// telling tells the parties what record writes.
func (f *Flow) telling(c intake.Case, t notice.Template, record Record) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m, err := record(ctx, tx)
		if err == nil {
			err = f.tell(ctx, tx, c, t, nil)
		}
		return m, err
	}
}

// held records only while the step is still with whom the person saw it with: a
// review that was returned meanwhile waits in the same state for somebody else.
// What an operator had to know of the step is settled with it.
func held(id int64, at intake.Progress, words string, record Record) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		holder, err := intake.HolderOf(ctx, tx, id, at.Step)
		if err == nil && holder != at.Holder {
			err = intake.ErrAlready
		}
		if err != nil {
			return intake.Move{}, err
		}
		m, err := record(ctx, tx)
		if err == nil {
			err = settleLetters(ctx, tx, id, at.Step, m.Actor)
		}
		m.Words = words
		return m, err
	}
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
		if found.Human() && d.Reason == "" { // why what needed a look may stand
			return intake.Move{}, ErrNoReason
		}
		m := intake.Move{State: intake.Done, Actor: d.By, Reason: "approved"}
		if err := d.Proof.spend(ctx, tx); err != nil {
			return m, err
		}
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
func confirmTax(c intake.Case, d Decision) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return intake.Move{}, err
		}
		file, err := officer.Open(ctx, tx, c.ID)
		if err != nil {
			return intake.Move{}, err
		}
		if _, waits := file.Pending(); waits {
			return intake.Move{}, officer.ErrPending
		}
		_, a, err := tax.Of(ctx, tx, c.ID)
		if err != nil {
			return intake.Move{}, err
		}
		if a.Decided() {
			return figuresStand(ctx, tx, d, c.ID, at)
		}
		if err := tax.Confirm(ctx, tx, c.ID, d.By, d.Reason, at); err != nil {
			return intake.Move{}, err
		}
		m := intake.Move{State: intake.Done, Actor: d.By, Reason: "figures_confirmed"}
		return m, filing.Answering(ctx, tx, c.ID, filing.Answer{Officer: d.By, Words: d.Reason, At: at})
	}
}
