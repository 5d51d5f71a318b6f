package fonts

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// faces opens every font that sets running text, in the order of use.
func faces(t *testing.T) []*sfnt.Font {
	t.Helper()
	var all []*sfnt.Font
	for _, f := range []File{Serif, Names, Rare} {
		raw, err := Expand(f)
		if err != nil {
			t.Fatal(err)
		}
		face, err := sfnt.Parse(raw)
		if err != nil {
			t.Fatalf("parse %s: %v", f, err)
		}
		all = append(all, face)
	}
	return all
}

// covered says whether one of the faces has r.
func covered(faces []*sfnt.Font, b *sfnt.Buffer, r rune) bool {
	for _, f := range faces {
		if g, err := f.GlyphIndex(b, r); err == nil && g != 0 {
			return true
		}
	}
	return false
}

func TestEveryCharacterOfTheGeneralStandardTableHasAGlyph(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/tongyong.txt")
	if err != nil {
		t.Fatal(err)
	}
	characters := []rune(strings.TrimSpace(string(table)))
	if len(characters) != 8105 {
		t.Fatalf("通用规范汉字表 has %d characters here, want 8105", len(characters))
	}
	faces, b := faces(t), new(sfnt.Buffer)
	for _, r := range characters {
		if !covered(faces, b, r) {
			t.Errorf("no glyph for %c (%U)", r, r)
		}
	}
}

func TestCharactersSeenInNamesHaveAGlyph(t *testing.T) {
	t.Parallel()
	faces, b := faces(t), new(sfnt.Buffer)
	for _, r := range "𬎆𫍯𠅤𬭎𫟹𡐓𬸚𰻝㛃䶮㑇㧑䴙喆堃昇頔祎玥〇·㎡（）éü" {
		if !covered(faces, b, r) {
			t.Errorf("no glyph for %c (%U)", r, r)
		}
	}
}

func TestNoFontHidesAnInvisibleCharacter(t *testing.T) {
	t.Parallel()
	faces, b := faces(t), new(sfnt.Buffer)
	for _, r := range []rune{0x00, 0x1B, 0x7F, 0x200B, 0x200E, 0x202E, 0x2066, 0xFE0F, 0xFEFF, 0xE0100, unicode.ReplacementChar} {
		if covered(faces, b, r) {
			t.Errorf("a font has a glyph for %U, which nobody can see or which stands for an unknown character", r)
		}
	}
}

func TestAnUnknownFileIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	if _, err := Expand("gothic"); err == nil || !strings.Contains(err.Error(), "gothic") {
		t.Errorf("Expand(gothic) = %v, want an error naming it", err)
	}
}
