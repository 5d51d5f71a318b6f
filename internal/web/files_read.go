package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"onewindow/internal/files"
)

// errForm says that a body is no form that can be read.
var errForm = errors.New("the body is no form of parts, or breaks off")

// Limits of a form that carries a file, beside the file.
const (
	maxParts = 10
	maxField = 4096 // bytes
	patience = 3    // a body this many times too large is still read to its end, to be answered
)

// readHanded reads a file with what is said of it, in the time it may take: a form
// with kind, key and file, or the file alone, its kind in the query and its name in
// Content-Disposition. What Content-Type says of the file itself does not count.
func (s *server) readHanded(w http.ResponseWriter, r *http.Request) (h files.Handed, err error) {
	line := http.NewResponseController(w)
	now := time.Now()
	_ = line.SetReadDeadline(now.Add(fileTime)) // a recorder has none
	_ = line.SetWriteDeadline(now.Add(fileTime + checkTime + writeTime))
	defer func() { _ = line.SetReadDeadline(time.Time{}) }()
	most := s.Files.Limits().Bytes
	r.Body = http.MaxBytesReader(w, r.Body, patience*most+maxParts*maxField)
	media, params, mediaErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaErr == nil && media == "multipart/form-data" {
		h, err = readParts(multipart.NewReader(r.Body, params["boundary"]), most)
	} else {
		h.Kind = files.Kind(r.URL.Query().Get("kind"))
		if _, given, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
			h.Name = given["filename"]
		}
		h.Body, err = readFile(r.Body, most)
	}
	return h, fileError(err)
}

// fileError words what went wrong while a file was read.
func fileError(err error) error {
	var large *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, files.ErrTooLarge):
		return err
	case errors.As(err, &large):
		return files.ErrTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	}
	return errForm // the text of err may quote what was sent
}

// readParts reads the parts of a form.
func readParts(form *multipart.Reader, most int64) (h files.Handed, err error) {
	for n := range maxParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		if part.FormName() == "file" {
			h.Name = part.FileName()
			if h.Body, err = readFile(part, most); err != nil {
				return h, err
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField))
		if err != nil {
			return h, err
		}
		switch part.FormName() {
		case "kind":
			h.Kind = files.Kind(text)
		case "key":
			h.Key = string(text)
		}
	}
	return h, errForm
}

// readFile reads a file. One that is too large is read on, because a browser that
// is still sending does not listen.
func readFile(from io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		if _, err := io.Copy(io.Discard, from); err != nil {
			return nil, err
		}
		return nil, files.ErrTooLarge
	}
	return body, nil
}
