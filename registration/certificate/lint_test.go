package certificate

import (
	"bytes"
	"slices"
	"testing"

	"onewindow/internal/typeset"
)

// codes returns what Lint found, without repetition.
func codes(problems []typeset.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestLintFindsADocumentThatSaysSomethingElse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*Sheet)
		want   []string
	}{
		{"nothing changed", func(*Sheet) {}, nil},
		{"another holder", func(s *Sheet) { s.Holder = "王伟" },
			[]string{MissingField, NotReproducible, typeset.WrongGlyph, typeset.WrongText}},
		{"a character beyond U+FFFF for another", func(s *Sheet) { s.Holder = "王𫍯、阿不都热依木·买买提" },
			[]string{MissingField, NotReproducible, typeset.WrongGlyph, typeset.WrongText}},
		{"another number", func(s *Sheet) { s.Number = "湘（2026）岳阳市不动产权第0001235号" },
			[]string{MissingField, NotReproducible, typeset.WrongText}},
		{"another verify address", func(s *Sheet) { s.VerifyURL = "https://example.invalid/v/AAAQEAYEAUDAOCAJBIFQYDIOB5" },
			[]string{NotReproducible, typeset.WrongQR}},
		{"another minute of issue", func(s *Sheet) { s.IssuedAt = s.IssuedAt.Add(60e9) }, []string{NotReproducible}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			printed, wanted := flat(), flat()
			tt.change(&printed)
			if got := codes(Lint(rendered(t, printed), wanted)); !slices.Equal(got, tt.want) {
				t.Errorf("Lint finds %v, want %v", got, tt.want)
			}
		})
	}
}

func TestLintFindsAnyFlippedByte(t *testing.T) {
	t.Parallel()
	pdf, c := rendered(t, flat()), composed(t, flat())
	for at := 0; at < len(pdf); at += 1999 {
		forged := bytes.Clone(pdf)
		forged[at] ^= 1
		_ = c.read(forged) // whatever it says, it says it without panic
		if at%9 == 0 && !slices.Contains(codes(Lint(forged, flat())), NotReproducible) {
			t.Errorf("byte %d flipped, and Lint finds nothing", at)
		}
	}
}

func FuzzReadingADamagedDocumentNeverPanics(f *testing.F) {
	pdf := rendered(f, flat())
	c := composed(f, flat())
	f.Add(0, []byte("x"))
	f.Add(len(pdf)-40, []byte("startxref\n9\n%%EOF\n"))
	f.Add(len(pdf)/2, []byte("1 0 obj\n<</Kids [1 0 R]"))
	f.Fuzz(func(_ *testing.T, at int, patch []byte) {
		damaged := bytes.Clone(pdf)
		if at >= 0 && at < len(damaged) {
			copy(damaged[at:], patch)
		}
		_ = c.read(damaged)
	})
}
