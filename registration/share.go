package registration

import (
	"math/big"
	"strconv"
	"strings"
)

// Share is a part of a right (份额) as an exact fraction, "1/2" in text. The zero
// Share means that none was given.
type Share struct{ Num, Den int64 }

// maxShareTerm bounds both terms of a fraction, so that sums stay small.
const maxShareTerm = 1_000_000_000

// IsZero reports whether no share was given.
func (s Share) IsZero() bool { return s == Share{} }

// Valid reports whether s is a fraction above 0 and at most 1.
func (s Share) Valid() bool {
	return s.Num > 0 && s.Den > 0 && s.Num <= s.Den && s.Den <= maxShareTerm
}

// String returns "1/2", and nothing for the zero Share.
func (s Share) String() string {
	if s.IsZero() {
		return ""
	}
	return strconv.FormatInt(s.Num, 10) + "/" + strconv.FormatInt(s.Den, 10)
}

// MarshalText writes the share as String does.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText never fails: a text that is no fraction becomes a share that is
// not Valid, so that Validate can name it together with every other defect.
func (s *Share) UnmarshalText(text []byte) error {
	*s = parseShare(string(text))
	return nil
}

// parseShare reads "1/2"; "" is no share, anything else an invalid one.
func parseShare(text string) Share {
	text = foldCode(text)
	if text == "" {
		return Share{}
	}
	num, den, ok := strings.Cut(text, "/")
	n, errNum := strconv.ParseInt(num, 10, 64)
	d, errDen := strconv.ParseInt(den, 10, 64)
	if s := (Share{n, d}); ok && errNum == nil && errDen == nil && s.Valid() {
		return s
	}
	return Share{Num: -1, Den: -1}
}

// equal reports whether two shares are the same part: 1/2 and 2/4 are.
func (s Share) equal(o Share) bool {
	if !s.Valid() || !o.Valid() {
		return s == o
	}
	return s.rat().Cmp(o.rat()) == 0
}

// rat returns a valid share as a rational number.
func (s Share) rat() *big.Rat { return big.NewRat(s.Num, s.Den) }
