package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// TaxFile is a case as the tax officer's desk shows it (税务人员办理).
type TaxFile struct {
	*Sight
	officer.File
	Disputes []filing.Dispute
	Version  int64 // of the file; grows with whatever is added to it
}

// Waiting reports whether the file waits for an officer.
func (v TaxFile) Waiting() bool {
	at := v.at(intake.Assess)
	return v.Tax != nil && at.State == intake.Manual && at.Holder == intake.TaxOfficer
}

// OfficerAct is what an officer does about the file of a case.
type OfficerAct struct {
	Number   intake.Number
	By       string // staff id
	Seen     int64  // version of the file that the officer saw; 0 if they do not say
	Reason   string // in the officer's words
	Document string // by number or name; of corrections and overrides
}

// Errors of the desk.
var (
	// ErrNotAtDesk says that the file waits for nobody at the tax officer's desk.
	ErrNotAtDesk = errors.New("the tax file waits for no officer")
	// ErrNoDocument says that a correction or an override names no document.
	ErrNoDocument = errors.New("this needs a document")
)

// TaxFile returns the file of a case. It returns intake.ErrNoCase, or ErrNotAtDesk
// if there is no assessment yet.
func (f *Flow) TaxFile(ctx context.Context, number intake.Number) (v *TaxFile, err error) {
	sight, err := f.find(ctx, number)
	if err != nil {
		return nil, err
	}
	if sight.Tax == nil { // though it may be there by now
		return nil, ErrNotAtDesk
	}
	v = &TaxFile{Sight: sight}
	err = f.read(ctx, func(tx pgx.Tx) error {
		if v.Version, err = officer.Version(ctx, tx, v.ID); err != nil { // first: the file may be newer than its tag
			return err
		}
		if v.File, err = officer.Open(ctx, tx, v.ID); err != nil {
			return err
		}
		v.Disputes, err = filing.DisputesOf(ctx, tx, v.ID)
		return err
	})
	return v, err
}

// Correct proposes other facts. The errors are those of officer.File.Correction,
// intake.ErrStale, ErrNotAtDesk, ErrNoReason and ErrNoDocument.
func (f *Flow) Correct(ctx context.Context, act OfficerAct, changes []officer.Change) error {
	return f.propose(ctx, act, audit.TaxCorrected, func(d deskWork) (officer.Revision, error) {
		return d.file.Correction(changes, d.adopted)
	})
}

// OverrideLine proposes another line of tax. The errors are those of
// officer.File.Override, intake.ErrStale, ErrNotAtDesk, ErrNoReason and ErrNoDocument.
func (f *Flow) OverrideLine(ctx context.Context, act OfficerAct, l officer.Line) error {
	return f.propose(ctx, act, audit.TaxOverridden, func(d deskWork) (officer.Revision, error) {
		return d.file.Override(l, act.By, act.Document, d.at)
	})
}

// deskWork is a file that an officer works on, and when.
type deskWork struct {
	id      int64
	file    officer.File
	at      time.Time
	adopted []tax.Adoption
}

// propose puts what an officer proposes into the file. It moves no step: the second
// officer does.
func (f *Flow) propose(ctx context.Context, act OfficerAct, what audit.Action,
	make func(deskWork) (officer.Revision, error)) error {
	switch {
	case act.Reason == "":
		return ErrNoReason
	case act.Document == "":
		return ErrNoDocument
	}
	return f.workAtDesk(ctx, act, what, string(what), func(ctx context.Context, tx pgx.Tx, d deskWork) (err error) {
		if d.adopted, err = tax.AdoptionsOf(ctx, tx); err != nil {
			return err
		}
		r, err := make(d)
		if err != nil {
			return err
		}
		r.Officer, r.At, r.Reason, r.Document = act.By, d.at, act.Reason, act.Document
		return officer.Put(ctx, tx, d.id, r)
	})
}

// workAtDesk holds the case, makes sure that the file waits here as the officer saw it,
// lets do write, and notes it in the journal and the audit.
func (f *Flow) workAtDesk(ctx context.Context, act OfficerAct, what audit.Action, note string,
	do func(context.Context, pgx.Tx, deskWork) error) error {
	c, err := f.Facts(ctx, act.Number)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		if err := intake.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		file, at, err := deskFile(ctx, tx, c.ID, act.Seen)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, deskWork{id: c.ID, file: file, at: at}); err != nil {
			return err
		}
		if err := intake.Note(ctx, tx, c.ID, act.By, note, act.Reason); err != nil {
			return err
		}
		return audit.Write(ctx, tx, act.event(ctx, what))
	})
	if err == nil {
		f.moved(c.ID, intake.Assess, intake.Manual) // whoever looks at the case sees the note
	}
	return err
}

// deskFile reads the file of a case that the caller holds. It returns ErrNotAtDesk
// unless it waits for a tax officer, intake.ErrStale if it is not as it was seen.
func deskFile(ctx context.Context, tx pgx.Tx, id, seen int64) (file officer.File, at time.Time, err error) {
	state, err := intake.StateOf(ctx, tx, id, intake.Assess)
	if err != nil {
		return file, at, err
	}
	holder, err := intake.HolderOf(ctx, tx, id, intake.Assess)
	if err == nil && (state != intake.Manual || holder != intake.TaxOfficer) {
		err = ErrNotAtDesk
	}
	if err == nil {
		err = unmovedFile(ctx, tx, id, seen)
	}
	if err == nil {
		at, err = intake.Now(ctx, tx)
	}
	if err == nil {
		file, err = officer.Open(ctx, tx, id)
	}
	if errors.Is(err, tax.ErrNotAssessed) {
		err = ErrNotAtDesk
	}
	return file, at, err
}

// unmovedFile returns intake.ErrStale unless the file has the version that was seen.
func unmovedFile(ctx context.Context, tx pgx.Tx, id, seen int64) error {
	version, err := officer.Version(ctx, tx, id)
	if err == nil && seen != 0 && version != seen {
		err = intake.ErrStale
	}
	return err
}

func (a OfficerAct) event(ctx context.Context, what audit.Action) audit.Event {
	e := onCase(a.Number, what, a.By, "")
	e.Reason = a.Reason
	return e.By(audit.OriginOf(ctx))
}

// SecondOpinion says of the proposal that waits whether it stands. Where nothing is
// left to decide, the assessment is done. The errors are those of officer.Decide,
// intake.ErrStale, ErrNotAtDesk, and ErrNoReason of a refusal without words.
func (f *Flow) SecondOpinion(ctx context.Context, act OfficerAct, verdict officer.Verdict) error {
	if verdict == officer.Declined && act.Reason == "" {
		return ErrNoReason
	}
	if verdict == officer.Accepted {
		v, err := f.TaxFile(ctx, act.Number)
		if err != nil {
			return err
		}
		if r, waits := v.File.Pending(); waits && r.Assessment.Decided() {
			return f.finish(ctx, v.Case, intake.Assess, intake.Manual, f.accepted(ctx, act, v.ID))
		}
	}
	what, note := audit.TaxAccepted, "revision_accepted"
	if verdict == officer.Declined {
		what, note = audit.TaxDeclined, "revision_declined"
	}
	return f.workAtDesk(ctx, act, what, note, func(ctx context.Context, tx pgx.Tx, d deskWork) error {
		second := officer.Second{Officer: act.By, Verdict: verdict, Reason: act.Reason, At: d.at}
		return officer.Decide(ctx, tx, d.id, d.file, second)
	})
}

// accepted ends the step with a revision that leaves nothing to decide.
func (f *Flow) accepted(origin context.Context, act OfficerAct, id int64) Record {
	event := act.event(origin, audit.TaxAccepted)
	return func(ctx context.Context, tx pgx.Tx) (m intake.Move, err error) {
		m = intake.Move{State: intake.Done, Actor: act.By, Reason: "revision_accepted", Words: act.Reason}
		file, at, err := deskFile(ctx, tx, id, act.Seen)
		if err != nil {
			return m, err
		}
		second := officer.Second{Officer: act.By, Verdict: officer.Accepted, Reason: act.Reason, At: at}
		if err := officer.Decide(ctx, tx, id, file, second); err != nil {
			return m, err
		}
		if m.Finding, err = json.Marshal(map[string]any{"manual": []tax.Reason{}}); err != nil {
			return m, err
		}
		if err := filing.Answering(ctx, tx, id, filing.Answer{Officer: act.By, Words: act.Reason, At: at}); err != nil {
			return m, err
		}
		return m, audit.Write(ctx, tx, event)
	}
}

// AskAgain lets a source be asked once more: the step runs again, and new answers
// are assessed anew. The errors are ErrPending of package officer, intake.ErrStale,
// ErrNotAtDesk, ErrNoReason, and source.ErrUnknown for a source that there is not.
func (f *Flow) AskAgain(ctx context.Context, act OfficerAct, n source.Name) error {
	if act.Reason == "" {
		return ErrNoReason
	}
	if !n.Outside() {
		return source.ErrUnknown
	}
	c, err := f.Facts(ctx, act.Number)
	if err != nil {
		return err
	}
	event := act.event(ctx, audit.TaxAsked)
	return f.finish(ctx, c, intake.Assess, intake.Manual, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m := intake.Move{
			State: intake.Running, Holder: intake.Machine, Actor: act.By, Reason: "source_asked_again", Words: act.Reason,
		}
		file, at, err := deskFile(ctx, tx, c.ID, act.Seen)
		if err != nil {
			return m, err
		}
		if _, waits := file.Pending(); waits {
			return m, officer.ErrPending
		}
		if err := officer.Question(ctx, tx, c.ID, n, act.By, act.Reason, at); err != nil {
			return m, err
		}
		if err := audit.Write(ctx, tx, event); err != nil {
			return m, err
		}
		return m, f.ring(ctx, tx, []intake.Begin{{Case: &c, Step: intake.Assess}})
	})
}

// ConfirmFigures takes the figures that stand as the officer's own, as Decide does
// with Confirm, if the file is as the officer saw it.
func (f *Flow) ConfirmFigures(ctx context.Context, act OfficerAct) error {
	if act.Reason == "" {
		return ErrNoReason
	}
	v, err := f.find(ctx, act.Number)
	if err != nil {
		return err
	}
	d := Decision{Number: act.Number, Step: intake.Assess, Verdict: Confirm, By: act.By, Reason: act.Reason}
	record := audited(decided(ctx, d), held(v.ID, v.at(intake.Assess), act.Reason, confirmTax(v.Case, d)))
	return f.finish(ctx, v.Case, intake.Assess, intake.Manual, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		if _, _, err := deskFile(ctx, tx, v.ID, act.Seen); err != nil {
			return intake.Move{}, err
		}
		return record(ctx, tx)
	})
}
