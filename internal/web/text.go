package web

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"onewindow/internal/text"
	"onewindow/registration"
)

// Codes that registration gives to texts; a verdict's reason is read the same way.
const (
	codeTextForbidden = "text_forbidden" // args: character
	codeTextTooLong   = "text_too_long"  // args: most
)

// defects finds what is wrong with the words of a verdict.
func (b verdictBody) defects() registration.Findings { return wordsFault(b.Reason) }

// wordsFault finds what is wrong with a person's words, in the field "reason".
func wordsFault(words string) registration.Findings {
	block := func(code string, args map[string]string) registration.Findings {
		return registration.Findings{{Check: registration.CheckForm, Outcome: registration.Block,
			Code: code, Field: "reason", Args: args}}
	}
	if r, bad := text.Forbidden(strings.ReplaceAll(words, "\n", "")); bad {
		return block(codeTextForbidden, map[string]string{"character": text.CodePoint(r)})
	}
	if utf8.RuneCountInString(words) > maxReason {
		return block(codeTextTooLong, map[string]string{"most": strconv.Itoa(maxReason)})
	}
	return nil
}
