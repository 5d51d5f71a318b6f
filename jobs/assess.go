package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
	"onewindow/tax/source"
)

// assess gathers the facts, computes what the sale owes (3c) and either decides
// or asks a tax officer with every reason and the proposed figures. While a source
// is late it is tried again; the last attempt goes to the officer with the rest.
func (f *Flow) assess(ctx context.Context, c intake.Case) (Record, error) {
	asked, err := f.inquire(ctx, c, 0)
	if err != nil {
		return nil, fmt.Errorf("facts of case %s: %w", c.Number, err)
	}
	record := f.assessed(c, asked)
	if asked.file.MayPass() {
		return record, fmt.Errorf("facts of case %s: %w", c.Number, ErrSourceLate)
	}
	return record, nil
}

// assessed records what tax makes of the facts.
func (f *Flow) assessed(c intake.Case, asked inquiry) Record {
	if asked.before != nil {
		return f.assessedAgain(c, asked)
	}
	facts := source.Compose(asked.Basis, asked.file)
	assessed := tax.Assess(facts, asked.adopted)
	return func(ctx context.Context, tx pgx.Tx) (m intake.Move, err error) {
		m = intake.Move{State: intake.Done, Reason: "assessed"}
		if !assessed.Decided() {
			m = toPerson(intake.TaxOfficer, "assessed_by_person")
			if m.Finding, err = json.Marshal(map[string]any{"manual": assessed.Manual}); err != nil {
				return m, err
			}
		}
		if err := source.Keep(ctx, tx, c.ID, asked.Inquiry, asked.file); err != nil {
			return m, err
		}
		return m, tax.Record(ctx, tx, c.ID, facts, assessed)
	}
}

// basisOf collects what the register and the filed contract say of the facts that a
// tax rule reads, and whom the sources are asked about.
func basisOf(ctx context.Context, tx pgx.Tx, c intake.Case) (b source.Basis, err error) {
	on, err := intake.Today(ctx, tx)
	if err != nil {
		return b, err
	}
	title, err := registration.TitleOf(ctx, tx, c.Unit)
	if err != nil {
		return b, err
	}
	contract, err := registration.ContractOf(ctx, tx, c.Contract)
	if err != nil {
		return b, err
	}
	holding, _ := title.Holding()
	b.Facts = tax.Facts{
		Unit: string(c.Unit), County: c.Unit.County(), Parties: tax.Fingerprint(partyIDs(c)...),
		Deal: tax.Sale, Use: useOf(holding),
		ContractOn: contract.SignedOn, FilingOn: on, TransferOn: on,
		Price: c.Price, Assessed: 0, LowPriceJustified: false,
		Area: int64(holding.Area), Ordinary: tax.Unknown,
		Buyers: buyersOf(c), Family: tax.Family{}, Sellers: sellersOf(c, holding),
		Acquired: tax.Acquired{}, Cost: tax.Cost{}, Special: nil,
		RegistrationOn: time.Time{}, Tier: "", AssessedAccepted: false, VATExempt: "", SellerRelief: "", BuyerRelief: "",
		Invoice: tax.Invoice{}, Swap: tax.SwapTerms{}, Compensation: 0, LandVAT: tax.LandVATFacts{}, BuyerOnly: false,
	}
	b.Buyers, b.Sellers = residentsOf(c.Buyers), residentsOf(c.Sellers)
	return b, addAcquisition(ctx, tx, &b, title, holding)
}

func partyIDs(c intake.Case) (ids []string) {
	for _, p := range append(c.Sellers[:len(c.Sellers):len(c.Sellers)], c.Buyers...) {
		ids = append(ids, p.ID)
	}
	return ids
}

// residentsOf are the numbers of parties about whom a source can be asked, "" for
// the others.
func residentsOf(parties []registration.Party) []string {
	ids := make([]string, len(parties))
	for i, p := range parties {
		if personKind(p) == tax.Resident {
			ids[i] = p.ID
		}
	}
	return ids
}

func useOf(h registration.Holding) tax.Use {
	if h.Housing {
		return tax.Housing
	}
	return tax.Other
}

func buyersOf(c intake.Case) (buyers []tax.Buyer) {
	for _, p := range c.Buyers {
		buyers = append(buyers, tax.Buyer{Kind: personKind(p)})
	}
	return buyers
}

func personKind(p registration.Party) tax.PersonKind {
	if p.IDKind == registration.Organisation {
		return tax.Organisation
	}
	return tax.Resident
}

// sellersOf are the sellers with their shares; whether the home is a couple's only
// one is not known yet.
func sellersOf(c intake.Case, h registration.Holding) (sellers []tax.Seller) {
	shares := map[string]registration.Share{}
	for _, holder := range h.Holders {
		shares[holder.ID] = holder.Share
	}
	for _, p := range c.Sellers {
		share := shares[p.ID]
		sellers = append(sellers, tax.Seller{
			Kind: personKind(p), Num: share.Num, Den: share.Den, OnlyHome: tax.Unknown,
		})
	}
	return sellers
}

// addAcquisition tells since when the sellers hold the home and what it cost
// them: of a right that this window entered, from its own bill; else what the
// register says, until the tax side is asked.
func addAcquisition(ctx context.Context, tx pgx.Tx, b *source.Basis,
	t registration.Title, h registration.Holding) error {
	right, _ := t.CurrentRight()
	if right.OpenedByCase != 0 {
		b.OwnSale = true
		return addOwnSale(ctx, tx, &b.Facts, right.OpenedByCase, h)
	}
	b.Facts.Acquired = tax.Acquired{
		By: acquisitionOf(h.Acquired), CertificateOn: h.CertifiedOn, VoucherOn: time.Time{}, PredecessorOn: time.Time{},
	}
	return nil
}

func addOwnSale(ctx context.Context, tx pgx.Tx, facts *tax.Facts, caseID int64, h registration.Holding) error {
	_, assessed, err := tax.Of(ctx, tx, caseID)
	if err != nil {
		return err
	}
	bills, err := payment.BillsOf(ctx, tx, caseID)
	if err != nil {
		return err
	}
	facts.Acquired = tax.Acquired{
		By: tax.ByPurchase, CertificateOn: h.CertifiedOn,
		VoucherOn: registration.DayOf(payment.BoughtOn(bills)), PredecessorOn: time.Time{},
	}
	facts.Cost = tax.Cost{Proven: tax.Yes, Price: h.Price}
	for _, line := range assessed.Lines {
		if line.Tax == tax.Deed {
			facts.Cost.DeedTax += line.Payable
		}
	}
	return nil
}

// acquisitionOf translates the register's word for tax. A gift does not say to
// whom and so is none that tax knows by itself.
func acquisitionOf(a registration.Acquisition) tax.Acquisition {
	switch a {
	case registration.Purchase:
		return tax.ByPurchase
	case registration.Inheritance:
		return tax.ByInheritance
	case registration.Divorce:
		return tax.ByDivorce
	}
	return tax.Acquisition(a)
}
