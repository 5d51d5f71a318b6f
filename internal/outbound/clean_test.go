package outbound

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanKeepsNamesAndDropsTricks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"户主𬎆·买买提":           "户主𬎆·买买提",
		"a\x00b\x1b[31m":    "ab[31m",
		"a\nb":              "a b",
		"\u202egpj.exe":     "gpj.exe",
		"bad \xff\xfe text": "bad � text",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x00" + strings.Repeat("水", 400))
	f.Add(strings.Repeat("\xff", 2000))
	f.Fuzz(func(t *testing.T, text string) {
		got := Clean(text)
		if len(got) > MaxText || !utf8.ValidString(got) || strings.ContainsRune(got, 0) {
			t.Errorf("Clean(%q) = %q", text, got)
		}
		if Clean(got) != got {
			t.Errorf("Clean(%q) is not clean", got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"ref":"1","fen":12}`))
	f.Add([]byte(`{"ref":{"a":[1e999]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var v struct {
			Ref string `json:"ref"`
			Fen int64  `json:"fen"`
		}
		if err := Decode(body, &v); err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("error %v is of no kind", err)
			}
			if Clean(err.Error()) != err.Error() {
				t.Errorf("unclean error text %q", err)
			}
		}
	})
}
