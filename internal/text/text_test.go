package text

import "testing"

func TestWhatNobodyCanSeeIsForbiddenAndEveryScriptIsWelcome(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "王·小明 𠀀 O'Neil": "", "a\x00b": "U+0000", "\x1b[31m": "U+001B", "a\u202eb": "U+202E", "a\u2066b": "U+2066",
		"a\u200bb": "U+200B", "a\u2028b": "U+2028", "\xff": "U+FFFD", "a\uFDD0": "U+FDD0", "\U0001FFFE": "U+1FFFE", "a\nb": "U+000A",
	} {
		r, bad := Forbidden(s)
		if got := CodePoint(r); bad != (want != "") || bad && got != want {
			t.Errorf("%q: %s %v, want %q", s, got, bad, want)
		}
	}
}
