package certificate

import (
	"maps"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// mm is the length of a typographic point.
const mm = 25.4 / 72

// A tray holds the glyphs that one document has used so far, by character.
type tray struct {
	family family
	buffer sfnt.Buffer
	glyphs map[rune]glyph
}

// tray begins a document with the characters of the form.
func (p *Press) tray() *tray {
	t := &tray{family: p.family, glyphs: map[rune]glyph{}}
	maps.Copy(t.glyphs, p.form)
	return t
}

// glyph returns the shape of r, cast on first use.
func (t *tray) glyph(r rune) (glyph, error) {
	if g, ok := t.glyphs[r]; ok {
		return g, nil
	}
	font, index, ok := t.family.find(&t.buffer, r)
	if !ok {
		return glyph{}, &NoGlyphError{Rune: r}
	}
	g, err := castGlyph(font, &t.buffer, index)
	if err != nil {
		return glyph{}, err
	}
	if len(g.outline) == 0 && !unicode.IsSpace(r) {
		return glyph{}, &NoGlyphError{Rune: r} // a font that promises and draws nothing
	}
	t.glyphs[r] = g
	return g, nil
}

// cast makes sure of every character of text.
func (t *tray) cast(text string) error {
	for _, r := range text {
		if r == '\n' {
			continue
		}
		if _, err := t.glyph(r); err != nil {
			return err
		}
	}
	return nil
}

// known is text with an underscore for every character that no font has: the name
// of a file must not keep a certificate back.
func (t *tray) known(text string) string {
	return strings.Map(func(r rune) rune {
		if _, err := t.glyph(r); err != nil {
			return '_'
		}
		return r
	}, text)
}

// width is the length of text in millimetres at a size in points. The text has
// been cast.
func (t *tray) width(text []rune, size float64) float64 {
	units := 0
	for _, r := range text {
		units += t.glyphs[r].advance
	}
	return float64(units) / em * size * mm
}

// Characters that may not begin or end a line (GB/T 15834-2011, 5.1).
const (
	notFirst = "，。、；：！？）〕》」』”’·％％℃㎡,.;:!?)]}%/"
	notLast  = "（〔《「『“‘([{"
)

// measures stay with the figure before them, and 第 with the one behind.
const measures = "年月日号栋幢层室㎡"

// mayBreak says whether a line may end after a when b follows.
func mayBreak(a, b rune) bool {
	switch {
	case unicode.IsSpace(a):
		return true
	case narrow(a) && narrow(b), // within a word or a figure
		unicode.IsDigit(a) && strings.ContainsRune(measures, b),
		strings.ContainsRune("年月第", a) && unicode.IsDigit(b):
		return false
	}
	return !strings.ContainsRune(notFirst, b) && !strings.ContainsRune(notLast, a)
}

// narrow says whether r belongs to a word or a figure that stays in one piece.
func narrow(r rune) bool {
	return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-.+&#@_", r))
}

// lines breaks text into lines no longer than width. It never loses a character.
func (t *tray) lines(text string, size, width float64) []string {
	var all []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		rest := []rune(paragraph)
		for t.width(rest, size) > width {
			n := t.breakAt(rest, size, width)
			all = append(all, string(rest[:n]))
			rest = rest[n:]
		}
		all = append(all, string(rest))
	}
	return all
}

// breakAt returns how many characters of text go on a line of the given width:
// as many as fit, back to the last place where a line may end, at least one.
func (t *tray) breakAt(text []rune, size, width float64) int {
	fit, used := 0, 0.0
	for fit < len(text) {
		used += t.width(text[fit:fit+1], size)
		if used > width {
			break
		}
		fit++
	}
	fit = max(fit, 1)
	for n := fit; n > 1; n-- {
		if mayBreak(text[n-1], text[n]) {
			return n
		}
	}
	return fit
}

// leading is the distance of two lines as a multiple of the type size.
const leading = 1.3

// A block is text set in lines at one size.
type block struct {
	size  float64 // in points
	lines []string
}

// height is the height of b in millimetres.
func (b block) height() float64 {
	return float64(len(b.lines)) * b.size * leading * mm
}

// fit sets text in a box, at the largest size from most down to leastSize at
// which it goes in, and says whether it does at all. Text that keeps its own
// lines at a size still easy to read is not broken for the sake of a larger one.
func (t *tray) fit(text string, width, height, most float64) (block, bool) {
	own := 1 + strings.Count(text, "\n")
	for size := most; size >= easySize; size -= 0.5 {
		if b, ok := t.set(text, size, width, height); ok && len(b.lines) == own {
			return b, true
		}
	}
	for size := most; size >= leastSize; size -= 0.5 {
		if b, ok := t.set(text, size, width, height); ok {
			return b, true
		}
	}
	return block{}, false
}

// set breaks text at one size and says whether it goes into a box.
func (t *tray) set(text string, size, width, height float64) (block, bool) {
	b := block{size, t.lines(text, size, width)}
	return b, b.height() <= height
}
