package typeset

// An Ink is a colour.
type Ink struct{ R, G, B int }

// A Mark is a run of text: baseline in millimetres, size in points.
type Mark struct {
	X, Y, Size float64
	Text       string
	Ink        Ink
	Bold       bool
}

// A Rule is a straight line between two points, in millimetres.
type Rule struct {
	X1, Y1, X2, Y2, Thickness float64
	Ink                       Ink
}

// A QR is the place of a QR code with its white margin, in millimetres.
type QR struct {
	Text       string
	X, Y, Size float64
}

// A Leaf is one page of a document, in millimetres from its upper left corner.
type Leaf struct {
	Marks []Mark
	Rules []Rule
	QR    *QR // nil for none
	tray  *Tray
}

// Leaf begins a page that is set from t.
func (t *Tray) Leaf() *Leaf { return &Leaf{tray: t} }

// Say puts text on a page with its left end at x.
func (l *Leaf) Say(x, y, size float64, text string, colour Ink) {
	l.Marks = append(l.Marks, Mark{X: x, Y: y, Size: size, Text: text, Ink: colour})
}

// Right puts text on a page with its right end at x.
func (l *Leaf) Right(x, y, size float64, text string, colour Ink) {
	l.Say(x-l.tray.Width([]rune(text), size), y, size, text, colour)
}

// Centre puts text on a page, centred on x.
func (l *Leaf) Centre(x, y, size float64, text string, colour Ink) {
	l.Say(x-l.tray.Width([]rune(text), size)/2, y, size, text, colour)
}

// Bold puts bold text on a page with its left end at x.
func (l *Leaf) Bold(x, y, size float64, text string, colour Ink) {
	l.Marks = append(l.Marks, Mark{x, y, size, text, colour, true})
}

// Title puts a heading on a page, centred on x.
func (l *Leaf) Title(x, y, size float64, text string, colour Ink) {
	l.Bold(x-l.tray.Width([]rune(text), size)/2, y, size, text, colour)
}

// Line draws a rule.
func (l *Leaf) Line(x1, y1, x2, y2, thickness float64, colour Ink) {
	l.Rules = append(l.Rules, Rule{x1, y1, x2, y2, thickness, colour})
}

// Put sets a block with its top at y, and returns where it ends.
func (l *Leaf) Put(x, y float64, b Block, colour Ink) float64 {
	step := b.Size * Leading * MM
	for _, line := range b.Lines {
		y += step
		if line != "" {
			l.Say(x, y-Drop(b.Size, step), b.Size, line, colour)
		}
	}
	return y
}

// Drop is how far the baseline lies above the foot of a line of the given
// height, so that the ideographs stand in its middle.
func Drop(size, height float64) float64 {
	return height/2 - 0.38*size*MM
}
