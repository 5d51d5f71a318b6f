package templates_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onewindow/templates"
)

func TestWhatIsBorrowedIsWhatWasTakenIn(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile("assets/vendor/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = sum
	}
	for _, pattern := range []string{"*.css", "*.js"} {
		names, err := filepath.Glob("assets/vendor/" + pattern)
		if err != nil || len(names) == 0 {
			t.Fatal("nothing is borrowed", err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(raw)
			if got := hex.EncodeToString(sum[:]); got != listed[filepath.Base(name)] {
				t.Errorf("%s has the sum %s, not %q", name, got, listed[filepath.Base(name)])
			}
			for _, restricted := range []string{"GDS Transport", "@font-face", "crest", "sourceMappingURL"} {
				if bytes.Contains(raw, []byte(restricted)) {
					t.Errorf("%s has %s", name, restricted)
				}
			}
		}
	}
}

func TestAssetsAreSentSmallAndComeOutWhole(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"onewindow.css", "onewindow.js", "mark.svg", "vendor/govuk-frontend.min.css", "vendor/htmx.min.js"} {
		a, lasting, found := templates.AssetAt(strings.TrimPrefix(templates.AssetURL(name), templates.AssetsPath))
		if !found || !lasting || a.Media == "" {
			t.Fatalf("%s: found %v, lasting %v, %q", name, found, lasting, a.Media)
		}
		if a.Gzipped == nil {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(a.Gzipped))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := io.ReadAll(r); err != nil || !bytes.Equal(raw, a.Raw) || len(a.Gzipped) >= len(a.Raw) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(a.Gzipped), len(raw), err)
		}
	}
	if url := templates.AssetURL("none.css"); url != "" {
		t.Errorf("what is not there is at %s", url)
	}
	for _, hidden := range []string{"x/vendor/README.md", "x/vendor/SHA256SUMS", "x/../pages.go"} {
		if _, _, found := templates.AssetAt(hidden); found {
			t.Errorf("%s is served", hidden)
		}
	}
}
