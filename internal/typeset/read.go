package typeset

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// errUnreadable says that a document is not one of ours, or is damaged.
var errUnreadable = errors.New("not readable as a document of ours")

// maxStream bounds what one stream of a document may expand to.
const maxStream = 16 << 20

// A document is a PDF of ours taken apart: not any PDF, only what draw writes.
type document struct {
	raw     []byte
	offsets []int // of the objects, by number
}

var trailer = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)

// openDocument reads the cross-reference table.
func openDocument(pdf []byte) (document, error) {
	tail := trailer.FindSubmatch(pdf[max(0, len(pdf)-40):])
	if tail == nil {
		return document{}, errUnreadable
	}
	at, err := strconv.Atoi(string(tail[1]))
	if err != nil || at >= len(pdf) || !bytes.HasPrefix(pdf[at:], []byte("xref\n")) {
		return document{}, errUnreadable
	}
	d := document{raw: pdf}
	lines := bytes.Split(pdf[at:], []byte("\n"))
	for _, line := range lines[min(2, len(lines)):] {
		if len(line) != 19 || line[17] != 'n' && line[17] != 'f' {
			break
		}
		offset, err := strconv.Atoi(string(line[:10]))
		if err != nil || offset >= len(pdf) {
			return document{}, errUnreadable
		}
		d.offsets = append(d.offsets, offset)
	}
	return d, nil
}

// dict returns the dictionary of an object, and what comes behind it.
func (d document) dict(n int) (dict string, rest []byte, err error) {
	if n <= 0 || n >= len(d.offsets) {
		return "", nil, errUnreadable
	}
	body, ok := bytes.CutPrefix(d.raw[d.offsets[n]:], fmt.Appendf(nil, "%d 0 obj\n", n))
	end := bytes.Index(body, []byte("endobj"))
	if !ok || end < 0 {
		return "", nil, errUnreadable
	}
	if begin := bytes.Index(body[:end], []byte("stream\n")); begin >= 0 {
		end = begin
	}
	return string(body[:end]), body[end:], nil
}

// stream returns the stream of an object, expanded.
func (d document) stream(n int) ([]byte, error) {
	dict, body, err := d.dict(n)
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutPrefix(body, []byte("stream\n"))
	length, err := number(dict, "Length")
	if err != nil || !ok || length > len(body) {
		return nil, errUnreadable
	}
	if !strings.Contains(dict, "/Filter /FlateDecode") {
		return body[:length], nil
	}
	return inflate(body[:length])
}

// inflate expands a compressed stream.
func inflate(stream []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, errUnreadable
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(io.LimitReader(z, maxStream)); err != nil {
		return nil, errUnreadable
	}
	return out.Bytes(), nil
}

// number returns the integer that follows a key in a dictionary.
func number(dict, key string) (int, error) {
	_, rest, ok := strings.Cut(dict, "/"+key+" ")
	if end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		rest = rest[:end]
	}
	n, err := strconv.Atoi(rest)
	if !ok || err != nil {
		return 0, errUnreadable
	}
	return n, nil
}

var reference = regexp.MustCompile(`(\d+) 0 R`)

// pages returns what every page draws, in order.
func (d document) pages() ([]drawing, error) {
	root, _, err := d.dict(1)
	if err != nil {
		return nil, err
	}
	var pages []drawing
	for _, kid := range reference.FindAllStringSubmatch(root, -1) {
		n, _ := strconv.Atoi(kid[1])
		page, _, err := d.dict(n)
		if err != nil {
			return nil, err
		}
		content, err := d.follow(page, "Contents")
		if err != nil {
			return nil, err
		}
		pages = append(pages, readContent(content))
	}
	return pages, nil
}

// follow returns the stream that a key of a dictionary refers to.
func (d document) follow(dict, key string) ([]byte, error) {
	n, err := number(dict, key)
	if err != nil {
		return nil, err
	}
	return d.stream(n)
}

// A typeface is the font inside a document.
type typeface struct {
	index  []byte // two bytes per character: its glyph
	tables map[string][]byte
}

// typeface finds the only font of the document.
func (d document) typeface() (typeface, error) {
	for n := 1; n < len(d.offsets); n++ {
		dict, _, err := d.dict(n)
		if err != nil {
			return typeface{}, err
		}
		if strings.Contains(dict, "/Subtype /CIDFontType2") {
			return d.openTypeface(dict)
		}
	}
	return typeface{}, errUnreadable
}

// openTypeface reads the font that the dictionary describes.
func (d document) openTypeface(dict string) (typeface, error) {
	index, err := d.follow(dict, "CIDToGIDMap")
	if err != nil {
		return typeface{}, err
	}
	at, err := number(dict, "FontDescriptor")
	if err != nil {
		return typeface{}, err
	}
	descriptor, _, err := d.dict(at)
	if err != nil {
		return typeface{}, err
	}
	font, err := d.follow(descriptor, "FontFile2")
	return typeface{index, tablesOf(font)}, err
}

// tablesOf takes a TrueType font apart.
func tablesOf(font []byte) map[string][]byte {
	tables := map[string][]byte{}
	for at := 12; at+16 <= len(font); at += 16 {
		entry := font[at : at+16]
		begin, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		if uint64(begin)+uint64(size) > uint64(len(font)) {
			break // past the directory
		}
		tables[string(entry[:4])] = font[begin : begin+size]
	}
	return tables
}

// outline returns the shape under which a character stands in the font, as
// encoded, and false if it has none.
func (f typeface) outline(code uint16) ([]byte, bool) {
	head, loca, glyf := f.tables["head"], f.tables["loca"], f.tables["glyf"]
	at := 2 * int(code)
	if at+2 > len(f.index) || len(head) < 52 {
		return nil, false
	}
	glyph := int(binary.BigEndian.Uint16(f.index[at:]))
	width := 2 + 2*int(head[51]&1) // bytes per location: 2 or 4
	if glyph == 0 || (glyph+2)*width > len(loca) {
		return nil, false
	}
	begin, end := location(loca[glyph*width:], width), location(loca[(glyph+1)*width:], width)
	if begin > end || end > len(glyf) {
		return nil, false
	}
	return glyf[begin:end], true
}

// location reads where a glyph begins; the short form counts pairs of bytes.
func location(loca []byte, width int) int {
	if width == 2 {
		return 2 * int(binary.BigEndian.Uint16(loca))
	}
	return int(binary.BigEndian.Uint32(loca))
}
