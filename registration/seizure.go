package registration

import (
	"slices"
	"time"
)

// Seizure is a seizure registration (查封登记) at the request of a court.
type Seizure struct {
	ID       int64
	Scope    Scope  // OnUnit or OnParcel
	Target   string // unit or parcel code
	Pre      bool   // 预查封: on a unit whose right is not registered yet
	Court    string
	Document string
	ServedAt time.Time // the order of service ranks the waiting seizures (轮候查封)
	FromOn   time.Time
	// ExpiresOn is the last day of the term. It may be zero for a waiting seizure,
	// whose term begins when it takes effect and lasts three years at most.
	ExpiresOn time.Time
	LiftedOn  time.Time // zero while not lifted
	Renews    int64     // the seizure whose term this one extends (续封), or zero
}

// maxSeizureYears is the longest term of a seizure of immovable property (SPC
// interpretation on civil procedure 2022, art. 485).
const maxSeizureYears = 3

// effectiveSeizure returns the seizure of one target that is in force on a day,
// with the term it then has. Dates decide, not marks: a term that ends without
// renewal ends the seizure (SPC on seizure, art. 27), and when the earlier one
// ends or is lifted the earliest waiting one is in force by itself (art. 26).
func effectiveSeizure(all []Seizure, target string, on time.Time) (Seizure, bool) {
	var free time.Time // the first day on which no earlier seizure stands
	for _, s := range queueOf(all, target) {
		s = s.takingEffect(free)
		end := s.endsOn()
		if !end.After(s.FromOn) || s.FromOn.After(on) {
			continue
		}
		if on.Before(end) {
			return s, true
		}
		free = end
	}
	return Seizure{}, false
}

// takingEffect returns s with the term it has if no earlier seizure stands from
// the day free on: that of its document, or, for one that had to wait, as long a
// term from the day on which it takes effect.
func (s Seizure) takingEffect(free time.Time) Seizure {
	served := DayOf(s.ServedAt)
	if free.After(served) {
		if !s.ExpiresOn.IsZero() {
			s.ExpiresOn = free.Add(s.ExpiresOn.Sub(s.FromOn))
		}
		served = free
	}
	s.FromOn = served
	if s.ExpiresOn.IsZero() {
		s.ExpiresOn = served.AddDate(maxSeizureYears, 0, 0)
	}
	return s
}

// endsOn returns the first day on which s no longer stands.
func (s Seizure) endsOn() time.Time {
	end := s.ExpiresOn.AddDate(0, 0, 1)
	if !s.LiftedOn.IsZero() && s.LiftedOn.Before(end) {
		return s.LiftedOn
	}
	return end
}

// queueOf returns the seizures of a target in the order of service, renewals
// folded into what they renew.
func queueOf(all []Seizure, target string) []Seizure {
	var queue []Seizure
	for _, s := range all {
		if s.Target == target {
			queue = append(queue, s)
		}
	}
	slices.SortStableFunc(queue, func(a, b Seizure) int { return a.ServedAt.Compare(b.ServedAt) })
	kept := queue[:0]
	for _, s := range queue {
		if !extend(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// extend lengthens the seizure that s renews and reports whether it could. A
// renewal served after the term had ended is a new seizure.
func extend(queue []Seizure, s Seizure) bool {
	for i, old := range queue {
		if s.Renews != old.ID || s.Renews == 0 || DayOf(s.ServedAt).After(old.ExpiresOn) {
			continue
		}
		queue[i].ExpiresOn = s.ExpiresOn
		if queue[i].LiftedOn.IsZero() {
			queue[i].LiftedOn = s.LiftedOn
		}
		return true
	}
	return false
}
