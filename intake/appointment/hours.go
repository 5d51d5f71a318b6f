package appointment

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"onewindow/registration"
)

// SlotLength is how long a visit is planned to last.
const SlotLength = 30 * time.Minute

const (
	workingDays = 10 // so many may be chosen from
	horizon     = 60 // days, in which they are looked for: an office may be closed for good
	mostPlaces  = 100
	hour        = "15:04"
)

// Span is a stretch of a day (办公时段), from and to so long after midnight in China.
type Span struct{ From, To time.Duration }

// Hours are when an office receives people by arrangement, from a day on.
type Hours struct {
	Since   time.Time // the first day, midnight UTC
	Opens   []Span    // on each working day, the earliest first
	Places  int       // in each slot
	Address string    // where people go; "" if everybody knows
}

// ErrHours says that no office can be open so; the text says what is wrong.
var ErrHours = errors.New("no hours of an office")

// NewHours reads hours as a configuration writes them: 2026-01-01, [09:00-12:00
// 13:30-17:00]. It returns ErrHours.
func NewHours(since string, opens []string, places int, address string) (h Hours, err error) {
	h = Hours{Places: places, Address: address}
	if h.Since, err = time.Parse(time.DateOnly, since); err != nil {
		return h, fmt.Errorf("%w: since %q is no day: write 2026-01-01", ErrHours, since)
	}
	if places < 1 || places > mostPlaces {
		return h, fmt.Errorf("%w: places %d is not between 1 and %d", ErrHours, places, mostPlaces)
	}
	var last time.Duration
	for _, text := range opens {
		s, err := parseSpan(text)
		if err != nil {
			return h, err
		}
		if s.From < last {
			return h, fmt.Errorf("%w: %s begins before the stretch before it ends", ErrHours, text)
		}
		h.Opens, last = append(h.Opens, s), s.To
	}
	return h, nil
}

// parseSpan reads 09:00-12:00.
func parseSpan(text string) (s Span, err error) {
	from, to, _ := strings.Cut(text, "-")
	begin, err := time.Parse(hour, from)
	end, bad := time.Parse(hour, to)
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	s = Span{begin.Sub(midnight), end.Sub(midnight)}
	if err != nil || bad != nil || s.To-s.From < SlotLength {
		return s, fmt.Errorf("%w: %q: write a stretch of half an hour or more, 09:00-12:00", ErrHours, text)
	}
	return s, nil
}

// slots are those of a day that lie ahead of an instant.
func (h Hours) slots(on, now time.Time) (slots []Slot) {
	midnight := registration.Midnight(on)
	for _, s := range h.Opens {
		for from := s.From; from+SlotLength <= s.To; from += SlotLength {
			if at := midnight.Add(from); at.After(now) {
				slots = append(slots, Slot{at, h.Places})
			}
		}
	}
	return slots
}

// Slot is a time at which a visit may begin.
type Slot struct {
	At   time.Time // in UTC
	Free int       // places
}

// Timetable is when the offices receive people, by county code, each with its hours
// in any order. The zero Timetable takes no appointments.
type Timetable map[string][]Hours

// On returns the hours of an office on a day, and false if it takes no appointments
// then: the newest that had begun.
func (t Timetable) On(office string, day time.Time) (h Hours, open bool) {
	for _, next := range t[office] {
		if !next.Since.After(day) && (!open || next.Since.After(h.Since)) {
			h, open = next, true
		}
	}
	return h, open
}

// Slots returns every slot that an office offers after now, with all of its places:
// those of the next ten working days, of which today is one while it has any.
func (t Timetable) Slots(office string, now time.Time, c registration.Calendar) (slots []Slot) {
	today, days := registration.DayOf(now), 0
	for i := 0; i < horizon && days < workingDays; i++ {
		on := today.AddDate(0, 0, i)
		h, open := t.On(office, on)
		if !open || !c.Working(on) {
			continue
		}
		if more := h.slots(on, now); len(more) > 0 {
			slots, days = append(slots, more...), days+1
		}
	}
	return slots
}

// Window returns the days whose calendar Slots reads.
func Window(now time.Time) (from, to time.Time) {
	today := registration.DayOf(now)
	return today, today.AddDate(0, 0, horizon)
}

// Places returns how many places a slot has, or ErrNotOffered.
func (t Timetable) Places(office string, at, now time.Time, c registration.Calendar) (int, error) {
	for _, s := range t.Slots(office, now, c) {
		if s.At.Equal(at) {
			return s.Free, nil
		}
	}
	return 0, ErrNotOffered
}

// Day is a day with the slots that have a free place.
type Day struct {
	On    time.Time // midnight UTC
	Slots []Slot
}

// Free returns the days and slots that have a place left, given how many places of
// each slot (in UTC) are taken.
func Free(slots []Slot, taken map[time.Time]int) (days []Day) {
	for _, s := range slots {
		if s.Free -= taken[s.At.UTC()]; s.Free <= 0 {
			continue
		}
		on := registration.DayOf(s.At)
		if n := len(days); n == 0 || !days[n-1].On.Equal(on) {
			days = append(days, Day{On: on})
		}
		last := &days[len(days)-1]
		last.Slots = append(last.Slots, s)
	}
	return days
}
