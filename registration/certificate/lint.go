package certificate

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"onewindow/internal/typeset"
)

// What Lint finds besides what typeset.Document.Read does.
const (
	MissingField    = "missing_field"    // a field is not there, word for word and in order
	NotReproducible = "not_reproducible" // a second rendering differs, or there is none
)

// Lint checks pdf against s with the embedded fonts, as Press.Lint does.
func Lint(pdf []byte, s Sheet) []typeset.Problem {
	p, err := standard()
	if err != nil {
		return []typeset.Problem{{Code: NotReproducible}}
	}
	return p.Lint(pdf, s)
}

// Lint reads a rendered certificate back and compares it with what it must say:
// the text of every page, the eleven fields in order, the shape of every
// character, the QR code module by module, and a second rendering byte for byte.
// It returns nothing when all is well.
func (p *Press) Lint(pdf []byte, s Sheet) []typeset.Problem {
	c, again, err := p.print(s)
	if err != nil {
		return []typeset.Problem{{Code: NotReproducible}}
	}
	var problems []typeset.Problem
	if !bytes.Equal(pdf, again) {
		problems = append(problems, typeset.Problem{Code: NotReproducible})
	}
	return append(problems, c.read(pdf)...)
}

// read takes a document apart and compares it with its layout and its fields.
func (c *composer) read(pdf []byte) []typeset.Problem {
	text, problems := c.document().Read(pdf)
	if text == "" {
		return problems
	}
	return append(problems, c.lintFields(text)...)
}

// pageFoot is the line at the foot of a page.
var pageFoot = regexp.MustCompile(`第\d+页共\d+页`)

// lintFields looks for each field with its label in the text of a document,
// one after the other; it knows nothing of how they were laid out. A field that
// went overleaf is looked for there.
func (c *composer) lintFields(all string) []typeset.Problem {
	head := solid(c.sheet.Number)
	text := strings.ReplaceAll(solid(all), solid(formNextPage)+head, "")
	text = pageFoot.ReplaceAllString(text, "")
	at := strings.Index(text, head)
	var problems []typeset.Problem
	for _, f := range append([]Field{{"", c.sheet.Number}}, c.sheet.Fields()...) {
		here := strings.Index(text[max(at, 0):], solid(f.Label+f.Text))
		there := strings.Index(text[max(at, 0):], solid(f.Label+formContinued))
		if at < 0 || here < 0 {
			problems = append(problems, typeset.Problem{Code: MissingField, Field: f.Label})
			continue
		}
		if there >= 0 && there < here {
			here = there
		}
		at += here
	}
	return problems
}

// solid takes the white space out of text: line ends are not part of a field.
func solid(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
