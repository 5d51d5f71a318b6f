package tax

import (
	"time"

	"onewindow/tax/rule"
)

// day returns a date of law.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// anniversary returns the day on which years full years have passed since
// start. What began on 29 February is complete on 28 February of a common year.
func anniversary(start time.Time, years int64) time.Time {
	y, m, d := start.Date()
	if m == time.February && d == 29 && day(y+int(years), time.March, 0).Day() == 28 {
		d = 28
	}
	return day(y+int(years), m, d)
}

// heldFor reports whether end completes years full years from start; the
// anniversary itself counts (含2年).
func heldFor(start, end time.Time, years int64) bool {
	return !start.IsZero() && !end.Before(anniversary(start, years))
}

// earlier returns the earlier of two dates, a zero one being unknown (孰先).
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// startOn returns the day from which the seller's holding counts. It is zero
// when no record shows it.
func (s *sheet) startOn() time.Time {
	a := s.f.Acquired
	own := earlier(a.CertificateOn, a.VoucherOn)
	if !continues(a.By) || s.book.value(rule.HoldingContinues) == 0 || a.PredecessorOn.IsZero() {
		return own
	}
	return a.PredecessorOn
}

// continues reports whether the previous owner's holding may count.
func continues(by Acquisition) bool {
	return by == ByInheritance || by == ByFamilyGift || by == ByDivorce
}

// held reports whether the home has been held for years when it is transferred.
// A holding that no record shows is taken for a short one.
func (s *sheet) held(years int64) bool {
	start := s.startOn()
	if start.IsZero() {
		s.book.guess(lackAcquired)
	}
	return heldFor(start, s.f.TransferOn, years)
}

// yearsOver counts the years from start to end for the land VAT: each twelve
// months are one, and a rest of more than six months is another
// (国税函〔2010〕220号 art. 7).
func yearsOver(start, end time.Time) int64 {
	if start.IsZero() || end.Before(start) {
		return 0
	}
	years := int64(end.Year() - start.Year())
	if anniversary(start, years).After(end) {
		years--
	}
	if end.After(months(anniversary(start, years), 6)) {
		years++
	}
	return years
}

// months returns the same day n months after start, or the last day of a month
// that has no such day.
func months(start time.Time, n int) time.Time {
	y, m, d := start.Date()
	last := day(y, m+time.Month(n)+1, 0).Day()
	return day(y, m+time.Month(n), min(d, last))
}
