package typeset

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestBreakingLinesLosesNothingAndKeepsTheWidth(t *testing.T) {
	t.Parallel()
	fonts, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	letters := rapid.RuneFrom([]rune("王阿不都依木·、，。（）《》 218号㎡abc-"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(letters, 0, 300, -1).Draw(t, "text")
		width := rapid.Float64Range(5, 110).Draw(t, "width")
		tray := fonts.Tray()
		if err := tray.Cast(text); err != nil {
			t.Fatal(err)
		}
		lines := tray.Lines(text, 11, width)
		if got := strings.Join(lines, ""); got != text {
			t.Fatalf("broken into %q, want %q", got, text)
		}
		for _, line := range lines {
			if tray.Width([]rune(line), 11) > width {
				t.Fatalf("the line %q is longer than %.1f mm", line, width)
			}
		}
	})
}

func TestALineDoesNotEndWhereTheRulesForbid(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		a, b rune
		want bool
	}{
		{"between two ideographs", '巴', '陵', true},
		{"before a comma", '室', '，', false},
		{"after an opening parenthesis", '（', '章', false},
		{"before the dot in a name", '木', '·', false},
		{"within a figure", '2', '1', false},
		{"within a date", '年', '0', false},
		{"between a figure and its measure", '8', '号', false},
		{"between 第 and its figure", '第', '1', false},
		{"after a blank", ' ', '2', true},
		{"between an ideograph and a figure", '起', '2', true},
	}
	for _, tt := range tests {
		if got := mayBreak(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: mayBreak(%c, %c) = %v, want %v", tt.name, tt.a, tt.b, got, tt.want)
		}
	}
}
