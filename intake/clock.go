package intake

import (
	"slices"
	"time"
)

// Entry is one line of the journal of a case (办件流水). Step is "" where the
// case as a whole moved.
type Entry struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Step   Step      `json:"step,omitempty"`
	State  string    `json:"state"`
	Holder string    `json:"holder,omitempty"`
	Reason string    `json:"reason"`
	Words  string    `json:"words,omitempty"`
}

// Span is a stretch of time that one holder of one step answers for.
type Span struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Step   Step      `json:"step,omitempty"`
	Holder string    `json:"holder"`
}

// Ledger books every moment from acceptance to the certificate (or to the
// refusal, or to now) to exactly one holder (I10).
type Ledger struct {
	Spans  []Span
	Wall   time.Duration            // by the clock on the wall
	Office time.Duration            // less what waited for the applicant: the 60-minute promise is on this one
	Held   map[string]time.Duration // by holder; sums to Wall
}

// track is where one blocking step stood over time.
type track struct {
	step     Step
	moves    []Entry
	finished time.Time // zero while open
}

// Book reads the journal of a case, in its order, up to now. A moment belongs
// to the holder of that blocking step which finishes last among those open; of
// those not finished yet, to one that an office holds rather than the applicant.
// Utilities hold no time: the certificate does not wait for them.
func Book(journal []Entry, now time.Time) Ledger {
	l := Ledger{Held: map[string]time.Duration{}}
	if len(journal) == 0 {
		return l
	}
	tracks, end := tracksOf(journal, now)
	for _, cut := range cuts(journal, end) {
		l.add(holderOf(tracks, cut))
	}
	for holder, d := range l.Held {
		l.Wall += d
		if holder != Applicant {
			l.Office += d
		}
	}
	return l
}

// tracksOf sorts the journal by blocking step and finds the end of the count.
func tracksOf(journal []Entry, now time.Time) (tracks []*track, end time.Time) {
	byStep := map[Step]*track{}
	end = now
	for _, e := range journal {
		if e.Step == "" && (e.State == string(Turned) || e.State == string(Closed)) && e.At.Before(end) {
			end = e.At
		}
		if !blocking[e.Step] {
			continue
		}
		t := byStep[e.Step]
		if t == nil {
			t = &track{step: e.Step}
			byStep[e.Step], tracks = t, append(tracks, t)
		}
		t.moves = append(t.moves, e)
		t.finished = time.Time{}
		if State(e.State).Final() {
			t.finished = e.At
		}
	}
	if t := byStep[Certificate]; t != nil && !t.finished.IsZero() && t.finished.Before(end) {
		end = t.finished
	}
	return tracks, end
}

// cuts returns the stretches between neighbouring journal entries up to end.
func cuts(journal []Entry, end time.Time) []Span {
	times := []time.Time{end}
	for _, e := range journal {
		if e.At.Before(end) {
			times = append(times, e.At)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	var spans []Span
	for i := 1; i < len(times); i++ {
		if times[i].After(times[i-1]) {
			spans = append(spans, Span{From: times[i-1], To: times[i]})
		}
	}
	return spans
}

// holderOf finds who answers for the stretch; nobody's time is the machine's.
func holderOf(tracks []*track, s Span) Span {
	s.Holder = Machine
	var last *track
	for _, t := range tracks {
		holder := t.holderAt(s.From)
		if holder == "" || last != nil && !t.outlasts(last, holder, s.Holder) {
			continue
		}
		last, s.Step, s.Holder = t, t.step, holder
	}
	return s
}

// outlasts says whether t ends after u, or, while both are open, is held by an
// office where u is held by the applicant.
func (t *track) outlasts(u *track, holder, than string) bool {
	switch {
	case t.finished.IsZero() && u.finished.IsZero():
		return than == Applicant && holder != Applicant
	case t.finished.IsZero() || u.finished.IsZero():
		return t.finished.IsZero()
	}
	return t.finished.After(u.finished)
}

// holderAt returns who held the step at the moment, or "" if it was not open.
func (t *track) holderAt(at time.Time) string {
	holder := ""
	for _, m := range t.moves {
		if m.At.After(at) {
			break
		}
		holder = m.Holder
		if State(m.State).Final() {
			holder = ""
		}
	}
	return holder
}

func (l *Ledger) add(s Span) {
	l.Held[s.Holder] += s.To.Sub(s.From)
	if n := len(l.Spans); n > 0 && l.Spans[n-1].Holder == s.Holder && l.Spans[n-1].Step == s.Step {
		l.Spans[n-1].To = s.To
		return
	}
	l.Spans = append(l.Spans, s)
}
