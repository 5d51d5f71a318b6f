package jobs

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
)

// Errors of letters.
var (
	// ErrNoLetter says that no open letter has the number.
	ErrNoLetter = errors.New("no open letter has this number")
	// ErrLetterHeld says that a letter cannot be put away while its step waits for an
	// operator: the case would stand for ever.
	ErrLetterHeld = errors.New("the step of the letter still waits for an operator")
	// ErrLetterMoved says that the step of a letter no longer waits for an operator.
	ErrLetterMoved = errors.New("the step of the letter no longer waits for an operator")
)

// Ending is what an operator does with a dead letter.
type Ending string

// The endings.
const (
	RunAgain Ending = "retry"     // 重新办理: the step runs, or the message is sent, once more
	HandOver Ending = "hand_over" // 转交: somebody who decides on cases holds the step
	PutAway  Ending = "settle"    // 销号: dealt with outside; the words say how
)

// takers are the holders whom an operator may hand a step to: those whose queue a
// person of the office reads, and who may act on a step that waits for a person.
var takers = []string{intake.Reviewer, intake.TaxOfficer}

// Takers are the holders whom a letter's step may be handed to.
func Takers() []string { return slices.Clone(takers) }

// Endings lists what may be done with the letter where its step stands.
func (l DeadLetter) Endings() []Ending {
	switch {
	case l.Notice != 0:
		return []Ending{RunAgain, PutAway}
	case l.Held:
		return []Ending{RunAgain, HandOver}
	}
	return []Ending{PutAway}
}

// LetterEnding is what one operator does with one letter, and why.
type LetterEnding struct {
	Letter int64
	Ending Ending
	To     string // of HandOver: one of Takers
	By     string // staff id
	Reason string // in the person's words; always for HandOver and PutAway
}

// EndLetter does with a dead letter what an operator says. It returns ErrNoReason,
// ErrNoLetter, ErrVerdict for what cannot be done with it, ErrLetterHeld,
// ErrLetterMoved, or intake.ErrAlready when somebody else was first.
func (f *Flow) EndLetter(ctx context.Context, e LetterEnding) error {
	if e.Reason == "" && e.Ending != RunAgain {
		return ErrNoReason
	}
	l, err := f.letter(ctx, e.Letter)
	if err != nil {
		return err
	}
	// On behalf of the request: the desk ends steps of many requests together.
	event := onLetter(audit.OriginOf(ctx), e)
	switch {
	case e.Ending == PutAway && l.held():
		return ErrLetterHeld
	case e.Ending == PutAway:
		return f.putAway(ctx, l, e, event)
	case e.Ending == RunAgain && l.Notice != 0:
		return f.SendAgain(ctx, l.Notice, e.By, event)
	case !l.held():
		return ErrLetterMoved
	case e.Ending == RunAgain:
		m := intake.Move{Actor: e.By, Reason: "retried", Words: e.Reason}
		return f.rerun(ctx, l.CaseID, l.Step, intake.Manual, m, event)
	case e.Ending == HandOver && slices.Contains(takers, e.To):
		return f.handOver(ctx, l, e, event)
	}
	return ErrVerdict
}

// onLetter is the event of what is done with a letter.
func onLetter(from audit.Origin, e LetterEnding) audit.Event {
	result := string(e.Ending)
	if e.To != "" {
		result += " " + e.To
	}
	return audit.Event{
		Kind: audit.Letter, Object: strconv.FormatInt(e.Letter, 10), Action: audit.LetterEnded, Actor: e.By,
		Role: from.Role, From: from.From, Request: from.Request, Reason: e.Reason, Result: result,
	}
}

// openLetter is a letter with where its step stands now.
type openLetter struct {
	CaseID int64
	Step   intake.Step
	Notice int64
	State  intake.State // "" if it is about no step
	Holder string
}

// held says whether the step waits for an operator.
func (l openLetter) held() bool { return l.State == intake.Manual && l.Holder == intake.Operator }

func (f *Flow) letter(ctx context.Context, id int64) (l openLetter, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		l, err = letterOf(ctx, tx, id)
		return err
	})
	return l, err
}

// handOver gives the step to a person's queue, where it waits as if the machine
// had sent it there.
func (f *Flow) handOver(ctx context.Context, l openLetter, e LetterEnding, event audit.Event) error {
	c, err := f.get(ctx, l.CaseID)
	if err != nil {
		return err
	}
	at := intake.Progress{Step: l.Step, State: l.State, Holder: l.Holder}
	record := func(context.Context, pgx.Tx) (intake.Move, error) {
		return intake.Move{State: intake.Manual, Holder: e.To, Actor: e.By, Reason: "handed_on"}, nil
	}
	return f.finish(ctx, c, l.Step, intake.Manual, audited(event, held(l.CaseID, at, e.Reason, record)))
}

// putAway settles a letter whose matter was dealt with outside, and says so in the
// journal of its case.
func (f *Flow) putAway(ctx context.Context, l openLetter, e LetterEnding, event audit.Event) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := settleLetter(ctx, tx, e.Letter, e.By); err != nil {
			return err
		}
		if l.CaseID != 0 {
			if err := intake.Note(ctx, tx, l.CaseID, e.By, "letter_settled", e.Reason); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, event)
	})
}
