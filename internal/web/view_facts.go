package web

import (
	"strconv"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/tax/officer"
	"onewindow/tax/source"
	"onewindow/templates"
)

// factView is a fact of an assessment, who supplied it, and as of when. It names
// nobody: of families and homes there are only counts.
type factView struct {
	Fact    string         `json:"fact"` // its path
	Value   string         `json:"value"`
	Label   string         `json:"label"`
	Words   string         `json:"words"` // the value as people read it
	Source  source.Name    `json:"source"`
	Outcome source.Outcome `json:"outcome"` // of the source; the fact is unknown unless it is answered
	KnownAt *time.Time     `json:"known_at,omitempty"`
}

func factsOf(lang string, facts []officer.Fact) []factView {
	list := make([]factView, 0, len(facts))
	for _, f := range facts {
		v := factView{Fact: f.Path, Value: f.Value, Label: factLabel(lang, f.Path), Source: f.Source, Outcome: f.Outcome}
		v.Words = factWords(lang, f)
		if !f.KnownAt.IsZero() {
			v.KnownAt = whenever(&f.KnownAt)
		}
		list = append(list, v)
	}
	return list
}

// Known reports whether the source could be used.
func (v factView) Known() bool { return v.Outcome == source.Answered }

// factLabel is what a fact is called; a number in its path is a person's.
func factLabel(lang, path string) string {
	var parts []string
	nth := ""
	for part := range strings.SplitSeq(path, ".") {
		if n, err := strconv.Atoi(part); err == nil {
			nth = " " + strconv.Itoa(n+1)
			continue
		}
		parts = append(parts, part)
	}
	return templates.Say(lang, "fact."+strings.Join(parts, "_"), nil) + nth
}

// factWords writes the value of a fact as people read it.
func factWords(lang string, f officer.Fact) string {
	if f.Outcome != source.Answered && f.Value != "no" {
		return templates.Say(lang, "truth.unknown", nil)
	}
	switch f.Kind {
	case officer.Money:
		if fen, err := strconv.ParseInt(f.Value, 10, 64); err == nil {
			return money.Fen(fen).Format()
		}
	case officer.Area:
		if hundredths, err := strconv.ParseInt(f.Value, 10, 64); err == nil {
			return money.Fen(hundredths).String() + " m²"
		}
	case officer.Answer, officer.Truth:
		return templates.Say(lang, "truth."+f.Value, nil)
	case officer.Acquisition:
		return templates.Say(lang, "acquisition."+f.Value, nil)
	case officer.Day:
		if on, err := time.Parse(time.DateOnly, f.Value); err == nil {
			return templates.Date(lang, on)
		}
		return templates.Say(lang, "truth.none", nil)
	}
	return f.Value
}
