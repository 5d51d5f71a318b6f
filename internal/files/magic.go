package files

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
)

// The first bytes of the formats.
var (
	magicPDF  = []byte("%PDF-")
	magicJPEG = []byte{0xff, 0xd8, 0xff}
	magicPNG  = []byte("\x89PNG\r\n\x1a\n")
)

// Sniff finds the format of a content by its first bytes and nothing else, or
// returns ErrFormat.
func Sniff(content []byte) (Media, error) {
	switch {
	case bytes.HasPrefix(content, magicPDF):
		return PDF, nil
	case bytes.HasPrefix(content, magicJPEG):
		return JPEG, nil
	case bytes.HasPrefix(content, magicPNG):
		return PNG, nil
	}
	return "", ErrFormat
}

// measure looks at a content without unpacking any of it: its format, that it is
// whole, that it is nothing else besides, and how many pixels it says it has.
func measure(content []byte, l Limits) (Media, error) {
	switch n := int64(len(content)); {
	case n == 0:
		return "", ErrEmpty
	case n > l.Bytes:
		return "", ErrTooLarge
	}
	m, err := Sniff(content)
	if err != nil {
		return "", err
	}
	if !whole(content, m) {
		return "", ErrDamaged
	}
	if foreign(content) {
		return "", ErrPolyglot
	}
	if m == PDF {
		return m, nil
	}
	return m, measureImage(content, m, l)
}

// measureImage reads the header of an image.
func measureImage(content []byte, m Media, l Limits) error {
	read := map[Media]func([]byte) (image.Config, error){
		JPEG: func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		PNG:  func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
	}[m]
	c, err := read(content)
	switch {
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return ErrDamaged
	case int64(c.Width)*int64(c.Height) > l.Pixels:
		return ErrPixels
	}
	return nil
}

// endSpace is how far before the end of a content its last mark may stand.
const endSpace = 1024

// whole says whether a content ends as its format ends. Cameras write more behind
// a photograph, which is dropped when it is drawn anew.
func whole(content []byte, m Media) bool {
	switch m {
	case PDF:
		tail := content[max(0, len(content)-endSpace):]
		at := bytes.LastIndex(tail, []byte("%%EOF"))
		return at >= 0 && len(bytes.Trim(tail[at+5:], "\r\n\t \x00")) == 0
	case PNG:
		return bytes.Contains(content, []byte("IEND\xaeB`\x82"))
	default:
		return bytes.Contains(content, []byte{0xff, 0xd9})
	}
}

// markup begins what a browser would take for a page, in lower case.
var markup = [][]byte{[]byte("<html"), []byte("<!doctype html"), []byte("<script"), []byte("<iframe"), []byte("<svg"),
	[]byte("<?php"), []byte("javascript:")}

// foreign says whether a content is also something else: an archive at its end, a
// program at its start, a page or a second document inside.
func foreign(content []byte) bool {
	lower := lowered(content)
	for _, m := range markup {
		if bytes.Contains(lower, m) {
			return true
		}
	}
	return archived(content) || !bytes.HasPrefix(content, magicPDF) && bytes.Contains(content, magicPDF)
}

// lowered returns a copy of bytes, which need not be text, with A to Z as a to z.
func lowered(content []byte) []byte {
	lower := make([]byte, len(content))
	for i, c := range content {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return lower
}

// archived says whether a ZIP reader would open the content: it looks for a list
// of entries from the end, wherever the content begins.
func archived(content []byte) bool {
	const endSize, longestComment = 22, 1<<16 - 1
	tail := content[max(0, len(content)-endSize-longestComment):]
	for at := len(tail); ; {
		if at = bytes.LastIndex(tail[:at], []byte("PK\x05\x06")); at < 0 {
			return false
		}
		if len(tail)-at < endSize {
			continue
		}
		size := int64(binary.LittleEndian.Uint32(tail[at+12:]))
		list := int64(len(content)-len(tail)+at) - size
		if list >= 0 && (size == 0 || bytes.HasPrefix(content[list:], []byte("PK\x01\x02"))) {
			return true
		}
	}
}
