package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"onewindow/internal/web/openapi"
	"onewindow/templates"
)

// apiPage shows the description to people.
type apiPage struct {
	frame
	Version string
	About   [][]apiWords // by paragraph
	Groups  []apiGroup
}

// apiWords are words of one kind.
type apiWords struct {
	Text         string
	Code, Strong bool
}

// apiGroup is the operations of one kind.
type apiGroup struct {
	Name       string
	Operations []apiOperation
}

// apiOperation is an operation in the reader's language.
type apiOperation struct {
	openapi.Operation
	Says      string // what it is for
	Repeated  string // why a repeat does no harm
	Explained []apiParameter
	Answers   []apiAnswer
}

// apiParameter is a parameter in the reader's language.
type apiParameter struct {
	openapi.Parameter
	Says string
}

// apiAnswer is one status: the problem types that come with it, or what else it says.
type apiAnswer struct {
	Status, Says string
	Problems     []apiProblem
}

// apiProblem is a problem type with its title.
type apiProblem struct{ Code, Title string }

// showDescription shows the description to people, in their language.
func (s *server) showDescription(w http.ResponseWriter, r *http.Request) error {
	d := openapi.Ours()
	p := apiPage{frame: frameOf(r, "api"), Version: d.Info.Version}
	about := inLanguage(p.Lang, d.Info.Chinese, d.Info.Description)
	for paragraph := range strings.SplitSeq(strings.TrimSpace(about), "\n\n") {
		p.About = append(p.About, apiWordsOf(paragraph))
	}
	for _, tag := range d.Tags {
		p.Groups = append(p.Groups, apiGroupOf(d, tag, p.Lang))
	}
	return show(w, http.StatusOK, "api", p)
}

// marked is what the description sets apart: **strong** words and `code`.
var marked = regexp.MustCompile("\\*\\*(.+?)\\*\\*|`(.+?)`")

// apiWordsOf reads the two marks of Markdown that the description uses.
func apiWordsOf(paragraph string) (words []apiWords) {
	from := 0
	for _, m := range marked.FindAllStringSubmatchIndex(paragraph, -1) {
		words = append(words, apiWords{Text: paragraph[from:m[0]]})
		if m[2] >= 0 {
			words = append(words, apiWords{Text: paragraph[m[2]:m[3]], Strong: true})
		} else {
			words = append(words, apiWords{Text: paragraph[m[4]:m[5]], Code: true})
		}
		from = m[1]
	}
	return append(words, apiWords{Text: paragraph[from:]})
}

func apiGroupOf(d *openapi.Description, tag openapi.Tag, lang string) apiGroup {
	g := apiGroup{Name: inLanguage(lang, tag.Chinese, tag.Description)}
	for _, o := range d.Operations() {
		if o.Tags[0] == tag.Name {
			g.Operations = append(g.Operations, apiOperationOf(o, lang))
		}
	}
	return g
}

func apiOperationOf(o openapi.Operation, lang string) apiOperation {
	shown := apiOperation{Operation: o, Says: inLanguage(lang, o.Chinese, o.Summary),
		Repeated: inLanguage(lang, o.RepeatChinese, o.Repeat)}
	for _, p := range o.Parameters {
		shown.Explained = append(shown.Explained, apiParameter{p, inLanguage(lang, p.Chinese, p.Description)})
	}
	for status, r := range o.Responses {
		a := apiAnswer{Status: status, Says: inLanguage(lang, r.Chinese, r.Description)}
		for _, code := range o.Problems(status) {
			a.Problems, a.Says = append(a.Problems, apiProblem{code, titleOf(lang, code)}), ""
		}
		shown.Answers = append(shown.Answers, a)
	}
	slices.SortFunc(shown.Answers, func(a, b apiAnswer) int { return strings.Compare(a.Status, b.Status) })
	return shown
}

func inLanguage(lang, chinese, english string) string {
	if lang == templates.Chinese {
		return chinese
	}
	return english
}

// showProblem explains a problem type to people.
func showProblem(w http.ResponseWriter, r *http.Request, code string) error {
	p := problemPage{frame: frameOf(r, "api"), Back: "/api/v1/"}
	p.Title, p.Detail = titleOf(p.Lang, code), p.say("problem_"+code+"_detail", nil)
	p.BackWord = p.say("page.api.back", nil)
	return show(w, http.StatusOK, "problem", p)
}
