package statement_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
	"onewindow/tax/statement"
)

// sale is a sale by three co-owners that a tax officer has to decide.
func sale() tax.Facts {
	on := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	seller := tax.Seller{Kind: tax.Resident, Num: 1, Den: 3, OnlyHome: tax.No}
	return tax.Facts{
		Unit: "430602001001GB00001F00010001", County: "430602", Parties: tax.Fingerprint("a", "b"), Deal: tax.Sale,
		Use: tax.Housing, ContractOn: on, FilingOn: on, TransferOn: on, Price: money.Yuan(900_000), Assessed: money.Yuan(800_000),
		Area: 95_00, Ordinary: tax.Yes, Buyers: []tax.Buyer{{Kind: tax.Resident}},
		Family:   tax.Family{Known: tax.Yes, Count: 1, Homes: tax.HomesEverywhere(1)},
		Sellers:  []tax.Seller{seller, seller, seller},
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: on.AddDate(-1, 0, 0), VoucherOn: on.AddDate(-1, 0, 0)},
		Cost:     tax.Cost{Proven: tax.Yes, Price: money.Yuan(712_345), DeedTax: money.Yuan(7_000)},
	}
}

// known is f with what is known of it: the register was read at noon.
func known(f tax.Facts, revisions ...officer.Revision) statement.Case {
	file := source.File{}
	for _, n := range append(source.Outside(), source.Register) {
		file[n] = source.Answer{Source: n, Outcome: source.Answered, KnownAt: noon}
	}
	return statement.Case{Assessment: tax.Assess(f, tax.SampleAdoptions()), Facts: officer.FactsOf(f, file, nil), Revisions: revisions}
}

func TestTheWholeHoldsEveryLineAndWhatEachPayerOwes(t *testing.T) {
	t.Parallel()
	c := known(sale())
	e := c.Extract(statement.Reader{})
	if len(e.Lines) != len(c.Assessment.Lines) || len(e.Facts) != len(c.Facts) || e.Outcome != statement.Assessed || !e.AsOf.Equal(noon) {
		t.Errorf("%d lines of %d, %d facts, %s as of %v", len(e.Lines), len(c.Assessment.Lines), len(e.Facts), e.Outcome, e.AsOf)
	}
	if e.Owed() != c.Assessment.Total() {
		t.Errorf("the payers owe %s, the assessment %s", e.Owed(), c.Assessment.Total())
	}
	owes := map[int]bool{}
	for _, total := range e.Totals {
		if total.Payer == tax.SellerSide {
			owes[total.Person] = true
		}
	}
	for person := range 3 {
		if !owes[person+1] {
			t.Errorf("what seller %d owes is not there: %+v", person+1, e.Totals)
		}
	}
}

// A party is told their own side's taxes and facts, and of the other side nothing.
func TestAPartySeesTheirOwnSideAndNothingOfTheOther(t *testing.T) {
	t.Parallel()
	f := sale()
	f.Family.Known, f.Cost.Proven = tax.Unknown, tax.Unknown
	c := known(f,
		officer.Revision{Ordinal: 1, Kind: officer.Correction, Officer: "tax-01", At: noon.Add(time.Hour), Reason: "卖方的私事",
			Content: officer.Content{Changes: []officer.Change{{Path: "cost.price_fen", Value: "71234500"}}},
			Second:  officer.Second{Officer: "tax-02", Verdict: officer.Accepted, Reason: "卖方的私事", At: noon.Add(2 * time.Hour)}},
		officer.Revision{Ordinal: 2, Kind: officer.Override, Officer: "tax-01", At: noon, Reason: "买方的私事",
			Content: officer.Content{Line: &officer.Line{Tax: tax.Deed, Payer: tax.BuyerSide}},
			Second:  officer.Second{Officer: "tax-02", Verdict: officer.Accepted, At: noon}},
		officer.Revision{Ordinal: 3, Kind: officer.Correction, Officer: "tax-01", At: noon.Add(9 * time.Hour)}) // waits
	for side, other := range map[tax.Side]struct {
		side  tax.Side
		words []string
	}{
		tax.BuyerSide:  {tax.SellerSide, []string{"cost.", "sellers.", "acquired.", "cost_unknown", "71234500", "私事", `"vat"`, "individual_income"}},
		tax.SellerSide: {tax.BuyerSide, []string{"family.", "family_unknown", "私事", `"deed"`}},
	} {
		e := c.Extract(statement.Reader{Side: side, Person: 1})
		if len(e.Lines) == 0 || len(e.Facts) == 0 || len(e.Manual) == 0 || len(e.Revisions) != 1 || len(e.Totals) == 0 {
			t.Errorf("the %s sees too little: %+v", side, e)
		}
		if i := slices.IndexFunc(e.Lines, func(l tax.Line) bool { return l.Payer != side }); i >= 0 {
			t.Errorf("the %s sees %s of the %s", side, e.Lines[i].Tax, e.Lines[i].Payer)
		}
		for i := range e.Lines { // rules of law are nobody's
			e.Lines[i].Settled = nil
		}
		for i := range e.Revisions { // how many sellers there are is no secret
			e.Revisions[i].Facts.Sellers = nil
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range other.words {
			if strings.Contains(string(text), word) {
				t.Errorf("the %s sees %q of the %s", side, word, other.side)
			}
		}
		for _, l := range e.Lines {
			if l.Person > 1 {
				t.Errorf("the first %s sees what the %d. owes", side, l.Person)
			}
		}
		if strings.Contains(string(text), "sellers.1.") {
			t.Errorf("the first %s sees a fact of the second seller", side)
		}
		if !e.AsOf.Equal(noon.Add(2 * time.Hour)) {
			t.Errorf("as of %v, which is not when the last decision was made", e.AsOf)
		}
	}
}

// What an officer has confirmed is assessed, and who did it is named to everybody,
// why to officers only.
func TestAConfirmationDecidesAndNamesWhoConfirmed(t *testing.T) {
	t.Parallel()
	f := sale()
	f.Price = money.Yuan(700_000)
	c := known(f)
	if e := c.Extract(statement.Reader{}); e.Outcome != statement.Proposed || len(e.Manual) == 0 {
		t.Fatalf("a price below the assessed value is %s for %v", e.Outcome, e.Manual)
	}
	held := statement.Case{Held: true, Assessment: known(sale()).Assessment}
	if e := held.Extract(statement.Reader{}); e.Outcome != statement.Proposed {
		t.Errorf("what an officer has again is %s", e.Outcome)
	}
	c.Assessment.Confirmed = &tax.Confirmation{Officer: "tax-01", Reason: "卖方的私事", At: noon.Add(time.Minute)}
	for i := range c.Assessment.Lines { // as tax.Of reads it
		c.Assessment.Lines[i].Settled = append(c.Assessment.Lines[i].Settled, tax.Settlement{
			Standing: tax.Officer, Document: "卖方的私事", By: "tax-01", On: noon.Add(time.Minute)})
	}
	if e := c.Extract(statement.Reader{}); e.Outcome != statement.Assessed || e.Confirmed.Reason == "" || !e.AsOf.Equal(noon.Add(time.Minute)) {
		t.Errorf("confirmed: %s, %+v, as of %v", e.Outcome, e.Confirmed, e.AsOf)
	}
	if e := c.Extract(statement.Reader{Side: tax.BuyerSide, Person: 1}); e.Confirmed == nil || e.Confirmed.Officer != "tax-01" || e.Confirmed.Reason != "" {
		t.Errorf("to the buyer: %+v", e.Confirmed)
	} else if text, err := json.Marshal(e); err != nil || strings.Contains(string(text), "私事") {
		t.Errorf("the buyer is told why: %s, %v", text, err)
	}
}

func TestASideThatPaysNothingIsExempt(t *testing.T) {
	t.Parallel()
	f := sale()
	for i := range f.Sellers {
		f.Sellers[i].OnlyHome = tax.Yes
	}
	f.Acquired.CertificateOn, f.Acquired.VoucherOn = f.ContractOn.AddDate(-10, 0, 0), f.ContractOn.AddDate(-10, 0, 0)
	c := known(f)
	if e := c.Extract(statement.Reader{Side: tax.SellerSide, Person: 1}); e.Outcome != statement.Exempt || e.Owed() != 0 || len(e.Lines) == 0 {
		t.Errorf("sellers of their only home of ten years: %s, %s", e.Outcome, e.Owed())
	}
	if e := c.Extract(statement.Reader{Side: tax.BuyerSide, Person: 1}); e.Outcome != statement.Assessed {
		t.Errorf("their buyer: %s", e.Outcome)
	}
}
