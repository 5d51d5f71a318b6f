package certificate

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
		l.marks = append(l.marks, mark{sideMargin, y + 5, bodySize, f.Label, black, true})
		y += 8
		step := bodySize * leading * mm
		for _, line := range c.tray.lines(f.Text, bodySize, pageWidth-2*sideMargin) {
			if y+step > bodyBottom {
				l, y = c.nextPage(), bodyTop
			}
			y = l.put(sideMargin, y, block{bodySize, []string{line}}, black)
		}
		y += 6
	}
}

// nextPage begins a page that goes on with the table.
func (c *composer) nextPage() *leaf {
	l := c.leaf()
	c.pageHead(l, formNextPage)
	return l
}

// pageHead sets a title and the number of the certificate at the top of a page.
func (c *composer) pageHead(l *leaf, title string) {
	c.title(l, pageWidth/2, 31, 20, title, red)
	c.number(l, pageWidth/2, 41)
	l.rules = append(l.rules, rule{sideMargin, 46, pageWidth - sideMargin, 46, 0.35, red})
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
func (c *composer) plan(l *leaf, p Plan, x, w float64) {
	const top, height = bodyTop + 4, bodyBottom - bodyTop - 6
	l.box(x, top, w, height)
	middle, y := x+w/2, top+height/2-4
	c.centre(l, middle, top+9, 12, p.Title, black)
	c.centre(l, middle, y, 14, formArchived, black)
	if p.SHA256 == "" {
		return
	}
	y += 11
	for _, line := range c.tray.lines(formFile+c.tray.known(p.File), 10, w-2*padding) {
		if p.File != "" {
			c.centre(l, middle, y, 10, line, black)
			y += 5.4
		}
	}
	c.centre(l, middle, y+1, 8.5, formDigest, grey)
	y++
	for _, line := range c.tray.lines(halves(p.SHA256), 8.5, w-2*padding) {
		y += 4.6
		c.centre(l, middle, y, 8.5, line, grey)
	}
}

// halves writes a digest on two lines of equal length.
func halves(digest string) string {
	return digest[:len(digest)/2] + "\n" + digest[len(digest)/2:]
}
