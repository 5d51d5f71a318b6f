package appointment

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"onewindow/registration"
)

const office = "430602"

// usual are hours as offices have them: 6 slots before noon and 7 after it.
func usual(t testing.TB, since string, places int) Hours {
	t.Helper()
	h, err := NewHours(since, []string{"09:00-12:00", "13:30-17:00"}, places, "")
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// at is a time in China.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.Parse("2006-01-02 15:04 -0700", text+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return instant.UTC()
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestTenWorkingDaysAreOfferedAndNothingThatIsPast(t *testing.T) {
	t.Parallel()
	table := Timetable{office: {usual(t, "2026-01-01", 2)}}
	holiday := registration.Calendar{day(2026, 12, 1): false, day(2026, 12, 5): true} // a Tuesday off for a Saturday
	for _, tt := range []struct {
		name, now     string
		calendar      registration.Calendar
		first, last   string
		slots, onlyAt int
	}{
		{"on a Monday before the doors open", "2026-11-30 08:00", nil, "2026-11-30 09:00", "2026-12-11 16:30", 130, 13},
		{"at the very minute a slot has begun", "2026-11-30 09:00", nil, "2026-11-30 09:30", "2026-12-11 16:30", 129, 12},
		{"over noon", "2026-11-30 12:10", nil, "2026-11-30 13:30", "2026-12-11 16:30", 124, 7},
		{"in the evening ten whole days remain", "2026-11-30 16:30", nil, "2026-12-01 09:00", "2026-12-14 16:30", 130, 0},
		{"on a Saturday", "2026-12-05 10:00", nil, "2026-12-07 09:00", "2026-12-18 16:30", 130, 0},
		{"on a Saturday that makes up for a holiday", "2026-12-05 10:00", holiday, "2026-12-05 10:30", "2026-12-17 16:30", 127, 10},
		{"a holiday is passed over", "2026-11-30 17:00", holiday, "2026-12-02 09:00", "2026-12-14 16:30", 130, 0},
	} {
		now := at(t, tt.now)
		slots := table.Slots(office, now, tt.calendar)
		if len(slots) != tt.slots {
			t.Fatalf("%s: %d slots, want %d", tt.name, len(slots), tt.slots)
		}
		if f, l := slots[0].At, slots[len(slots)-1].At; !f.Equal(at(t, tt.first)) || !l.Equal(at(t, tt.last)) {
			t.Errorf("%s: from %s to %s", tt.name, f, l)
		}
		today := 0
		for _, s := range slots {
			if registration.DayOf(s.At).Equal(registration.DayOf(now)) {
				today++
			}
		}
		if today != tt.onlyAt {
			t.Errorf("%s: %d slots today, want %d", tt.name, today, tt.onlyAt)
		}
	}
}

func TestHoursHoldFromTheirDayOn(t *testing.T) {
	t.Parallel()
	winter, err := NewHours("2026-12-02", []string{"10:00-11:00"}, 1, "北一路1号")
	if err != nil {
		t.Fatal(err)
	}
	table := Timetable{office: {winter, usual(t, "2026-01-01", 2)}, "430603": {usual(t, "2027-06-01", 2)}}
	now := at(t, "2026-12-01 16:00")
	slots := table.Slots(office, now, nil)
	if n := len(slots); n != 1+9*2 || slots[0].Free != 2 || slots[1].Free != 1 {
		t.Errorf("%d slots: %v", n, slots)
	}
	for when, want := range map[string]error{
		"2026-12-01 16:30": nil, "2026-12-02 10:30": nil,
		"2026-12-02 09:00": ErrNotOffered, "2026-12-02 10:15": ErrNotOffered, "2026-12-01 15:30": ErrNotOffered,
		"2027-03-01 10:00": ErrNotOffered, "2026-12-05 10:00": ErrNotOffered,
	} {
		if _, err := table.Places(office, at(t, when), now, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	for _, closed := range []string{"430603", "110101", ""} {
		if slots := table.Slots(closed, now, nil); len(slots) != 0 {
			t.Errorf("office %q offers %v", closed, slots)
		}
	}
}

func TestHoursThatNobodyCanKeepAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		since  string
		opens  []string
		places int
	}{
		"no day":            {"soon", nil, 1},
		"no such day":       {"2026-02-30", nil, 1},
		"no place":          {"2026-01-01", nil, 0},
		"too many places":   {"2026-01-01", nil, 101},
		"no stretch":        {"2026-01-01", []string{"09:00"}, 1},
		"backwards":         {"2026-01-01", []string{"12:00-09:00"}, 1},
		"too short":         {"2026-01-01", []string{"09:00-09:20"}, 1},
		"no such hour":      {"2026-01-01", []string{"09:00-24:30"}, 1},
		"one in another":    {"2026-01-01", []string{"09:00-12:00", "11:00-13:00"}, 1},
		"not in their turn": {"2026-01-01", []string{"13:00-17:00", "09:00-12:00"}, 1},
	} {
		if _, err := NewHours(tt.since, tt.opens, tt.places, ""); !errors.Is(err, ErrHours) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever the hours, the moment and what is taken: what is free is offered, ahead, on
// a working day, in order, and never more than what is left.
func TestWhatIsFreeIsOfferedAndNeverMore(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 2026))
	for range 2000 {
		table := Timetable{office: {usual(t, "2026-01-01", 1+random.IntN(4))}}
		now := at(t, "2026-01-01 00:00").Add(time.Duration(random.IntN(365*24*60)) * time.Minute)
		calendar := registration.Calendar{}
		for i := range 15 {
			calendar[registration.DayOf(now).AddDate(0, 0, i)] = random.IntN(2) == 0
		}
		slots, taken := table.Slots(office, now, calendar), map[time.Time]int{}
		for _, s := range slots {
			taken[s.At] = random.IntN(5)
		}
		days, left := Free(slots, taken), 0
		if len(days) > workingDays || !slices.IsSortedFunc(days, func(a, b Day) int { return a.On.Compare(b.On) }) {
			t.Fatalf("%s: %d days", now, len(days))
		}
		for _, d := range days {
			for _, s := range d.Slots {
				left += s.Free
				places, err := table.Places(office, s.At, now, calendar)
				if err != nil || !s.At.After(now) || !calendar.Working(d.On) || s.Free <= 0 || s.Free != places-taken[s.At] {
					t.Fatalf("%s at %s: %+v of %d, %v", now, s.At, s, places, err)
				}
			}
		}
		for _, s := range slots {
			left -= max(0, s.Free-taken[s.At])
		}
		if left != 0 {
			t.Fatalf("%s: %d places too many", now, left)
		}
	}
}
