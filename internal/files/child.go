package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// argument is the hidden first argument with which the program becomes the process
// that unpacks one file.
const argument = "unpack-one-file"

// What the unpacking process may use. Its parent kills it after wallTime.
const (
	mostCPU    = 20        // seconds
	mostMemory = 1 << 30   // bytes: a progressive JPEG of 60 megapixels needs 900 MB
	wantMemory = 700 << 20 // above it the garbage collector works hard
	wallTime   = 25 * time.Second
)

// finding is what the unpacking process says on the first line of its output. The
// content as it is to be kept follows, of images only.
type finding struct {
	Refusal string `json:"refusal,omitempty"`
	Pages   int    `json:"pages,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
}

// refusals are the errors that the unpacking process may find, by name.
var refusals = map[string]error{"damaged": ErrDamaged, "pages": ErrPages, "pixels": ErrPixels,
	"encrypted": ErrEncrypted, "active": ErrActive, "bomb": ErrBomb, "polyglot": ErrPolyglot}

// refusalOf names an error for the parent; whatever has no name is damage.
func refusalOf(err error) string {
	for name, known := range refusals {
		if errors.Is(err, known) {
			return name
		}
	}
	return "damaged"
}

// Child runs the process that unpacks one file, if args (those of the program,
// without its name) say so, and returns its exit status and true. A program that
// has a Desk calls it first in main, and its tests in TestMain: the process is the
// same program again. It reads the file from in and writes only to out.
func Child(args []string, in io.Reader, out io.Writer) (code int, is bool) {
	if len(args) != 2 || args[0] != argument {
		return 0, false
	}
	if err := confine(mostCPU); err != nil {
		return 3, true
	}
	debug.SetMemoryLimit(wantMemory)
	go watch()
	var task task
	if json.Unmarshal([]byte(args[1]), &task) != nil {
		return 3, true
	}
	content, err := io.ReadAll(io.LimitReader(in, task.Limits.Bytes+1))
	if err != nil {
		return 3, true
	}
	if task.write(out, content) != nil {
		return 3, true
	}
	return 0, true
}

// task is what the unpacking process is told about its file.
type task struct {
	Media  Media
	Limits Limits
}

// write unpacks a content and writes what was found.
func (t task) write(out io.Writer, content []byte) error {
	found, kept, err := t.unpack(content)
	if err != nil {
		found, kept = finding{Refusal: refusalOf(err)}, nil
	}
	head, err := json.Marshal(found)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(kept)))
	return err
}

// unpack looks into a content. A reader that panics has met a damaged file.
func (t task) unpack(content []byte) (found finding, kept []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: a reader panicked", ErrDamaged)
		}
	}()
	if t.Media == PDF {
		found.Pages, err = inspectPDF(content, t.Limits)
		return found, nil, err
	}
	return redraw(content, t.Media, t.Limits)
}

// watch ends the process when it uses too much memory, on systems whose limits do
// not see it, too.
func watch() {
	for range time.Tick(20 * time.Millisecond) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.Sys-m.HeapReleased > mostMemory {
			die()
		}
	}
}

// readFinding takes the output of the unpacking process apart.
func readFinding(output []byte) (f finding, kept []byte, err error) {
	head, kept, ok := bytes.Cut(output, []byte("\n"))
	strict := json.NewDecoder(strings.NewReader(string(head)))
	strict.DisallowUnknownFields()
	if !ok || strict.Decode(&f) != nil {
		return f, nil, ErrBomb
	}
	if f.Refusal == "" {
		return f, kept, nil
	}
	if err, known := refusals[f.Refusal]; known {
		return f, nil, err
	}
	return f, nil, ErrDamaged
}
