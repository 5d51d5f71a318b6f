// Package typeset sets Chinese text on pages and prints them as a PDF that anyone
// can read back: every character as itself, from one font cut for the document.
//
// It knows fonts, lines, pages, QR codes and PDF, and reads its own documents to
// compare them with what was set. It knows nothing of what a document says.
package typeset

import (
	"errors"
	"fmt"
	"sync"

	"onewindow/templates/fonts"
)

// Fonts are the fonts of documents. They never change once loaded, and serve any
// number of goroutines at once.
type Fonts struct{ family family }

// An Option adds to fonts.
type Option func(*Fonts) error

// WithFont adds the TrueType font at path (.ttf, not a collection) behind the
// embedded ones, for characters that they lack.
func WithFont(path string) Option {
	return func(f *Fonts) error {
		face, err := parseFile(path)
		if err != nil {
			return err
		}
		f.family = append(f.family, face)
		return nil
	}
}

// Load expands the embedded fonts and applies the options. It takes about 0.1 s:
// load once at start.
func Load(options ...Option) (*Fonts, error) {
	embedded, err := parseEmbedded(fonts.Serif, fonts.Names, fonts.Rare)
	if err != nil {
		return nil, err
	}
	f := &Fonts{embedded}
	for _, add := range options {
		if err := add(f); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Embedded returns the embedded fonts, loaded when first asked for.
var Embedded = sync.OnceValues(func() (*Fonts, error) { return Load() })

// ErrPanic says that something panicked while a document was made. What it said is
// not repeated: it may quote the text.
var ErrPanic = errors.New("panic while the document was made")

// Rescue is deferred around the making of a document: the PDF library panics on
// what it does not expect. It turns that into ErrPanic.
func Rescue(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %T", ErrPanic, r)
	}
}
