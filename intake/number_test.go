package intake

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNumberSaysDayAndSerial(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for serial, want := range map[int64]string{1: "20261122000001", 999999: "20261122999999", 1000000: "202611221000000"} {
		got := string(NewNumber(day, serial))
		if got[:len(got)-1] != want {
			t.Errorf("NewNumber(%d) = %s, want %s and a check digit", serial, got, want)
		}
		if _, err := ParseNumber(got); err != nil {
			t.Errorf("ParseNumber(%s): %v", got, err)
		}
	}
}

// ISO/IEC 7064 gives 0794 and its check digit 5 as the example of MOD 11,10.
func TestCheckDigitIsThatOfTheStandard(t *testing.T) {
	if got := check("0794"); got != '5' {
		t.Errorf("check(0794) = %c, want 5", got)
	}
}

func TestEveryWrongDigitIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 3650).Draw(t, "day"))
		number := []byte(NewNumber(day, rapid.Int64Range(1, 99_999_999).Draw(t, "serial")))
		i := rapid.IntRange(0, len(number)-1).Draw(t, "place")
		wrong := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if wrong == number[i] {
			return
		}
		number[i] = wrong
		if _, err := ParseNumber(string(number)); err == nil {
			t.Fatalf("%s passes with a wrong digit at %d", number, i)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("202611220000014")
	f.Add("2026112200000１9")
	f.Add("99999999999999999999999999")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err == nil && string(n) != s {
			t.Errorf("ParseNumber(%q) = %q", s, n)
		}
	})
}

func TestANumberIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]Number{
		"202611220000014": "202611220000014", " 20261122 0000014\t": "202611220000014", "20261122-000001-4": "202611220000014",
		"２０２６１１２２０００００１４": "202611220000014", "20261122—0000014": "202611220000014", "20261122000001": "", "2026112200000I9": "",
		"202611220000018": "", "2026\x001122000014": "",
	} {
		if got, err := ReadNumber(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
	}
}
