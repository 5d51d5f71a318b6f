package schema

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestMigrationsRunWithoutAGap(t *testing.T) {
	t.Parallel()
	for name, names := range map[string][]string{
		"a number is missing": {"001_a.sql", "003_c.sql"},
		"a number is double":  {"001_a.sql", "001_b.sql"},
		"no number":           {"a.sql"},
		"a short number":      {"1_a.sql"},
	} {
		fsys := fstest.MapFS{}
		for _, n := range names {
			fsys["migrations/"+n] = &fstest.MapFile{Data: []byte("SELECT 1")}
		}
		if _, err := read(fsys); err == nil || !strings.Contains(err.Error(), "is due") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestTheFingerprintNamesTheSchema(t *testing.T) {
	t.Parallel()
	a, err := Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fingerprint()
	if err != nil || a != b || len(a) != 12 {
		t.Errorf("fingerprints %q and %q, error %v", a, b, err)
	}
}
