package files

import (
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is how many characters of a name are kept, its extension apart.
const longestName = 100

// longestGiven is how many bytes a name may come with: no file system has longer ones.
const longestGiven = 1024

// CleanName returns what a file is called from now on: the last part of the path
// that was given, without control, invisible and direction-changing characters
// and those that a file system gives a meaning to, ending as the format ends. A
// name of which nothing is left becomes that of its kind.
func CleanName(given string, k Kind, m Media) string {
	base := path.Base(strings.ReplaceAll(strings.ToValidUTF8(given, ""), `\`, "/"))
	base = strings.Map(harmless, base)
	base = strings.TrimSuffix(base, path.Ext(base))
	base = strings.Join(strings.Fields(base), " ")
	base = strings.Trim(firstRunes(base, longestName), ". -~")
	if base == "" || reserved[strings.ToUpper(base)] {
		base = string(k)
	}
	return base + m.Extension()
}

// harmless drops what a name need not have.
func harmless(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r),
		r == '\u2800', r == '\u3164', r == '\uffa0', r == utf8.RuneError, // blank though printable
		strings.ContainsRune(`/<>:"|?*%;&$'`+"`", r):
		return -1
	}
	return r
}

// reserved are names that Windows takes for devices.
var reserved = map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "COM1": true, "COM2": true,
	"COM3": true, "COM4": true, "LPT1": true, "LPT2": true, "LPT3": true}

func firstRunes(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// Attachment is the Content-Disposition under which a material is handed out (RFC
// 6266): saved, never shown, under its name; old programs take the ASCII one.
func (m Material) Attachment() string {
	plain := string(m.Kind) + m.Media.Extension()
	own := strings.ReplaceAll(url.QueryEscape(m.Name), "+", "%20")
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + own
}
