package certificate

import (
	"errors"
	"fmt"
	"os"

	"onewindow/templates/fonts"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is the number of units to the em in every font that is cut here. It is
// twice the 1000 of the embedded faces, so that the implied points halfway
// between two control points stay whole numbers.
const em = 2000

// ErrNoGlyph says that no font at hand has a character. Such a certificate is
// not printed: it goes to a person, because a blank or a box would certify a
// name that nobody bears. The error found is a *NoGlyphError.
var ErrNoGlyph = errors.New("no font has the character")

// NoGlyphError names the character that cannot be printed and the field it
// stands in; it wraps ErrNoGlyph.
type NoGlyphError struct {
	Rune  rune
	Field string
}

// Error names the character by its code point only: a name must not reach a log.
func (e *NoGlyphError) Error() string {
	return fmt.Sprintf("%v: %U in %s", ErrNoGlyph, e.Rune, e.Field)
}

// Unwrap returns ErrNoGlyph.
func (e *NoGlyphError) Unwrap() error { return ErrNoGlyph }

// A family is a list of fonts. A character comes from the first that has it.
type family []*sfnt.Font

// find returns the font of f that has r, and its glyph there. Characters for
// private use are refused whatever a font says: they mean nothing to a reader.
func (f family) find(b *sfnt.Buffer, r rune) (*sfnt.Font, sfnt.GlyphIndex, bool) {
	if private(r) {
		return nil, 0, false
	}
	for _, font := range f {
		if g, err := font.GlyphIndex(b, r); err == nil && g != 0 {
			return font, g, true
		}
	}
	return nil, 0, false
}

// private says whether r has no meaning of its own.
func private(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000
}

// parseEmbedded opens embedded fonts as one family.
func parseEmbedded(files ...fonts.File) (family, error) {
	var f family
	for _, file := range files {
		raw, err := fonts.Expand(file)
		if err != nil {
			return nil, err
		}
		face, err := sfnt.Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("parse font %s: %w", file, err)
		}
		f = append(f, face)
	}
	return f, nil
}

// parseFile opens an operator's own font. Only TrueType outlines will do; the
// first glyphs are tried so that a wrong file is found at start.
func parseFile(path string) (*sfnt.Font, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	face, err := sfnt.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("parse font %s: %w", path, err)
	}
	b := new(sfnt.Buffer)
	for g := range min(face.NumGlyphs(), 100) {
		if _, err := castGlyph(face, b, sfnt.GlyphIndex(g)); err != nil {
			return nil, fmt.Errorf("font %s: %w", path, err)
		}
	}
	return face, nil
}

// A point of a contour, in units of em, y upwards.
type point struct {
	x, y int16
	on   bool // on the curve, not a control point
}

// A glyph is the shape of one character. A space has no contours.
type glyph struct {
	advance  int // in units of em
	contours [][]point
}

// errOutline refuses a font whose outlines are not TrueType's.
var errOutline = errors.New("outlines are not TrueType")

// castGlyph loads glyph g of face and scales it to em.
func castGlyph(face *sfnt.Font, b *sfnt.Buffer, g sfnt.GlyphIndex) (glyph, error) {
	advance, err := face.GlyphAdvance(b, g, fixed.I(em), font.HintingNone)
	if err != nil {
		return glyph{}, fmt.Errorf("advance of glyph %d: %w", g, err)
	}
	segments, err := face.LoadGlyph(b, g, fixed.I(em), nil)
	if err != nil {
		return glyph{}, fmt.Errorf("load glyph %d: %w", g, err)
	}
	cast := glyph{advance: advance.Round()}
	for _, s := range segments {
		if err := cast.add(s); err != nil {
			return glyph{}, fmt.Errorf("glyph %d: %w", g, err)
		}
	}
	cast.close()
	return cast, nil
}

// add appends one segment of an outline.
func (g *glyph) add(s sfnt.Segment) error {
	switch s.Op {
	case sfnt.SegmentOpMoveTo:
		g.close()
		g.contours = append(g.contours, []point{at(s.Args[0], true)})
	case sfnt.SegmentOpLineTo:
		g.extend(at(s.Args[0], true))
	case sfnt.SegmentOpQuadTo:
		g.extend(at(s.Args[0], false), at(s.Args[1], true))
	default:
		return errOutline
	}
	return nil
}

// extend appends points to the last contour.
func (g *glyph) extend(p ...point) {
	last := len(g.contours) - 1
	g.contours[last] = append(g.contours[last], p...)
}

// close drops the point that repeats the start of the last contour: a TrueType
// contour closes by itself.
func (g *glyph) close() {
	last := len(g.contours) - 1
	if last < 0 {
		return
	}
	c := g.contours[last]
	if n := len(c); n > 1 && c[0] == c[n-1] {
		g.contours[last] = c[:n-1]
	}
}

// at turns a point of sfnt, whose y runs downwards, into one of ours.
func at(p fixed.Point26_6, on bool) point {
	return point{int16(p.X.Round()), int16((-p.Y).Round()), on}
}
