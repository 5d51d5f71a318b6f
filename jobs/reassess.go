package jobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/payment"
)

// takeBack reopens the assessment of a case whose row the caller holds (I7): it goes
// to whom m says, the steps behind it wait again, and nobody may pay the old bills.
func (f *Flow) takeBack(ctx context.Context, tx pgx.Tx, c intake.Case, m intake.Move, after ...intake.Step) error {
	if m.Actor == "" {
		m.Actor = intake.Machine
	}
	if err := intake.Reopen(ctx, tx, c, intake.Assess, m, after...); err != nil {
		return err
	}
	for _, step := range after {
		if err := settleLetters(ctx, tx, c.ID, step, m.Actor); err != nil {
			return err
		}
	}
	at, err := intake.Now(ctx, tx)
	if err != nil {
		return err
	}
	ended, err := payment.Withdraw(ctx, tx, c.ID, at)
	if err != nil {
		return err
	}
	if err := f.tell(ctx, tx, c, notice.Reassessed, nil); err != nil {
		return err
	}
	return f.billsEnded(ctx, tx, c.ID, ended)
}

// behindTax are the steps that wait for the assessment and can be taken back with it.
var behindTax = []intake.Step{intake.Settle, intake.Enter}

// Reassess takes a decided assessment back to the desk, as an officer wants it who has
// learnt better before the entry. The errors are ErrNoReason, intake.ErrAlready where
// nothing is decided, intake.ErrStale and intake.ErrEntered.
func (f *Flow) Reassess(ctx context.Context, act OfficerAct) error {
	if act.Reason == "" {
		return ErrNoReason
	}
	c, err := f.Facts(ctx, act.Number)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := unmovedFile(ctx, tx, c.ID, act.Seen); err != nil {
			return err
		}
		m := toPerson(intake.TaxOfficer, "taken_back")
		m.Actor, m.Words = act.By, act.Reason
		if err := f.takeBack(ctx, tx, c, m, behindTax...); err != nil {
			return err
		}
		return audit.Write(ctx, tx, act.event(ctx, audit.TaxReopened))
	})
	if err == nil {
		f.moved(c.ID, intake.Assess, intake.Manual)
	}
	return err
}

// figuresStand ends an assessment that an officer looked at again, as it stands.
func figuresStand(ctx context.Context, tx pgx.Tx, d Decision, id int64, at time.Time) (m intake.Move, err error) {
	m = intake.Move{State: intake.Done, Actor: d.By, Reason: "figures_stand"}
	if m.Finding, err = json.Marshal(map[string]any{"manual": []tax.Reason{}}); err != nil {
		return m, err
	}
	return m, filing.Answering(ctx, tx, id, filing.Answer{Officer: d.By, Words: d.Reason, At: at})
}
