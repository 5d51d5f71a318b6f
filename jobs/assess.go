package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
)

// assess gathers the facts, computes what the sale owes (3c) and either decides
// or asks a tax officer with every reason and the proposed figures.
func (f *Flow) assess(ctx context.Context, c intake.Case) (Record, error) {
	var facts tax.Facts
	var adopted []tax.Adoption
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		if facts, err = factsOf(ctx, tx, c); err != nil {
			return err
		}
		adopted, err = tax.AdoptionsOf(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("facts of case %s: %w", c.Number, err)
	}
	assessed := tax.Assess(facts, adopted)
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m := intake.Move{State: intake.Done, Reason: "assessed"}
		if !assessed.Decided() {
			m = toPerson(intake.TaxOfficer, "assessed_by_person")
			if m.Finding, err = json.Marshal(map[string]any{"manual": assessed.Manual}); err != nil {
				return m, err
			}
		}
		return m, tax.Record(ctx, tx, c.ID, facts, assessed)
	}, nil
}

// factsOf collects every fact that a tax rule reads: from the register, the
// filed contract, civil affairs, the valuation and earlier vouchers.
func factsOf(ctx context.Context, tx pgx.Tx, c intake.Case) (tax.Facts, error) {
	var facts tax.Facts
	on, err := intake.Today(ctx, tx)
	if err != nil {
		return facts, err
	}
	title, err := registration.TitleOf(ctx, tx, c.Unit)
	if err != nil {
		return facts, err
	}
	contract, err := registration.ContractOf(ctx, tx, c.Contract)
	if err != nil {
		return facts, err
	}
	holding, _ := title.Holding()
	facts = tax.Facts{
		Unit: string(c.Unit), County: c.Unit.County(), Parties: tax.Fingerprint(partyIDs(c)...),
		Deal: tax.Sale, Use: useOf(holding),
		ContractOn: contract.SignedOn, FilingOn: on, TransferOn: on,
		Price: c.Price, Assessed: 0, LowPriceJustified: false,
		Area: int64(holding.Area), Ordinary: tax.Unknown,
		Buyers: buyersOf(c), Family: tax.Family{}, Sellers: nil,
		Acquired: tax.Acquired{}, Cost: tax.Cost{}, Special: nil,
		RegistrationOn: time.Time{}, Tier: "", AssessedAccepted: false, VATExempt: "", SellerRelief: "", BuyerRelief: "",
		Invoice: tax.Invoice{}, Swap: tax.SwapTerms{}, Compensation: 0, LandVAT: tax.LandVATFacts{}, BuyerOnly: false,
	}
	for _, add := range []func() error{
		func() error { return addValuation(ctx, tx, &facts) },
		func() error { return addFamily(ctx, tx, &facts, c) },
		func() error { return addSellers(ctx, tx, &facts, c, holding) },
		func() error { return addAcquisition(ctx, tx, &facts, title, holding) },
	} {
		if err := add(); err != nil {
			return facts, err
		}
	}
	return facts, nil
}

func partyIDs(c intake.Case) (ids []string) {
	for _, p := range append(c.Sellers[:len(c.Sellers):len(c.Sellers)], c.Buyers...) {
		ids = append(ids, p.ID)
	}
	return ids
}

func idsOf(parties []registration.Party) (ids []string) {
	for _, p := range parties {
		ids = append(ids, p.ID)
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

func addValuation(ctx context.Context, tx pgx.Tx, facts *tax.Facts) error {
	valuation, err := tax.ValuationOf(ctx, tx, facts.Unit)
	if errors.Is(err, tax.ErrNoValuation) {
		return nil // not known: a tax officer looks
	}
	facts.Assessed = valuation.Value
	return err
}

// addFamily counts the homes of buyer, spouse and minor children before this purchase.
func addFamily(ctx context.Context, tx pgx.Tx, facts *tax.Facts, c intake.Case) error {
	household, err := tax.HouseholdOf(ctx, tx, idsOf(c.Buyers))
	if err != nil {
		return err
	}
	n, err := registration.HomesOf(ctx, tx, household.Everyone(), c.Unit)
	if err != nil {
		return err
	}
	facts.Family = household.Family(tax.HomesEverywhere(n))
	if household.Count > 1 {
		facts.Family.Each, err = homesOfEach(ctx, tx, c)
	}
	return err
}

// homesOfEach counts the homes of every buyer's own family.
func homesOfEach(ctx context.Context, tx pgx.Tx, c intake.Case) (each []tax.Homes, err error) {
	for _, p := range c.Buyers {
		household, err := tax.HouseholdOf(ctx, tx, []string{p.ID})
		if err != nil {
			return nil, err
		}
		n, err := registration.HomesOf(ctx, tx, household.Everyone(), c.Unit)
		if err != nil {
			return nil, err
		}
		each = append(each, tax.HomesEverywhere(n))
	}
	return each, nil
}

// addSellers asks of each seller whether the couple owns another home.
func addSellers(ctx context.Context, tx pgx.Tx, facts *tax.Facts, c intake.Case, h registration.Holding) error {
	shares := map[string]registration.Share{}
	for _, holder := range h.Holders {
		shares[holder.ID] = holder.Share
	}
	for _, p := range c.Sellers {
		share := shares[p.ID]
		seller := tax.Seller{Kind: personKind(p), Num: share.Num, Den: share.Den, OnlyHome: tax.Unknown}
		household, err := tax.HouseholdOf(ctx, tx, []string{p.ID})
		if err != nil {
			return err
		}
		if household.Known {
			others, err := registration.HomesOf(ctx, tx, household.Couple(), c.Unit)
			if err != nil {
				return err
			}
			seller.OnlyHome = tax.No
			if others == 0 {
				seller.OnlyHome = tax.Yes
			}
		}
		facts.Sellers = append(facts.Sellers, seller)
	}
	return nil
}

// addAcquisition tells since when the sellers hold the home and what it cost
// them: of a right that this window entered, from its own bill; else from what
// the tax office kept.
func addAcquisition(ctx context.Context, tx pgx.Tx, facts *tax.Facts,
	t registration.Title, h registration.Holding) error {
	right, _ := t.CurrentRight()
	if right.OpenedByCase != 0 {
		return addOwnSale(ctx, tx, facts, right.OpenedByCase, h)
	}
	prior, err := tax.PriorOf(ctx, tx, facts.Unit)
	if err == nil {
		facts.Acquired, facts.Cost = prior.Acquired, prior.Cost
		return nil
	}
	if !errors.Is(err, tax.ErrNoPrior) {
		return err
	}
	facts.Acquired = tax.Acquired{
		By: acquisitionOf(h.Acquired), CertificateOn: h.CertifiedOn, VoucherOn: time.Time{}, PredecessorOn: time.Time{},
	}
	facts.Cost = tax.Cost{Proven: tax.No}
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
