package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"onewindow/internal/money"
	"onewindow/tax"
	"onewindow/tax/worked"
	"onewindow/templates"
)

type taxAssessCommand struct {
	Adopted string `help:"What your office adopted (docs/TAX.md); none; else the sample." placeholder:"FILE"`
}

// errBadCases says that the input of tax assess cannot be read.
var errBadCases = errors.New("cannot read the cases")

// Run computes one case or a list of them from standard input; it needs no
// database. What cannot be read ends with status 2 and prints nothing.
func (c taxAssessCommand) Run(s streams) error {
	adopted, err := c.adoptions()
	if err != nil {
		return fmt.Errorf("%w: %w", errBadCases, err)
	}
	cases, err := worked.Read(s.in)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadCases, err)
	}
	results := make([]resultView, len(cases))
	for i, one := range cases {
		results[i] = viewOf(one.Assess(adopted))
	}
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(results)
}

// adoptions reads what the office adopted.
func (c taxAssessCommand) adoptions() (adopted []tax.Adoption, err error) {
	switch c.Adopted {
	case "":
		return tax.SampleAdoptions(), nil
	case "none":
		return nil, nil
	}
	raw, err := os.ReadFile(c.Adopted)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&adopted); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Adopted, err)
	}
	for _, a := range adopted {
		if err := a.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Adopted, err)
		}
	}
	return adopted, nil
}

// resultView is a result as it is printed, with its words in both languages.
type resultView struct {
	ID      string            `json:"id"`
	Outcome worked.Outcome    `json:"outcome"`
	Reasons []reasonView      `json:"reasons"`
	Missing []string          `json:"missing"`
	Lines   []taxLineView     `json:"lines"`
	Refund  *tax.Refund       `json:"refund,omitempty"`
	Totals  map[string]*int64 `json:"totals"`
}

type reasonView struct {
	tax.Reason
	Words map[string]string `json:"words"`
}

type taxLineView struct {
	tax.Line
	Words map[string]string `json:"words"`
}

func viewOf(r worked.Result) resultView {
	v := resultView{
		ID: r.ID, Outcome: r.Outcome, Reasons: []reasonView{}, Missing: append([]string{}, r.Missing...),
		Lines: []taxLineView{}, Refund: r.Refund, Totals: r.Totals,
	}
	for _, reason := range r.Reasons {
		v.Reasons = append(v.Reasons, reasonView{reason, inEach(func(lang string) string {
			return templates.Say(lang, "manual."+string(reason.Code), reason.Args)
		})})
	}
	for _, l := range r.Lines {
		v.Lines = append(v.Lines, taxLineView{l, inEach(func(lang string) string { return lineWords(lang, l) })})
	}
	return v
}

// inEach returns what say says in every language.
func inEach(say func(lang string) string) map[string]string {
	words := map[string]string{}
	for _, lang := range templates.Languages {
		words[lang] = say(lang)
	}
	return words
}

// lineWords says a line in one sentence.
func lineWords(lang string, l tax.Line) string {
	args := map[string]string{
		"tax": templates.Say(lang, "tax."+string(l.Tax), nil), "rate": money.Fen(l.RateBP).String() + "%", "why": "",
		"base_fen": fenArg(l.Base), "due_fen": fenArg(l.Due), "payable_fen": fenArg(l.Payable),
	}
	why := ""
	if l.Reason != "" {
		why = templates.Say(lang, "relief."+string(l.Reason), nil)
	}
	if l.RateBP == 0 {
		args["why"] = why
		return templates.Say(lang, "taxline.none", args)
	}
	if why != "" {
		args["why"] = templates.Say(lang, "taxline.why", map[string]string{"why": why})
	}
	return templates.Say(lang, "taxline.rate", args)
}

func fenArg(f money.Fen) string { return strconv.FormatInt(int64(f), 10) }
