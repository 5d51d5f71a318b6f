// Package strict reads a JSON file into a struct and takes nothing that it does
// not understand: every unknown or repeated member is told at once, each with
// the known member that it resembles.
//
// It knows JSON and the shape of Go structs, and nothing of what members mean.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Decode reads text, one JSON object, into the struct that into points to. What
// the text does not name keeps its value. The sentences say all that is wrong
// with the names, or what is wrong with the first value that does not fit.
func Decode(text []byte, into any) (mistakes []string) {
	r := reader{json.NewDecoder(bytes.NewReader(text)), nil}
	err := r.value("", reflect.TypeOf(into).Elem())
	if err == nil {
		if _, err = r.Token(); err == nil {
			return append(r.mistakes, "something stands behind the end of the object: remove it")
		}
		if errors.Is(err, io.EOF) { // nothing does
			err = nil
		}
	}
	if err != nil {
		return append(r.mistakes, fmt.Sprintf("not JSON, %s: %v", place(text, r.InputOffset()), err))
	}
	if err := json.Unmarshal(text, into); err != nil {
		return append(r.mistakes, unfit(err))
	}
	return r.mistakes
}

// unfit words an error of a value.
func unfit(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s: a %s stands where a %s is due", kind.Field, kind.Value, kind.Type.Kind())
	}
	return err.Error()
}

// place names a position for people.
func place(text []byte, offset int64) string {
	before := text[:min(int(offset), len(text))]
	return fmt.Sprintf("line %d", 1+bytes.Count(before, []byte("\n")))
}

// reader walks a text beside the type that it is read into.
type reader struct {
	*json.Decoder
	mistakes []string
}

// value reads one value that goes into a t; nil takes anything.
func (r *reader) value(path string, t reflect.Type) error {
	token, err := r.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return r.object(path, t)
	case json.Delim('['):
		for i := 0; r.More(); i++ {
			if err := r.value(fmt.Sprintf("%s[%d]", path, i), element(t, reflect.Slice)); err != nil {
				return err
			}
		}
		_, err = r.Token()
	}
	return err
}

// object reads the members of an object up to its end.
func (r *reader) object(path string, t reflect.Type) error {
	known, seen := members(t), map[string]bool{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder takes no other
		at := strings.TrimPrefix(path+"."+name, ".")
		inner := element(t, reflect.Map)
		if known != nil {
			inner = known[name]
			if inner == nil {
				r.mistakes = append(r.mistakes, unknown(at, name, known))
			}
		}
		if seen[name] {
			r.mistakes = append(r.mistakes, at+" stands there twice: keep one")
		}
		seen[name] = true
		if err := r.value(at, inner); err != nil {
			return err
		}
	}
	_, err := r.Token()
	return err
}

// element returns what a t of that kind holds, or nil.
func element(t reflect.Type, kind reflect.Kind) reflect.Type {
	if t == nil || t.Kind() != kind {
		return nil
	}
	return t.Elem()
}

// members returns the members that a struct takes, by name; nil if t is none, or
// reads its text by itself.
func members(t reflect.Type) map[string]reflect.Type {
	if t == nil || t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	known := map[string]reflect.Type{}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			known[name] = f.Type
		}
	}
	return known
}

// unknown says that a member is not known, and which one may have been meant.
func unknown(at, name string, known map[string]reflect.Type) string {
	nearest, least := "", len(name)/2+1
	for k := range known {
		if d := distance(strings.ToLower(name), k); d < least || d == least && k < nearest {
			nearest, least = k, d
		}
	}
	if nearest == "" {
		return fmt.Sprintf("%s is not known: remove it", at)
	}
	return fmt.Sprintf("%s is not known: did you mean %s?", at, nearest)
}

// distance counts the characters to insert, drop or change between two names
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			corner, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, corner+cost)
		}
	}
	return row[len(b)]
}
