package certificate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// missing is a character that the embedded fonts lack.
const missing = '㐂'

// widerFont writes a font that draws 㐂 as 喜, and returns its path.
func widerFont(t *testing.T) string {
	t.Helper()
	tray := composed(t, flat()).tray
	if err := tray.cast("喜"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wider.ttf")
	font := cut(map[rune]glyph{missing: tray.glyphs['喜'], '王': tray.glyphs['喜']})
	if err := os.WriteFile(path, font, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnOfficesOwnFontServesWhatTheEmbeddedOnesLack(t *testing.T) {
	t.Parallel()
	p, err := NewPress(WithFont(widerFont(t)))
	if err != nil {
		t.Fatal(err)
	}
	s := flat()
	s.Holder = "王" + string(missing)
	if _, err := Render(s); !errors.Is(err, ErrNoGlyph) {
		t.Fatalf("the embedded fonts have %c already: %v", missing, err)
	}
	pdf, err := p.Render(s)
	if err != nil {
		t.Fatal(err)
	}
	if problems := p.Lint(pdf, s); problems != nil {
		t.Errorf("Lint: %+v", problems)
	}
	if got := tool(t, pdf, "pdftotext", "-raw", "PDF", "-"); !strings.Contains(got, s.Holder) {
		t.Errorf("pdftotext does not read %s:\n%s", s.Holder, got)
	}
	king, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	own, _ := p.tray().glyph('王')
	if embedded, _ := king.tray().glyph('王'); string(own.outline) != string(embedded.outline) {
		t.Error("the office's font displaces a glyph of the embedded ones")
	}
}

func TestAFontThatWillNotDoIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	junk := filepath.Join(t.TempDir(), "junk.ttf")
	if err := os.WriteFile(junk, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{junk, filepath.Join(t.TempDir(), "none.ttf")} {
		if _, err := NewPress(WithFont(path)); err == nil {
			t.Errorf("NewPress takes %s", filepath.Base(path))
		}
	}
}

func TestAPanicWhileDrawingIsAnErrorThatQuotesNothing(t *testing.T) {
	t.Parallel()
	pdf, err := (*Press)(nil).Render(flat())
	if !errors.Is(err, errPanic) || pdf != nil || strings.Contains(err.Error(), "王") {
		t.Errorf("Render = %d bytes, %v; want errPanic", len(pdf), err)
	}
}
