package web

import (
	"net/http"
	"net/url"
	"slices"

	"onewindow/internal/text"
)

// askPage asks one thing: what signing in takes, step by step, and the few forms
// of the accounts. It works without scripts, and what was typed stays, but for
// what is secret.
type askPage struct {
	frame
	Title, Intro, Button string
	Action               string
	Notice               string // what has happened; "" if nothing
	Fields               []askField
	Hidden               map[string]string
	Picture, Seed        string // of an authenticator's enrolment
	Others               []askLink
	typed                url.Values // before another language was chosen; nil otherwise
}

// askField is one thing that is asked.
type askField struct {
	Name, Label, Hint, Value string
	Kind                     string // password, code, choice or "" for a line of text
	Complete                 string // what browsers fill in (HTML, autocomplete)
	Choices                  []askChoice
	Focus                    bool
	Bad                      *mistake
}

type askChoice struct{ Value, Word string }

type askLink struct{ Link, Word string }

// askPageOf begins a page that asks; the codes are those of its words.
func askPageOf(r *http.Request, action, title, intro, button string) askPage {
	p := askPage{frame: frameOf(r, ""), Action: action, Hidden: map[string]string{}}
	p.Carry = "ask-form"
	if carries(r) {
		p.typed = r.PostForm
	}
	p.Title, p.Button = p.say(title, nil), p.say(button, nil)
	if intro != "" {
		p.Intro = p.say(intro, nil)
	}
	return p
}

// ask adds a field; label and hint are codes, hint may be "".
func (p *askPage) ask(f askField) {
	f.Label = p.say(f.Label, nil)
	if f.Hint != "" {
		f.Hint = p.say(f.Hint, nil)
	}
	if p.typed.Has(f.Name) {
		f.Value = legible(p.typed.Get(f.Name))
	}
	p.Fields = append(p.Fields, f)
}

// blame puts a mistake beside a field and at the top of the page; args are of its
// sentence, if it has any.
func (p *askPage) blame(name, code string, args ...map[string]string) {
	m := mistake{ID: name}
	if m.Text = p.say(code, nil); len(args) > 0 {
		m.Text = p.say(code, args[0])
	}
	for i := range p.Fields {
		if p.Fields[i].Name == name {
			m.Label = p.Fields[i].Label
			p.Fields[i].Bad = &m
		}
	}
	p.Errors = append(p.Errors, m)
}

// show answers with the page, as a refusal if something is wrong.
func (p askPage) show(w http.ResponseWriter) error {
	status := http.StatusOK
	if len(p.Errors) == 0 && len(p.Fields) > 0 {
		p.Fields[0].Focus = true
	}
	if len(p.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return show(w, status, "sign_ask", p)
}

// Nameless says that a password is asked for and nobody's name: keepers of passwords
// need a field for it all the same.
func (p askPage) Nameless() bool {
	has := func(name string) bool {
		return slices.ContainsFunc(p.Fields, func(f askField) bool { return f.Name == name })
	}
	return has("password") && !has("id")
}

// passwordField asks for a password.
func passwordField(label, hint, complete string) askField {
	return askField{Name: "password", Label: label, Hint: hint, Kind: "password", Complete: complete}
}

// codeField asks for six digits.
func codeField(label, hint string) askField {
	return askField{Name: "code", Label: label, Hint: hint, Kind: "code", Complete: "one-time-code"}
}

// fieldError says what is wrong with what was typed into a field.
type fieldError struct {
	field, code string
	args        []map[string]string
}

// Error names the field and the code of the sentence.
func (e *fieldError) Error() string { return e.field + ": " + e.code }

// forbiddenIn returns what is wrong with a field that holds a character which nobody
// could see; nil if none does. NUL is one: it is refused as it came, not replaced.
func forbiddenIn(r *http.Request, field string) *fieldError {
	bad, found := text.Forbidden(r.PostFormValue(field))
	if !found {
		return nil
	}
	return &fieldError{field, codeTextForbidden, []map[string]string{{"character": text.CodePoint(bad)}}}
}
