package certificate

import (
	"github.com/jung-kurt/gofpdf"

	"onewindow/internal/typeset"
)

// document returns the leaves of c, ready to be drawn. Its metadata hold nothing
// about a person, and no instant but that of issue.
func (c *composer) document() typeset.Document {
	d := typeset.Document{Title: formTitle, At: c.sheet.IssuedAt, Landscape: true, Tray: c.tray, Leaves: c.leaves,
		Ground: paper}
	if c.sheet.Sample {
		d.Title += "（样张）"
		d.Watermark = &typeset.Watermark{Text: formSample, Size: 86, Angle: 24, Ink: typeset.Ink{R: 243, G: 234, B: 222}}
	}
	return d
}

// paper tints the page and draws its frame: a broad and a thin rule, with a
// small square where the thin ones meet.
func paper(p *gofpdf.Fpdf) {
	const outer, inner, knot = 8.0, 10.2, 3.6
	p.SetFillColor(254, 252, 246)
	p.Rect(outer, outer, pageWidth-2*outer, pageHeight-2*outer, "F")
	p.SetDrawColor(red.R, red.G, red.B)
	p.SetLineWidth(1)
	p.Rect(outer, outer, pageWidth-2*outer, pageHeight-2*outer, "D")
	p.SetLineWidth(0.25)
	p.Rect(inner, inner, pageWidth-2*inner, pageHeight-2*inner, "D")
	p.SetFillColor(red.R, red.G, red.B)
	for _, x := range []float64{inner, pageWidth - inner - knot} {
		for _, y := range []float64{inner, pageHeight - inner - knot} {
			p.Rect(x, y, knot, knot, "D")
			p.Rect(x+knot/3, y+knot/3, knot/3, knot/3, "F")
		}
	}
}
