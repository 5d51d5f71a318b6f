package statement

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// Outcome is how an assessment ends for whoever reads it.
type Outcome string

// The outcomes. A proposal binds nobody.
const (
	Assessed Outcome = "assessed" // 已核定: something is owed
	Exempt   Outcome = "exempt"   // 无应缴税款
	Proposed Outcome = "proposed" // 拟核定: a tax officer has still to decide
)

// A Case is all that is known of the assessment of a case.
type Case struct {
	Held       bool           // an officer has it, although it may have been decided before
	Assessment tax.Assessment // as it stands
	Facts      []officer.Fact // that it rests on
	Revisions  []officer.Revision
}

// A Reader is who reads: a person of a side, or, the zero one, an officer.
type Reader struct {
	Side   tax.Side
	Person int // 1 for the first of the side
}

// An Extract is what one reader may know of an assessment: an officer all of it, a
// party what they owe themselves or together with their side. Of the other side it
// holds no line, no fact, no reason and no word that an officer wrote.
type Extract struct {
	Reader
	Outcome   Outcome
	RuleSet   string
	AsOf      time.Time // when the last thing in it was learnt or decided
	Lines     []tax.Line
	Without   []tax.Tax // for which not even a figure could be proposed
	Manual    []tax.Reason
	Facts     []officer.Fact
	Revisions []officer.Revision // that stand
	Confirmed *tax.Confirmation
	Totals    []Total
}

// A Total is what one payer owes.
type Total struct {
	Payer  tax.Side  `json:"payer"`
	Person int       `json:"person"` // 1 for the first person of the side; 0 when the side owes together
	Amount money.Fen `json:"payable_fen"`
}

// Extract returns what a reader may know of c.
func (c Case) Extract(r Reader) Extract {
	a := c.Assessment
	e := Extract{Reader: r, RuleSet: a.RuleSet, Confirmed: r.confirmation(a.Confirmed)}
	e.Lines = keep(confirmedOnce(a), func(l tax.Line) bool { return r.owes(l.Payer, l.Person) })
	e.Without = keep(a.Without, func(t tax.Tax) bool { return r.on(sideOfTax(t)) })
	e.Manual = keep(a.Manual, func(m tax.Reason) bool { return r.on(sideOfReason(m)) })
	e.Facts = keep(c.Facts, func(f officer.Fact) bool { return r.knows(f.Path) })
	for _, v := range c.Revisions {
		if v.InForce() && r.touched(v) {
			e.Revisions = append(e.Revisions, r.revision(v))
		}
	}
	e.Outcome, e.AsOf, e.Totals = c.outcome(e.Lines), c.asOf(), totals(e.Lines)
	return e
}

// officer reports whether r is an officer, who may know everything.
func (r Reader) officer() bool { return r.Side == "" }

// on reports whether r may know something of a side; what is of neither concerns both.
func (r Reader) on(side tax.Side) bool { return r.officer() || side == "" || side == r.Side }

// owes reports whether r may know what a person of a side owes; 0 is all of them.
func (r Reader) owes(side tax.Side, person int) bool {
	return r.officer() || side == r.Side && (person == 0 || person == r.Person)
}

// knows reports whether r may know the fact at a path; one of a seller is theirs.
func (r Reader) knows(path string) bool {
	if nth, ok := strings.CutPrefix(path, "sellers."); ok && !r.officer() {
		nth, _, _ = strings.Cut(nth, ".")
		return r.Side == tax.SellerSide && nth == strconv.Itoa(r.Person-1)
	}
	return r.on(sideOfFact(path))
}

// keep returns the items that may be kept, in their order.
func keep[T any](items []T, may func(T) bool) (kept []T) {
	for _, item := range items {
		if may(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// sideOfTax is who bears a tax; "" for stamp duty, which both do.
func sideOfTax(t tax.Tax) tax.Side {
	switch t {
	case tax.Deed:
		return tax.BuyerSide
	case tax.Stamp:
		return ""
	}
	return tax.SellerSide
}

// sideOfFact is whose a fact is: the family and its homes are the buyers', how the
// home was come by and what it cost are the sellers'.
func sideOfFact(path string) tax.Side {
	head, _, _ := strings.Cut(path, ".")
	switch head {
	case "family":
		return tax.BuyerSide
	case "acquired", "cost":
		return tax.SellerSide
	}
	return ""
}

// aboutBuyers and aboutSellers are the reasons for a person that tell of one side.
var (
	aboutBuyers = []tax.Code{tax.FamilyUnknown, tax.SeveralFamilies, tax.MinorBuyer, tax.FamilyChanged,
		tax.CompensationToProve}
	aboutSellers = []tax.Code{tax.SellerHomesUnknown, tax.AcquisitionOpen, tax.HoldingUnproven, tax.CostUnknown,
		tax.SharesUnclear, tax.HoldingImpossible}
)

// sideOfReason is whose circumstances a reason tells.
func sideOfReason(r tax.Reason) tax.Side {
	switch {
	case slices.Contains(aboutBuyers, r.Code):
		return tax.BuyerSide
	case slices.Contains(aboutSellers, r.Code), r.Args["source"] == string(source.Prior):
		return tax.SellerSide
	case r.Args["param"] != "":
		return sideOfParam(r.Args["param"])
	case strings.HasPrefix(r.Args["field"], "buyer"):
		return tax.BuyerSide
	case strings.HasPrefix(r.Args["field"], "seller"):
		return tax.SellerSide
	}
	return ""
}

// sideOfParam is whose tax a parameter of law decides.
func sideOfParam(param string) tax.Side {
	head, _, _ := strings.Cut(param, ".")
	switch head {
	case "deed":
		return tax.BuyerSide
	case "vat", "construction", "education", "local_education", "income", "land_vat":
		return tax.SellerSide
	}
	return ""
}

// touched reports whether a revision changed anything that r may know.
func (r Reader) touched(v officer.Revision) bool {
	if l := v.Content.Line; l != nil {
		return r.owes(l.Payer, l.Person)
	}
	return len(v.Content.Changes) == 0 || len(r.changes(v)) > 0 // without any, sources were asked again
}

// changes are those of a revision that r may know.
func (r Reader) changes(v officer.Revision) []officer.Change {
	return keep(v.Content.Changes, func(c officer.Change) bool { return r.knows(c.Path) })
}

// revision is a revision as r may know it: an officer's words may tell of anybody,
// so a party is not shown them.
func (r Reader) revision(v officer.Revision) officer.Revision {
	if r.officer() {
		return v
	}
	v.Content.Changes = r.changes(v)
	v.Reason, v.Second.Reason = "", ""
	v.Facts = tax.Facts{Sellers: make([]tax.Seller, len(v.Facts.Sellers))} // how many there are names the facts
	v.Assessment = tax.Assessment{}
	return v
}

// confirmation is a confirmation as r may know it.
func (r Reader) confirmation(c *tax.Confirmation) *tax.Confirmation {
	if c == nil || r.officer() {
		return c
	}
	return &tax.Confirmation{Officer: c.Officer, At: c.At}
}

// confirmedOnce returns the lines of a without the confirmation, which stands at
// every one of them with the officer's words: in an extract it stands by itself.
func confirmedOnce(a tax.Assessment) []tax.Line {
	lines := slices.Clone(a.Lines)
	for i, l := range lines {
		lines[i].Settled = slices.DeleteFunc(slices.Clone(l.Settled), func(s tax.Settlement) bool {
			c := a.Confirmed
			return c != nil && s.Standing == tax.Officer && s.By == c.Officer && s.On.Equal(c.At)
		})
	}
	return lines
}

// outcome says how it ends for whoever may know these lines.
func (c Case) outcome(lines []tax.Line) Outcome {
	switch {
	case c.Held || !c.Assessment.Decided():
		return Proposed
	case slices.ContainsFunc(lines, func(l tax.Line) bool { return l.Payable > 0 }):
		return Assessed
	}
	return Exempt
}

// asOf is when the register was read, or what came later and changed the assessment.
func (c Case) asOf() (at time.Time) {
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	for _, f := range c.Facts {
		if f.Source == source.Register {
			later(f.KnownAt)
		}
	}
	for _, r := range c.Revisions {
		if r.InForce() {
			later(r.At)
			later(r.Second.At)
		}
	}
	if c.Assessment.Confirmed != nil {
		later(c.Assessment.Confirmed.At)
	}
	return at
}

// totals adds up what each payer owes, the buyers first. Where a side has one
// person, all its lines are theirs.
func totals(lines []tax.Line) (sums []Total) {
	for _, side := range []tax.Side{tax.BuyerSide, tax.SellerSide} {
		several := slices.ContainsFunc(lines, func(l tax.Line) bool { return l.Payer == side && l.Person > 1 })
		persons := map[int]money.Fen{}
		for _, l := range lines {
			if person := l.Person; l.Payer == side {
				if !several {
					person = 0
				}
				persons[person] += l.Payable
			}
		}
		for person := 0; len(persons) > 0; person++ {
			if sum, owes := persons[person]; owes {
				sums = append(sums, Total{side, person, sum})
				delete(persons, person)
			}
		}
	}
	return sums
}

// Owed is what all payers of e owe together.
func (e Extract) Owed() (sum money.Fen) {
	for _, t := range e.Totals {
		sum += t.Amount
	}
	return sum
}
