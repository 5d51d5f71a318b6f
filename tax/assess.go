package tax

import "slices"

// Assess computes what a sale owes (核定). It is a pure function of the facts, the
// rule set and the adoptions, whatever their values: it never fails, but where a
// person must decide Manual holds every reason.
func Assess(f Facts, adopted []Adoption) Assessment {
	a := Assessment{RuleSet: RuleSet}
	figures := true
	for _, t := range triggers {
		if t.when(f) && !slices.ContainsFunc(a.Manual, func(r Reason) bool { return r.Code == t.code }) {
			a.Manual = append(a.Manual, Reason{Code: t.code})
		}
		figures = figures && (t.figures || !t.when(f))
	}
	for _, s := range f.Special {
		a.Manual = append(a.Manual, Reason{SpecialCase, map[string]string{"special": string(s)}})
	}
	if figures {
		a.propose(f, adopted)
	}
	return a
}

// propose fills in the figures and asks whether anything unsettled could have
// changed one.
func (a *Assessment) propose(f Facts, adopted []Adoption) {
	b := openBook(f, adopted, nil)
	s := compute(f, b)
	a.Lines, a.Without = s.lines, s.without
	for _, r := range b.missing {
		if !slices.ContainsFunc(a.Manual, func(m Reason) bool { return m.Code == r.Code && r.Code != NoRule }) {
			a.Manual = append(a.Manual, r)
		}
	}
	for _, r := range b.asked {
		if r.settlement.Standing == Adopted {
			a.Adopted = append(a.Adopted, r.adoption)
		}
	}
	trial := trial{facts: f, adopted: adopted, proposed: s.lines, asked: b.asked}
	a.Manual = append(a.Manual, trial.doubts()...)
	a.Manual = append(a.Manual, trial.parameters()...)
}

// openBook returns the book of law for the place and the filing date of f.
func openBook(f Facts, adopted []Adoption, assumed map[Param]int64) *book {
	return &book{county: f.County, on: f.FilingOn, adopted: adopted, assumed: assumed}
}
