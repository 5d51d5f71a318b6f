// Package certificate prints the certificate of an entry in the register, checks
// what it printed, and issues it once (不动产权证书).
//
// It knows the form, the fonts, the PDF and the row in which a document is kept;
// its words come from the register entry and from nothing else (Civil Code art.
// 217). It knows nothing of queues, pages or seals: what it makes is unsealed.
package certificate

import (
	"errors"
	"fmt"
	"sync"

	"onewindow/templates/fonts"
)

// A Press renders certificates. It holds the fonts, never changes once made, and
// serves any number of goroutines at once.
type Press struct {
	family family
	form   map[rune]glyph // the characters of the form, ready for every document
}

// An Option fits a press out.
type Option func(*Press) error

// WithFont adds the TrueType font at path (.ttf, not a collection) behind the
// embedded ones, for characters that they lack.
func WithFont(path string) Option {
	return func(p *Press) error {
		face, err := parseFile(path)
		if err != nil {
			return err
		}
		p.family = append(p.family, face)
		return nil
	}
}

// NewPress expands the embedded fonts and applies the options. It takes about
// 0.1 s: make one at start and keep it.
func NewPress(options ...Option) (*Press, error) {
	embedded, err := parseEmbedded(fonts.Serif, fonts.Names, fonts.Rare)
	if err != nil {
		return nil, err
	}
	p := &Press{family: embedded}
	for _, fit := range options {
		if err := fit(p); err != nil {
			return nil, err
		}
	}
	form := p.tray()
	if err := form.cast(formText); err != nil {
		return nil, fmt.Errorf("the words of the form: %w", err)
	}
	p.form = form.glyphs
	return p, nil
}

// errPanic says that something panicked while a certificate was drawn. What it
// said is not repeated: it may quote the text.
var errPanic = errors.New("panic while the certificate was drawn")

// standard is the press with the embedded fonts only, made when first asked for.
var standard = sync.OnceValues(func() (*Press, error) { return NewPress() })

// Render prints s with the embedded fonts, as Press.Render does.
func Render(s Sheet) ([]byte, error) {
	p, err := standard()
	if err != nil {
		return nil, err
	}
	return p.Render(s)
}

// Render prints s as a PDF of A4 landscape pages. The same sheet gives the same
// bytes at any time and on any machine, from the same program with the same fonts
// (a later release may draw otherwise: what was issued is kept). It returns a *NoGlyphError when a
// character cannot be shown, ErrControl, ErrIncomplete or ErrTooLong when a sheet
// must not be printed; it leaves no text out and never panics.
func (p *Press) Render(s Sheet) ([]byte, error) {
	_, pdf, err := p.print(s)
	return pdf, err
}

// print lays s out and draws it.
func (p *Press) print(s Sheet) (c *composer, pdf []byte, err error) {
	defer func() { // the PDF library panics on what it does not expect
		if r := recover(); r != nil {
			c, pdf, err = nil, nil, fmt.Errorf("%w: %T", errPanic, r)
		}
	}()
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	if c, err = p.compose(s); err != nil {
		return nil, nil, err
	}
	pdf, err = c.draw()
	return c, pdf, err
}
