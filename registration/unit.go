package registration

import (
	"errors"
	"strings"
)

// UnitCode identifies a real-estate unit (不动产单元代码, GB/T 37346-2019): 28
// characters for county, cadastral areas, parcel and the thing fixed on it.
type UnitCode string

// ErrUnitCode says that a text is no unit code of GB/T 37346-2019.
var ErrUnitCode = errors.New("not a real-estate unit code")

const (
	unitLength   = 28
	parcelLength = 19
	noFixture    = "00000000"
)

// ParseUnit reads a unit code as the standard writes it, upper case and without
// blanks (see [Application.Normalise]). It returns ErrUnitCode otherwise.
func ParseUnit(s string) (UnitCode, error) {
	if len(s) != unitLength || !digits(s[:12]) || !digits(s[14:19]) || !digits(s[20:]) {
		return "", ErrUnitCode
	}
	if !parcelLetters(s[12], s[13]) || s[14:19] == "00000" || !fixture(s[19], s[20:]) {
		return "", ErrUnitCode
	}
	return UnitCode(s), nil
}

// parcelLetters checks characters 13 and 14: who owns the land and what right it
// carries. Collective ownership and homesteads exist on collective land only.
func parcelLetters(owner, feature byte) bool {
	if !strings.ContainsRune("GJZ", rune(owner)) || !strings.ContainsRune("ABCDEFGHLNSWXY", rune(feature)) {
		return false
	}
	return owner != 'G' || feature != 'A' && feature != 'C'
}

// fixture checks character 20 and the eight digits after it: W (nothing fixed)
// has zeros only, F (a building) has a building number that is not 0000.
func fixture(letter byte, number string) bool {
	switch letter {
	case 'W':
		return number == noFixture
	case 'F':
		return number[:4] != "0000"
	case 'L', 'Q':
		return true
	}
	return false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// County returns the six digits of the county (县级行政区划代码, GB/T 2260).
func (u UnitCode) County() string { return u.part(0, 6) }

// Parcel returns the code of the land parcel (宗地代码): the first 19 characters.
func (u UnitCode) Parcel() string { return u.part(0, parcelLength) }

// Building returns the number of the building in its parcel (幢号), "" when the
// unit is not part of a building.
func (u UnitCode) Building() string {
	if !u.house() {
		return ""
	}
	return u.part(20, 24)
}

// Groups returns the code as certificates print it: county, cadastral areas,
// parcel and fixture, separated by blanks.
func (u UnitCode) Groups() string {
	if len(u) != unitLength {
		return string(u)
	}
	return string(u[:6] + " " + u[6:12] + " " + u[12:19] + " " + u[19:])
}

// house reports whether the unit is (part of) a building.
func (u UnitCode) house() bool { return u.part(19, 20) == "F" }

func (u UnitCode) part(from, to int) string {
	if len(u) != unitLength {
		return ""
	}
	return string(u[from:to])
}
