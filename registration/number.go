package registration

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Number is the number of a certificate of real-estate right (不动产权证号) or of
// registration (不动产登记证明号), written with full-width parentheses:
// 湘（2026）岳阳市不动产权第0000001号.
type Number string

// NumberKind says which of the two documents a number belongs to.
type NumberKind string

const (
	// Certificate is 不动产权证书, for ownership and use rights.
	Certificate NumberKind = "certificate"
	// Proof is 不动产登记证明, for mortgages, pre-notices, easements and objections.
	Proof NumberKind = "proof"
)

// ErrNumber says that a text is no number of a certificate.
var ErrNumber = errors.New("not a certificate number")

const province = "湘"

var numberForm = regexp.MustCompile(`^\p{Han}（(\d{4})）\p{Han}{2,20}不动产(权|证明)第(\d{7,12})号$`)

// ParseNumber reads a certificate number with full-width or half-width
// parentheses; the two forms compare equal once parsed.
func ParseNumber(s string) (Number, error) {
	n := normaliseNumber(s)
	if !numberForm.MatchString(string(n)) {
		return "", ErrNumber
	}
	return n, nil
}

// normaliseNumber writes s with half-width digits and full-width parentheses and
// without blanks, whether or not it is a number.
func normaliseNumber(s string) Number {
	return Number(strings.NewReplacer("(", "（", ")", "）").Replace(foldCode(s)))
}

// Kind tells a certificate from a proof; it is empty for a text that is neither.
func (n Number) Kind() NumberKind {
	switch m := numberForm.FindStringSubmatch(string(n)); {
	case m == nil:
		return ""
	case m[2] == "权":
		return Certificate
	default:
		return Proof
	}
}

// parts returns the year and the serial of a number that ParseNumber returned.
func (n Number) parts() (year, serial int, err error) {
	m := numberForm.FindStringSubmatch(string(n))
	if m == nil {
		return 0, 0, ErrNumber
	}
	if year, err = strconv.Atoi(m[1]); err != nil {
		return 0, 0, ErrNumber
	}
	serial, err = strconv.Atoi(m[3])
	return year, serial, err
}

// newNumber writes the number of a document of an authority (岳阳市) in a year.
func newNumber(authority string, year int, kind NumberKind, serial int) Number {
	word := "权"
	if kind == Proof {
		word = "证明"
	}
	return Number(fmt.Sprintf("%s（%d）%s不动产%s第%07d号", province, year, authority, word, serial))
}
