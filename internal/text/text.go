// Package text knows which characters no text may hold that people read.
//
// It knows nothing of what a text says, nor of how long it may be.
package text

import (
	"fmt"
	"unicode"
)

// Forbidden returns the first character of s that no text which people read may
// hold, and false if there is none: controls (NUL among them), direction marks and
// other invisible format characters, line separators, non-characters, and U+FFFD,
// which stands for bytes that were no text. Han of every plane and "·" are welcome.
func Forbidden(s string) (rune, bool) {
	for _, r := range s {
		if r == unicode.ReplacementChar || nonCharacter(r) ||
			unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Zl, unicode.Zp) {
			return r, true
		}
	}
	return 0, false
}

func nonCharacter(r rune) bool {
	return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE
}

// CodePoint names a character that cannot be shown: "U+202E".
func CodePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }
