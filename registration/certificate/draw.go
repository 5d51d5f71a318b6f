package certificate

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"

	"github.com/jung-kurt/gofpdf"
)

// textFont is the name of a document's only font.
const textFont = "Onewindow"

// firstPrivate begins the code points under which a document's own font keeps
// the characters beyond U+FFFF: the PDF library has 16 bits for a character.
const firstPrivate = 0xE000

// A pen draws the leaves of a composer.
type pen struct {
	*gofpdf.Fpdf
	codes map[rune]rune // characters beyond U+FFFF in the text font
}

// draw writes the document.
func (c *composer) draw() ([]byte, error) {
	qr, err := encodeQR(c.sheet.VerifyURL)
	if err != nil {
		return nil, err
	}
	p := pen{gofpdf.New("L", "mm", "A4", ""), privateCodes(c.tray)}
	p.SetAutoPageBreak(false, 0)
	p.describe(c.sheet)
	p.AddUTF8FontFromBytes(textFont, "", cut(p.coded(c.tray)))
	for _, l := range c.leaves {
		p.AddPage()
		p.leaf(l, qr, c.sheet.Sample)
	}
	return p.bytes()
}

// privateCodes gives every character beyond U+FFFF a code for private use.
func privateCodes(t *tray) map[rune]rune {
	codes := map[rune]rune{}
	for _, r := range slices.Sorted(maps.Keys(t.glyphs)) {
		if r > 0xFFFF {
			codes[r] = firstPrivate + rune(len(codes))
		}
	}
	return codes
}

// coded returns the glyphs of t by the codes they have in the document.
func (p pen) coded(t *tray) map[rune]glyph {
	glyphs := map[rune]glyph{}
	for r, g := range t.glyphs {
		if code, ok := p.codes[r]; ok {
			r = code
		}
		glyphs[r] = g
	}
	return glyphs
}

// describe sets the metadata. It holds nothing about a person, and no instant
// but that of issue, so that two renderings agree byte for byte.
func (p pen) describe(s Sheet) {
	title := formTitle
	if s.Sample {
		title += "（样张）"
	}
	p.SetTitle(title, true)
	p.SetProducer("Onewindow", true)
	p.SetCatalogSort(true)
	p.SetCreationDate(s.IssuedAt.UTC())
	p.SetModificationDate(s.IssuedAt.UTC())
}

// leaf draws one page: paper, rules, QR code, then the text.
func (p pen) leaf(l *leaf, qr code, sample bool) {
	p.paper()
	if sample {
		p.watermark()
	}
	for _, r := range l.rules {
		p.rule(r)
	}
	if l.qr {
		p.qr(qr)
	}
	for _, m := range l.marks {
		p.mark(m)
	}
}

// paper tints the page and draws its frame: a broad and a thin rule, with a
// small square where the thin ones meet.
func (p pen) paper() {
	const outer, inner, knot = 8.0, 10.2, 3.6
	p.SetFillColor(254, 252, 246)
	p.Rect(outer, outer, pageWidth-2*outer, pageHeight-2*outer, "F")
	p.SetDrawColor(red.r, red.g, red.b)
	p.SetLineWidth(1)
	p.Rect(outer, outer, pageWidth-2*outer, pageHeight-2*outer, "D")
	p.SetLineWidth(0.25)
	p.Rect(inner, inner, pageWidth-2*inner, pageHeight-2*inner, "D")
	p.SetFillColor(red.r, red.g, red.b)
	for _, x := range []float64{inner, pageWidth - inner - knot} {
		for _, y := range []float64{inner, pageHeight - inner - knot} {
			p.Rect(x, y, knot, knot, "D")
			p.Rect(x+knot/3, y+knot/3, knot/3, knot/3, "F")
		}
	}
}

// watermark says across the page that it is a sample.
func (p pen) watermark() {
	const size = 86.0
	p.RawWriteStr("/Artifact BMC")
	p.TransformBegin()
	p.TransformRotate(24, pageWidth/2, pageHeight/2)
	p.SetFont(textFont, "", size)
	width := p.GetStringWidth(formSample)
	p.SetTextColor(243, 234, 222)
	p.Text((pageWidth-width)/2, pageHeight/2+size*mm*0.38, formSample)
	p.TransformEnd()
	p.RawWriteStr("EMC")
}

func (p pen) rule(r rule) {
	p.SetDrawColor(r.ink.r, r.ink.g, r.ink.b)
	p.SetLineCapStyle("square")
	p.SetLineWidth(r.thickness)
	p.Line(r.x1, r.y1, r.x2, r.y2)
}

// qr draws the code as filled rectangles on white, at any size sharp.
func (p pen) qr(c code) {
	p.SetFillColor(255, 255, 255)
	p.Rect(qrLeft, qrTop, qrSize, qrSize, "F")
	p.SetFillColor(0, 0, 0)
	module := qrSize / float64(c.side+2*qrQuiet)
	for _, b := range c.bars {
		p.Rect(qrLeft+module*float64(b.column+qrQuiet), qrTop+module*float64(b.row+qrQuiet),
			module*float64(b.length), module, "F")
	}
}

// mark draws a run of text. Bold text is the same type, drawn around as well:
// a second font would cost as much as the rest of the document.
func (p pen) mark(m mark) {
	p.SetFont(textFont, "", m.size)
	p.SetTextColor(m.ink.r, m.ink.g, m.ink.b)
	if m.bold {
		p.SetDrawColor(m.ink.r, m.ink.g, m.ink.b)
		p.SetLineWidth(m.size * mm * 0.022)
		p.SetTextRenderingMode(2)
		defer p.SetTextRenderingMode(0)
	}
	for run := range p.runs(m.text) {
		if code, ok := p.codes[run[0]]; ok {
			p.RawWriteStr("/Span <</ActualText <" + utf16Hex(run[0]) + ">>> BDC")
			p.Text(m.x, m.y, string(code))
			p.RawWriteStr("EMC")
			m.x += p.GetStringWidth(string(code))
			continue
		}
		p.Text(m.x, m.y, string(run))
		m.x += p.GetStringWidth(string(run))
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
