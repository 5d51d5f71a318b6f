package jobs

import (
	"context"
	"encoding/json"
	"errors"
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

// A Declarant is a party who says something of the assessment of their case (申报人).
type Declarant struct {
	Number   intake.Number
	Party    string // as a path of the application: buyers[0]
	Revision int    // of the assessment that they saw
}

// Declare takes a party's declarations: everything that the offices hold of them is
// right. It returns intake.ErrStale if the assessment is no longer the one that they
// saw, filing.ErrNotDecided while there is none to declare on.
func (f *Flow) Declare(ctx context.Context, by Declarant) error {
	return f.file(ctx, by, audit.TaxDeclared, func(ctx context.Context, tx pgx.Tx, c intake.Case) error {
		state, err := intake.StateOf(ctx, tx, c.ID, intake.Assess)
		if err == nil && state != intake.Done {
			err = filing.ErrNotDecided
		}
		if err != nil {
			return err
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		return filing.Declare(ctx, tx, c.ID, filing.Declaration{
			Party: by.Party, Revision: by.Revision, Statements: filing.StatementsOf(filing.SideOf(by.Party)), At: at,
		})
	})
}

// Dispute takes what a party says is wrong: the assessment goes to an officer with it,
// and nobody pays meanwhile. The errors are those of Declare and of filing.Check, and
// intake.ErrEntered once the right has passed.
func (f *Flow) Dispute(ctx context.Context, by Declarant, d filing.Dispute) error {
	if err := filing.Check(by.Party, d); err != nil {
		return err
	}
	return f.file(ctx, by, audit.TaxDisputed, func(ctx context.Context, tx pgx.Tx, c intake.Case) (err error) {
		d.Party, d.Revision = by.Party, by.Revision
		if d.At, err = intake.Now(ctx, tx); err != nil {
			return err
		}
		if err := filing.Put(ctx, tx, c.ID, d); err != nil {
			return err
		}
		state, err := intake.StateOf(ctx, tx, c.ID, intake.Assess)
		if err != nil || state == intake.Manual { // an officer has it, and will see this too
			return err
		}
		m := toPerson(intake.TaxOfficer, "disputed")
		m.Actor = intake.Applicant
		return f.takeBack(ctx, tx, c, m, behindTax...)
	})
}

// file does what a party says of an assessment, while it is the one that they saw.
func (f *Flow) file(ctx context.Context, by Declarant, what audit.Action,
	do func(context.Context, pgx.Tx, intake.Case) error) error {
	c, err := f.Facts(ctx, by.Number)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		revision, err := tax.InForce(ctx, tx, c.ID)
		switch {
		case errors.Is(err, tax.ErrNotAssessed):
			err = filing.ErrNotDecided
		case err == nil && revision != by.Revision:
			err = intake.ErrStale
		}
		if err != nil {
			return err
		}
		if err := do(ctx, tx, c); err != nil {
			return err
		}
		return audit.Write(ctx, tx, onCase(c.Number, what, intake.Applicant, by.Party).By(audit.OriginOf(ctx)))
	})
	if err == nil {
		f.moved(c.ID, intake.Assess, "")
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
