package main

import (
	"strings"
	"testing"

	"onewindow/internal/client"
)

func TestAJournalThatLostItsLastLinesIsFollowedOn(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	line := newTimeline(&out)
	for _, reasons := range [][]string{{"accepted", "due", "drill"}, {"accepted"}, {"accepted", "approved"}} {
		var c client.Case
		for _, reason := range reasons {
			c.Journal = append(c.Journal, client.Entry{State: "open", Reason: reason, Actor: "clerk-01"})
		}
		line.show(c)
	}
	if got := strings.Count(out.String(), "clerk-01"); got != 4 {
		t.Errorf("told %d lines, want three and then the new one:\n%s", got, out.String())
	}
}
