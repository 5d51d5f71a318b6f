package certificate

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"onewindow/internal/typeset"
)

func TestWhatMayNotBePrintedIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*Sheet)
		want   error
	}{
		{"a character no font has", func(s *Sheet) { s.Holder = "王\U0002A6D6" }, typeset.ErrNoGlyph},
		{"a character for private use", func(s *Sheet) { s.Holder = "王\uE123" }, typeset.ErrNoGlyph},
		{"a character for private use beyond U+FFFF", func(s *Sheet) { s.Holder = "王\U000F0001" }, typeset.ErrNoGlyph},
		{"an emoji", func(s *Sheet) { s.Location = "巴陵路😀号" }, typeset.ErrNoGlyph},
		{"a variation selector", func(s *Sheet) { s.Holder = "葛\U000E0100" }, typeset.ErrNoGlyph},
		{"a mark that turns the direction", func(s *Sheet) { s.Holder = "王\u202E伟" }, typeset.ErrNoGlyph},
		{"a blank of no width", func(s *Sheet) { s.Holder = "王\u200B伟" }, typeset.ErrNoGlyph},
		{"a character in the office's name", func(s *Sheet) { s.Office = "\U0002A6D6局" }, typeset.ErrNoGlyph},
		{"NUL", func(s *Sheet) { s.Holder = "王\x00" }, ErrControl},
		{"an escape", func(s *Sheet) { s.Notes = "\x1b[0m" }, ErrControl},
		{"a line break in a name", func(s *Sheet) { s.Holder = "王\n伟" }, ErrControl},
		{"a tab in the notes", func(s *Sheet) { s.Notes = "a\tb" }, ErrControl},
		{"broken UTF-8", func(s *Sheet) { s.Holder = "王\xff" }, ErrControl},
		{"no holder", func(s *Sheet) { s.Holder = " " }, ErrIncomplete},
		{"no number", func(s *Sheet) { s.Number = "" }, ErrIncomplete},
		{"no unit", func(s *Sheet) { s.Unit = "" }, ErrIncomplete},
		{"no verify address", func(s *Sheet) { s.VerifyURL = "" }, ErrIncomplete},
		{"no date", func(s *Sheet) { s.IssuedAt = Sheet{}.IssuedAt }, ErrIncomplete},
		{"a book in the notes", func(s *Sheet) { s.Notes = strings.Repeat("长", maxRunes) }, ErrTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := flat()
			tt.change(&s)
			pdf, err := Render(s)
			if !errors.Is(err, tt.want) || pdf != nil {
				t.Errorf("Render = %d bytes, %v; want %v", len(pdf), err, tt.want)
			}
		})
	}
}

func TestAMissingGlyphIsNamedWithItsFieldAndWithoutTheName(t *testing.T) {
	t.Parallel()
	s := flat()
	s.Holder = "欧阳\U0002A6D6"
	_, err := Render(s)
	missing := (*typeset.NoGlyphError)(nil)
	if !errors.As(err, &missing) || *missing != (typeset.NoGlyphError{Rune: '\U0002A6D6', Field: "权利人"}) {
		t.Fatalf("Render = %v, want U+2A6D6 in 权利人", err)
	}
	if strings.Contains(err.Error(), "欧阳") {
		t.Errorf("the error tells the name: %v", err)
	}
}

// oneDistinctPage is how many different characters a document of the tests holds.
const oneDistinctPage = 1200

func TestEveryHanCharacterPrintsAndReadsBackOrIsRefused(t *testing.T) {
	t.Parallel()
	p, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	var printable []rune
	tray := p.form.Clone()
	forEachHan(func(r rune) {
		switch err := tray.Cast(string(r)); {
		case err == nil:
			printable = append(printable, r)
		case !errors.Is(err, typeset.ErrNoGlyph):
			t.Errorf("%U: %v", r, err)
		}
	})
	if len(printable) < 12_400 {
		t.Errorf("%d Han characters are printable, want over 12 400", len(printable))
	}
	for begin := 0; begin < len(printable); begin += oneDistinctPage {
		chunk := string(printable[begin:min(begin+oneDistinctPage, len(printable))])
		t.Run(fmt.Sprintf("from %U", []rune(chunk)[0]), func(t *testing.T) {
			t.Parallel()
			s := flat()
			s.Notes = chunk
			if got := solid(tool(t, rendered(t, s), "pdftotext", "-raw", "PDF", "-")); !strings.Contains(got, chunk) {
				t.Errorf("pdftotext does not read back what was printed")
			}
		})
	}
}

// forEachHan calls f for the unified ideographs that Unicode assigns.
func forEachHan(f func(rune)) {
	for r := rune(0x3400); r <= 0x323AF; r++ {
		if unicode.Is(unicode.Han, r) && unicode.Is(unicode.Unified_Ideograph, r) {
			f(r)
		}
	}
}

func TestAnyNameReadsBackEqualOrIsRefused(t *testing.T) {
	t.Parallel()
	printable := rapid.RuneFrom([]rune("王李张刘陈杨𬎆𫍯𠅤𬭎𫟹𡐓𬸚𰻝㛃䶮㑇㧑䴙上丨·（）()\\/ aé1、。"))
	alphabets := []*rapid.Generator[rune]{printable, rapid.OneOf(printable, rapid.RuneFrom(nil, unicode.Han)),
		rapid.Rune()}
	rapid.Check(t, func(t *rapid.T) {
		s := flat()
		letters := rapid.SampledFrom(alphabets).Draw(t, "alphabet")
		s.Holder = rapid.StringOfN(letters, 1, 60, -1).Draw(t, "holder")
		s.Other = rapid.StringOfN(letters, 0, 200, -1).Draw(t, "other")
		pdf, err := Render(s)
		if err != nil {
			if !errors.Is(err, typeset.ErrNoGlyph) && !errors.Is(err, ErrIncomplete) && !errors.Is(err, ErrControl) {
				t.Fatalf("Render: %v", err)
			}
			return
		}
		if problems := Lint(pdf, s); problems != nil {
			t.Fatalf("Lint: %+v", problems)
		}
	})
}
