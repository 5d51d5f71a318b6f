package officer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"onewindow/tax"
)

// mostFen and mostCount bound what may be typed; tax.Assess has bounds of its own.
const (
	mostFen   = 100_000_000_000_00
	mostCount = 10_000
)

// Acquisitions lists how a seller may have come to the home, as a correction says it.
func Acquisitions() []tax.Acquisition {
	return []tax.Acquisition{
		tax.ByPurchase, tax.ByInheritance, tax.ByFamilyGift, tax.ByDivorce, tax.ByOtherGift, tax.BySelf,
	}
}

// Choices lists the values of a kind that has few; nil for the others.
func (k Kind) Choices() (list []string) {
	switch k {
	case Answer:
		return []string{string(tax.Yes), string(tax.No), string(tax.Unknown)}
	case Truth:
		return []string{string(tax.Yes), string(tax.No)}
	case Acquisition:
		for _, a := range Acquisitions() {
			list = append(list, string(a))
		}
	}
	return list
}

// text writes what stands in the document of facts.
func text(k Kind, value any) string {
	switch k {
	case Truth:
		if value == true {
			return string(tax.Yes)
		}
		return string(tax.No)
	case Day:
		on, err := time.Parse(time.RFC3339, fmt.Sprint(value))
		if err != nil || on.IsZero() {
			return ""
		}
		return on.Format(time.DateOnly)
	case Answer:
		if value == nil { // left out of the document while it is zero
			return string(tax.Unknown)
		}
	}
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// parse reads the text of a value as the document holds it.
func parse(k Kind, value string) (any, bool) {
	switch k {
	case Money, Area:
		return whole(value, mostFen)
	case Count:
		return whole(value, mostCount)
	case Truth:
		return value == string(tax.Yes), slices.Contains(k.Choices(), value)
	case Day:
		if value == "" {
			return time.Time{}, true
		}
		on, err := time.Parse(time.DateOnly, value)
		return on, err == nil && on.Year() >= 1900
	}
	return value, slices.Contains(k.Choices(), value)
}

func whole(value string, most int64) (any, bool) {
	n, err := strconv.ParseInt(value, 10, 64)
	return json.Number(value), err == nil && n >= 0 && n <= most && strconv.FormatInt(n, 10) == value
}
