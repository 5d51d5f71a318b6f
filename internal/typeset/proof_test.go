package typeset

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// one is a document of one page that says text.
func one(t testing.TB, text string) Document {
	t.Helper()
	fonts, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return set(t, fonts, text)
}

// set is one with other fonts.
func set(t testing.TB, fonts *Fonts, text string) Document {
	t.Helper()
	tray := fonts.Tray()
	if err := tray.Cast(text); err != nil {
		t.Fatal(err)
	}
	l := tray.Leaf()
	l.Say(20, 20, 12, text, Ink{})
	l.QR = &QR{Text: "https://example.invalid/a", X: 20, Y: 40, Size: 30}
	return Document{Title: "文件", At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Tray: tray, Leaves: []*Leaf{l}}
}

// printed draws d or ends the test.
func printed(t testing.TB, d Document) []byte {
	t.Helper()
	pdf, err := d.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestADocumentReadsBackAsItWasSet(t *testing.T) {
	t.Parallel()
	d := one(t, "王𬎆(a)\\")
	pdf := printed(t, d)
	if text, problems := d.Read(pdf); text != "王𬎆(a)\\" || problems != nil {
		t.Errorf("Read = %q, %+v", text, problems)
	}
	if !bytes.Equal(pdf, printed(t, d)) {
		t.Error("a second printing differs")
	}
}

func TestADocumentThatSaysSomethingElseIsFound(t *testing.T) {
	t.Parallel()
	want, other := one(t, "王伟"), one(t, "伟王")
	if _, problems := want.Read(printed(t, other)); !slices.Contains(problems, Problem{Code: WrongText}) {
		t.Errorf("Read finds %+v in other text", problems)
	}
	other = one(t, "王伟")
	other.Leaves[0].QR.Text = "https://example.invalid/b"
	if _, problems := want.Read(printed(t, other)); !slices.Contains(problems, Problem{Code: WrongQR}) {
		t.Errorf("Read finds %+v in another QR code", problems)
	}
	if _, problems := want.Read([]byte("no PDF")); !slices.Contains(problems, Problem{Code: Unreadable}) {
		t.Errorf("Read finds %+v in what is no PDF", problems)
	}
}

func TestAGlyphDrawnAsAnotherIsFound(t *testing.T) {
	t.Parallel()
	for _, swap := range [][2]rune{{'王', '玉'}, {'𬎆', '𫍯'}} {
		honest, forged := one(t, string(swap[:])), one(t, string(swap[:]))
		forged.Tray.glyphs[swap[0]] = forged.Tray.glyphs[swap[1]]
		_, problems := honest.Read(printed(t, forged))
		if !slices.Contains(problems, Problem{Code: WrongGlyph, Rune: swap[0]}) {
			t.Errorf("Read finds %+v, not that %c looks like %c", problems, swap[0], swap[1])
		}
	}
}

func FuzzReadingAPageNeverPanics(f *testing.F) {
	for _, page := range []string{"(", "(\\", "<<", "BT 1 2 Td (\x00a) Tj ET",
		"/Span <</ActualText <FEFFD83C>>> BDC (ab) Tj EMC", "EMC EMC", "0.000 g 1 2 3 4 re f", "BDC", "\\)", "Tj"} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(_ *testing.T, page []byte) { readContent(page) })
}
