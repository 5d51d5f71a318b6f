package tax

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A ruling is one value of a parameter as the book gave it.
type ruling struct {
	settlement   Settlement
	alternatives []int64
	adoption     Adoption // of an adopted one
}

// A book answers every question of law for one county and one day, and writes
// down what it was asked. Assumed values stand in for unsettled ones while an
// alternative is tried.
type book struct {
	county  string
	on      time.Time
	adopted []Adoption
	assumed map[Param]int64

	line    []ruling // asked since the last line was closed
	asked   []ruling // asked since the book was opened, each parameter once
	missing []Reason // asked, and not to be found
	gap     bool     // something asked since the last line was closed is missing
}

// value returns p as it stands on the filing date. Where nothing is in force it
// returns zero and leaves a gap, so that no line is made of it.
func (b *book) value(p Param) int64 { return b.valueOn(p, b.on) }

// valueOn returns p as it stands on a day of its own clock.
func (b *book) valueOn(p Param, on time.Time) int64 {
	r, ok := b.rule(p, on)
	if !ok {
		b.refuse(noRule(p, on))
		return 0
	}
	if v, ok := b.assumed[p]; ok && r.settlement.Standing == Unsettled {
		r.settlement.Value = v
	}
	b.line = append(b.line, r)
	if !slices.ContainsFunc(b.asked, r.sameAs) {
		b.asked = append(b.asked, r)
	}
	return r.settlement.Value
}

// noRule is the reason that p has no value on a day.
func noRule(p Param, on time.Time) Reason {
	return Reason{NoRule, map[string]string{"param": string(p), "on": on.Format(time.DateOnly)}}
}

// refuse notes why no line can be made, once.
func (b *book) refuse(why Reason) {
	b.gap = true
	same := func(r Reason) bool { return r.Code == why.Code && r.Args["param"] == why.Args["param"] }
	if !slices.ContainsFunc(b.missing, same) {
		b.missing = append(b.missing, why)
	}
}

// close returns the rulings asked for since the last close, the day of p among
// them, and whether a line can be made of them.
func (b *book) close(p Param) (settled []Settlement, rule string, ok bool) {
	rule = string(p)
	for _, r := range b.line {
		if r.settlement.Param == p {
			rule = string(p) + "@" + r.settlement.FromOn.Format(time.DateOnly)
		}
		if !slices.Contains(settled, r.settlement) {
			settled = append(settled, r.settlement)
		}
	}
	ok = !b.gap
	b.line, b.gap = nil, false
	return settled, rule, ok
}

// exists reports whether the tables hold p here and now, without asking.
func (b *book) exists(p Param) bool {
	_, ok := find(p, b.county, b.on)
	return ok
}

// rule looks p up: a verified value first, then the office's adoption, then the
// proposal.
func (b *book) rule(p Param, on time.Time) (ruling, bool) {
	r, known := find(p, b.county, on)
	if known && r.source.evidence == Official {
		return r.ruling(Verified), true
	}
	if a, ok := adoptionOf(b.adopted, p, b.county, on); ok {
		return a.ruling(), true
	}
	return r.ruling(Unsettled), known
}

// ruling turns a row of a table into an answer.
func (r row) ruling(standing Standing) ruling {
	return ruling{alternatives: r.alternatives, settlement: Settlement{
		Param: r.param, Value: r.value, Standing: standing, FromOn: r.from,
		Document: r.source.document, Article: r.source.article,
	}}
}

// ruling turns an adoption into an answer.
func (a Adoption) ruling() ruling {
	return ruling{adoption: a, settlement: Settlement{
		Param: a.Param, Value: a.Value, Standing: Adopted, FromOn: a.FromOn,
		Document: a.Document, Office: a.Office, By: a.By, On: a.On, Sample: a.Sample,
	}}
}

// sameAs reports whether r and o answer the same question.
func (r ruling) sameAs(o ruling) bool {
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
