package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

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
func (f *Flow) Dispute(ctx context.Context, by Declarant, said ...filing.Dispute) error {
	for _, d := range said {
		if err := filing.Check(by.Party, d); err != nil {
			return err
		}
	}
	return f.file(ctx, by, audit.TaxDisputed, func(ctx context.Context, tx pgx.Tx, c intake.Case) (err error) {
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return err
		}
		before, err := filing.DisputesOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		news, err := newDisputes(by, said, before)
		if err != nil || len(news) == 0 { // a repeat changes nothing
			return err
		}
		for _, d := range news {
			d.At = at
			if err := filing.Put(ctx, tx, c.ID, d); err != nil {
				return err
			}
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

// newDisputes are those that the party has not made before, or filing.ErrTooOften.
func newDisputes(by Declarant, said, before []filing.Dispute) (news []filing.Dispute, err error) {
	own := 0
	for _, d := range before {
		if d.Party == by.Party {
			own++
		}
	}
	for _, d := range said {
		d.Party, d.Revision = by.Party, by.Revision
		if !slices.ContainsFunc(before, d.Repeats) {
			news = append(news, d)
		}
	}
	if own+len(news) > filing.MostDisputes && len(news) > 0 {
		err = filing.ErrTooOften
	}
	return news, err
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

// SelfFiling is what a party sees of the taxes of their case (自助申报). Tax of the
// Sight is nil until the offices have answered.
type SelfFiling struct {
	*Sight
	Party      string
	Revision   int              // of the assessment
	DeclaredAt time.Time        // by the party, on this revision; zero if they have not
	Disputes   []filing.Dispute // of the party
}

// Decided reports whether there is an assessment to declare on: it stands, and no
// officer has it.
func (v *SelfFiling) Decided() bool { return v.Tax != nil && v.Steps[intake.Assess] == intake.Done }

// SelfFiling returns what a party sees. It returns intake.ErrNoCase.
func (f *Flow) SelfFiling(ctx context.Context, number intake.Number, party string) (*SelfFiling, error) {
	sight, err := f.find(ctx, number)
	if err != nil {
		return nil, err
	}
	v := &SelfFiling{Sight: sight, Party: party}
	if v.Tax == nil {
		return v, nil
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		if v.Revision, err = tax.InForce(ctx, tx, v.ID); err != nil {
			return err
		}
		if v.DeclaredAt, err = filing.Declared(ctx, tx, v.ID, party, v.Revision); err != nil {
			return err
		}
		all, err := filing.DisputesOf(ctx, tx, v.ID)
		for _, d := range all {
			if d.Party == party {
				v.Disputes = append(v.Disputes, d)
			}
		}
		return err
	})
	return v, err
}

// Preview is what the offices hold of a filed contract on which nobody has applied
// yet, and what that would owe today. It binds nobody and is not kept.
type Preview struct {
	At    time.Time
	Facts []officer.Fact
	Tax   tax.Assessment
}

// previewTime bounds how long the offices are waited for, so that the whole answer
// comes within two seconds: one that is late is unknown, and the preview says so.
const previewTime = 1500 * time.Millisecond

// Preview asks the offices about a filed contract, once they answered at most once in
// some minutes. It returns registration.ErrNoContract.
func (f *Flow) Preview(ctx context.Context, contract string) (Preview, error) {
	if p, known := f.previews.Get(contract); known {
		return p, nil
	}
	var filed registration.Contract
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		filed, err = registration.ContractOf(ctx, tx, contract)
		return err
	})
	if err != nil {
		return Preview{}, err
	}
	asked, err := f.inquire(ctx, caseOn(filed), previewTime)
	if err != nil {
		return Preview{}, err
	}
	facts := source.Compose(asked.Basis, asked.file)
	p := Preview{asked.At, officer.FactsOf(facts, asked.file, nil), tax.Assess(facts, asked.adopted)}
	if !asked.file.MayPass() {
		f.previews.Add(contract, p)
	}
	return p, nil
}

// caseOn is the case that an application on a contract would open. The contract's
// number stands where an acceptance number will.
func caseOn(c registration.Contract) intake.Case {
	people := func(list []registration.Holder) (parties []registration.Party) {
		for _, h := range list {
			parties = append(parties, registration.Party{Name: h.Name, IDKind: h.IDKind, ID: h.ID, Share: h.Share})
		}
		return parties
	}
	return intake.Case{Number: intake.Number(c.Number), Application: intake.Application{
		Application: registration.Application{
			Kind: registration.SaleTransfer, Unit: c.Unit, Contract: c.Number, Price: c.Price,
			Sellers: people(c.Sellers), Buyers: people(c.Buyers),
		},
	}}
}
