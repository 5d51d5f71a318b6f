package pgtest

import (
	"encoding/base64"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onewindow/internal/postgres"
)

// Dump returns everything in the database at url as pg_dump writes it: what a
// backup holds.
func Dump(t testing.TB, url string) string {
	t.Helper()
	bin, err := postgres.Programs()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	var said strings.Builder
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "pg_dump"), "--no-owner", "--inserts", "--dbname", url)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pgtest: dump: %v: %s", err, said.String())
	}
	return string(out)
}

// Leaks returns those of the planted texts that stand in text: as they are, as the
// hexadecimal digits of a bytea, or in base64 at any offset.
func Leaks(text string, planted ...string) (found []string) {
	for _, p := range planted {
		forms := append([]string{p, hex.EncodeToString([]byte(p))}, inBase64(p)...)
		for _, form := range forms {
			if strings.Contains(text, form) {
				found = append(found, p)
				break
			}
		}
	}
	return found
}

// inBase64 is what p looks like within longer texts in base64: the characters that
// depend on p alone, for each of the three offsets.
func inBase64(p string) (forms []string) {
	for offset := range 3 {
		coded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + p + "xxx"))
		first := (offset*8 + 5) / 6
		last := (offset + len(p)) * 8 / 6
		forms = append(forms, coded[first:last])
	}
	return forms
}
