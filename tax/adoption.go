package tax

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"onewindow/tax/rule"
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
	Param    rule.Param `json:"param"`
	Region   string     `json:"region"`
	Value    int64      `json:"value"`
	FromOn   time.Time  `json:"from_on"`
	ToOn     time.Time  `json:"to_on,omitzero"`
	Office   string     `json:"office"`
	By       string     `json:"by"`
	On       time.Time  `json:"on"`
	Document string     `json:"document"`
	Sample   bool       `json:"sample,omitempty"`
}

// Check returns ErrBadAdoption with what is wrong with a, or nil.
func (a Adoption) Check() error {
	definition, known := rule.Define(a.Param)
	switch {
	case !known:
		return fmt.Errorf("%w: no parameter %q", ErrBadAdoption, a.Param)
	case !definition.Admits(a.Value):
		return fmt.Errorf("%w: %s of %d is outside %v", ErrBadAdoption, a.Param, a.Value, definition.Bounds)
	case !rule.County(a.Region):
		return fmt.Errorf("%w: region %q is no county code or the beginning of one", ErrBadAdoption, a.Region)
	case a.FromOn.IsZero() || a.On.IsZero() || !a.ToOn.IsZero() && a.ToOn.Before(a.FromOn):
		return fmt.Errorf("%w: %s lacks a day or ends before it begins", ErrBadAdoption, a.Param)
	case a.Office == "" || a.By == "" || a.Document == "":
		return fmt.Errorf("%w: %s lacks the office, the person or the document", ErrBadAdoption, a.Param)
	}
	return nil
}

// settles reports whether a decides its parameter for a county on a day.
func (a *Adoption) settles(county string, on time.Time) bool {
	return strings.HasPrefix(county, a.Region) && rule.Within(on, a.FromOn, a.ToOn) && a.Check() == nil
}

// over reports whether a, made later than b, takes precedence over it.
func (a *Adoption) over(b *Adoption) bool {
	if len(a.Region) != len(b.Region) {
		return len(a.Region) > len(b.Region)
	}
	return !a.FromOn.Before(b.FromOn)
}

// adoptionOf returns the adoption that decides p for a county on a day.
func adoptionOf(all []Adoption, p rule.Param, county string, on time.Time) (*Adoption, bool) {
	var best *Adoption
	for i := range all { // by index: an adoption is large, and most are about something else
		if a := &all[i]; a.Param == p && a.settles(county, on) && (best == nil || a.over(best)) {
			best = a
		}
	}
	return best, best != nil
}

// SampleAdoptions returns what the tax office of the demonstration city (岳阳)
// adopts: the proposed value of every parameter that nobody has verified. Every
// one is marked a sample; no real office has signed it.
func SampleAdoptions() []Adoption {
	const city = "4306"
	var sample []Adoption
	for _, v := range rule.Latest().Values() {
		local := strings.HasPrefix(city, v.Region) || strings.HasPrefix(v.Region, city)
		if v.Verified() || !local {
			continue
		}
		sample = append(sample, Adoption{
			Param: v.Param, Region: max(v.Region, city), Value: v.Value, FromOn: v.From, ToOn: v.Through,
			Office: "岳阳市税务局(演示)", By: "演示采纳人", On: day(2026, time.January, 1),
			Document: "演示采纳书第1号(样本,无法律效力)", Sample: true,
		})
	}
	return sample
}
