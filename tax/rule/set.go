package rule

import (
	"cmp"
	"slices"
	"time"
)

// A Set is the rules as they stood on one day of compiling (规则集). Sets are
// never changed: what is announced later makes a new one, and what an old one
// said can be computed again.
type Set struct {
	Version string    // the day it was compiled
	Edition int       // which formulas belong to it
	From    time.Time // the first day for which it was compiled
	Through time.Time // the last one: a hard end
	series  map[Param]*series
	values  []Value
	defined map[Param]Definition
}

// series are the values of one parameter, the narrowest regions first.
type series struct {
	clock  Clock
	values []Value
}

// sets are all rule sets, oldest first. The data are embedded, so a fault in
// them is a fault of the program, which the package's test finds.
var sets = func() []*Set {
	l, err := loadEmbedded()
	if err != nil {
		panic(err)
	}
	var all []*Set
	for _, name := range l.versions() {
		s, err := l.cut(name)
		if err != nil {
			panic(err)
		}
		all = append(all, s)
	}
	return all
}()

// Latest returns the newest rule set.
func Latest() *Set { return sets[len(sets)-1] }

// At returns the rule set of a version, as a stored assessment names it.
func At(version string) (*Set, bool) {
	for _, s := range sets {
		if s.Version == version {
			return s, true
		}
	}
	return nil, false
}

// Define returns what p is.
func Define(p Param) (Definition, bool) {
	d, known := Latest().defined[p]
	return d, known
}

// Values returns every value of the set, a parameter after the other.
func (s *Set) Values() []Value { return slices.Clone(s.values) }

// Clock returns the clock that p is keyed on. The first edition knew only one.
func (s *Set) Clock(p Param) Clock {
	if of := s.series[p]; of != nil {
		return of.clock
	}
	return Filing
}

// Find returns the value of p in force for county on a day: the narrowest
// region's.
func (s *Set) Find(p Param, county string, on time.Time) (Value, bool) {
	of := s.series[p]
	if of == nil {
		return Value{}, false
	}
	for i := range of.values { // by index: a value is large
		if v := &of.values[i]; v.Covers(county, on) {
			return *v, true
		}
	}
	return Value{}, false
}

// Covers reports whether the set was compiled for filings of a day.
func (s *Set) Covers(on time.Time) bool { return Within(on, s.From, s.Through) }

// cut returns the rule set of one day of compiling.
func (l *library) cut(name string) (*Set, error) {
	s := &Set{Version: name, series: map[Param]*series{}, defined: l.definitions}
	for _, e := range l.editions {
		if version(e.Since.Time) <= name {
			s.Edition, s.From, s.Through = e.Edition, e.From.Time, e.Through.Time
		}
	}
	if s.Edition == 0 {
		return nil, bad("no edition yet")
	}
	for _, p := range l.order {
		values, err := l.inForce(p, name)
		if err != nil {
			return nil, err
		}
		s.values = append(s.values, values...)
		clock := l.definitions[p].Clock
		if s.Edition == 1 {
			clock = Filing
		}
		s.series[p] = &series{clock, narrowest(values)}
	}
	return s, nil
}

// inForce returns the values of p that a rule set holds, by region and day. One
// without an end gives way to the next; overlaps and gaps are ErrBadRules.
func (l *library) inForce(p Param, name string) ([]Value, error) {
	var values []Value
	for _, v := range l.values[p] {
		if v.RuleSet <= name && (v.Withdrawn == "" || v.Withdrawn > name) {
			values = append(values, v)
		}
	}
	slices.SortStableFunc(values, func(a, b Value) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), a.From.Compare(b.From))
	})
	for i := range values[:max(len(values)-1, 0)] {
		v, next := &values[i], values[i+1]
		if v.Region != next.Region {
			continue
		}
		before := next.From.AddDate(0, 0, -1)
		if v.Through.IsZero() {
			v.Through = before
		}
		switch {
		case v.Through.After(before) || v.Through.Before(v.From):
			return nil, bad("%s %q: the value of %s overlaps the next", p, v.Region, version(v.From))
		case l.continuous[p] && v.Through.Before(before):
			return nil, bad("%s %q: a gap after %s", p, v.Region, version(v.Through))
		}
	}
	return values, nil
}

// narrowest sorts values so that the first that covers a county and a day is
// the one of the narrowest region, and newer ones come before older.
func narrowest(values []Value) []Value {
	sorted := slices.Clone(values)
	slices.SortStableFunc(sorted, func(a, b Value) int {
		return cmp.Or(cmp.Compare(len(b.Region), len(a.Region)), b.From.Compare(a.From))
	})
	return sorted
}
