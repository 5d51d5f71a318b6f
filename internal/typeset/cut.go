package typeset

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// cut builds a TrueType font that holds the given glyphs and nothing else. The
// PDF library parses a font once per document, so a document gets a font of
// its own with the hundred characters it needs, and the price of a rendering
// does not grow with the fonts it was cut from.
//
// The table layout is that of the OpenType specification, with no hinting.
func cut(glyphs map[rune]glyph) []byte {
	codes := slices.Sorted(maps.Keys(glyphs))
	var glyf, loca, hmtx []byte
	all := extent{}
	one := func(g glyph) {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, g.outline...)
		hmtx = put16(hmtx, g.advance, g.extent.xMin)
		all.cover(g.extent)
	}
	one(glyph{advance: em}) // .notdef, never shown
	for _, r := range codes {
		one(glyphs[r])
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	count := len(codes) + 1
	return assemble([]table{ // in the order of their tags
		{"OS/2", os2Table()},
		{"cmap", cmapTable(codes)},
		{"glyf", glyf},
		{"head", headTable(all)},
		{"hhea", hheaTable(count)},
		{"hmtx", hmtx},
		{"loca", loca},
		{"maxp", maxpTable(count, all)},
		{"name", put16(nil, 0, 0, 6)},
		{"post", postTable()},
	})
}

// The lines of a CJK face, in units of em.
const (
	ascent    = 880 * em / 1000
	descent   = -120 * em / 1000
	capHeight = 733 * em / 1000
)

// An extent is the box of a shape and how much there is in it; of several
// shapes, the largest of each.
type extent struct {
	xMin, yMin, xMax, yMax int
	points, contours       int
}

// cover widens e to hold other.
func (e *extent) cover(other extent) {
	e.xMin, e.xMax = min(e.xMin, other.xMin), max(e.xMax, other.xMax)
	e.yMin, e.yMax = min(e.yMin, other.yMin), max(e.yMax, other.yMax)
	e.points, e.contours = max(e.points, other.points), max(e.contours, other.contours)
}

// extent measures s; that of a space is empty.
func (s shape) extent() extent {
	if len(s) == 0 {
		return extent{}
	}
	e := extent{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16, 0, len(s)}
	for _, c := range s {
		e.points += len(c)
		for _, p := range c {
			e.xMin, e.xMax = min(e.xMin, int(p.x)), max(e.xMax, int(p.x))
			e.yMin, e.yMax = min(e.yMin, int(p.y)), max(e.yMax, int(p.y))
		}
	}
	return e
}

// encode writes s as a simple glyph, padded to four bytes.
func (s shape) encode() []byte {
	if len(s) == 0 {
		return nil
	}
	e := s.extent()
	b := put16(nil, len(s), e.xMin, e.yMin, e.xMax, e.yMax)
	end := -1
	for _, c := range s {
		end += len(c)
		b = put16(b, end)
	}
	b = put16(b, 0) // no instructions
	flags, xs, ys := packed(slices.Concat(s...))
	b = slices.Concat(b, flags, xs, ys)
	return append(b, make([]byte, -len(b)&3)...)
}

// The flags of a point in a simple glyph.
const (
	onCurve = 1 << iota
	shortX  // the step takes one byte, its sign is in plusX
	shortY
	_
	plusX // or, of a long step, that there is none
	plusY
)

// packed writes points as steps from one to the next, as short as they go.
func packed(points []point) (flags, xs, ys []byte) {
	var last point
	for _, p := range points {
		flag := byte(0)
		if p.on {
			flag = onCurve
		}
		xs = appendStep(xs, int(p.x)-int(last.x), &flag, shortX, plusX)
		ys = appendStep(ys, int(p.y)-int(last.y), &flag, shortY, plusY)
		flags = append(flags, flag)
		last = p
	}
	return flags, xs, ys
}

// appendStep writes one coordinate of a step and marks in flag how.
func appendStep(b []byte, step int, flag *byte, short, plus byte) []byte {
	switch {
	case step == 0:
		*flag |= plus
		return b
	case step > 0 && step < 256:
		*flag |= short | plus
		return append(b, byte(step))
	case step < 0 && step > -256:
		*flag |= short
		return append(b, byte(-step))
	}
	return put16(b, step)
}

// put16 appends values as big-endian 16-bit numbers.
func put16(b []byte, values ...int) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// cmapTable maps the nth code to glyph n+1, in format 4 with a segment each.
func cmapTable(codes []rune) []byte {
	n := len(codes) + 1 // the last segment is the mandatory 0xFFFF
	var ends, starts, deltas []byte
	for i, r := range codes {
		ends, starts = put16(ends, int(r)), put16(starts, int(r))
		deltas = put16(deltas, i+1-int(r))
	}
	b := put16(nil, 0, 1, 3, 1, 0, 12)       // one table: Windows, Unicode BMP, at 12
	b = put16(b, 4, 16+8*n, 0, 2*n, 0, 0, 0) // no reader of ours uses the search hints
	b = append(put16(append(b, ends...), 0xFFFF), 0, 0)
	b = put16(append(b, starts...), 0xFFFF)
	b = put16(append(b, deltas...), 1)
	return append(b, make([]byte, 2*n)...)
}

func headTable(e extent) []byte {
	b := put16(nil, 1, 0, 1, 0)                        // version, revision
	b = binary.BigEndian.AppendUint32(b, 0)            // checksum, not verified by readers
	b = binary.BigEndian.AppendUint32(b, 0x5F0F3CF5)   // magic number
	b = append(put16(b, 0, em), make([]byte, 16)...)   // flags, em, dates
	b = put16(b, e.xMin, e.yMin, e.xMax, e.yMax, 0, 8) // style, least size in pixels
	return put16(b, 2 /* direction */, 1 /* long loca */, 0)
}

func hheaTable(count int) []byte {
	b := put16(nil, 1, 0, ascent, descent, 0, em)
	b = append(b, make([]byte, 22)...)
	return put16(b, count)
}

func maxpTable(count int, e extent) []byte {
	b := put16(nil, 1, 0, count, e.points, e.contours, 0, 0, 2)
	return append(b, make([]byte, 32-len(b))...)
}

func os2Table() []byte {
	b := make([]byte, 96)
	set := func(at, v int) { binary.BigEndian.PutUint16(b[at:], uint16(v)) }
	set(0, 4)
	set(2, em)
	set(4, 400)
	set(6, 5) // medium width
	set(68, ascent)
	set(70, descent)
	set(74, ascent)
	set(76, -descent)
	set(88, capHeight)
	return b
}

func postTable() []byte {
	b := put16(nil, 3, 0, 0, 0, -em/10, em/20)
	return append(b, make([]byte, 32-len(b))...)
}

// A table is one part of a font.
type table struct {
	tag  string
	body []byte
}

// assemble writes the directory and the tables, each on a four-byte boundary.
func assemble(tables []table) []byte {
	at := 12 + 16*len(tables)
	head := put16(nil, 1, 0, len(tables), 0, 0, 0)
	var body []byte
	for _, t := range tables {
		head = append(head, t.tag...)
		head = binary.BigEndian.AppendUint32(head, checksum(t.body))
		head = binary.BigEndian.AppendUint32(head, uint32(at+len(body)))
		head = binary.BigEndian.AppendUint32(head, uint32(len(t.body)))
		body = append(body, t.body...)
		body = append(body, make([]byte, -len(t.body)&3)...)
	}
	return append(head, body...)
}

// checksum is the sum of a table's 32-bit words.
func checksum(b []byte) uint32 {
	sum := uint32(0)
	for len(b) > 0 {
		var word [4]byte
		b = b[copy(word[:], b):]
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}
