package typeset

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/jung-kurt/gofpdf"
)

// textFont is the name of a document's only font.
const textFont = "Onewindow"

// firstPrivate begins the code points under which a document's own font keeps
// the characters beyond U+FFFF: the PDF library has 16 bits for a character.
const firstPrivate = 0xE000

// A Document is leaves to be printed on A4, all set from one tray.
type Document struct {
	Title     string    // in the metadata, which must name nobody
	At        time.Time // in the metadata: two printings agree only if it does
	Landscape bool
	Tray      *Tray
	Leaves    []*Leaf
	Ground    func(*gofpdf.Fpdf) // draws what lies behind the text; may be nil
	Watermark *Watermark         // across every page; nil for none
}

// A Watermark is decoration: readers of the text pass over it.
type Watermark struct {
	Text  string
	Size  float64 // in points
	Angle float64 // in degrees, counter-clockwise
	Ink   Ink
}

// Size returns the width and the height of a page of d in millimetres.
func (d Document) Size() (width, height float64) {
	if d.Landscape {
		return 297, 210
	}
	return 210, 297
}

// A pen draws the leaves of a document.
type pen struct {
	*gofpdf.Fpdf
	codes map[rune]rune // characters beyond U+FFFF in the text font
}

// Draw writes d as a PDF. The same document gives the same bytes at any time and on
// any machine, from the same program with the same fonts.
func (d Document) Draw() ([]byte, error) {
	orientation := "P"
	if d.Landscape {
		orientation = "L"
	}
	p := pen{gofpdf.New(orientation, "mm", "A4", ""), privateCodes(d.Tray)}
	p.SetAutoPageBreak(false, 0)
	p.describe(d)
	p.AddUTF8FontFromBytes(textFont, "", cut(p.coded(d.Tray)))
	for _, l := range d.Leaves {
		p.AddPage()
		if err := p.leaf(d, l); err != nil {
			return nil, err
		}
	}
	return p.bytes()
}

// privateCodes gives every character beyond U+FFFF a code for private use.
func privateCodes(t *Tray) map[rune]rune {
	codes := map[rune]rune{}
	for _, r := range slices.Sorted(maps.Keys(t.glyphs)) {
		if r > 0xFFFF {
			codes[r] = firstPrivate + rune(len(codes))
		}
	}
	return codes
}

// coded returns the glyphs of t by the codes they have in the document.
func (p pen) coded(t *Tray) map[rune]glyph {
	glyphs := map[rune]glyph{}
	for r, g := range t.glyphs {
		if code, ok := p.codes[r]; ok {
			r = code
		}
		glyphs[r] = g
	}
	return glyphs
}

// describe sets the metadata.
func (p pen) describe(d Document) {
	p.SetTitle(d.Title, true)
	p.SetProducer("Onewindow", true)
	p.SetCatalogSort(true)
	p.SetCreationDate(d.At.UTC())
	p.SetModificationDate(d.At.UTC())
}

// leaf draws one page: ground, rules, QR code, then the text.
func (p pen) leaf(d Document, l *Leaf) error {
	if d.Ground != nil {
		d.Ground(p.Fpdf)
	}
	if d.Watermark != nil {
		p.watermark(d, *d.Watermark)
	}
	for _, r := range l.Rules {
		p.rule(r)
	}
	if l.QR != nil {
		if err := p.qr(*l.QR); err != nil {
			return err
		}
	}
	for _, m := range l.Marks {
		p.mark(m)
	}
	return nil
}

// watermark says something across the page.
func (p pen) watermark(d Document, w Watermark) {
	pageWidth, pageHeight := d.Size()
	p.RawWriteStr("/Artifact BMC")
	p.TransformBegin()
	p.TransformRotate(w.Angle, pageWidth/2, pageHeight/2)
	p.SetFont(textFont, "", w.Size)
	width := p.GetStringWidth(w.Text)
	p.SetTextColor(w.Ink.R, w.Ink.G, w.Ink.B)
	p.Text((pageWidth-width)/2, pageHeight/2+w.Size*MM*0.38, w.Text)
	p.TransformEnd()
	p.RawWriteStr("EMC")
}

func (p pen) rule(r Rule) {
	p.SetDrawColor(r.Ink.R, r.Ink.G, r.Ink.B)
	p.SetLineCapStyle("square")
	p.SetLineWidth(r.Thickness)
	p.Line(r.X1, r.Y1, r.X2, r.Y2)
}

// qr draws the code as filled rectangles on white, at any size sharp.
func (p pen) qr(place QR) error {
	c, err := encodeQR(place.Text)
	if err != nil {
		return err
	}
	p.SetFillColor(255, 255, 255)
	p.Rect(place.X, place.Y, place.Size, place.Size, "F")
	p.SetFillColor(0, 0, 0)
	module := place.Size / float64(c.side+2*qrQuiet)
	for _, b := range c.bars {
		p.Rect(place.X+module*float64(b.column+qrQuiet), place.Y+module*float64(b.row+qrQuiet),
			module*float64(b.length), module, "F")
	}
	return nil
}

// mark draws a run of text. Bold text is the same type, drawn around as well:
// a second font would cost as much as the rest of the document.
func (p pen) mark(m Mark) {
	p.SetFont(textFont, "", m.Size)
	p.SetTextColor(m.Ink.R, m.Ink.G, m.Ink.B)
	if m.Bold {
		p.SetDrawColor(m.Ink.R, m.Ink.G, m.Ink.B)
		p.SetLineWidth(m.Size * MM * 0.022)
		p.SetTextRenderingMode(2)
		defer p.SetTextRenderingMode(0)
	}
	for run := range p.runs(m.Text) {
		if code, ok := p.codes[run[0]]; ok {
			p.RawWriteStr("/Span <</ActualText <" + utf16Hex(run[0]) + ">>> BDC")
			p.Text(m.X, m.Y, string(code))
			p.RawWriteStr("EMC")
			m.X += p.GetStringWidth(string(code))
			continue
		}
		p.Text(m.X, m.Y, string(run))
		m.X += p.GetStringWidth(string(run))
	}
}

// runs splits text so that every character with a private code stands alone: a
// reader is told in so many words which character it is (ISO 32000-1, 14.9.4).
func (p pen) runs(text string) func(yield func([]rune) bool) {
	return func(yield func([]rune) bool) {
		rest := []rune(text)
		for len(rest) > 0 {
			n := slices.IndexFunc(rest, func(r rune) bool { return r > 0xFFFF })
			switch {
			case n < 0:
				n = len(rest)
			case n == 0:
				n = 1
			}
			if !yield(rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

// utf16Hex writes r as a PDF text string in hexadecimal.
func utf16Hex(r rune) string {
	hex := "FEFF"
	for _, unit := range utf16.Encode([]rune{r}) {
		hex += fmt.Sprintf("%04X", unit)
	}
	return hex
}

// bytes closes the document.
func (p pen) bytes() ([]byte, error) {
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("write the PDF: %w", err)
	}
	return inChinese(out.Bytes())
}

var errCatalog = errors.New("the PDF library has changed how it ends a document")

// inChinese states the language of the document, for which the PDF library has
// no setting. The catalog is the last object, so of all that is pointed to only
// the cross-reference table moves.
func inChinese(pdf []byte) ([]byte, error) {
	const catalog, end = "/Type /Catalog\n", "startxref\n"
	const extra = "/Lang (zh-CN)\n/ViewerPreferences <</DisplayDocTitle true>>\n"
	at, last := bytes.LastIndex(pdf, []byte(catalog)), bytes.LastIndex(pdf, []byte(end))
	if at < 0 || last < at {
		return nil, errCatalog
	}
	digits, _, ok := bytes.Cut(pdf[last+len(end):], []byte("\n"))
	table, err := strconv.Atoi(string(digits))
	if !ok || err != nil {
		return nil, errCatalog
	}
	at += len(catalog)
	out := slices.Concat(pdf[:at], []byte(extra), pdf[at:last])
	return fmt.Appendf(out, "%s%d\n%%%%EOF\n", end, table+len(extra)), nil
}
