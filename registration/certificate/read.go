package certificate

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// errUnreadable says that a document is not one of ours, or is damaged.
var errUnreadable = errors.New("not readable as a certificate")

// maxStream bounds what one stream of a document may expand to.
const maxStream = 16 << 20

// A document is a PDF of ours taken apart: not any PDF, only what draw writes.
type document struct {
	raw     []byte
	offsets []int // of the objects, by number
}

// openDocument reads the cross-reference table.
func openDocument(pdf []byte) (document, error) {
	tail := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(pdf)
	if tail == nil {
		return document{}, errUnreadable
	}
	at, _ := strconv.Atoi(string(tail[1]))
	if at >= len(pdf) || !bytes.HasPrefix(pdf[at:], []byte("xref\n")) {
		return document{}, errUnreadable
	}
	d := document{raw: pdf}
	for _, line := range bytes.Split(pdf[at:], []byte("\n"))[2:] {
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

// object returns the dictionary of an object and its stream, if it has one.
func (d document) object(n int) (string, []byte, error) {
	if n <= 0 || n >= len(d.offsets) {
		return "", nil, errUnreadable
	}
	body := d.raw[d.offsets[n]:]
	if !bytes.HasPrefix(body, fmt.Appendf(nil, "%d 0 obj\n", n)) {
		return "", nil, errUnreadable
	}
	dict := body[:max(0, bytes.Index(body, []byte("endobj")))]
	begin := bytes.Index(body, []byte("stream\n"))
	if begin < 0 || begin > len(dict) {
		return string(dict), nil, nil
	}
	dict, body = body[:begin], body[begin+len("stream\n"):]
	length, err := number(string(dict), "Length")
	if err != nil || length > len(body) {
		return "", nil, errUnreadable
	}
	stream, err := inflate(string(dict), body[:length])
	return string(dict), stream, err
}

// inflate expands a stream if its dictionary says it is compressed.
func inflate(dict string, stream []byte) ([]byte, error) {
	if !regexp.MustCompile(`/Filter /FlateDecode`).MatchString(dict) {
		return stream, nil
	}
	z, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, errUnreadable
	}
	out, err := io.ReadAll(io.LimitReader(z, maxStream))
	if err != nil {
		return nil, errUnreadable
	}
	return out, nil
}

// number returns the integer that follows a key in a dictionary.
func number(dict, key string) (int, error) {
	m := regexp.MustCompile(`/` + key + ` (\d+)`).FindStringSubmatch(dict)
	if m == nil {
		return 0, errUnreadable
	}
	return strconv.Atoi(m[1])
}

// pages returns what every page draws, in order.
func (d document) pages() ([]drawing, error) {
	root, _, err := d.object(1)
	if err != nil {
		return nil, err
	}
	var pages []drawing
	for _, kid := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(root, -1) {
		n, _ := strconv.Atoi(kid[1])
		page, _, err := d.object(n)
		if err != nil {
			return nil, err
		}
		_, content, err := d.follow(page, "Contents")
		if err != nil {
			return nil, err
		}
		pages = append(pages, readContent(content))
	}
	return pages, nil
}

// follow returns the object that a key of a dictionary refers to.
func (d document) follow(dict, key string) (string, []byte, error) {
	n, err := number(dict, key)
	if err != nil {
		return "", nil, err
	}
	return d.object(n)
}

// A typeface is the font inside a document.
type typeface struct {
	index  []byte // two bytes per character: its glyph
	tables map[string][]byte
}

// typeface finds the only font of the document.
func (d document) typeface() (typeface, error) {
	for n := 1; n < len(d.offsets); n++ {
		dict, _, err := d.object(n)
		if err != nil {
			return typeface{}, err
		}
		if !regexp.MustCompile(`/Subtype /CIDFontType2`).MatchString(dict) {
			continue
		}
		_, index, err := d.follow(dict, "CIDToGIDMap")
		if err != nil {
			return typeface{}, err
		}
		descriptor, _, err := d.follow(dict, "FontDescriptor")
		if err != nil {
			return typeface{}, err
		}
		_, font, err := d.follow(descriptor, "FontFile2")
		return typeface{index, tablesOf(font)}, err
	}
	return typeface{}, errUnreadable
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
	if int(code)*2+2 > len(f.index) || len(head) < 52 {
		return nil, false
	}
	glyph := int(binary.BigEndian.Uint16(f.index[code*2:]))
	width := 2 + 2*int(head[51]) // bytes per location: 2 or 4
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
