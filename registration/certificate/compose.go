package certificate

import "onewindow/internal/typeset"

// The measures of the form, in millimetres on A4 landscape.
const (
	pageWidth, pageHeight = 297.0, 210.0

	leftEdge, leftWidth = 29.0, 107.0 // the text block of the left half
	tableLeft, tableTop = 157.5, 38.0
	tableWidth          = 112.5
	labelWidth          = 32.0
	rowHeight           = 10.3
	tallRowHeight       = 25.0
	padding             = 2.4 // between a rule and the text beside it

	qrLeft, qrTop, qrSize = 29.0, 127.0, 27.0
)

// Type sizes in points: a value starts at the largest and shrinks to
// typeset.LeastSize.
const (
	bodySize = 11.0
	tallSize = 10.0
)

var (
	black = typeset.Ink{R: 33, G: 29, B: 27}
	red   = typeset.Ink{R: 134, G: 27, B: 32}
	grey  = typeset.Ink{R: 120, G: 112, B: 106}
)

// A composer lays a sheet out on leaves. It draws nothing.
type composer struct {
	sheet  Sheet
	tray   *typeset.Tray
	leaves []*typeset.Leaf
}

// compose lays s out: the certificate, the pages that go on with what its table
// cannot hold, and the page of the plans.
func (p *Press) compose(s Sheet) (*composer, error) {
	c := &composer{sheet: s, tray: p.form.Clone()}
	if err := c.cast(); err != nil {
		return nil, err
	}
	front := c.leaf()
	c.leftHalf(front)
	c.continued(c.table(front))
	c.plans()
	c.pageNumbers()
	return c, nil
}

// leaf begins a page.
func (c *composer) leaf() *typeset.Leaf {
	l := c.tray.Leaf()
	c.leaves = append(c.leaves, l)
	return l
}

// cast makes sure that there is a glyph for everything the document says.
func (c *composer) cast() error {
	texts := append(c.sheet.Fields(), Field{"number", c.sheet.Number}, Field{"office", c.sheet.Office})
	for _, p := range c.sheet.Plans {
		texts = append(texts, Field{"plan", p.Title + p.SHA256 + c.tray.Known(p.File, noGlyph)})
	}
	for _, f := range texts {
		if err := typeset.In(f.Label, c.tray.Cast(f.Text)); err != nil {
			return err
		}
	}
	return nil
}

// noGlyph stands in the name of a file for what no font has: a file's name must not
// keep a certificate back.
const noGlyph = '_'
