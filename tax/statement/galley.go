package statement

import (
	"strings"
	"unicode"

	"onewindow/internal/typeset"
)

// The measures of a page in millimetres, A4 upright.
const (
	pageWidth          = 210.0
	left, right        = 18.0, 192.0
	width              = right - left
	top, bottom        = 20.0, 274.0
	footLine           = 284.0
	padding            = 1.6 // between a rule and the text beside it
	thin, thick        = 0.15, 0.4
	bodySize           = 9.0 // in points, as the sizes below
	smallSize          = 8.0
	headingSize        = 11.5
	titleSize, subSize = 20.0, 10.5
)

var (
	black = typeset.Ink{R: 28, G: 28, B: 30}
	grey  = typeset.Ink{R: 96, G: 98, B: 104}
	pale  = typeset.Ink{R: 176, G: 178, B: 184}
	red   = typeset.Ink{R: 150, G: 30, B: 34}
	faint = typeset.Ink{R: 238, G: 234, B: 228} // of the mark of a sample
)

// A galley sets text from top to bottom and begins a page where one is full.
type galley struct {
	tray    *typeset.Tray
	leaves  []*typeset.Leaf
	leaf    *typeset.Leaf
	y       float64 // where the next thing begins
	running string  // at the head of every page but the first
	lost    bool    // a character was set that no font has
	fault   error   // the first that occurred
}

// noGlyph stands for a character that no font has, as Chinese setters put it (铅字
// 缺字). A statement certifies nobody's name, so it is not kept back by one.
const noGlyph = '〓'

// known is text as it can be set: every character in a font, no control characters.
func (g *galley) known(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	shown := g.tray.Known(text, noGlyph)
	g.lost = g.lost || shown != text
	if err := g.tray.Cast(shown); err != nil && g.fault == nil {
		g.fault = err
	}
	return shown
}

// page begins a page.
func (g *galley) page() {
	g.leaf = g.tray.Leaf()
	g.leaves = append(g.leaves, g.leaf)
	g.y = top
	if len(g.leaves) == 1 || g.running == "" {
		return
	}
	text := g.known(g.running)
	g.leaf.Say(left, g.y-3, smallSize, text, grey)
	g.leaf.Line(left, g.y, right, g.y, thin, pale)
	g.y += 4
}

// room begins a page unless so much height is left on this one.
func (g *galley) room(height float64) {
	if g.y+height > bottom {
		g.page()
	}
}

// gap leaves some height free.
func (g *galley) gap(height float64) { g.y += height }

// step is the height of a line at a size.
func step(size float64) float64 { return size * typeset.Leading * typeset.MM }

// paragraph sets text from x on, no wider than wide, over as many pages as it takes.
func (g *galley) paragraph(x, wide, size float64, text string, colour typeset.Ink) {
	for _, line := range g.tray.Lines(g.known(text), size, wide) {
		g.room(step(size))
		g.y = g.leaf.Put(x, g.y, typeset.Block{Size: size, Lines: []string{line}}, colour)
	}
}

// heading sets the title of a part, never alone at the foot of a page.
func (g *galley) heading(text string) {
	g.room(26)
	g.gap(4.5)
	g.gap(step(headingSize))
	g.leaf.Bold(left, g.y-typeset.Drop(headingSize, step(headingSize)), headingSize, g.known(text), black)
	g.gap(1.2)
}

// A column is a place in the rows of a table.
type column struct {
	title   string
	wide    float64
	figures bool // set to the right
}

// A table is rows of the same columns; its head is repeated on every page.
type table []column

// head sets the titles of the columns.
func (g *galley) head(t table) {
	g.leaf.Line(left, g.y, right, g.y, thick, black)
	titles := make([]string, len(t))
	for i, c := range t {
		titles[i] = c.title
	}
	g.cells(t, g.broken(t, titles), grey)
	g.leaf.Line(left, g.y, right, g.y, thin, black)
}

// broken breaks the texts of a row into the lines of its cells.
func (g *galley) broken(t table, texts []string) (cells [][]string) {
	for i, text := range texts {
		cells = append(cells, g.tray.Lines(g.known(text), bodySize, t[i].wide-2*padding))
	}
	return cells
}

// row sets the texts of a row. One that does not fit goes to the next page; one that
// fits on no page is continued there.
func (g *galley) row(t table, texts ...string) {
	cells := g.broken(t, texts)
	for tallest(cells) > 0 {
		g.roomIn(t, tallest(cells))
		fit := max(1, int((bottom-g.y-2*padding)/step(bodySize)))
		now := make([][]string, len(cells))
		for i, lines := range cells {
			n := min(fit, len(lines))
			now[i], cells[i] = lines[:n], lines[n:]
		}
		g.cells(t, now, black)
	}
}

// roomIn begins a page with the head of a table if so many lines do not fit here and
// would on a page of their own, or nothing fits here.
func (g *galley) roomIn(t table, lines int) {
	need, whole := float64(lines)*step(bodySize)+2*padding, bottom-top-20
	if g.y+min(need, whole) > bottom {
		g.page()
		g.head(t)
	}
}

// tallest is how many lines the highest cell has.
func tallest(cells [][]string) (lines int) {
	for _, c := range cells {
		lines = max(lines, len(c))
	}
	return lines
}

// cells sets the lines of a row here.
func (g *galley) cells(t table, cells [][]string, colour typeset.Ink) {
	x := left
	for i, lines := range cells {
		y := g.y + padding
		for _, line := range lines {
			y += step(bodySize)
			base := y - typeset.Drop(bodySize, step(bodySize))
			if t[i].figures {
				g.leaf.Right(x+t[i].wide-padding, base, bodySize, line, colour)
			} else {
				g.leaf.Say(x+padding, base, bodySize, line, colour)
			}
		}
		x += t[i].wide
	}
	g.y += float64(tallest(cells))*step(bodySize) + 2*padding
}

// close draws the rule below a row or a table.
func (g *galley) close(thickness float64, colour typeset.Ink) {
	g.leaf.Line(left, g.y, right, g.y, thickness, colour)
}

// pairs sets values beside what they are called, each in its own column; a rule below
// each.
func (g *galley) pairs(list []Pair, wide float64) {
	const label = 34.0
	for _, p := range list {
		labels := g.tray.Lines(g.known(p.Label), bodySize, label-padding)
		lines := g.tray.Lines(g.known(p.Text), bodySize, wide-label-padding)
		g.room(step(bodySize) + 2*padding)
		g.gap(padding)
		for i := range max(len(labels), len(lines)) {
			g.room(step(bodySize))
			y := g.y
			if i < len(labels) {
				g.y = g.leaf.Put(left, y, typeset.Block{Size: bodySize, Lines: labels[i : i+1]}, grey)
			}
			if i < len(lines) {
				g.y = g.leaf.Put(left+label, y, typeset.Block{Size: bodySize, Lines: lines[i : i+1]}, black)
			}
		}
		g.gap(padding)
		g.leaf.Line(left, g.y, left+wide, g.y, thin, pale)
	}
}
