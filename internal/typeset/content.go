package typeset

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"unicode/utf16"
)

// A drawing is what a page shows, as far as it is checked.
type drawing struct {
	runs []run
	bars [][4]float64 // black rectangles: x, y, width, height in points
}

// A run is one piece of text as a reader of the document gets it, with the
// characters under which its glyphs are drawn.
type run struct {
	text     []rune
	codes    []uint16
	artifact bool // decoration, not content
}

// A scanner goes through the operators of a page.
type scanner struct {
	rest     []byte
	operands [][]byte
	actual   []rune   // the text that stands for what is drawn now
	open     []string // the marked content that is open
	black    bool
	found    drawing
}

// readContent reads a page's operators. What it does not know it passes over.
func readContent(content []byte) drawing {
	s := scanner{rest: content}
	for {
		token := s.token()
		if token == nil {
			return s.found
		}
		if operand(token) {
			s.operands = append(s.operands, token)
			continue
		}
		s.operate(string(token))
		s.operands = nil
	}
}

// operand says whether a token is a value and no operator.
func operand(token []byte) bool {
	return bytes.IndexByte([]byte("(</[]-.0123456789"), token[0]) >= 0
}

// token returns the next value or operator, nil at the end.
func (s *scanner) token() []byte {
	s.rest = bytes.TrimLeft(s.rest, " \t\r\n")
	if len(s.rest) == 0 {
		return nil
	}
	n := 0
	switch {
	case s.rest[0] == '(':
		n = literalEnd(s.rest)
	case bytes.HasPrefix(s.rest, []byte("<<")):
		n = bytes.Index(s.rest, []byte(">>")) + 2
		if n < len(s.rest) && s.rest[n] == '>' { // a hexadecimal string ended first
			n++
		}
	default:
		if n = 1 + bytes.IndexAny(s.rest[1:], " \t\r\n(<"); n == 0 {
			n = len(s.rest)
		}
	}
	n = min(max(n, 1), len(s.rest))
	token := s.rest[:n]
	s.rest = s.rest[n:]
	return token
}

// literalEnd returns where the string that begins b is over.
func literalEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case ')':
			return i + 1
		}
	}
	return len(b)
}

// operate carries an operator out.
func (s *scanner) operate(operator string) {
	switch operator {
	case "BMC", "BDC":
		s.begin()
	case "EMC":
		s.open, s.actual = s.open[:max(0, len(s.open)-1)], nil
	case "g", "rg":
		s.black = operator == "g" && len(s.operands) == 1 && string(s.operands[0]) == "0.000"
	case "re":
		s.rectangle()
	case "Tj":
		s.show()
	}
}

// begin opens marked content, which may say what its glyphs mean.
func (s *scanner) begin() {
	if len(s.operands) == 0 {
		return
	}
	s.open = append(s.open, string(s.operands[0]))
	const key = "<</ActualText <FEFF"
	if last := s.operands[len(s.operands)-1]; bytes.HasPrefix(last, []byte(key)) {
		text, _, _ := bytes.Cut(last[len(key):], []byte(">"))
		raw, _ := hex.DecodeString(string(text))
		s.actual = utf16.Decode(units(raw))
	}
}

// rectangle notes a black rectangle.
func (s *scanner) rectangle() {
	if !s.black || len(s.operands) != 4 {
		return
	}
	var r [4]float64
	for i, o := range s.operands {
		r[i], _ = strconv.ParseFloat(string(o), 64)
	}
	s.found.bars = append(s.found.bars, r)
}

// show notes a piece of text. The font's characters are UTF-16 themselves.
func (s *scanner) show() {
	if len(s.operands) == 0 {
		return
	}
	codes := units(unescape(s.operands[len(s.operands)-1]))
	text := s.actual
	if text == nil {
		text = utf16.Decode(codes)
	}
	s.found.runs = append(s.found.runs, run{text, codes, len(s.open) > 0 && s.open[0] == "/Artifact"})
}

// unescape returns the bytes of a literal string.
func unescape(literal []byte) []byte {
	var out []byte
	for i := 1; i < len(literal)-1; i++ {
		b := literal[i]
		if b == '\\' {
			i++
			if b = literal[i]; b == 'r' {
				b = '\r'
			}
		}
		out = append(out, b)
	}
	return out
}

// units reads big-endian UTF-16.
func units(raw []byte) []uint16 {
	all := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		all = append(all, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return all
}
