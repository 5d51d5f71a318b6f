package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	longestFile     = 300 // lines; tests, templates and migrations may have twice as many
	longestLine     = 120 // characters, a Chinese one counting as one; rows of test tables may have a third more
	longestFunction = 40  // lines, of nine functions in ten of a package
)

// sizes reports files and lines that are too long.
func sizes(files []file) (found []string) {
	for _, f := range files {
		limit, width := longestFile, longestLine
		if f.test || f.syntax == nil || below(f.dir(), "templates") {
			limit *= 2
		}
		if f.test {
			width += width / 3
		}
		lines := strings.Split(strings.TrimSuffix(f.text, "\n"), "\n")
		if len(lines) > limit {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d", f.path, len(lines), limit))
		}
		for i, line := range lines {
			if n := utf8.RuneCountInString(line); n > width {
				found = append(found, fmt.Sprintf("%s:%d has %d columns, more than %d", f.path, i+1, n, width))
			}
		}
	}
	return found
}

// functions reports packages in which more than one function in ten is long.
func functions(files []file) (found []string) {
	lengths := map[string][]int{}
	for _, f := range files {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && !f.test {
				lengths[f.dir()] = append(lengths[f.dir()], f.line(fn.End())-f.line(fn.Pos())+1)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(lengths)) {
		n := lengths[dir]
		slices.Sort(n)
		if p90 := n[len(n)*9/10]; len(n) >= 10 && p90 > longestFunction {
			found = append(found, fmt.Sprintf("%s: one function in ten has %d lines, more than %d", dir, p90, longestFunction))
		}
	}
	return found
}

// comments reports packages and exported names that nobody explains.
func comments(files []file) (found []string) {
	explained := map[string]bool{}
	for _, f := range files {
		if !f.test {
			explained[f.dir()] = explained[f.dir()] || f.syntax.Doc != nil
			found = append(found, unexplained(f)...)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(explained)) {
		if !explained[dir] {
			found = append(found, "package "+dir+" has no comment that says what it knows and what not")
		}
	}
	return found
}

// unexplained reports the exported names of a file without a comment.
func unexplained(f file) (found []string) {
	report := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		if name.IsExported() && !slices.ContainsFunc(docs, func(c *ast.CommentGroup) bool { return c != nil }) {
			found = append(found, f.at(name.Pos())+" exports "+name.Name+" without a comment")
		}
	}
	for _, d := range f.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || exportedReceiver(d) {
				report(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					report(spec.Name, spec.Doc, spec.Comment, d.Doc)
				case *ast.ValueSpec:
					report(spec.Names[0], spec.Doc, spec.Comment, d.Doc)
				}
			}
		}
	}
	return found
}

// exportedReceiver reports whether a method belongs to an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	exported := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			exported = id.IsExported()
			return false
		}
		return true
	})
	return exported
}

// empty are words that say nothing in the name of a type or package.
var empty = []string{"manager", "service", "handler", "helper", "helpers", "util", "utils", "impl", "base", "data",
	"info", "dto", "common", "models", "types"}

var word = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)

// names reports exported types and packages whose names say nothing.
func names(files []file) (found []string) {
	for _, f := range files {
		if pkg := f.syntax.Name.Name; slices.Contains(empty, pkg) {
			found = append(found, f.path+" is in a package called "+pkg)
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			t, ok := n.(*ast.TypeSpec)
			if !ok || !t.Name.IsExported() || f.test {
				return true
			}
			for _, w := range word.FindAllString(t.Name.Name, -1) {
				if slices.Contains(empty, strings.ToLower(w)) {
					found = append(found, f.at(t.Pos())+" names a type "+t.Name.Name+": "+w+" says nothing")
				}
			}
			return true
		})
	}
	return found
}

// calls reports init functions, skipped tests and rooms that read the clock.
func calls(files []file) (found []string) {
	for _, f := range files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					found = append(found, f.at(n.Pos())+" has an init function")
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok {
					found = append(found, call(f, s)...)
				}
			}
			return true
		})
	}
	return found
}

// call reports what is wrong with one call.
func call(f file, s *ast.SelectorExpr) []string {
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return nil
	}
	switch name := x.Name + "." + s.Sel.Name; {
	case f.test && (strings.HasPrefix(s.Sel.Name, "Skip") && len(x.Name) <= 2 || name == "testing.Short"):
		return []string{f.at(s.Pos()) + " skips a test"}
	case !f.test && f.inRoom() && slices.Contains([]string{"time.Now", "time.Since", "time.Until"}, name):
		return []string{f.at(s.Pos()) + " calls " + name + ": a room is told the time"}
	}
	return nil
}

var everything = regexp.MustCompile(`(?i)\b(select|returning)\s+(\w+\.)?\*`)

// queries reports SQL that takes whatever columns there are.
func queries(files []file) (found []string) {
	for _, f := range files {
		if path.Ext(f.path) == ".sql" {
			continue // PL/pgSQL reads whole rows into row variables
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING && everything.MatchString(s.Value) && !f.test {
				found = append(found, f.at(s.Pos())+" does not list the columns it asks for")
			}
			return true
		})
	}
	return found
}
