package typeset

import (
	"bytes"
	"math"
	"strings"
)

// A Problem is one thing wrong with a printed document. The sentences for people
// are elsewhere; nothing here repeats what the document says.
type Problem struct {
	Code  string
	Field string // the field concerned, if it is one
	Rune  rune   // the character concerned, if it is one
}

// What reading a document back finds.
const (
	Unreadable = "unreadable"  // the document cannot be taken apart
	WrongText  = "wrong_text"  // a page reads otherwise than it was laid out
	WrongGlyph = "wrong_glyph" // a character is drawn with another's shape, or none
	WrongQR    = "wrong_qr"    // a QR code does not hold its text
)

// Read takes a printing of d apart and compares it with d: the text of every page,
// the shape of every character, the QR codes module by module. It returns the text
// as a reader gets it, and nothing else when all is well.
func (d Document) Read(pdf []byte) (text string, problems []Problem) {
	file, err := openDocument(pdf)
	if err != nil {
		return "", []Problem{{Code: Unreadable}}
	}
	pages, err := file.pages()
	if err != nil {
		return "", []Problem{{Code: Unreadable}}
	}
	face, err := file.typeface()
	if err != nil {
		return "", []Problem{{Code: Unreadable}}
	}
	problems = d.proofText(pages)
	problems = append(problems, d.proofGlyphs(pages, face)...)
	for _, p := range pages {
		text += p.content()
	}
	return text, append(problems, d.proofQR(pages)...)
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

// proofText compares each page with its layout.
func (d Document) proofText(pages []drawing) []Problem {
	if len(pages) != len(d.Leaves) {
		return []Problem{{Code: WrongText}}
	}
	for i, l := range d.Leaves {
		var laid strings.Builder
		for _, m := range l.Marks {
			laid.WriteString(m.Text)
		}
		if pages[i].content() != laid.String() {
			return []Problem{{Code: WrongText}}
		}
	}
	return nil
}

// proofGlyphs compares the shape of every character with that of its font.
func (d Document) proofGlyphs(pages []drawing, face typeface) []Problem {
	var problems []Problem
	seen := map[rune]bool{}
	for _, page := range pages {
		for _, r := range page.runs {
			if len(r.text) != len(r.codes) {
				return append(problems, Problem{Code: WrongGlyph})
			}
			for i, char := range r.text {
				if !seen[char] && !d.drawn(char, r.codes[i], face) {
					problems = append(problems, Problem{Code: WrongGlyph, Rune: char})
				}
				seen[char] = true
			}
		}
	}
	return problems
}

// drawn says whether face draws char, under a code, with the shape it should have.
func (d Document) drawn(char rune, code uint16, face typeface) bool {
	g, ok := d.Tray.glyphs[char]
	if !ok {
		return false
	}
	shape, ok := face.outline(code)
	return ok && bytes.Equal(shape, g.outline)
}

// proofQR compares the black rectangles of each page with its QR code.
func (d Document) proofQR(pages []drawing) []Problem {
	for i, l := range d.Leaves {
		if l.QR != nil && (i >= len(pages) || !d.holds(pages[i], *l.QR)) {
			return []Problem{{Code: WrongQR}}
		}
	}
	return nil
}

// holds says whether page draws a code, to the hundredth of a point in which a PDF
// places rectangles.
func (d Document) holds(page drawing, place QR) bool {
	want, err := encodeQR(place.Text)
	if err != nil || len(page.bars) != len(want.bars) {
		return false
	}
	_, height := d.Size()
	module := place.Size / float64(want.side+2*qrQuiet)
	for i, b := range want.bars {
		have := page.bars[i]
		x := place.X + module*float64(b.column+qrQuiet)
		y := height - place.Y - module*float64(b.row+qrQuiet)
		for j, length := range []float64{x, y, module * float64(b.length), -module} {
			if math.Abs(have[j]-length/MM) > 0.03 {
				return false
			}
		}
	}
	return true
}
