package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"onewindow/internal/client"
	"onewindow/templates"
)

// timeline prints the journal of a case as it grows.
type timeline struct {
	out     io.Writer
	colour  bool
	printed int
}

// newTimeline prints to out, in colour if that is a terminal that wants it.
func newTimeline(out io.Writer) *timeline { return &timeline{out: out, colour: colourful(out)} }

// colourful says whether out is a terminal that shows colours (no-color.org).
func colourful(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Escape sequences of the terminal (ECMA-48).
const (
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	plain  = "\x1b[0m"
)

// colours of states; those that are not here stay plain.
var colours = map[string]string{
	"done": green, "entered": green, "closed": green,
	"needs_input": yellow, "awaiting_payment": yellow, "awaiting_company": yellow,
	"manual": red, "refused": red,
}

func (t *timeline) paint(state, text string) string {
	if !t.colour || colours[state] == "" {
		return text
	}
	return colours[state] + text + plain
}

// show prints the lines that are new.
func (t *timeline) show(c client.Case) {
	if t.printed == 0 {
		fmt.Fprintf(t.out, "\n  受理编号 acceptance number  %s\n\n", c.Number)
	}
	// A database that was killed may have forgotten the machine's last steps, which
	// are then done, and told, again (jobs.ending.owed).
	for _, e := range c.Journal[min(t.printed, len(c.Journal)):] {
		t.line(e, e.At.Sub(c.AcceptedAt))
	}
	t.printed = len(c.Journal)
}

// line prints one move: when, which step, where it stands now, why and by whom.
func (t *timeline) line(e client.Entry, after time.Duration) {
	step, state := "case", "case."+e.State
	word := "办件"
	if e.Step != "" {
		step, state, word = e.Step, "state."+e.State, say("step."+e.Step)
	}
	fmt.Fprintf(t.out, "  %s %s %s %s %s  %s\n", fmt.Sprintf("+%.3f s", after.Seconds()), pad(word, 16), pad(step, 13),
		t.paint(e.State, pad(say(state), 12)), pad(say("reason."+e.Reason), 32), e.Actor)
}

// summary prints what each step took.
func (t *timeline) summary(c client.Case) {
	fmt.Fprintf(t.out, "\n  %s %s %14s %14s\n", pad("环节 step", 30), pad("", 12), "等待 waited", "办理 worked")
	for _, s := range c.Steps {
		fmt.Fprintf(t.out, "  %s %s %9d ms %10d ms\n", pad(say("step."+s.Step)+" "+s.Step, 30),
			t.paint(s.State, pad(say("state."+s.State), 12)), s.WaitedMS, s.WorkedMS)
	}
}

func say(code string) string { return templates.Say(templates.Chinese, code, nil) }

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
