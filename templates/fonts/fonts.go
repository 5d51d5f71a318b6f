// Package fonts holds the typefaces of the certificate.
//
// It knows which files there are and how to expand them, and nothing of glyphs,
// pages or certificates. README.md says where the files come from, what each
// covers and how they are made again.
package fonts

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
)

//go:embed serif.ttf.gz names.ttf.gz rare.ttf.gz
var files embed.FS

// File names one embedded typeface.
type File string

// The embedded typefaces. Text is set from Serif, Names and Rare, in this
// order: the first that has a character gives its glyph.
const (
	Serif File = "serif" // GB 2312 and the symbols of a certificate
	Names File = "names" // the rest of 通用规范汉字表 and further name characters
	Rare  File = "rare"  // characters of planes 2 and 3 that the serif lacks
)

// Expand returns the TrueType bytes of f. It costs some 30 ms for the largest
// file: call it once at start.
func Expand(f File) ([]byte, error) {
	stored, err := files.ReadFile(string(f) + ".ttf.gz")
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", f, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", f, err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("expand font %s: %w", f, err)
	}
	return raw, nil
}
