package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"math/big"
	"path"
	"strings"
	"sync"
	"time"

	"onewindow/internal/money"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// officeTime is the zone of people's times (UTC+8 without summer time since 1991).
var officeTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// Assets are the style sheet and the script of the pages.
func Assets() fs.FS {
	assets, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic(err) // "assets" is a valid path
	}
	return assets
}

// pages are read once: each is its own file within the layout. They are embedded,
// so a fault in them is a fault of the program, which the package's test finds.
var pages = sync.OnceValue(func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(words).ParseFS(pageFiles, "pages/layout.html", "pages/parts.html"))
	all := map[string]*template.Template{}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		panic(err) // the pattern is valid
	}
	for _, name := range names {
		page := template.Must(shared.Clone())
		all[strings.TrimSuffix(path.Base(name), ".html")] = template.Must(page.ParseFS(pageFiles, name))
	}
	return all
})

// Page writes a page whole, or returns an error and writes nothing.
func Page(w io.Writer, name string, view any) error { return write(w, name, "layout", view) }

// Part writes one part of a page: a template that the page's file defines.
func Part(w io.Writer, name, part string, view any) error { return write(w, name, part, view) }

func write(w io.Writer, name, part string, view any) error {
	page, known := pages()[name]
	if !known {
		return fmt.Errorf("no page %q", name)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, part, view); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// words are what the pages call to write as people read.
var words = template.FuncMap{
	"say":     func(code string) string { return Say(Chinese, code, nil) },
	"word":    func(vocabulary string, code any) string { return Say(Chinese, vocabulary+"."+fmt.Sprint(code), nil) },
	"money":   func(f money.Fen) string { return f.Format() },
	"fen":     func(f int64) string { return money.Fen(f).Format() },
	"capital": func(f money.Fen) string { return f.Capital() },
	"rate":    rate,
	"day":     func(t time.Time) string { return t.In(officeTime).Format("2006年1月2日") },
	"date":    func(t time.Time) string { return Date(Chinese, t) },
	"moment":  func(t time.Time) string { return t.In(officeTime).Format("2006年1月2日 15:04:05") },
	"short":   short,
	"iso":     func(t time.Time) string { return t.In(officeTime).Format(time.RFC3339) },
	"lasting": lasting,
	"millis":  func(ms int64) string { return lasting(time.Duration(ms) * time.Millisecond) },
	"plus":    func(a, b int) int { return a + b },
	"list":    func(items ...any) []any { return items },
}

// rate writes basis points as a percentage without needless zeros: 150 is 1.5%.
func rate(bp int64) string {
	text := big.NewRat(bp, 100).FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// short writes an instant as tables do, without its year.
func short(t time.Time) string { return t.In(officeTime).Format("1月2日 15:04:05") }

// lasting writes a duration in its two greatest units: 0.8 秒, 12 分 30 秒, 1 天 2 小时.
func lasting(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return "不到 0.1 秒"
	case d < 10*time.Second:
		return fmt.Sprintf("%d.%d 秒", d/time.Second, d%time.Second/(100*time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%d 秒", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d 分 %d 秒", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d 小时 %d 分", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d 天 %d 小时", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}
