package money

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrSyntax says that a text is not an amount of money.
var ErrSyntax = errors.New("not an amount of money")

// String writes f in yuan with two decimals, as machines exchange it: 1234.56.
func (f Fen) String() string {
	n := magnitude(int64(f))
	return fmt.Sprintf("%s%d.%02d", sign(f), n/100, n%100)
}

// Format writes f as people read it: ¥1,234.56.
func (f Fen) Format() string {
	n := magnitude(int64(f))
	digits := strconv.FormatUint(n/100, 10)
	var grouped strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteRune(d)
	}
	return fmt.Sprintf("%s¥%s.%02d", sign(f), grouped.String(), n%100)
}

// Parse reads an amount in yuan as String or Format writes it; one decimal or
// none is accepted too. It returns ErrSyntax for anything else, an amount that
// does not fit included.
func Parse(s string) (Fen, error) {
	text, negative := strings.CutPrefix(s, "-")
	text = strings.TrimPrefix(text, "¥")
	whole, decimals, dotted := strings.Cut(text, ".")
	if dotted && (len(decimals) == 0 || len(decimals) > 2) {
		return 0, fmt.Errorf("%w: one or two decimals after the point", ErrSyntax)
	}
	if !grouped(whole) {
		return 0, fmt.Errorf("%w: digits, in threes where commas part them", ErrSyntax)
	}
	digits := strings.ReplaceAll(whole, ",", "") + (decimals + "00")[:2]
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > 1<<63-1 {
		return 0, fmt.Errorf("%w: digits of a sum that fits", ErrSyntax)
	}
	return signed(n, negative), nil
}

// grouped reports whether the commas in whole, if any, part groups of three.
func grouped(whole string) bool {
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if g == "" || strings.Trim(g, "0123456789") != "" {
			return false
		}
		if len(groups) > 1 && (len(g) > 3 || i > 0 && len(g) != 3) {
			return false
		}
	}
	return true
}

// sign returns the minus of a negative amount.
func sign(f Fen) string {
	if f < 0 {
		return "-"
	}
	return ""
}
