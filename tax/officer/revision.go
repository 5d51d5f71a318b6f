package officer

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/source"
)

// The refusals of the desk.
var (
	ErrPending    = errors.New("a proposal waits for a second officer")
	ErrNoProposal = errors.New("no proposal waits for a second officer")
	ErrSameHand   = errors.New("nobody accepts what they proposed")
	ErrNoChange   = errors.New("that is how it stands already")
	ErrBadLine    = errors.New("a line cannot be like this")
	ErrReplay     = errors.New("what is stored does not give what was decided")
)

// Kind of a revision.
type RevisionKind string

// New answers stand by themselves; corrections and overrides need a second officer.
const (
	Answers    RevisionKind = "answers"    // 重新查询: sources were asked again
	Correction RevisionKind = "correction" // 更正信息
	Override   RevisionKind = "override"   // 调整税额
)

// A Line is what an officer puts in the place of a line of tax, or adds where none
// could be computed.
type Line struct {
	Tax    tax.Tax   `json:"tax"`
	Payer  tax.Side  `json:"payer"`
	Person int       `json:"person"` // 1 for the first person of the side; 0 when the side owes jointly
	Base   money.Fen `json:"base_fen"`
	RateBP int64     `json:"rate_bp"`
	Due    money.Fen `json:"due_fen"`
	Relief money.Fen `json:"relief_fen"`
}

// A Content is what a revision changes: one of the three.
type Content struct {
	Changes []Change      `json:"changes,omitempty"`
	Line    *Line         `json:"line,omitempty"`
	Sources []source.Name `json:"sources,omitempty"` // that were asked again
}

// Verdict is what the second officer says.
type Verdict string

// The verdicts; "" while a revision waits.
const (
	Accepted Verdict = "accepted"
	Declined Verdict = "declined"
)

// A Revision is one change of the facts or the lines of a case (更正), with what
// becomes of both if it stands.
type Revision struct {
	Ordinal    int
	Kind       RevisionKind
	Officer    string // who proposed it
	At         time.Time
	Content    Content
	Reason     string
	Document   string
	Facts      tax.Facts
	Assessment tax.Assessment
	Second     Second // the zero one while it waits, and of new answers
}

// A Second is what another officer, or whoever takes a proposal back, said of it.
type Second struct {
	Officer string
	Verdict Verdict
	Reason  string
	At      time.Time
}

// Pending reports whether a revision waits for a second officer.
func (r Revision) Pending() bool { return r.Kind != Answers && r.Second.Verdict == "" }

// InForce reports whether a revision stands.
func (r Revision) InForce() bool { return r.Kind == Answers || r.Second.Verdict == Accepted }

// A File is everything that officers did about a case, in order.
type File struct {
	Facts      tax.Facts      // as they were first assessed
	Assessment tax.Assessment // by the machine, at first
	Revisions  []Revision

	under string // the rule set that a replay assesses under; "" is the newest
}

// assess assesses facts again.
func (f File) assess(facts tax.Facts, adopted []tax.Adoption) (tax.Assessment, error) {
	if f.under == "" {
		return tax.Assess(facts, adopted), nil
	}
	return tax.AssessUnder(f.under, facts, adopted)
}

// Now returns facts and assessment as they stand.
func (f File) Now() (tax.Facts, tax.Assessment) {
	for _, r := range slices.Backward(f.Revisions) {
		if r.InForce() {
			return r.Facts, r.Assessment
		}
	}
	return f.Facts, f.Assessment
}

// Pending returns the proposal that waits for a second officer.
func (f File) Pending() (Revision, bool) {
	if n := len(f.Revisions); n > 0 && f.Revisions[n-1].Pending() {
		return f.Revisions[n-1], true
	}
	return Revision{}, false
}

// Corrected returns the facts that are an officer's, with the instant of the
// correction. A source that was asked again after it takes its facts back.
func (f File) Corrected() map[string]time.Time {
	at := map[string]time.Time{}
	for _, r := range f.Revisions {
		if !r.InForce() {
			continue
		}
		for _, c := range r.Content.Changes {
			at[c.Path] = r.At
		}
		for path := range at {
			if field, known := fieldAt(r.Facts, path); known && slices.Contains(r.Content.Sources, field.Source) {
				delete(at, path)
			}
		}
	}
	return at
}

// standing returns the corrections that stand, the latest of each fact.
func (f File) standing() (changes []Change) {
	corrected, last := f.Corrected(), map[string]string{}
	for _, r := range f.Revisions {
		if r.InForce() {
			for _, c := range r.Content.Changes {
				last[c.Path] = c.Value
			}
		}
	}
	for _, field := range FieldsOf(f.Facts) {
		if !corrected[field.Path].IsZero() {
			changes = append(changes, Change{field.Path, last[field.Path]})
		}
	}
	return changes
}

// Again proposes the revision that new answers of some sources make: corrections of
// what the other sources said are kept, overrides are not, for they were made on
// other figures.
func (f File) Again(facts tax.Facts, asked []source.Name, adopted []tax.Adoption) (r Revision, err error) {
	r = Revision{Kind: Answers, Content: Content{Sources: asked}}
	asIf := f
	asIf.Revisions = append(slices.Clone(f.Revisions), r)
	asIf.Revisions[len(f.Revisions)].Facts = facts
	if r.Facts, err = Correct(facts, asIf.standing()); err == nil {
		r.Assessment, err = f.assess(r.Facts, adopted)
	}
	return r, err
}

// Correction proposes a correction of some facts; every line is assessed again. It
// returns a *FieldError, ErrNoChange or ErrPending.
func (f File) Correction(changes []Change, adopted []tax.Adoption) (Revision, error) {
	if _, waits := f.Pending(); waits {
		return Revision{}, ErrPending
	}
	now, _ := f.Now()
	facts, err := Correct(now, changes)
	if err == nil && (len(changes) == 0 || reflect.DeepEqual(open(facts), open(now))) {
		err = ErrNoChange
	}
	r := Revision{Kind: Correction, Content: Content{Changes: changes}, Facts: facts}
	if err == nil {
		r.Assessment, err = f.assess(facts, adopted)
	}
	return r, err
}

// Override proposes another line, on the document of the officer who says so. It
// returns ErrBadLine, ErrNoChange or ErrPending.
func (f File) Override(l Line, by, document string, at time.Time) (Revision, error) {
	if _, waits := f.Pending(); waits {
		return Revision{}, ErrPending
	}
	facts, now := f.Now()
	assessment, err := l.over(now, tax.Settlement{Standing: tax.Officer, Document: document, By: by, On: at})
	return Revision{Kind: Override, Content: Content{Line: &l}, Facts: facts, Assessment: assessment}, err
}

// taxes are all there are, in the order of computation.
var taxes = []tax.Tax{
	tax.VAT, tax.Construction, tax.Education, tax.LocalEducation, tax.Stamp, tax.LandVAT, tax.Income, tax.Deed,
}

// Taxes lists the taxes that a line may be of.
func Taxes() []tax.Tax { return slices.Clone(taxes) }

// mostPeople bounds which person of a side a line may be of.
const mostPeople = 20

func (l Line) valid() bool {
	side := l.Payer == tax.BuyerSide || l.Payer == tax.SellerSide
	return side && slices.Contains(taxes, l.Tax) && l.Person >= 0 && l.Person <= mostPeople &&
		l.Base >= 0 && l.Base <= mostFen && l.RateBP >= 0 && l.RateBP <= 10_000 &&
		l.Relief >= 0 && l.Relief <= l.Due && l.Due <= mostFen
}

// over puts l in its place in a copy of a.
func (l Line) over(a tax.Assessment, word tax.Settlement) (tax.Assessment, error) {
	if !l.valid() {
		return a, ErrBadLine
	}
	line := tax.Line{
		Tax: l.Tax, Payer: l.Payer, Person: l.Person, Base: l.Base, RateBP: l.RateBP, Due: l.Due, Relief: l.Relief,
		Payable: l.Due - l.Relief, Reason: tax.SetByOfficer, Rule: string(tax.Officer), Settled: []tax.Settlement{word},
	}
	a.Lines = slices.Clone(a.Lines)
	i := slices.IndexFunc(a.Lines, func(o tax.Line) bool {
		return o.Tax == l.Tax && o.Payer == l.Payer && o.Person == l.Person
	})
	switch {
	case i < 0:
		a.Lines = append(a.Lines, line)
	case l.same(a.Lines[i]):
		return a, ErrNoChange
	default:
		line.Rule = a.Lines[i].Rule
		line.Settled = append(slices.Clone(a.Lines[i].Settled), word)
		a.Lines[i] = line
	}
	a.Without = slices.DeleteFunc(slices.Clone(a.Without), func(t tax.Tax) bool { return t == l.Tax })
	if len(a.Without) == 0 {
		a.Without = nil
	}
	return a, nil
}

func (l Line) same(o tax.Line) bool {
	return o.Base == l.Base && o.RateBP == l.RateBP && o.Due == l.Due && o.Relief == l.Relief
}

// Replay makes every revision again from what was stored before it, and returns
// ErrReplay if anything comes out otherwise. The facts of new answers are given;
// package source makes those again from the answers themselves.
func (f File) Replay() error {
	again := File{Facts: f.Facts, Assessment: f.Assessment}
	first, err := tax.AssessUnder(f.Assessment.RuleSet, f.Facts, f.Assessment.Adopted)
	if err != nil || !same(first, f.Assessment) {
		return fmt.Errorf("%w: the first assessment (%v)", ErrReplay, err)
	}
	for _, r := range f.Revisions {
		made, err := again.make(r)
		if err != nil || !same(made.Facts, r.Facts) || !same(made.Assessment, r.Assessment) {
			return fmt.Errorf("%w: revision %d (%v)", ErrReplay, r.Ordinal, err)
		}
		again.Revisions = append(again.Revisions, r)
	}
	return nil
}

// make makes a revision again, under the rule set of its time.
func (f File) make(r Revision) (Revision, error) {
	f.under = r.Assessment.RuleSet
	switch r.Kind {
	case Correction:
		return f.Correction(r.Content.Changes, r.Assessment.Adopted)
	case Override:
		return f.Override(*r.Content.Line, r.Officer, r.Document, r.At)
	}
	again, err := f.assess(r.Facts, r.Assessment.Adopted)
	return Revision{Facts: r.Facts, Assessment: again}, err
}

// same compares values as they are stored.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}
