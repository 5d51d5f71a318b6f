package registration

import (
	"errors"
	"strings"
	"time"
)

// Identity is a resident identity number (公民身份号码, GB 11643-1999): 18
// characters, of which the last is an ISO 7064 MOD 11-2 check.
type Identity string

// Why a text is no identity number. None of them repeats the text: it would be
// personal data in an error.
var (
	ErrIdentity      = errors.New("not a resident identity number")
	ErrIdentityDate  = errors.New("the birth date of the identity number does not exist")
	ErrIdentityCheck = errors.New("the check digit of the identity number is wrong")
)

const birthLayout = "20060102"

// ParseIdentity reads an 18-character identity number, upper case and without
// blanks. The address code need not exist today (retired codes stay valid) and
// no year of birth is too early.
func ParseIdentity(s string) (Identity, error) {
	if len(s) != 18 || !digits(s[:17]) || (s[17] != 'X' && !digits(s[17:])) {
		return "", ErrIdentity
	}
	if s[17] != identityCheck(s[:17]) {
		return "", ErrIdentityCheck
	}
	if _, err := time.Parse(birthLayout, s[6:14]); err != nil {
		return "", ErrIdentityDate
	}
	return Identity(s), nil
}

// identityCheck computes the eighteenth character from the first seventeen.
func identityCheck(s string) byte {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// BornOn returns the birth date written in the number, the zero time if i was
// not made by ParseIdentity.
func (i Identity) BornOn() time.Time {
	if len(i) != 18 {
		return time.Time{}
	}
	born, err := time.Parse(birthLayout, string(i[6:14]))
	if err != nil {
		return time.Time{}
	}
	return born
}

// AgeOn returns the full years (周岁) of the person on a day. Whoever was born on
// 29 February completes a year on 1 March where there is no 29 February.
func (i Identity) AgeOn(day time.Time) int {
	born := i.BornOn()
	age := day.Year() - born.Year()
	if born.AddDate(age, 0, 0).After(day) {
		age--
	}
	return age
}

// lengthen turns a 15-digit number, as old register rows hold it, into the
// 18-character number of the same person; other texts return unchanged.
func lengthen(s string) string {
	if len(s) != 15 || !digits(s) {
		return s
	}
	long := s[:6] + "19" + s[6:]
	return long + string(identityCheck(long))
}

// CreditCode is a unified social credit code (统一社会信用代码, GB 32100-2015): 18
// characters, the ninth to seventeenth being the organisation code of GB 11714.
type CreditCode string

// ErrCreditCode says that a text is no unified social credit code; ErrCreditCheck
// that one of its two check characters is wrong.
var (
	ErrCreditCode  = errors.New("not a unified social credit code")
	ErrCreditCheck = errors.New("a check character of the unified social credit code is wrong")
)

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseCreditCode reads a unified social credit code and verifies both checks.
func ParseCreditCode(s string) (CreditCode, error) {
	if len(s) != 18 || !digits(s[2:8]) || strings.Trim(s, creditAlphabet) != "" {
		return "", ErrCreditCode
	}
	if s[17] != creditCheck(s[:17]) || s[16] != organisationCheck(s[8:16]) {
		return "", ErrCreditCheck
	}
	return CreditCode(s), nil
}

// creditCheck is MOD 31 with weights 3^(i-1).
func creditCheck(s string) byte {
	sum, weight := 0, 1
	for i := range len(s) {
		sum += strings.IndexByte(creditAlphabet, s[i]) * weight
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31]
}

// organisationCheck is the ninth character of an organisation code (GB 11714).
func organisationCheck(s string) byte {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i]) * w
	}
	return "0123456789X"[(11-sum%11)%11]
}
