package worked

import (
	"strconv"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/rule"
)

// kinds translates the words for a transfer.
var kinds = map[string]tax.Deal{
	"sale": tax.Sale, "new_home_sale": tax.NewHome, "gift_family": tax.GiftFamily, "gift_other": tax.GiftOther,
	"inheritance_statutory": tax.Inheritance, "inheritance_bequest": tax.Bequest, "divorce": tax.Divorce,
	"divorce_division": tax.Divorce, "spouse_change": tax.Spouses, "swap": tax.Swap, "judicial_sale": tax.CourtSale,
	"judicial_auction": tax.CourtSale, "expropriation_resettlement": tax.Resettlement,
	"mortgage_cancellation": tax.NoTransfer, "pre_notice": tax.NoTransfer, "presale_to_actual": tax.NoTransfer,
}

// refund is the kind of a case that is no transfer: income tax comes back.
const refund = "pit_refund_home_swap"

var properties = map[string]tax.Use{
	"housing": tax.Housing, "shop": tax.Shop, "office": tax.Office, "parking": tax.Parking, "other": tax.Other,
	"non_housing": tax.Other, "garage": tax.Parking, "storage": tax.Other, "warehouse": tax.Other, "factory": tax.Other,
}

var people = map[string]tax.PersonKind{
	"": tax.Resident, "individual": tax.Resident, "company": tax.Organisation, "organisation": tax.Organisation,
	"foreign": tax.Foreign,
}

var acquisitions = map[string]tax.Acquisition{
	"": tax.ByPurchase, "purchase": tax.ByPurchase, "inheritance": tax.ByInheritance,
	"inheritance_statutory": tax.ByInheritance, "inheritance_bequest": tax.ByInheritance,
	"gift_family": tax.ByFamilyGift, "gift_other": tax.ByOtherGift, "divorce": tax.ByDivorce, "self_built": tax.BySelf,
}

// a reader turns one case into facts and notes what it could not read.
type reader struct {
	c       Case
	missing []string // facts that are not there
	unclear []string // facts in words that nobody here knows
}

// lack notes a missing fact.
func (r *reader) lack(field string, missing bool) {
	if missing {
		r.missing = append(r.missing, field)
	}
}

// word translates a word of a case; a word that is not in the list is noted and
// passes as it is, for a person.
func word[T ~string](r *reader, field, text string, list map[string]T) T {
	if known, ok := list[text]; ok {
		return known
	}
	if text != "" { // what is not there is missing, not unclear
		r.unclear = append(r.unclear, field)
	}
	return T(text)
}

// kind returns the word for the transfer.
func (c Case) kind() string {
	if c.Kind != "" {
		return c.Kind
	}
	return c.Inputs.Kind
}

// county places the case.
func (c Case) county() string { return countyOf(c.Inputs.Province + c.Inputs.City + c.Region) }

// or returns d, or another day where d is none.
func (d day) or(other time.Time) time.Time {
	if d.IsZero() {
		return other
	}
	return d.Time
}

func (n number) fen() money.Fen { return money.Fen(n.n) }

// answer turns what may be absent into an answer.
func answer(b *bool) tax.Answer {
	switch {
	case b == nil:
		return tax.Unknown
	case *b:
		return tax.Yes
	}
	return tax.No
}

// facts turns the case into the facts of a transfer.
func (r *reader) facts() tax.Facts {
	c, in := r.c, r.c.Inputs
	filing := in.FilingOn.or(c.Date.Time)
	r.lack("filing_date", filing.IsZero())
	r.lack("transfer_kind", c.kind() == "")
	r.lack("property_type", in.Property == "")
	r.lack("price_fen", !in.Price.given && !unpriced[kinds[c.kind()]])
	f := tax.Facts{
		Unit: "", County: c.county(), Parties: "",
		Deal: word(r, "transfer_kind", c.kind(), kinds), Use: word(r, "property_type", in.Property, properties),
		ContractOn: in.ContractOn.or(filing), FilingOn: filing, TransferOn: in.TransferOn.or(filing),
		Price: in.Price.fen(), Assessed: in.Assessed.fen(), LowPriceJustified: in.LowJustified,
		Area: in.Area.n, Ordinary: answer(in.Ordinary),
		Buyers: []tax.Buyer{{Kind: word(r, "buyer_kind", in.BuyerKind, people)}}, Family: in.family(),
		Sellers: r.sellers(), Acquired: tax.Acquired{}, Cost: r.cost(), Special: nil,
		RegistrationOn: time.Time{}, Tier: word(r, "location_tier", in.Tier, tiers), AssessedAccepted: in.Accepted,
		VATExempt: answer(in.VATExempt), SellerRelief: answer(in.SellerHalved), BuyerRelief: answer(in.BuyerHalved),
		Invoice: tax.Invoice{Net: in.InvoiceNet.fen(), RateBP: in.DeveloperRate.n},
		Swap:    tax.SwapTerms{Known: given(in.Difference), Difference: in.Difference.fen()},
		LandVAT: tax.LandVATFacts{
			Method: word(r, "lvat_method", in.LandMethod, landMethods), Years: in.LandYears.n, Counted: in.LandYears.given,
			Appraised: in.LandAppraised.fen(), LandPrice: in.LandPrice.fen(),
		},
		Compensation: in.Compensation.fen(), BuyerOnly: in.BuyerOnly,
	}
	if !in.Assessed.given && !unpriced[f.Deal] {
		f.Assessed = f.Price // the case knows of no assessed value: the price stands
	}
	r.hold(&f)
	return f
}

var tiers = map[string]tax.Tier{"": "", "city": tax.City, "town": tax.Town, "other": tax.Elsewhere}

var landMethods = map[string]tax.LandVATMethod{
	"": "", "invoice": tax.ByInvoice, "appraisal": tax.ByAppraisal, "deemed": tax.ByRate,
}

// unpriced are the deals whose base is the assessed value.
var unpriced = map[tax.Deal]bool{
	tax.GiftFamily: true, tax.GiftOther: true, tax.Inheritance: true, tax.Bequest: true, tax.Divorce: true,
	tax.Spouses: true, tax.NoTransfer: true,
}

func given(n number) tax.Answer {
	if n.given {
		return tax.Yes
	}
	return tax.Unknown
}

// family states the rank of the home as the homes before it. Rank 0 says that
// there is none to state.
func (in Inputs) family() tax.Family {
	family := tax.Family{Known: tax.Unknown, Count: 1, Minor: false, ChangedOn: time.Time{}, Homes: tax.Homes{}, Each: nil}
	if n := in.Rank.n; in.Rank.given && n != 0 {
		family.Known, family.Homes = tax.Yes, tax.HomesEverywhere(int(n-1))
	}
	return family
}

// sellers returns one seller, or one for each share given as 1/3.
func (r *reader) sellers() []tax.Seller {
	in := r.c.Inputs
	one := tax.Seller{Kind: word(r, "seller_kind", in.SellerKind, people), Num: 1, Den: 1, OnlyHome: answer(in.SoleHome)}
	if len(in.SellerShares) == 0 {
		return []tax.Seller{one}
	}
	var all []tax.Seller
	for _, share := range in.SellerShares {
		num, den, _ := strings.Cut(share, "/")
		n, errN := strconv.ParseInt(num, 10, 64)
		d, errD := strconv.ParseInt(den, 10, 64)
		if errN != nil || errD != nil || d <= 0 {
			r.unclear, n, d = append(r.unclear, "seller_shares"), -1, 1
		}
		one.Num, one.Den = n, d
		all = append(all, one)
	}
	return all
}

// cost returns what the seller paid. Where there is proof the gain is taxed:
// the deemed rate is no choice (国税发〔2006〕108号 art. 3).
func (r *reader) cost() tax.Cost {
	in := r.c.Inputs
	documented := answer(in.Proof)
	if in.Proof == nil && in.OriginalPrice.given {
		documented = tax.Yes
	}
	return tax.Cost{
		Proven: r.proven(documented), Price: in.OriginalPrice.fen(), DeedTax: in.OriginalDeed.fen(),
		Decoration: in.Decoration.fen(), Interest: in.Interest.fen(), Fees: in.Fees.fen(),
		Documented: documented, Taxes: in.TransferTaxes.fen(),
	}
}

func (r *reader) proven(documented tax.Answer) tax.Answer {
	in := r.c.Inputs
	method := word(r, "pit_method", in.Method, map[string]tax.Answer{"": "", "actual": tax.Yes, "deemed": tax.No})
	switch {
	case method == tax.Yes || method == tax.No:
		return method
	case documented != tax.Unknown:
		return documented
	case in.DeemedRate.given:
		return tax.No
	}
	return tax.Unknown
}

// hold sets since when the home is held, as precisely as the case says it.
func (r *reader) hold(f *tax.Facts) {
	in := r.c.Inputs
	f.Acquired.By = word(r, "seller_acquired_by", in.AcquiredBy, acquisitions)
	var start time.Time
	switch {
	case !in.AcquiredOn.IsZero():
		start = in.AcquiredOn.Time
	case f.TransferOn.IsZero():
	case in.HoldingYears.given:
		months := min(max(in.HoldingYears.n, 0), 200_00) * 12 / 100
		start = before(f.TransferOn, int(months))
	case in.HoldingUnder2 != nil && *in.HoldingUnder2:
		start = before(f.TransferOn, 12)
	case in.HoldingUnder2 != nil && f.VATExempt == tax.Unknown:
		f.VATExempt = tax.Yes // two years are enough; how many more nobody says
	}
	f.Acquired.CertificateOn, f.Acquired.VoucherOn = start, start
	switch f.Acquired.By {
	case tax.ByInheritance, tax.ByFamilyGift, tax.ByDivorce: // the day is the previous owner's
		f.Acquired.PredecessorOn = start
		if own := before(f.TransferOn, 12); own.After(start) && !start.IsZero() {
			f.Acquired.CertificateOn, f.Acquired.VoucherOn = own, own
		}
	}
}

// before returns the day so many months before on, or the last of that month.
func before(on time.Time, months int) time.Time {
	y, m, d := on.Date()
	last := time.Date(y, m-time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m-time.Month(months), min(d, last), 0, 0, 0, 0, time.UTC)
}

// claim turns the case into a claim for a refund.
func (c Case) claim() tax.Claim {
	in := c.Inputs
	return tax.Claim{
		County: c.county(), SoldOn: in.SoldOn.Time, BoughtOn: in.BoughtOn.Time,
		OldPrice: in.OldPrice.fen(), NewPrice: in.NewPrice.fen(), Paid: in.Paid.fen(), PaidKnown: given(in.Paid),
		SameCity: answer(in.SameCity), SellerOwner: answer(in.NewOwner),
	}
}

// adoptions returns the rates that the case states, which stand for what the
// office adopted; one that the law does not allow is unclear.
func (r *reader) adoptions() (all []tax.Adoption) {
	in := r.c.Inputs
	for _, s := range []struct {
		field  string
		rate   number
		params []rule.Param
	}{
		{"pit_deemed_rate_bp", in.DeemedRate,
			[]rule.Param{rule.IncomeDeemed, rule.IncomeDeemedNonordinary, rule.IncomeDeemedOther}},
		{"lvat_deemed_rate_bp", in.LandRate, []rule.Param{rule.LandVATDeemed}},
		{"deed_statutory_rate_bp", in.StatutoryRate, []rule.Param{rule.DeedStatutory}},
		{"decoration_cap_bp", in.DecorationCap, []rule.Param{rule.IncomeDecoration}},
	} {
		for _, p := range s.params {
			a := r.stated(p, s.rate.n)
			switch {
			case !s.rate.given:
			case a.Check() != nil:
				r.unclear = append(r.unclear, s.field)
			default:
				all = append(all, a)
			}
		}
	}
	return all
}

// stated returns the adoption of a rate that the case states.
func (r *reader) stated(p rule.Param, value int64) tax.Adoption {
	since := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	return tax.Adoption{
		Param: p, Region: r.c.county(), Value: value, FromOn: since, ToOn: time.Time{},
		Office: "stated in the case", By: "stated in the case", On: since, Document: "inputs of the case", Sample: true,
	}
}
