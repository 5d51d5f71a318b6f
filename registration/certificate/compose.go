package certificate

import "errors"

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

// Type sizes in points: a value starts at the largest and shrinks to the least.
const (
	bodySize  = 11.0
	tallSize  = 10.0
	easySize  = 8.5 // down to here rather than a line is broken
	leastSize = 7.5
)

// An ink is a colour of the form.
type ink struct{ r, g, b int }

var (
	black = ink{33, 29, 27}
	red   = ink{134, 27, 32}
	grey  = ink{120, 112, 106}
)

// A mark is a run of text: baseline in millimetres, size in points.
type mark struct {
	x, y, size float64
	text       string
	ink        ink
	bold       bool
}

// A rule is a straight line between two points.
type rule struct {
	x1, y1, x2, y2, thickness float64
	ink                       ink
}

// A leaf is one page of the document.
type leaf struct {
	marks []mark
	rules []rule
	qr    bool
}

// A composer lays a sheet out on leaves. It draws nothing.
type composer struct {
	sheet  Sheet
	tray   *tray
	leaves []*leaf
}

// compose lays s out: the certificate, the pages that go on with what its table
// cannot hold, and the page of the plans.
func (p *Press) compose(s Sheet) (*composer, error) {
	c := &composer{sheet: s, tray: p.tray()}
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
func (c *composer) leaf() *leaf {
	l := &leaf{}
	c.leaves = append(c.leaves, l)
	return l
}

// cast makes sure that there is a glyph for everything the document says.
func (c *composer) cast() error {
	texts := append(c.sheet.Fields(), Field{"number", c.sheet.Number}, Field{"office", c.sheet.Office})
	for _, p := range c.sheet.Plans {
		texts = append(texts, Field{"plan", p.Title + p.SHA256 + c.tray.known(p.File)})
	}
	for _, f := range texts {
		if err := named(c.tray.cast(f.Text), f.Label); err != nil {
			return err
		}
	}
	return nil
}

// named says in which field a character without a glyph was found.
func named(err error, field string) error {
	if missing := (*NoGlyphError)(nil); errors.As(err, &missing) {
		return &NoGlyphError{missing.Rune, field}
	}
	return err
}

// say puts text on a page with its left end at x.
func (l *leaf) say(x, y, size float64, text string, colour ink) {
	l.marks = append(l.marks, mark{x: x, y: y, size: size, text: text, ink: colour})
}

// title puts a heading on a page, centred on x.
func (c *composer) title(l *leaf, x, y, size float64, text string, colour ink) {
	x -= c.tray.width([]rune(text), size) / 2
	l.marks = append(l.marks, mark{x, y, size, text, colour, true})
}

// centre puts text on a page, centred on x.
func (c *composer) centre(l *leaf, x, y, size float64, text string, colour ink) {
	l.say(x-c.tray.width([]rune(text), size)/2, y, size, text, colour)
}

// line draws a thin rule.
func (l *leaf) line(x1, y1, x2, y2 float64) {
	l.rules = append(l.rules, rule{x1, y1, x2, y2, 0.2, black})
}

// box draws a rectangle of thin rules.
func (l *leaf) box(x, y, w, h float64) {
	l.line(x, y, x+w, y)
	l.line(x, y+h, x+w, y+h)
	l.line(x, y, x, y+h)
	l.line(x+w, y, x+w, y+h)
}

// put sets a block with its top at y, and returns where it ends.
func (l *leaf) put(x, y float64, b block, colour ink) float64 {
	step := b.size * leading * mm
	for _, line := range b.lines {
		y += step
		if line != "" {
			l.say(x, y-drop(b.size, step), b.size, line, colour)
		}
	}
	return y
}

// drop is how far the baseline lies above the foot of a line of the given
// height, so that the ideographs stand in its middle.
func drop(size, height float64) float64 {
	return height/2 - 0.38*size*mm
}
