package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/registration/certificate"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/payment"
	"onewindow/tax/source"
	"onewindow/utilities"
)

// Sight is a case with what every room knows of it.
type Sight struct {
	*intake.View
	Version     int64 // of which the rest is not older: see intake.Version
	Ledger      intake.Ledger
	Tax         *tax.Assessment // nil before the assessment
	Bills       []payment.Bill  // the oldest first
	Refunds     []payment.Refund
	Facts       []officer.Fact // that it rests on, with who supplied them
	Utilities   []utilities.Inquiry
	Certificate registration.Number // "" before the entry
	Document    *certificate.Document
	Handover    *certificate.Handover // of the document; nil before
	Asked       map[intake.Step]Asked // the steps that a company is asked in now
}

// at returns where a step stands; the zero Progress if the case has no such step.
func (v *Sight) at(step intake.Step) intake.Progress {
	for _, p := range v.Progress {
		if p.Step == step {
			return p
		}
	}
	return intake.Progress{}
}

// asks says whether a company is being asked.
func (v *Sight) asks() bool {
	return slices.ContainsFunc(v.Progress, func(p intake.Progress) bool {
		return p.State == intake.Running && p.Step.Utility() != ""
	})
}

// Findings returns what the machine found in a step.
func (v *Sight) Findings(step intake.Step) registration.Findings {
	found, err := findingsOf(v.at(step).Finding)
	if err != nil {
		return nil
	}
	return found
}

// findingsOf reads a step's finding, where it is a list of findings.
func findingsOf(raw json.RawMessage) (found registration.Findings, err error) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	return found, nil
}

// Find returns the case with the number. It returns intake.ErrNoCase.
func (f *Flow) Find(ctx context.Context, number intake.Number) (*Sight, error) {
	return f.find(ctx, number)
}

// Facts returns what the case with the number was opened with, without where it
// stands. It returns intake.ErrNoCase.
func (f *Flow) Facts(ctx context.Context, number intake.Number) (c intake.Case, err error) {
	var id int64
	err = f.read(ctx, func(tx pgx.Tx) error {
		id, err = intake.IDOf(ctx, tx, number)
		return err
	})
	if err != nil {
		return c, err
	}
	return f.get(ctx, id)
}

func (f *Flow) find(ctx context.Context, number intake.Number) (v *Sight, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if err != nil {
			return err
		}
		version, err := intake.Version(ctx, tx, id) // first: a tag that is too new would hide a change
		if err != nil {
			return err
		}
		view, err := intake.Find(ctx, tx, number)
		if err != nil {
			return err
		}
		v = &Sight{View: view, Version: version, Ledger: intake.Book(view.Journal, view.ReadAt)}
		return v.readRooms(ctx, tx)
	})
	return v, err
}

// readRooms asks every room for its part.
func (v *Sight) readRooms(ctx context.Context, tx pgx.Tx) (err error) {
	if err := v.readTax(ctx, tx); err != nil {
		return err
	}
	if v.Bills, err = payment.BillsOf(ctx, tx, v.ID); err != nil {
		return err
	}
	if len(v.Bills) > 0 {
		if v.Refunds, err = payment.RefundsOf(ctx, tx, v.ID); err != nil {
			return err
		}
	}
	if v.Utilities, err = utilities.Of(ctx, tx, v.ID); err != nil {
		return err
	}
	if v.asks() {
		if v.Asked, err = askedOf(ctx, tx, v.ID); err != nil {
			return err
		}
	}
	entry, err := registration.EntryOf(ctx, tx, v.ID)
	if errors.Is(err, registration.ErrNoEntry) {
		return nil
	}
	if err != nil {
		return err
	}
	v.Certificate = entry.Number()
	document, err := certificate.DocumentOf(ctx, tx, entry.Number())
	if err == nil {
		v.Document = &document
		v.Handover, err = certificate.HandoverOf(ctx, tx, document.ID)
		return err
	} else if !errors.Is(err, certificate.ErrNoDocument) {
		return err
	}
	return nil
}

// readTax reads the assessment and the facts that it rests on.
func (v *Sight) readTax(ctx context.Context, tx pgx.Tx) error {
	facts, assessed, err := tax.Of(ctx, tx, v.ID)
	if errors.Is(err, tax.ErrNotAssessed) {
		return nil
	}
	if err != nil {
		return err
	}
	_, said, err := source.Of(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	file, err := officer.Open(ctx, tx, v.ID)
	v.Tax, v.Facts = &assessed, officer.FactsOf(facts, said, file.Corrected())
	return err
}

// List returns cases for a list, as intake.List does.
func (f *Flow) List(ctx context.Context, office, holder string, before intake.Number,
	limit int) (list []intake.Brief, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		list, err = intake.List(ctx, tx, office, holder, before, limit)
		return err
	})
	return list, err
}

// Version returns a number that grows whenever something happens to the case.
func (f *Flow) Version(ctx context.Context, id int64) (version int64, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		version, err = intake.Version(ctx, tx, id)
		return err
	})
	return version, err
}

// Verification is what anyone may learn of a certificate.
type Verification struct {
	certificate.Document
	Case    intake.Number // that it was issued in
	Current bool          // the right it proves is still the current one
}

// Verify returns the certificate that bears the verify id, or certificate.ErrNoDocument.
func (f *Flow) Verify(ctx context.Context, id certificate.VerifyID) (v Verification, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		if v.Document, err = certificate.ByVerifyID(ctx, tx, id); err != nil {
			return err
		}
		c, err := intake.Facts(ctx, tx, v.CaseID)
		if err != nil {
			return err
		}
		v.Case = c.Number
		entry, err := registration.EntryOf(ctx, tx, v.CaseID)
		if err != nil {
			return err
		}
		title, err := registration.TitleOf(ctx, tx, entry.Unit())
		right, current := title.CurrentRight()
		v.Current = current && right.Number == v.Number
		return err
	})
	return v, err
}
