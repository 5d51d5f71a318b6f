package machine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABundleIsUnpackedWithItsLinks(t *testing.T) {
	t.Parallel()
	file := packed(t, map[string]string{
		"package/native/bin/postgres":          "program",
		"package/native/lib/libpq.so.5.17":     "library",
		"package/native/include/postgres.h":    "header",
		"package/native/lib/libpq.a":           "archive",
		"package/scripts/postinstall.js":       "script",
		"package/native/pg-symlinks.json":      `[{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"}]`,
		"package/native/share/postgres.bki":    "catalogue",
		"package/native/lib/pgxs/src/Makefile": "makefile",
	})
	native, err := unpack(file, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"bin/postgres": "program", "lib/libpq.so.5": "library", "share/postgres.bki": "catalogue",
	} {
		if got, err := os.ReadFile(filepath.Join(native, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, error %v", name, got, err)
		}
	}
	for _, name := range []string{"include", "lib/libpq.a", "lib/pgxs", "../scripts"} {
		if _, err := os.Lstat(filepath.Join(native, name)); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
	info, err := os.Stat(filepath.Join(native, "bin/postgres"))
	if err != nil || info.Mode().Perm()&0o111 != 0o111 {
		t.Errorf("mode %v, error %v: not everybody may run the server", info.Mode(), err)
	}
}

func TestNothingOfABundleLeadsElsewhere(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a file above":                {"package/native/../../../evil": "x"},
		"a link to another directory": {"package/native/pg-symlinks.json": `[{"source":"/etc/passwd","target":"native/lib/x"}]`},
		"a link placed above":         {"package/native/pg-symlinks.json": `[{"source":"../../x","target":"../../y"}]`},
	} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := unpack(packed(t, files), dir); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestABundleWithAnotherChecksumIsNotUsed(t *testing.T) {
	t.Parallel()
	file := packed(t, map[string]string{"package/native/bin/postgres": "evil"})
	for platform, b := range bundles {
		if err := verify(file, b.sha512); err == nil || !strings.Contains(err.Error(), "not used") {
			t.Errorf("%s: error %v", platform, err)
		}
	}
}

func TestABundleThatIsNoArchiveIsAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.tgz")
	if err := os.WriteFile(file, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := unpack(file, t.TempDir()); err == nil {
		t.Error("it was accepted")
	}
}

// packed returns a bundle with some files.
func packed(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, content := range files {
		h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bundle.tgz")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
