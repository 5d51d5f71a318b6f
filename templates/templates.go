// Package templates holds the words that people read: the catalogues of every
// code that the rooms give, in Chinese and English, and the pages.
//
// It knows languages and nothing of cases, law or HTTP. A code of a finding is
// itself the id of its sentence; every other id names its vocabulary first:
// state.done, holder.reviewer, step.review, reason.approved, tax.deed.
package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"onewindow/internal/money"
)

// The languages of the catalogues, as BCP 47 tags.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages are all there are; the first is that of whoever asks for none.
var Languages = []string{Chinese, English}

//go:embed zh-CN.json en.json
var files embed.FS

// catalogues are read once; they are embedded, so a fault in them is a fault of
// the program, which the package's test finds.
var catalogues = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range Languages {
		texts := map[string]string{}
		raw, err := files.ReadFile(lang + ".json")
		if err == nil {
			err = json.Unmarshal(raw, &texts)
		}
		if err != nil {
			panic(fmt.Sprintf("catalogue %s: %v", lang, err))
		}
		all[lang] = texts
	}
	return all
})

// Catalogue returns every text of a language by its id.
func Catalogue(lang string) map[string]string { return maps.Clone(catalogues()[lang]) }

var place = regexp.MustCompile(`\{(\w+)\}`)

// Say returns the sentence for a code with args in its places. Amounts (args
// whose names end in _fen), dates, fields, parameters and circumstances among the
// args are written as people read them. A code without words is returned itself.
func Say(lang, code string, args map[string]string) string {
	text, ok := catalogues()[lang][code]
	if !ok {
		return code
	}
	return place.ReplaceAllStringFunc(text, func(p string) string {
		name := p[1 : len(p)-1]
		value, given := args[name]
		if !given {
			return p
		}
		return spoken(lang, name, value)
	})
}

// spoken writes an arg as people read it.
func spoken(lang, name, value string) string {
	if on, err := time.Parse(time.DateOnly, value); err == nil {
		return Date(lang, on)
	}
	switch name {
	case "param", "special", "source", "why":
		return Say(lang, name+"."+value, nil)
	case "fee":
		return Say(lang, value, nil)
	case "first", "seller", "field":
		return Field(lang, value)
	case "fields":
		return each(lang, value)
	}
	if fen, err := strconv.ParseInt(value, 10, 64); err == nil && strings.HasSuffix(name, "_fen") {
		return money.Fen(fen).Format()
	}
	return value
}

func each(lang, list string) string {
	var words []string
	for name := range strings.SplitSeq(list, ", ") {
		words = append(words, Say(lang, "field."+name, nil))
	}
	return strings.Join(words, map[string]string{Chinese: "、", English: ", "}[lang])
}

// Date writes a date as people read it: 2026年11月22日.
func Date(lang string, on time.Time) string {
	if lang == Chinese {
		return on.Format("2006年1月2日")
	}
	return on.Format("2 January 2006")
}

var (
	step   = regexp.MustCompile(`^(\w+)(?:\[(\d{1,6})\])?$`)
	nth    = map[string]string{Chinese: "%s第%d名", English: "%s %d"}
	item   = map[string]string{Chinese: "%s第%d项", English: "%s %d"} // of what is no person
	joined = map[string]string{Chinese: "的", English: ", "}
)

// Field says what a path of an application means: sellers[0].id_number is
// 卖方第1名的证件号码. A path that it does not know is returned itself.
func Field(lang, path string) string {
	var words []string
	for part := range strings.SplitSeq(path, ".") {
		m := step.FindStringSubmatch(part)
		if m == nil {
			return path
		}
		word, known := catalogues()[lang]["field."+m[1]]
		if !known {
			return path
		}
		if n, err := strconv.Atoi(m[2]); err == nil {
			form := nth[lang]
			if m[1] == "utilities" {
				form = item[lang]
			}
			word = fmt.Sprintf(form, word, n+1)
		}
		words = append(words, word)
	}
	return strings.Join(words, joined[lang])
}

// Lang chooses the language for an Accept-Language header (RFC 9110 12.5.4):
// English if it is preferred to Chinese, else Chinese.
func Lang(acceptLanguage string) string {
	best, weight := Chinese, 0.0
	for item := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(value, 64)
			if err != nil {
				continue
			}
			q = parsed
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		lang, ok := map[string]string{"zh": Chinese, "en": English}[primary]
		if ok && q > weight {
			best, weight = lang, q
		}
	}
	return best
}
