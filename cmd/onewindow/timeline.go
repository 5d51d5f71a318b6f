package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"onewindow/templates"
)

// timeline prints a case's journal as it grows.
type timeline struct {
	out     io.Writer
	printed int
}

// show prints the lines that are new.
func (t *timeline) show(c *caseState) {
	for _, e := range c.Journal[t.printed:] {
		what := "办件"
		if e.Step != "" {
			what = say("step." + e.Step)
		}
		state := say("state." + e.State)
		if e.Step == "" {
			state = say("case." + e.State)
		}
		if e.Holder != "" && e.Holder != "machine" {
			state += " · " + say("holder."+e.Holder)
		}
		fmt.Fprintf(t.out, "  +%7.3f s  %s %s %s  %s\n", e.At.Sub(c.AcceptedAt).Seconds(),
			pad(what, 18), pad(e.Step, 14), pad(state, 26), e.Actor)
	}
	t.printed = len(c.Journal)
}

// summary prints what each step took.
func (t *timeline) summary(c *caseState) {
	fmt.Fprintf(t.out, "\n  %s %12s %12s\n", pad("环节 step", 34), "等待 waited", "办理 worked")
	for _, s := range c.Steps {
		fmt.Fprintf(t.out, "  %s %9d ms %9d ms  %s\n", pad(say("step."+s.Step)+" "+s.Step, 34), s.WaitedMS, s.WorkedMS,
			say("state."+s.State))
	}
}

func say(code string) string { return templates.Say("zh-CN", code, nil) }

// pad fills a text up to a width of columns; Chinese takes two each.
func pad(s string, width int) string {
	columns := utf8.RuneCountInString(s)
	for _, r := range s {
		if r >= 0x2E80 {
			columns++
		}
	}
	return s + strings.Repeat(" ", max(0, width-columns))
}
