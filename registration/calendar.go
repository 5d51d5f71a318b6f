package registration

import "time"

// shanghai is the time of the register. A fixed zone, because a machine may have
// no zone files and China has kept UTC+8 since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// DayOf returns the calendar day of an instant in China, as midnight UTC.
func DayOf(at time.Time) time.Time {
	y, m, d := at.In(shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Midnight returns the instant, in UTC, at which a day begins in China.
func Midnight(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai).UTC()
}

// InChina returns an instant in the time of the register.
func InChina(at time.Time) time.Time { return at.In(shanghai) }

// Calendar holds the days that are not as their weekday says: true is a working
// day on a weekend (调休), false a holiday. Keys are midnight UTC. An empty
// Calendar knows Saturdays and Sundays only.
type Calendar map[time.Time]bool

// Working reports whether a day is a working day.
func (c Calendar) Working(day time.Time) bool {
	if working, listed := c[day]; listed {
		return working
	}
	w := day.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// TermEnd returns the last day of a term of days that begins on a day: that day
// is not counted (Civil Code art. 201), and a last day that is a holiday moves to
// the next working day (art. 203).
func (c Calendar) TermEnd(begins time.Time, days int) time.Time {
	last := begins.AddDate(0, 0, days)
	for !c.Working(last) {
		last = last.AddDate(0, 0, 1)
	}
	return last
}
