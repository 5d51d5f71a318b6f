package tax

import (
	"errors"
	"time"

	"onewindow/internal/money"
)

// The refusals of the store.
var (
	ErrNoValuation   = errors.New("no valuation of this unit")
	ErrNoPrior       = errors.New("no earlier voucher for this unit")
	ErrNotAssessed   = errors.New("the case is not assessed")
	ErrOtherFacts    = errors.New("the case is already assessed on other facts")
	ErrNotRepeatable = errors.New("the facts do not give this assessment")
	ErrDecided       = errors.New("the assessment needs no officer, or one has decided")
	ErrNoFigures     = errors.New("the assessment proposes no figures to confirm")
)

// Role is a person's place in a family (家庭成员关系).
type Role string

// The members of a family for deed tax (财税〔2016〕23号 art. 1).
const (
	Self       Role = "self"
	Spouse     Role = "spouse"
	MinorChild Role = "minor_child"
)

// A Member is one person of a household; the identity number is personal data.
type Member struct {
	ID   string
	Role Role
}

// A Household is the family or families that some persons belong to, as civil
// affairs knows them (家庭).
type Household struct {
	Known     bool      // every person asked about is known
	Count     int       // families
	Minor     bool      // a person asked about is a minor child
	ChangedOn time.Time // the latest marriage or divorce in them, zero if none
	Members   []Member  // of all of them, in order of their numbers
}

// Everyone returns the numbers of buyer, spouse and minor children, whose homes
// count for deed tax.
func (h Household) Everyone() []string { return h.those(Self, Spouse, MinorChild) }

// Couple returns the numbers of a seller and spouse, whose homes count for the
// five-years-and-sole exemption; it does not name the children.
func (h Household) Couple() []string { return h.those(Self, Spouse) }

// those returns the numbers of the members in some roles.
func (h Household) those(roles ...Role) []string {
	var ids []string
	for _, m := range h.Members {
		for _, r := range roles {
			if m.Role == r {
				ids = append(ids, m.ID)
			}
		}
	}
	return ids
}

// Family returns h as the fact that Assess reads, with the homes the register
// counted for Everyone.
func (h Household) Family(homes Homes) Family {
	known := No
	if h.Known {
		known = Yes
	}
	return Family{Known: known, Count: h.Count, Minor: h.Minor, ChangedOn: h.ChangedOn, Homes: homes}
}

// A Valuation is the tax office's assessed value of a unit, VAT included
// (存量房评估价格). The engine consumes the number; it does not estimate.
type Valuation struct {
	Unit     string
	Value    money.Fen
	On       time.Time
	Document string
}

// A Prior is what the tax office holds of the present owner's acquisition
// (上手凭证): the voucher of the deed tax then paid, and the cost it proves.
type Prior struct {
	Unit     string
	Acquired Acquired
	Voucher  string
	Cost     Cost
}
