package registration

import (
	"errors"
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

var numberForm = regexp.MustCompile(`^\p{Han}（(\d{4})）(\p{Han}{2,20}?)不动产(权|证明)第(\d{7,9})号$`)

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
	case m[3] == "权":
		return Certificate
	default:
		return Proof
	}
}

// numberParts is what a number says: who gave it, in which year, which serial.
type numberParts struct {
	authority string
	year      int
	serial    int
}

// parts takes apart a number that ParseNumber returned.
func (n Number) parts() (numberParts, error) {
	m := numberForm.FindStringSubmatch(string(n))
	if m == nil {
		return numberParts{}, ErrNumber
	}
	year, errYear := strconv.Atoi(m[1])
	serial, errSerial := strconv.Atoi(m[4])
	return numberParts{authority: m[2], year: year, serial: serial}, errors.Join(errYear, errSerial)
}
