package tax

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"onewindow/tax/rule"
)

// ErrNoRuleSet says that no rule set of that version was ever compiled.
var ErrNoRuleSet = errors.New("no such rule set")

// Assess computes what a transfer owes (核定) under the newest rule set. It is a
// pure function of the facts, the rule set and the adoptions, whatever their
// values: it never fails, but where a person must decide Manual holds every
// reason, and the lines are proposals.
func Assess(f Facts, adopted []Adoption) Assessment { return assess(rule.Latest(), f, adopted) }

// AssessUnder computes what Assess computed while a rule set was the newest, or
// returns ErrNoRuleSet.
func AssessUnder(version string, f Facts, adopted []Adoption) (Assessment, error) {
	set, known := rule.At(version)
	if !known {
		return Assessment{}, fmt.Errorf("%w: %q", ErrNoRuleSet, version)
	}
	return assess(set, f, adopted), nil
}

func assess(set *rule.Set, f Facts, adopted []Adoption) Assessment {
	a := Assessment{RuleSet: set.Version}
	if f.Deal == NoTransfer && set.Edition > 1 { // nothing passes on, so nothing is owed
		return a
	}
	figures := a.why(set, f)
	if set.Edition > 1 && !f.FilingOn.IsZero() && !set.Covers(f.FilingOn) {
		a.Manual = append(a.Manual, Reason{NoRule, map[string]string{
			"param": "any", "on": f.FilingOn.Format(time.DateOnly),
		}})
		figures = false
	}
	for _, s := range f.Silent {
		a.Manual = append(a.Manual, Reason{SourceSilent, map[string]string{"source": s.Source, "why": s.Why}})
	}
	if figures {
		a.propose(set, f, adopted)
	}
	return a
}

// why notes every circumstance that needs a person, and reports whether figures
// can be proposed all the same.
func (a *Assessment) why(set *rule.Set, f Facts) (figures bool) {
	figures = true
	for _, t := range triggers {
		if t.edition != 0 && t.edition != set.Edition || !t.when(f) {
			continue
		}
		figures = figures && t.figures
		if !a.needs(t.code) {
			a.Manual = append(a.Manual, Reason{Code: t.code})
		}
	}
	for _, s := range f.Special {
		a.Manual = append(a.Manual, Reason{SpecialCase, map[string]string{"special": string(s)}})
	}
	return figures
}

// needs reports whether c is among the reasons.
func (a *Assessment) needs(c Code) bool {
	return slices.ContainsFunc(a.Manual, func(r Reason) bool { return r.Code == c })
}

// propose fills in the figures and asks whether anything unsettled could have
// changed one.
func (a *Assessment) propose(set *rule.Set, f Facts, adopted []Adoption) {
	b := openBook(set, f, adopted, nil)
	s := compute(f, b)
	a.Lines, a.Without = s.lines, s.without
	for _, r := range b.missing {
		if r.Code == NoRule || r.Code == FactMissing || !a.needs(r.Code) {
			a.Manual = append(a.Manual, r)
		}
	}
	for _, r := range b.asked {
		if r.settlement.Standing == Adopted {
			a.Adopted = append(a.Adopted, *r.adoption)
		}
	}
	trial := trial{set: set, facts: f, adopted: adopted, proposed: s.lines, asked: b.asked}
	a.Manual = append(a.Manual, trial.doubts()...)
	a.lacks()
	a.Manual = append(a.Manual, trial.parameters()...)
}

// lacks names every fact that a line guessed, unless a reason says so already.
func (a *Assessment) lacks() {
	var named []string
	for _, r := range a.Manual {
		named = append(named, r.Args["field"])
	}
	for _, l := range a.Lines {
		for _, field := range l.Lacks {
			if !slices.Contains(named, field) && !a.needs(saidBy[field]) {
				a.Manual = append(a.Manual, lacking(field))
			}
			named = append(named, field)
		}
	}
}

// saidBy holds the reasons that name a missing fact in words of their own.
var saidBy = map[string]Code{
	lackRank: FamilyUnknown, lackSole: SellerHomesUnknown, lackMethod: CostUnknown,
	lackAcquired: HoldingUnproven, lackAssessed: AssessedUnknown, lackOrdinary: OrdinaryUnknown,
}

// openBook returns the book of law for the place and the days of f.
func openBook(set *rule.Set, f Facts, adopted []Adoption, assumed map[rule.Param]int64) *book {
	return &book{
		set: set, county: f.County, adopted: adopted, assumed: assumed,
		days: days{
			contract: f.ContractOn, filing: f.FilingOn, transfer: f.TransferOn, registration: f.RegistrationOn,
			acquired: earlier(f.Acquired.CertificateOn, f.Acquired.VoucherOn),
		},
		asked: make([]ruling, 0, 24), line: make([]int, 0, 8), // enough for most: an assessment takes microseconds
	}
}
