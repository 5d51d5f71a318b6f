package source

import (
	"strconv"
	"time"
)

// day is a date of law as it travels: 2018-09-09, or "" for none.
type day struct{ time.Time }

// UnmarshalJSON reads a day.
func (d *day) UnmarshalJSON(text []byte) error {
	word, err := strconv.Unquote(string(text))
	if err != nil || word == "" {
		*d = day{}
		if string(text) != "null" && err != nil {
			return malformed("a day that is no text")
		}
		return nil
	}
	on, err := time.Parse(time.DateOnly, word)
	if err != nil {
		return malformed("a day that is none")
	}
	*d = day{on}
	return nil
}

// MarshalJSON writes a day.
func (d day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte(`""`), nil
	}
	return []byte(d.Format(`"` + time.DateOnly + `"`)), nil
}
