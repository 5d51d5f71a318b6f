package intake

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Number is an acceptance number (受理编号): YYYYMMDD of acceptance in
// Asia/Shanghai, a daily serial of at least six digits, one check digit by
// ISO/IEC 7064 MOD 11,10, which finds every single wrong digit and nearly all
// swapped neighbours, because citizens type it.
type Number string

// ErrBadNumber says that a text is not an acceptance number.
var ErrBadNumber = errors.New("not an acceptance number")

// NewNumber returns the number of the day's case with this serial.
func NewNumber(day time.Time, serial int64) Number {
	digits := fmt.Sprintf("%s%06d", day.Format("20060102"), serial)
	return Number(digits + string(check(digits)))
}

// ParseNumber reads an acceptance number and proves its check digit.
func ParseNumber(s string) (Number, error) {
	if len(s) < 15 || len(s) > 24 {
		return "", ErrBadNumber
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return "", ErrBadNumber
		}
	}
	if _, err := time.Parse("20060102", s[:8]); err != nil {
		return "", ErrBadNumber
	}
	if check(s[:len(s)-1]) != s[len(s)-1] {
		return "", ErrBadNumber
	}
	return Number(s), nil
}

// ReadNumber is ParseNumber of what somebody typed or pasted: with full-width
// digits, blanks or dashes among them.
func ReadNumber(typed string) (Number, error) {
	return ParseNumber(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r), unicode.Is(unicode.Pd, r), r == '−':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, strings.TrimSpace(typed)))
}

// check is ISO/IEC 7064 MOD 11,10 over decimal digits.
func check(digits string) byte {
	p := 10
	for i := range len(digits) {
		p = (p + int(digits[i]-'0')) % 10
		if p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return byte('0' + (11-p)%10)
}
