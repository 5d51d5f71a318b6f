package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/internal/typeset"
	"onewindow/registration"
	"onewindow/registration/certificate"
	"onewindow/tax/payment"
)

// enter writes the right into the register (5): the legal effect, one
// transaction. Everything was asked before and is asked again here, with case
// and unit locked, because a seizure may have come meanwhile.
func (f *Flow) enter(_ context.Context, c intake.Case) (Record, error) {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		approval, err := approvalOf(ctx, tx, c.ID)
		if err != nil {
			return intake.Move{}, err
		}
		claim := payment.Claim{Unit: string(c.Unit), Price: c.Price, Parties: partyIDs(c)}
		err = f.Gate.Settled(ctx, tx, c.ID, claim)
		if errors.Is(err, payment.ErrFactsChanged) {
			back := toPerson(intake.TaxOfficer, "facts_changed")
			return intake.Move{State: intake.Waiting, Reason: back.Reason}, f.takeBack(ctx, tx, c, back, intake.Settle)
		}
		if err != nil {
			return refusedEntry(err, payment.ErrNotSettled, toPerson(intake.TaxOfficer, "tax_not_settled"))
		}
		at, err := intake.Now(ctx, tx)
		if err != nil {
			return intake.Move{}, err
		}
		entry, err := registration.Enter(ctx, tx, c.ID, c.Application.Application, approval, at)
		if err != nil {
			return refusedEntry(err, registration.ErrRefused, toPerson(intake.Reviewer, "entry_refused"))
		}
		if err := notice.Know(ctx, tx, c.ID, contactsOf(c)...); err != nil {
			return intake.Move{}, err
		}
		number, err := json.Marshal(map[string]any{"certificate": entry.Number()})
		return intake.Move{State: intake.Done, Reason: "entered", Finding: number}, err
	}, nil
}

// approvalOf reads who authorised the entry, and when: what came after that the
// registrar has not seen.
func approvalOf(ctx context.Context, tx pgx.Tx, id int64) (a registration.Approval, err error) {
	a.By, a.At, err = intake.Approval(ctx, tx, id)
	if err == nil && a.By == "" {
		err = fmt.Errorf("case %d: nobody approved the entry", id)
	}
	return a, err
}

// refusedEntry sends to a person what the law forbids, with the findings, and
// returns every other error to be tried again.
func refusedEntry(err, law error, m intake.Move) (intake.Move, error) {
	if !errors.Is(err, law) {
		return intake.Move{}, err
	}
	var refused *registration.RefusedError
	if errors.As(err, &refused) {
		m.Finding, err = json.Marshal(refused.Findings)
		return m, err
	}
	return m, nil
}

// certify renders the certificate from the register's row, reads it back, and
// stores it once (6). A failure here never touches the right.
func (f *Flow) certify(ctx context.Context, c intake.Case) (Record, error) {
	entry, err := f.entryOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	verify, err := certificate.VerifyIDOf(f.VerifyKey, entry.ID(), entry.Number().Kind(), "")
	if err != nil {
		return nil, err
	}
	sheet := certificate.SheetOf(entry, certificate.Terms{
		IssuedAt: entry.At(), VerifyID: verify, VerifyURL: f.VerifyURL + string(verify), Sample: f.Sample,
	})
	pdf, err := f.Press.Render(sheet)
	if unprintable(err) {
		return moved(toPerson(intake.Reviewer, "certificate_unprintable"), map[string]string{"problem": err.Error()})
	}
	if err != nil {
		return nil, err
	}
	if problems := f.Press.Lint(pdf, sheet); len(problems) > 0 {
		f.faulty()
		return moved(toPerson(intake.Reviewer, "certificate_faulty"), map[string]any{"problems": problems})
	}
	issue := func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		_, err := certificate.Issue(ctx, tx, c.ID, entry, sheet, pdf)
		return intake.Move{State: intake.Done, Reason: "certificate_issued"}, err
	}
	issued := onCase(c.Number, audit.Issued, intake.Machine, "")
	return audited(issued, f.telling(c, notice.Issued, issue)), nil
}

func (f *Flow) entryOf(ctx context.Context, id int64) (entry registration.Entry, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		entry, err = registration.EntryOf(ctx, tx, id)
		return err
	})
	return entry, err
}

// unprintable says whether no second attempt would print it either.
func unprintable(err error) bool {
	for _, final := range []error{
		typeset.ErrNoGlyph, certificate.ErrControl, certificate.ErrIncomplete, certificate.ErrTooLong,
	} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}
