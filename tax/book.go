package tax

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"onewindow/tax/rule"
)

// A ruling is one value of a parameter as the book gave it.
type ruling struct {
	settlement   Settlement
	alternatives []int64
	adoption     *Adoption // of an adopted one
}

// A book answers every question of law for one transfer from one rule set, and
// writes down what it was asked. Assumed values stand in for unsettled ones
// while an alternative is tried.
type book struct {
	set     *rule.Set
	county  string
	days    days
	adopted []Adoption
	assumed map[rule.Param]int64

	asked   []ruling // since the book was opened, each value once
	line    []int    // those asked since the last line was closed
	missing []Reason // asked, and not to be found
	gap     bool     // something asked since the last line was closed is missing
	lacks   []string // facts guessed since the last line was closed
}

// days are the clocks of a transfer.
type days struct{ contract, filing, acquired, transfer, registration time.Time }

// of returns the day on a clock.
func (d days) of(c rule.Clock) time.Time {
	switch c {
	case rule.Contract:
		return d.contract
	case rule.Acquisition:
		return d.acquired
	case rule.Transfer:
		return d.transfer
	case rule.Registration:
		if !d.registration.IsZero() {
			return d.registration
		}
	}
	return d.filing
}

// value returns p as it stands on its clock. Where nothing is in force it
// returns zero and leaves a gap, so that no line is made of it.
func (b *book) value(p rule.Param) int64 { return b.valueOn(p, b.days.of(b.set.Clock(p))) }

// says reports whether the choice p is answered with yes.
func (b *book) says(p rule.Param) bool { return b.value(p) == 1 }

// valueOn returns p as it stands on a day.
func (b *book) valueOn(p rule.Param, on time.Time) int64 {
	r, ok := b.rule(p, on)
	if !ok {
		b.refuse(noRule(p, on))
		return 0
	}
	if v, ok := b.assumed[p]; ok && r.settlement.Standing == Unsettled {
		r.settlement.Value = v
	}
	b.note(&r)
	return r.settlement.Value
}

// note writes a ruling down for the line.
func (b *book) note(r *ruling) {
	i := 0
	for i < len(b.asked) && !b.asked[i].same(r) {
		i++
	}
	if i == len(b.asked) {
		b.asked = append(b.asked, *r)
	}
	if !slices.Contains(b.line, i) {
		b.line = append(b.line, i)
	}
}

// noRule is the reason that p has no value on a day.
func noRule(p rule.Param, on time.Time) Reason {
	return Reason{NoRule, map[string]string{"param": string(p), "on": on.Format(time.DateOnly)}}
}

// lacking is the reason that a fact, named as the case file names it, is missing.
func lacking(field string) Reason { return Reason{FactMissing, map[string]string{"field": field}} }

// refuse notes why no line can be made.
func (b *book) refuse(why Reason) {
	b.gap = true
	b.miss(why)
}

// miss notes what could not be found, once.
func (b *book) miss(why Reason) {
	same := func(r Reason) bool {
		return r.Code == why.Code && r.Args["param"] == why.Args["param"] && r.Args["field"] == why.Args["field"]
	}
	if !slices.ContainsFunc(b.missing, same) {
		b.missing = append(b.missing, why)
	}
}

// guess notes that the next line rests on guesses of these facts. The first
// edition guessed without saying so.
func (b *book) guess(fields ...string) {
	if b.set.Edition == 1 {
		return
	}
	for _, f := range fields {
		if !slices.Contains(b.lacks, f) {
			b.lacks = append(b.lacks, f)
		}
	}
}

// given notes that a figure was not computed but stated, by an invoice or the
// tax office.
func (b *book) given(by Code) {
	b.note(&ruling{settlement: Settlement{Standing: Stated, Document: string(by)}})
}

// close completes l under its main parameter with the rulings and guesses since
// the last close, and reports whether a line can be made of them.
func (b *book) close(l *Line, main rule.Param) bool {
	l.Rule = string(main)
	if len(b.line) > 0 {
		l.Settled = make([]Settlement, 0, len(b.line))
	}
	for _, i := range b.line {
		settled := &b.asked[i].settlement
		if settled.Param == main {
			l.Rule = string(main) + "@" + settled.FromOn.Format(time.DateOnly)
		}
		l.Settled = append(l.Settled, *settled)
	}
	l.Lacks = b.lacks
	ok := !b.gap
	b.line, b.lacks, b.gap = b.line[:0], nil, false
	return ok
}

// has reports whether the rule set or the office knows p, without asking.
func (b *book) has(p rule.Param) bool {
	_, ok := b.rule(p, b.days.of(b.set.Clock(p)))
	return ok
}

// rule looks p up: a verified value first, then the office's adoption, then the
// proposal.
func (b *book) rule(p rule.Param, on time.Time) (ruling, bool) {
	v, known := b.set.Find(p, b.county, on)
	if known && v.Verified() {
		return rulingOf(v, Verified), true
	}
	if a, ok := adoptionOf(b.adopted, p, b.county, on); ok {
		r := a.ruling()
		if b.set.Edition > 1 {
			r.settlement.Law, r.settlement.Article = v.Document, v.Article
		}
		return r, true
	}
	return rulingOf(v, Unsettled), known
}

// rulingOf turns a value of the rule set into an answer.
func rulingOf(v rule.Value, standing Standing) ruling {
	return ruling{alternatives: v.Alternatives, settlement: Settlement{
		Param: v.Param, Value: v.Value, Standing: standing, FromOn: v.From,
		Document: v.Document, Article: v.Article,
	}}
}

// ruling turns an adoption into an answer.
func (a *Adoption) ruling() ruling {
	return ruling{adoption: a, settlement: Settlement{
		Param: a.Param, Value: a.Value, Standing: Adopted, FromOn: a.FromOn,
		Document: a.Document, Office: a.Office, By: a.By, On: a.On, Sample: a.Sample,
	}}
}

// same reports whether r and o are the same answer to the same question.
func (r *ruling) same(o *ruling) bool {
	return r.settlement.Param == o.settlement.Param && r.settlement.FromOn.Equal(o.settlement.FromOn)
}

// unsettled returns the reason that r must be settled before it decides.
func (r ruling) unsettled() Reason {
	var alternatives []string
	for _, v := range r.alternatives {
		alternatives = append(alternatives, strconv.FormatInt(v, 10))
	}
	return Reason{ParameterUnsettled, map[string]string{
		"param":        string(r.settlement.Param),
		"proposed":     strconv.FormatInt(r.settlement.Value, 10),
		"alternatives": strings.Join(alternatives, " "),
	}}
}
