package typeset

import (
	"maps"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// MM is the length of a typographic point in millimetres.
const MM = 25.4 / 72

// A Tray holds the glyphs that one document has used so far, by character. It is
// for one goroutine at a time; clones of it are independent.
type Tray struct {
	family family
	buffer sfnt.Buffer
	glyphs map[rune]glyph
}

// Tray begins a document.
func (f *Fonts) Tray() *Tray { return &Tray{family: f.family, glyphs: map[rune]glyph{}} }

// Clone begins another document with the characters that t has already. Several
// goroutines may clone the same tray at once.
func (t *Tray) Clone() *Tray { return &Tray{family: t.family, glyphs: maps.Clone(t.glyphs)} }

// glyph returns the shape of r, cast on first use.
func (t *Tray) glyph(r rune) (glyph, error) {
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

// Cast makes sure of every character of text. It returns a *NoGlyphError.
func (t *Tray) Cast(text string) error {
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

// Known is text with substitute for every character that no font has, for what must
// not keep a document back.
func (t *Tray) Known(text string, substitute rune) string {
	return strings.Map(func(r rune) rune {
		if _, err := t.glyph(r); err != nil {
			return substitute
		}
		return r
	}, text)
}

// Width is the length of text in millimetres at a size in points. The text has
// been cast.
func (t *Tray) Width(text []rune, size float64) float64 {
	units := 0
	for _, r := range text {
		units += t.glyphs[r].advance
	}
	return float64(units) / em * size * MM
}

// The least sizes of Fit in points.
const (
	easySize  = 8.5 // down to here rather than a line is broken
	LeastSize = 7.5
)

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

// Lines breaks text into lines no longer than width. It never loses a character.
func (t *Tray) Lines(text string, size, width float64) []string {
	var all []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		rest := []rune(paragraph)
		for t.Width(rest, size) > width {
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
func (t *Tray) breakAt(text []rune, size, width float64) int {
	fit, used := 0, 0.0
	for fit < len(text) {
		used += t.Width(text[fit:fit+1], size)
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

// Leading is the distance of two lines as a multiple of the type size.
const Leading = 1.3

// A Block is text set in lines at one size.
type Block struct {
	Size  float64 // in points
	Lines []string
}

// Height is the height of b in millimetres.
func (b Block) Height() float64 {
	return float64(len(b.Lines)) * b.Size * Leading * MM
}

// Fit sets text in a box, at the largest size from most down to LeastSize at
// which it goes in, and says whether it does at all. Text that keeps its own
// lines at a size still easy to read is not broken for the sake of a larger one.
func (t *Tray) Fit(text string, width, height, most float64) (Block, bool) {
	own := 1 + strings.Count(text, "\n")
	for size := most; size >= easySize; size -= 0.5 {
		if b, ok := t.set(text, size, width, height); ok && len(b.Lines) == own {
			return b, true
		}
	}
	for size := most; size >= LeastSize; size -= 0.5 {
		if b, ok := t.set(text, size, width, height); ok {
			return b, true
		}
	}
	return Block{}, false
}

// set breaks text at one size and says whether it goes into a box.
func (t *Tray) set(text string, size, width, height float64) (Block, bool) {
	b := Block{size, t.Lines(text, size, width)}
	return b, b.Height() <= height
}
