package typeset

import (
	"errors"
	"fmt"
	"os"

	"onewindow/templates/fonts"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is the number of units to the em in every font that is cut here, as in the
// embedded faces, whose points therefore stay as they are.
const em = 1000

// ErrNoGlyph says that no font at hand has a character. Neither a blank nor a box
// is put in its place. The error found is a *NoGlyphError.
var ErrNoGlyph = errors.New("no font has the character")

// NoGlyphError names the character that cannot be printed and, if the caller said
// so with In, the field it stands in; it wraps ErrNoGlyph.
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

// In says in which field a character without a glyph was found.
func In(field string, err error) error {
	if missing := (*NoGlyphError)(nil); errors.As(err, &missing) {
		return &NoGlyphError{missing.Rune, field}
	}
	return err
}

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

// A shape is the contours of a character, none for a space.
type shape [][]point

// A glyph is a character ready to go into a font.
type glyph struct {
	advance int // in units of em
	extent  extent
	outline []byte // the shape as a font holds it
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
	var drawn shape
	var c contour
	for _, s := range segments {
		if s.Op == sfnt.SegmentOpMoveTo {
			drawn = drawn.add(c)
			c = c[:0]
		}
		if c, err = c.extend(s); err != nil {
			return glyph{}, fmt.Errorf("glyph %d: %w", g, err)
		}
	}
	drawn = drawn.add(c)
	return glyph{advance.Round(), drawn.extent(), drawn.encode()}, nil
}

// A contour is a closed line as sfnt gives it, in 64ths of a unit, y downwards.
type contour []vertex

type vertex struct {
	fixed.Point26_6
	on bool
}

// extend appends one segment.
func (c contour) extend(s sfnt.Segment) (contour, error) {
	switch s.Op {
	case sfnt.SegmentOpMoveTo, sfnt.SegmentOpLineTo:
		return append(c, vertex{s.Args[0], true}), nil
	case sfnt.SegmentOpQuadTo:
		return append(c, vertex{s.Args[0], false}, vertex{s.Args[1], true}), nil
	}
	return nil, errOutline
}

// add appends a contour to s without the points that TrueType implies.
func (s shape) add(c contour) shape {
	if n := len(c); n > 1 && c[0] == c[n-1] {
		c = c[:n-1] // it closes by itself
	}
	points := make([]point, 0, len(c))
	for i, p := range c {
		if !c.implied(i) {
			points = append(points, point{int16(p.X.Round()), int16((-p.Y).Round()), p.on})
		}
	}
	if len(points) == 0 {
		return s
	}
	return append(s, points)
}

// implied says whether point i lies halfway between two control points, where
// TrueType puts a point by itself.
func (c contour) implied(i int) bool {
	before, after := c[(i+len(c)-1)%len(c)], c[(i+1)%len(c)]
	return c[i].on && !before.on && !after.on &&
		c[i].X == (before.X+after.X)/2 && c[i].Y == (before.Y+after.Y)/2
}
