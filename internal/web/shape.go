package web

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"onewindow/registration"
)

// Codes of what is wrong with the shape of a body.
const (
	codeFieldUnknown     = "field_unknown"       // args: nothing; the field says it
	codeFieldTwice       = "field_twice"         // one member named twice
	codeFieldType        = "field_type"          // args: want, got
	codeNumberNotInteger = "number_not_integer"  // 1.5, 1e3: amounts are whole fen
	codeNumberTooLarge   = "number_out_of_range" // beyond 64 bits
)

// maxShapeFindings is where a body is given up.
const maxShapeFindings = 100

// shape collects how a JSON text differs from a Go type. encoding/json would
// stop at the first difference, and take "Price_FEN" for "price_fen".
type shape struct {
	found registration.Findings
	nul   bool // a text has one
}

func (s *shape) add(code, path string, args map[string]string) {
	if len(s.found) < maxShapeFindings {
		s.found = append(s.found, registration.Finding{
			Check: registration.CheckForm, Outcome: registration.Block, Code: code, Field: path, Args: args})
	}
}

var textual = reflect.TypeFor[encoding.TextUnmarshaler]()

// check compares n with t. null is a field left out.
func (s *shape) check(n node, t reflect.Type, path string) {
	if n.value == nil && path != "" {
		return
	}
	switch {
	case t.Kind() == reflect.String || reflect.PointerTo(t).Implements(textual):
		s.text(n, path)
	case t.Kind() == reflect.Int64:
		s.integer(n, path)
	case t.Kind() == reflect.Slice && s.want(n, "array", path):
		for i, item := range n.items {
			s.check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case t.Kind() == reflect.Struct && s.want(n, "object", path):
		s.members(n, fieldsOf(t), path)
	}
}

// want reports a value of another kind.
func (s *shape) want(n node, kind, path string) bool {
	if n.kind() != kind {
		s.add(codeFieldType, path, map[string]string{"want": kind, "got": n.kind()})
		return false
	}
	return true
}

// text reports what is no text, or one that cannot be stored.
func (s *shape) text(n node, path string) {
	if s.want(n, "string", path) && strings.Contains(n.value.(string), "\x00") {
		s.nul = true
		s.add(codeTextForbidden, path, map[string]string{"character": "U+0000"})
	}
}

// integer reports what is no 64-bit integer, in the plain notation of one.
func (s *shape) integer(n node, path string) {
	if !s.want(n, "number", path) {
		return
	}
	text := string(n.value.(json.Number))
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return
	}
	if strings.ContainsAny(text, ".eE") {
		s.add(codeNumberNotInteger, path, nil)
		return
	}
	s.add(codeNumberTooLarge, path, nil)
}

func (s *shape) members(n node, fields map[string]reflect.Type, path string) {
	var seen []string
	for _, m := range n.members {
		at := join(path, m.name)
		t, known := fields[m.name]
		switch {
		case slices.Contains(seen, m.name):
			s.add(codeFieldTwice, at, nil)
		case !known:
			s.add(codeFieldUnknown, at, nil)
		default:
			s.check(m.node, t, at)
			seen = append(seen, m.name)
		}
	}
}

// join appends a name to a path. A name of another's making is shown short and
// without what could confuse a reader.
func join(path, name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) {
			return '�'
		}
		return r
	}, name)
	if runes := []rune(clean); len(runes) > 64 {
		clean = string(runes[:64]) + "…"
	}
	if path == "" {
		return clean
	}
	return path + "." + clean
}

// fieldsOf returns the types of the members that encoding/json fills in t.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
