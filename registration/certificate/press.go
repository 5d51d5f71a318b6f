// Package certificate prints the certificate of an entry in the register, checks
// what it printed, and issues it once (不动产权证书).
//
// It knows the form and the row in which a document is kept; its words come from
// the register entry and from nothing else (Civil Code art. 217). It knows nothing
// of queues, pages or seals: what it makes is unsealed.
package certificate

import (
	"fmt"
	"sync"

	"onewindow/internal/typeset"
)

// A Press renders certificates. It never changes once made, and serves any number
// of goroutines at once.
type Press struct {
	form *typeset.Tray // the characters of the form, ready for every document
}

// NewPress makes a press that sets from f.
func NewPress(f *typeset.Fonts) (*Press, error) {
	form := f.Tray()
	if err := form.Cast(formText); err != nil {
		return nil, fmt.Errorf("the words of the form: %w", err)
	}
	return &Press{form}, nil
}

// standard is the press with the embedded fonts only, made when first asked for.
var standard = sync.OnceValues(func() (*Press, error) {
	f, err := typeset.Embedded()
	if err != nil {
		return nil, err
	}
	return NewPress(f)
})

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
// (a later release may draw otherwise: what was issued is kept). It returns a
// *typeset.NoGlyphError when a character cannot be shown (such a certificate goes to
// a person: a blank or a box would certify a name that nobody bears), ErrControl,
// ErrIncomplete or ErrTooLong when a sheet must not be printed; it leaves no text
// out and never panics.
func (p *Press) Render(s Sheet) ([]byte, error) {
	_, pdf, err := p.print(s)
	return pdf, err
}

// print lays s out and draws it.
func (p *Press) print(s Sheet) (c *composer, pdf []byte, err error) {
	defer typeset.Rescue(&err)
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	if c, err = p.compose(s); err != nil {
		return nil, nil, err
	}
	pdf, err = c.document().Draw()
	return c, pdf, err
}
