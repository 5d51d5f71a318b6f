package files

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"
)

// rawActive are those of the active names that chance does not write into packed
// bytes.
var rawActive = []string{"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/ImportData", "/SubmitForm"}

// dictSpace is how far before its stream a dictionary is looked for, in bytes.
const dictSpace = 4096

// inspectRaw looks for active names without following the document's own table of
// objects: readers that mend documents follow others, and older versions of an
// object stay in the file.
func inspectRaw(content []byte, l Limits) error {
	if activeText(content) {
		return ErrActive
	}
	begin := []byte("stream")
	for at := 0; ; {
		next := bytes.Index(content[at:], begin)
		if next < 0 {
			return nil
		}
		dict := content[max(at, at+next-dictSpace) : at+next]
		at += next + len(begin)
		if !bytes.Contains(unescaped(dict), []byte("/ObjStm")) {
			continue
		}
		if err := inspectPacked(content[at:], l); err != nil {
			return err
		}
	}
}

// inspectPacked looks into the packed objects at the beginning of rest.
func inspectPacked(rest []byte, l Limits) error {
	z, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(rest, "\r\n")))
	if err != nil {
		return nil // not packed so: the reader of objects sees to it
	}
	plain, _ := io.ReadAll(io.LimitReader(z, l.Decoded+1)) // what breaks off is looked at as far as it goes
	switch {
	case int64(len(plain)) > l.Decoded:
		return ErrBomb
	case activeText(plain):
		return ErrActive
	}
	return nil
}

func activeText(raw []byte) bool {
	plain := unescaped(raw)
	return slices.ContainsFunc(rawActive, func(name string) bool { return bytes.Contains(plain, []byte(name)) })
}

// unescaped writes out the characters of names that stand as #xx (ISO 32000-2, 7.3.5).
func unescaped(raw []byte) []byte {
	if bytes.IndexByte(raw, '#') < 0 {
		return raw
	}
	plain := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) && digit(raw[i+1]) >= 0 && digit(raw[i+2]) >= 0 {
			plain = append(plain, byte(digit(raw[i+1])<<4|digit(raw[i+2])))
			i += 2
			continue
		}
		plain = append(plain, raw[i])
	}
	return plain
}

// digit is the value of a hexadecimal digit, -1 of anything else.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
