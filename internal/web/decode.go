package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"onewindow/registration"
)

// readJSON reads a body of type application/json into v and returns its bytes.
// What v has no place for, and values of another type, are findings, all of them
// at once with their paths; v then holds the rest. A body that is no JSON, too
// large, too deep or of another type is an error.
func readJSON(w http.ResponseWriter, r *http.Request, v any) ([]byte, registration.Findings, error) {
	raw, err := readBody(w, r)
	if err != nil {
		return nil, nil, err
	}
	found, err := decode(raw, v)
	return raw, found, err
}

// readBody reads a JSON body whole, in the time it may take.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if !isJSON(r.Header) {
		return nil, errMediaType
	}
	line := http.NewResponseController(w)
	_ = line.SetReadDeadline(time.Now().Add(bodyTime)) // a recorder has none
	raw, err := io.ReadAll(r.Body)
	_ = line.SetReadDeadline(time.Time{})
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return raw, nil
	case errors.As(err, &large):
		return nil, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errTooSlow
	}
	return nil, fmt.Errorf("%w: it broke off", errNotJSON)
}

// isJSON accepts application/json, in UTF-8 if it says so, and not compressed.
func isJSON(h http.Header) bool {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset := params["charset"]
	return err == nil && media == "application/json" && h.Get("Content-Encoding") == "" &&
		(charset == "" || strings.EqualFold(charset, "utf-8"))
}

// decode reads strict JSON (RFC 8259, I-JSON where it matters): see readJSON.
func decode(raw []byte, v any) (registration.Findings, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("%w: it is not UTF-8", errNotJSON)
	}
	if !json.Valid(raw) {
		return nil, errNotJSON
	}
	root, err := parse(raw)
	if err != nil {
		return nil, err
	}
	var s shape
	s.check(root, reflect.TypeOf(v).Elem(), "")
	var wrong *json.UnmarshalTypeError
	if s.nul { // PostgreSQL stores none; the rules then see the sign for "unreadable"
		raw = bytes.ReplaceAll(raw, []byte(`\u0000`), []byte(`\ufffd`))
	}
	if err := json.Unmarshal(raw, v); err != nil && !errors.As(err, &wrong) { // a wrong type is found already
		return nil, fmt.Errorf("%w: %w", errNotJSON, err)
	}
	return s.found, nil
}
