package web

import (
	"strings"
	"time"
	"unicode/utf8"

	"onewindow/registration"
)

// maskAll hides people as Chinese offices do: 张*, 430602********001X,
// 138****5678. Bodies are public and stay as they are, but for the telephone.
func maskAll(parties []registration.Party) []registration.Party {
	masked := make([]registration.Party, len(parties))
	for i, p := range parties {
		p.Phone = maskMiddle(p.Phone, 3, 4)
		if p.IDKind != registration.Organisation {
			p.Name, p.ID = maskName(p.Name), maskMiddle(p.ID, 6, 4)
		}
		masked[i] = p
	}
	return masked
}

// maskName keeps the first character of a name.
func maskName(name string) string {
	_, first := utf8.DecodeRuneInString(name)
	return name[:first] + strings.Repeat("*", utf8.RuneCountInString(name[first:]))
}

// maskAccount keeps the last three characters of an account number.
func maskAccount(number string) string { return maskMiddle(number, 0, 3) }

// maskMiddle keeps so many characters at either end, or none if that would show
// more than half.
func maskMiddle(s string, head, tail int) string {
	r := []rune(s)
	if len(r) < head+tail+(head+tail)/2 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

// officeTime is the zone of people's times (UTC+8 without summer time since 1991).
var officeTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// when shows an instant in the time of the office.
func when(at time.Time) time.Time { return at.In(officeTime) }

func whenever(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	shown := when(*at)
	return &shown
}
