package statement

import (
	"errors"
	"fmt"
	"time"

	"onewindow/internal/typeset"
)

// ErrUnfaithful says that a document did not read back as it was set: it is not
// given to anybody.
var ErrUnfaithful = errors.New("the document does not read as it was set")

// The words of both forms.
const (
	wordSample = "样本"
	wordScan   = "扫码查看"
	wordPage   = "第%d页　共%d页"
	wordLost   = "〓 代表字库中没有的字，网页上可以看到。"
)

// A form is what both documents are made of.
type form struct {
	title   string
	number  string // at the head of the pages that follow
	check   string // at the foot of every page; "" for none
	address string
	at      time.Time
	sample  bool
}

// The place of the QR code, on the first page.
const qrSize = 30.0

// begin starts the first page: the mark of a sample, the title, the QR code.
func (g *galley) begin(f form, sample string) {
	g.running = f.title + "　" + f.number
	g.page()
	if f.sample {
		g.paragraph(left, width-qrSize-4, smallSize, sample, red)
		g.gap(1)
	}
	g.leaf.Bold(left, g.y+9, titleSize, g.known(f.title), black)
	g.gap(13)
	g.leaf.QR = &typeset.QR{Text: f.address, X: right - qrSize + 3, Y: top - 6, Size: qrSize}
	g.leaf.Centre(right-qrSize/2+3, top-6+qrSize+2.5, smallSize, g.known(wordScan), grey)
}

// print closes the pages, draws them and reads them back.
func (g *galley) print(f form) (pdf []byte, err error) {
	if g.lost {
		g.gap(2)
		g.paragraph(left, width, smallSize, wordLost, grey)
	}
	for i, l := range g.leaves {
		l.Line(left, footLine-4.5, right, footLine-4.5, thin, pale)
		l.Say(left, footLine, smallSize, g.known(f.check), grey)
		l.Right(right, footLine, smallSize, g.known(fmt.Sprintf(wordPage, i+1, len(g.leaves))), grey)
	}
	d := typeset.Document{Title: f.title, At: f.at, Tray: g.tray, Leaves: g.leaves}
	if f.sample {
		d.Title += "（" + wordSample + "）"
		d.Watermark = &typeset.Watermark{Text: g.known(wordSample), Size: 150, Angle: 45, Ink: faint}
	}
	if g.fault != nil {
		return nil, g.fault
	}
	if pdf, err = d.Draw(); err != nil {
		return nil, err
	}
	if _, problems := d.Read(pdf); len(problems) > 0 {
		return nil, fmt.Errorf("%w: %s", ErrUnfaithful, problems[0].Code)
	}
	return pdf, nil
}
