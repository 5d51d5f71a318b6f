package certificate

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"unicode"
)

// A Problem is one thing wrong with a rendered certificate. The sentences for
// people are elsewhere; nothing here repeats what the certificate says.
type Problem struct {
	Code  string
	Field string // the field concerned, if it is one
	Rune  rune   // the character concerned, if it is one
}

// What Lint finds.
const (
	Unreadable      = "unreadable"       // the document cannot be taken apart
	WrongText       = "wrong_text"       // a page reads otherwise than it was laid out
	MissingField    = "missing_field"    // a field is not there, word for word and in order
	WrongGlyph      = "wrong_glyph"      // a character is drawn with another's shape, or none
	WrongQR         = "wrong_qr"         // the QR code does not hold the verify address
	NotReproducible = "not_reproducible" // a second rendering differs, or there is none
)

// Lint checks pdf against s with the embedded fonts, as Press.Lint does.
func Lint(pdf []byte, s Sheet) []Problem {
	p, err := standard()
	if err != nil {
		return []Problem{{Code: NotReproducible}}
	}
	return p.Lint(pdf, s)
}

// Lint reads a rendered certificate back and compares it with what it must say:
// the text of every page, the eleven fields in order, the shape of every
// character, the QR code module by module, and a second rendering byte for byte.
// It returns nothing when all is well.
func (p *Press) Lint(pdf []byte, s Sheet) []Problem {
	c, again, err := p.print(s)
	if err != nil {
		return []Problem{{Code: NotReproducible}}
	}
	var problems []Problem
	if !bytes.Equal(pdf, again) {
		problems = append(problems, Problem{Code: NotReproducible})
	}
	found, err := c.read(pdf)
	if err != nil {
		return append(problems, Problem{Code: Unreadable})
	}
	return append(problems, found...)
}

// read takes a document apart and compares it with its layout.
func (c *composer) read(pdf []byte) ([]Problem, error) {
	d, err := openDocument(pdf)
	if err != nil {
		return nil, err
	}
	pages, err := d.pages()
	if err != nil {
		return nil, err
	}
	face, err := d.typeface()
	if err != nil {
		return nil, err
	}
	problems := c.lintText(pages)
	problems = append(problems, c.lintFields(pages)...)
	problems = append(problems, c.lintGlyphs(pages, face)...)
	return append(problems, c.lintQR(pages)...), nil
}

// content is the text of a page as a reader gets it.
func (d drawing) content() string {
	var b strings.Builder
	for _, r := range d.runs {
		if !r.artifact {
			b.WriteString(string(r.text))
		}
	}
	return b.String()
}

// lintText compares each page with its layout.
func (c *composer) lintText(pages []drawing) []Problem {
	if len(pages) != len(c.leaves) {
		return []Problem{{Code: WrongText}}
	}
	for i, l := range c.leaves {
		var laid strings.Builder
		for _, m := range l.marks {
			laid.WriteString(m.text)
		}
		if pages[i].content() != laid.String() {
			return []Problem{{Code: WrongText}}
		}
	}
	return nil
}

// pageFoot is the line at the foot of a page.
var pageFoot = regexp.MustCompile(`第\d+页共\d+页`)

// lintFields looks for each field with its label in the text of the document,
// one after the other; it knows nothing of how they were laid out. A field that
// went overleaf is looked for there.
func (c *composer) lintFields(pages []drawing) []Problem {
	var all strings.Builder
	for _, p := range pages {
		all.WriteString(p.content())
	}
	head := solid(c.sheet.Number)
	text := strings.ReplaceAll(solid(all.String()), solid(formNextPage)+head, "")
	text = pageFoot.ReplaceAllString(text, "")
	at := strings.Index(text, head)
	var problems []Problem
	for _, f := range append([]Field{{"", c.sheet.Number}}, c.sheet.Fields()...) {
		here := strings.Index(text[max(at, 0):], solid(f.Label+f.Text))
		there := strings.Index(text[max(at, 0):], solid(f.Label+formContinued))
		if at < 0 || here < 0 {
			problems = append(problems, Problem{Code: MissingField, Field: f.Label})
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

// lintGlyphs compares the shape of every character with that of its font.
func (c *composer) lintGlyphs(pages []drawing, face typeface) []Problem {
	var problems []Problem
	seen := map[rune]bool{}
	for _, page := range pages {
		for _, r := range page.runs {
			if len(r.text) != len(r.codes) {
				return append(problems, Problem{Code: WrongGlyph})
			}
			for i, char := range r.text {
				if !seen[char] && !c.drawn(char, r.codes[i], face) {
					problems = append(problems, Problem{Code: WrongGlyph, Rune: char})
				}
				seen[char] = true
			}
		}
	}
	return problems
}

// drawn says whether face draws char, under a code, with the shape it should have.
func (c *composer) drawn(char rune, code uint16, face typeface) bool {
	g, ok := c.tray.glyphs[char]
	if !ok {
		return false
	}
	shape, ok := face.outline(code)
	return ok && bytes.Equal(shape, g.outline)
}

// lintQR compares the black rectangles of the first page with the QR code of the
// verify address, to the hundredth of a point in which a PDF places them.
func (c *composer) lintQR(pages []drawing) []Problem {
	wrong := []Problem{{Code: WrongQR}}
	want, err := encodeQR(c.sheet.VerifyURL)
	if err != nil || len(pages) == 0 || len(pages[0].bars) != len(want.bars) {
		return wrong
	}
	module := qrSize / float64(want.side+2*qrQuiet)
	for i, b := range want.bars {
		have := pages[0].bars[i]
		x := qrLeft + module*float64(b.column+qrQuiet)
		y := pageHeight - qrTop - module*float64(b.row+qrQuiet)
		for j, length := range []float64{x, y, module * float64(b.length), -module} {
			if math.Abs(have[j]-length/mm) > 0.03 {
				return wrong
			}
		}
	}
	return nil
}
