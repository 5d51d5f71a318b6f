package registration

import (
	"strings"
	"unicode"
)

// trim removes the blanks around s, full-width ones included.
func trim(s string) string { return strings.TrimFunc(s, blank) }

// blank is any space a keyboard or a scanner may add; controls are not blanks,
// they are refused.
func blank(r rune) bool { return unicode.Is(unicode.Zs, r) }

// foldASCII maps full-width letters, digits and signs (U+FF01–FF5E) to ASCII.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// foldCode writes an identifier as its standard does: ASCII, upper case, no blanks.
func foldCode(s string) string {
	return strings.ToUpper(without(foldASCII(s), blank))
}

// dashes are what keyboards, word processors and messages make of a hyphen.
var dashes = strings.NewReplacer("‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "﹣", "-")

// ContractNumber is the number of a filed contract however somebody typed or pasted
// it: half-width, upper case, no blanks, every dash a hyphen. Numbers are stored and
// looked up so.
func ContractNumber(typed string) string { return dashes.Replace(foldCode(typed)) }

// foldPhone drops what people put between the digits of a telephone number.
func foldPhone(s string) string {
	return without(foldASCII(s), func(r rune) bool { return blank(r) || r == '-' })
}

func without(s string, drop func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if drop(r) {
			return -1
		}
		return r
	}, s)
}
