package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are read once for each language: each is its own file within the layout.
// They are embedded, so a fault in them is a fault of the program, which the
// package's test finds.
var pages = sync.OnceValue(func() map[string]map[string]*template.Template {
	all := map[string]map[string]*template.Template{}
	for _, lang := range Languages {
		all[lang] = pagesIn(lang)
	}
	return all
})

func pagesIn(lang string) map[string]*template.Template {
	shared := template.New("").Funcs(words(lang))
	for _, name := range []string{"layout", "parts", "materials"} {
		parse(shared, lang, "pages/"+name+".html")
	}
	all := map[string]*template.Template{}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		panic(err) // the pattern is valid
	}
	for _, name := range names {
		page := template.Must(shared.Clone())
		parse(page, lang, name)
		all[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return all
}

// fixed are sentences without arguments. In the pages of a language each is a text and
// not a call: a table says its columns in every cell.
var fixed = regexp.MustCompile(`\{\{say "([a-z0-9_.]+)"\}\}`)

// parse adds what a file defines.
func parse(t *template.Template, lang, name string) {
	text, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	text = fixed.ReplaceAllFunc(text, func(call []byte) []byte {
		return []byte(template.HTMLEscapeString(Say(lang, string(fixed.FindSubmatch(call)[1]), nil)))
	})
	template.Must(t.New(path.Base(name)).Parse(string(text)))
}

// Page writes a page whole in a language, or returns an error and writes nothing.
func Page(w io.Writer, lang, name string, view any) error {
	return write(w, lang, name, "layout", view)
}

// Part writes one part of a page: a template that the page's file defines.
func Part(w io.Writer, lang, name, part string, view any) error {
	return write(w, lang, name, part, view)
}

func write(w io.Writer, lang, name, part string, view any) error {
	page, known := pages()[lang][name]
	if !known {
		return fmt.Errorf("no page %q in %q", name, lang)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, part, view); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
