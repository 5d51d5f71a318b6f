package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

// A file is one source file of the module.
type file struct {
	path   string // from the root of the module, with slashes
	text   string
	test   bool
	syntax *ast.File // nil if it is no Go file
	lines  *token.File
}

func (f file) dir() string { return path.Dir(f.path) }

// inRoom reports whether the file belongs to a room.
func (f file) inRoom() bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return below(f.dir(), room) })
}

// line returns the line of a place in the file.
func (f file) line(p token.Pos) int { return f.lines.Line(p) }

// at names a place for people.
func (f file) at(p token.Pos) string { return fmt.Sprintf("%s:%d", f.path, f.line(p)) }

// source reads the Go and SQL files of a module.
func source(t *testing.T, fsys fs.FS) (files []file) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && leftOut(name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" && path.Ext(name) != ".sql":
			return nil
		}
		f, err := read(fsys, name)
		if err == nil && !generated(f) {
			files = append(files, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// leftOut reports whether a directory holds no source of the module.
func leftOut(name string) bool {
	base := path.Base(name)
	return name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "tools" ||
		base == "node_modules")
}

func read(fsys fs.FS, name string) (file, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file{}, err
	}
	f := file{path: name, text: string(b), test: strings.HasSuffix(name, "_test.go")}
	if path.Ext(name) == ".go" {
		set := token.NewFileSet()
		if f.syntax, err = parser.ParseFile(set, name, b, parser.ParseComments); err != nil {
			return file{}, err
		}
		f.lines = set.File(f.syntax.Pos())
	}
	return f, nil
}

// generated reports whether a program wrote the file: its style is that program's.
func generated(f file) bool { return f.syntax != nil && ast.IsGenerated(f.syntax) }

// goFiles leaves out SQL.
func goFiles(files []file) []file {
	return slices.DeleteFunc(slices.Clone(files), func(f file) bool { return f.syntax == nil })
}
