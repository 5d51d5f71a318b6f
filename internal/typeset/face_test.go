package typeset

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// missing is a character that the embedded fonts lack.
const missing = '㐂'

// widerFont writes a font that draws 㐂 and 王 as 喜, and returns its path.
func widerFont(t *testing.T) string {
	t.Helper()
	tray := one(t, "喜").Tray
	path := filepath.Join(t.TempDir(), "wider.ttf")
	font := cut(map[rune]glyph{missing: tray.glyphs['喜'], '王': tray.glyphs['喜']})
	if err := os.WriteFile(path, font, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnOfficesOwnFontServesWhatTheEmbeddedOnesLack(t *testing.T) {
	t.Parallel()
	own, err := Load(WithFont(widerFont(t)))
	if err != nil {
		t.Fatal(err)
	}
	embedded := one(t, "王")
	if err := embedded.Tray.Cast(string(missing)); !errors.Is(err, ErrNoGlyph) {
		t.Fatalf("the embedded fonts have %c already: %v", missing, err)
	}
	if got := embedded.Tray.Known("王"+string(missing), '_'); got != "王_" {
		t.Errorf("Known = %q", got)
	}
	d := set(t, own, "王"+string(missing))
	if text, problems := d.Read(printed(t, d)); text != "王"+string(missing) || problems != nil {
		t.Errorf("Read = %q, %+v", text, problems)
	}
	if string(d.Tray.glyphs['王'].outline) != string(embedded.Tray.glyphs['王'].outline) {
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
		if _, err := Load(WithFont(path)); err == nil {
			t.Errorf("Load takes %s", filepath.Base(path))
		}
	}
}
