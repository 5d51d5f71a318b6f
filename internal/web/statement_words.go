package web

import (
	"slices"
	"strings"
	"time"

	"onewindow/internal/audit"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/statement"
	"onewindow/templates"
)

// lineWords is a line of tax in words.
func lineWords(lang string, l tax.Line) statement.Line {
	detail := taxOf(lang, &tax.Assessment{Lines: []tax.Line{l}}).Lines[0].Detail
	line := statement.Line{Tax: templates.Say(lang, "tax."+string(l.Tax), nil), Payer: payerWords(lang, l.Payer, l.Person),
		Base: l.Base, Rate: templates.Rate(l.RateBP), Due: l.Due, Relief: l.Relief, Payable: l.Payable, Reason: detail}
	for _, ruling := range l.Settled {
		line.Rules = append(line.Rules, rulingWords(lang, ruling))
	}
	return line
}

// rulingWords is a value of a rule in words: since when, on which document and
// article, and on whose word.
func rulingWords(lang string, r tax.Settlement) string {
	text, word := sourceWords(lang, r), standingWords(lang, r)
	if r.Param == "" {
		return templates.Say(lang, "page.statement.word", map[string]string{"text": text, "word": word})
	}
	p, on := string(r.Param), r.FromOn.Format(time.DateOnly)
	return templates.Say(lang, "page.statement.rule", map[string]string{"param": p, "on": on, "text": text, "word": word})
}

// sourceWords is where a value stands.
func sourceWords(lang string, r tax.Settlement) string {
	switch {
	case r.Standing == tax.Stated:
		return templates.Say(lang, "relief."+r.Document, nil)
	case r.Law != "":
		return r.Document + templates.Say(lang, "page.statement.comma", nil) + strings.TrimSpace(r.Law+" "+r.Article)
	}
	return strings.TrimSpace(r.Document + " " + r.Article)
}

// standingWords is on whose word a value stands.
func standingWords(lang string, r tax.Settlement) string {
	words := []string{templates.Say(lang, "standing."+string(r.Standing), nil), r.Office, r.By}
	if !r.On.IsZero() {
		words = append(words, templates.Date(lang, r.On))
	}
	if r.Sample {
		words = append(words, templates.Say(lang, "page.tax.sample", nil))
	}
	comma := templates.Say(lang, "page.statement.comma", nil)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), comma)
}

// factSaid is a fact in words, with who supplied it as of when.
func factSaid(lang string, f officer.Fact) statement.Fact {
	v := factsOf(lang, []officer.Fact{f})[0]
	source := templates.Say(lang, "source."+string(v.Source), nil)
	said := statement.Fact{Label: v.Label, Value: v.Words, Source: source, AsOf: "—"}
	if !v.Known() {
		said.Source += " · " + templates.Say(lang, "why."+string(v.Outcome), nil)
	}
	if v.KnownAt != nil {
		said.AsOf = templates.Moment(lang, *v.KnownAt)
	}
	return said
}

// acts are what officers did, in words.
func (s stated) acts(lang string) (acts []string) {
	then := templates.Say(lang, "page.statement.then", nil)
	for _, r := range s.Revisions {
		acts = append(acts, strings.Join(revisionSaid(lang, revisionOf(lang, r)), then))
	}
	if c := s.Confirmed; c != nil {
		name, moment := c.Officer, templates.Moment(lang, c.At)
		said := templates.Say(lang, "page.statement.confirmed", map[string]string{"name": name, "moment": moment})
		parts := append([]string{said}, saidOf(lang, "page.reason", audit.Masked(c.Reason))...)
		acts = append(acts, strings.Join(parts, then))
	}
	return acts
}

// revisionSaid is a revision in words, part by part.
func revisionSaid(lang string, v revisionView) []string {
	parts := []string{actSaid(lang, v.By, v.At, "revision."+string(v.Kind))}
	for _, c := range v.Changes {
		parts = append(parts, c.Label+templates.Say(lang, "page.colon", nil)+c.Words)
	}
	if l := v.Line; l != nil {
		parts = append(parts, templates.Say(lang, "tax."+string(l.Tax), nil)+" "+payerWords(lang, l.Payer, l.Person))
	}
	parts = append(parts, saidOf(lang, "page.reason", v.Reason)...)
	parts = append(parts, saidOf(lang, "page.desk.document", v.Document)...)
	if v.Second != nil {
		parts = append(parts, actSaid(lang, v.Second.By, v.Second.At, "second."+string(v.Second.Verdict)))
	}
	return parts
}

// actSaid says who did something, and when.
func actSaid(lang, name string, at time.Time, code string) string {
	moment, act := templates.Moment(lang, at), templates.Say(lang, code, nil)
	return templates.Say(lang, "page.statement.act", map[string]string{"name": name, "moment": moment, "act": act})
}

// saidOf is something with what it is called, nothing if it is "".
func saidOf(lang, label, text string) []string {
	if text == "" {
		return nil
	}
	return []string{templates.Say(lang, label, nil) + templates.Say(lang, "page.colon", nil) + text}
}
