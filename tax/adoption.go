package tax

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrBadAdoption says that an adoption names no parameter, no office, no
// document, or a value that the law does not allow.
var ErrBadAdoption = errors.New("not a valid adoption")

// An Adoption is an office's decision to work with a value of a parameter that
// nobody has verified (采纳): who decided, on what day, on which document. It
// holds for filings from FromOn to ToOn (zero: until replaced) in every county
// whose code begins with Region. The narrower region wins, then the later
// FromOn, then the adoption made last.
type Adoption struct {
	Param    Param     `json:"param"`
	Region   string    `json:"region"`
	Value    int64     `json:"value"`
	FromOn   time.Time `json:"from_on"`
	ToOn     time.Time `json:"to_on,omitzero"`
	Office   string    `json:"office"`
	By       string    `json:"by"`
	On       time.Time `json:"on"`
	Document string    `json:"document"`
	Sample   bool      `json:"sample,omitempty"`
}

// Check returns ErrBadAdoption with what is wrong with a, or nil.
func (a Adoption) Check() error {
	limit, known := bounds[a.Param]
	switch {
	case !known:
		return fmt.Errorf("%w: no parameter %q", ErrBadAdoption, a.Param)
	case a.Value < limit[0] || a.Value > limit[1]:
		return fmt.Errorf("%w: %s of %d is outside %d…%d", ErrBadAdoption, a.Param, a.Value, limit[0], limit[1])
	case !county(a.Region):
		return fmt.Errorf("%w: region %q is no county code or the beginning of one", ErrBadAdoption, a.Region)
	case a.FromOn.IsZero() || a.On.IsZero() || !a.ToOn.IsZero() && a.ToOn.Before(a.FromOn):
		return fmt.Errorf("%w: %s lacks a day or ends before it begins", ErrBadAdoption, a.Param)
	case a.Office == "" || a.By == "" || a.Document == "":
		return fmt.Errorf("%w: %s lacks the office, the person or the document", ErrBadAdoption, a.Param)
	}
	return nil
}

// county reports whether s is an administrative code of two to six digits.
func county(s string) bool {
	return len(s) >= 2 && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}

// settles reports whether a decides its parameter for a county on a day.
func (a Adoption) settles(county string, on time.Time) bool {
	return strings.HasPrefix(county, a.Region) && within(on, a.FromOn, a.ToOn) && a.Check() == nil
}

// over reports whether a, made later than b, takes precedence over it.
func (a Adoption) over(b Adoption) bool {
	if len(a.Region) != len(b.Region) {
		return len(a.Region) > len(b.Region)
	}
	return !a.FromOn.Before(b.FromOn)
}

// adoptionOf returns the adoption that decides p for a county on a day.
func adoptionOf(all []Adoption, p Param, county string, on time.Time) (Adoption, bool) {
	var best *Adoption
	for i := range all { // by index: an adoption is large, and most are about something else
		if a := &all[i]; a.Param == p && a.settles(county, on) && (best == nil || a.over(*best)) {
			best = a
		}
	}
	if best == nil {
		return Adoption{}, false
	}
	return *best, true
}

// SampleAdoptions returns what the tax office of the demonstration city (岳阳)
// adopts: the proposed value of every parameter that nobody has verified. Every
// one is marked a sample; no real office has signed it.
func SampleAdoptions() []Adoption {
	const city = "4306"
	var sample []Adoption
	for _, r := range rules() {
		local := strings.HasPrefix(city, r.region) || strings.HasPrefix(r.region, city)
		if r.source.evidence == Official || !local {
			continue
		}
		sample = append(sample, Adoption{
			Param: r.param, Region: max(r.region, city), Value: r.value, FromOn: r.from, ToOn: r.to,
			Office: "岳阳市税务局(演示)", By: "演示采纳人", On: day(2026, time.January, 1),
			Document: "演示采纳书第1号(样本,无法律效力)", Sample: true,
		})
	}
	return sample
}
