package certificate

import "onewindow/internal/typeset"

// The measures of the pages behind the certificate, in millimetres.
const (
	sideMargin = 29.0
	bodyTop    = 52.0
	bodyBottom = 183.0
	planGap    = 11.0
)

// continued sets in full the fields that the table could not hold.
func (c *composer) continued(fields []Field) {
	if len(fields) == 0 {
		return
	}
	l := c.nextPage()
	y := bodyTop
	for _, f := range fields {
		if y+16 > bodyBottom { // never a label alone at the foot
			l, y = c.nextPage(), bodyTop
		}
		l.Bold(sideMargin, y+5, bodySize, f.Label, black)
		y += 8
		step := bodySize * typeset.Leading * typeset.MM
		for _, line := range c.tray.Lines(f.Text, bodySize, pageWidth-2*sideMargin) {
			if y+step > bodyBottom {
				l, y = c.nextPage(), bodyTop
			}
			y = l.Put(sideMargin, y, typeset.Block{Size: bodySize, Lines: []string{line}}, black)
		}
		y += 6
	}
}

// nextPage begins a page that goes on with the table.
func (c *composer) nextPage() *typeset.Leaf {
	l := c.leaf()
	c.pageHead(l, formNextPage)
	return l
}

// pageHead sets a title and the number of the certificate at the top of a page.
func (c *composer) pageHead(l *typeset.Leaf, title string) {
	l.Title(pageWidth/2, 31, 20, title, red)
	c.number(l, pageWidth/2, 41)
	l.Line(sideMargin, 46, pageWidth-sideMargin, 46, 0.35, red)
}

// plans sets the page of the drawings. Each has its place; as none is redrawn,
// the place says that the drawing is in the archive and which file it is.
func (c *composer) plans() {
	l := c.leaf()
	c.pageHead(l, formPlans)
	plans := c.sheet.Plans
	if len(plans) == 0 {
		plans = []Plan{{}}
	}
	w := (pageWidth - 2*sideMargin - planGap*float64(len(plans)-1)) / float64(len(plans))
	for i, p := range plans {
		c.plan(l, p, sideMargin+float64(i)*(w+planGap), w)
	}
}

// plan sets the place of one file's drawings: their titles, where they are, and
// which file it is.
func (c *composer) plan(l *typeset.Leaf, p Plan, x, w float64) {
	const top, height = bodyTop + 4, bodyBottom - bodyTop - 6
	frame(l, x, top, w, height, thin)
	middle, y := x+w/2, top+height/2-4
	l.Centre(middle, top+9, 12, p.Title, black)
	l.Centre(middle, y, 14, formArchived, black)
	if p.SHA256 == "" {
		return
	}
	y += 11
	for _, line := range c.tray.Lines(formFile+c.tray.Known(p.File, noGlyph), 10, w-2*padding) {
		if p.File != "" {
			l.Centre(middle, y, 10, line, black)
			y += 5.4
		}
	}
	l.Centre(middle, y+1, 8.5, formDigest, grey)
	y++
	for _, line := range c.tray.Lines(halves(p.SHA256), 8.5, w-2*padding) {
		y += 4.6
		l.Centre(middle, y, 8.5, line, grey)
	}
}

// halves writes a digest on two lines of equal length.
func halves(digest string) string {
	return digest[:len(digest)/2] + "\n" + digest[len(digest)/2:]
}
