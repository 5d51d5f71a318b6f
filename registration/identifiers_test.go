package registration

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// vectors are the valid and invalid examples of one identifier.
type vectors struct {
	Valid   []string
	Invalid []struct{ Value, Why string }
}

func readVectors(t *testing.T, name string) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/identifiers.json")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]vectors)
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all[name].Valid) == 0 {
		t.Fatalf("no vectors for %s", name)
	}
	return all[name]
}

func TestIdentifiersAgreeWithTheVectorsOfTheirStandards(t *testing.T) {
	t.Parallel()
	parsers := map[string]func(string) error{
		"real_estate_unit_code":      func(s string) error { _, err := ParseUnit(s); return err },
		"resident_identity_number":   func(s string) error { _, err := ParseIdentity(s); return err },
		"unified_social_credit_code": func(s string) error { _, err := ParseCreditCode(s); return err },
		"certificate_number":         func(s string) error { _, err := ParseNumber(s); return err },
	}
	for name, parse := range parsers {
		v := readVectors(t, name)
		for _, s := range v.Valid {
			if err := parse(s); err != nil {
				t.Errorf("%s: valid %q refused: %v", name, s, err)
			}
		}
		for _, bad := range v.Invalid {
			if parse(bad.Value) == nil {
				t.Errorf("%s: %q accepted, but %s", name, bad.Value, bad.Why)
			}
		}
	}
}

func TestUnitCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, code string
		valid      bool
	}{
		{"a flat on state land", "430602001001GB00001F00010001", true},
		{"all buildings of one holder have number 9999", "430602001001GB00001F99990001", true},
		{"a homestead stands on collective land", "430602001001JC00001F00010001", true},
		{"a homestead never stands on state land", "430602001001GC00001F00010001", false},
		{"collective ownership is not a right in state land", "430602001001GA00001W00000000", false},
		{"forest has a serial of eight digits", "430602001001GB00001L00000012", true},
		{"no building is number 0000", "430602001001GB00001F00000001", false},
		{"no parcel is number 00000", "430602001001GB00000F00010001", false},
		{"letters stand where the standard puts them", "430602001001GB0000AF00010001", false},
		{"full-width digits are not digits", "４30602001001GB00001F000100", false},
		{"nothing is not a unit", "", false},
	} {
		if _, err := ParseUnit(tt.code); (err == nil) != tt.valid {
			t.Errorf("%s: ParseUnit(%q) = %v", tt.name, tt.code, err)
		}
	}
}

func TestAUnitCodeNamesItsCountyParcelAndBuilding(t *testing.T) {
	t.Parallel()
	u, err := ParseUnit("430602001001GB00001F00020034")
	if err != nil {
		t.Fatal(err)
	}
	if u.County() != "430602" || u.Parcel() != "430602001001GB00001" || u.Building() != "0002" {
		t.Errorf("county %s, parcel %s, building %s", u.County(), u.Parcel(), u.Building())
	}
	if want := "430602 001001 GB00001 F00020034"; u.Groups() != want {
		t.Errorf("Groups() = %q, want %q", u.Groups(), want)
	}
	if short := UnitCode("43"); short.County() != "" || short.Groups() != "43" || short.Building() != "" {
		t.Error("a text that is no code has parts")
	}
}

func TestAnIdentityNumberSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, number string
		want         error
	}{
		{"someone born in 1890 has a number too", synthetic("430602", "18900307", "001"), nil},
		{"retired county codes stay valid", synthetic("439999", "18950101", "002"), nil},
		{"17 digits", "43060219900307001", ErrIdentity},
		{"an old number of 15 digits", "430602900307001", ErrIdentity},
		{"a letter among the digits", "4306021990030700X1", ErrIdentity},
		{"a lower-case x", "43060219900307001x", ErrIdentity},
		{"a wrong check digit", "430602199003070011", ErrIdentityCheck},
		{"29 February of a common year", synthetic("430602", "19900229", "001"), ErrIdentityDate},
		{"the thirteenth month", synthetic("430602", "18901307", "001"), ErrIdentityDate},
	} {
		if _, err := ParseIdentity(tt.number); err != tt.want {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestAgeCountsFullYears(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		born string
		on   time.Time
		want int
	}{
		{"the day before the eighteenth birthday", "20081122", day(2026, 11, 21), 17},
		{"the eighteenth birthday", "20081122", day(2026, 11, 22), 18},
		{"29 February, on 28 February of a common year", "20080229", day(2026, 2, 28), 17},
		{"29 February, on 1 March of a common year", "20080229", day(2026, 3, 1), 18},
		{"before birth", "20300101", day(2026, 1, 1), -4},
		{"somebody of the nineteenth century", "18900307", day(2026, 11, 22), 136},
	} {
		if got := Identity(synthetic("430602", tt.born, "001")).AgeOn(tt.on); got != tt.want {
			t.Errorf("%s: age %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestBothChecksOfACreditCodeCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, code string
		want       error
	}{
		{"the example of the standard", "91350100M000100Y43", nil},
		{"the outer check is wrong", "91350100M000100Y44", ErrCreditCheck},
		{"the check of the organisation code is wrong", withCreditCheck("91350100M000100Y5"), ErrCreditCheck},
		{"the alphabet has no O", "91350100M0001O0Y43", ErrCreditCode},
		{"17 characters", "91350100M000100Y4", ErrCreditCode},
	} {
		if _, err := ParseCreditCode(tt.code); err != tt.want {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
}

func withCreditCheck(s string) string { return s + string(creditCheck(s)) }

func TestCertificateNumbersCompareEqualInBothWidths(t *testing.T) {
	t.Parallel()
	full, err := ParseNumber("湘（2024）岳阳市不动产权第0000001号")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"湘(2024)岳阳市不动产权第0000001号", "湘（２０２４）岳阳市不动产权第００００００１号", " 湘 (2024) 岳阳市不动产权第0000001号　"} {
		if n, err := ParseNumber(s); err != nil || n != full {
			t.Errorf("ParseNumber(%q) = %q, %v", s, n, err)
		}
	}
	for _, s := range []string{"", "湘（2024）岳阳市不动产权第1号", "湘(24)岳阳市不动产权第0000001号", "岳房权证岳阳楼区字第12345号"} {
		if n, err := ParseNumber(s); err == nil {
			t.Errorf("ParseNumber(%q) = %q", s, n)
		}
	}
	proof, _ := ParseNumber("湘（2024）岳阳市不动产证明第0000001号")
	if full.Kind() != Certificate || proof.Kind() != Proof || Number("x").Kind() != "" {
		t.Error("a certificate and a proof are not told apart")
	}
}

func TestOldNumbersOfFifteenDigitsAreTheSamePerson(t *testing.T) {
	t.Parallel()
	if got := lengthen("430602900307001"); got != "43060219900307001X" {
		t.Errorf("lengthen = %s", got)
	}
	if got := lengthen("43060219900307001X"); got != "43060219900307001X" {
		t.Errorf("an 18-digit number became %s", got)
	}
}

func TestEveryCountyOfYueyangHasAnOffice(t *testing.T) {
	t.Parallel()
	if o, ok := OfficeOf("430681"); !ok || o.Name != "汨罗市不动产登记中心" || o.Here {
		t.Errorf("430681: %+v", o)
	}
	if o, ok := OfficeOf("430602"); !ok || o.Authority != "岳阳市" || !o.Here {
		t.Errorf("430602: %+v", o)
	}
	if o, ok := OfficeOf("110101"); ok {
		t.Errorf("110101 is not of Yueyang, but %+v", o)
	}
}

func FuzzParseUnit(f *testing.F) {
	f.Add("430602001001GB00001F00010001")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseUnit(s)
		if err != nil {
			return
		}
		if string(u) != s || len(strings.ReplaceAll(u.Groups(), " ", "")) != unitLength || foldCode(s) != s {
			t.Errorf("ParseUnit(%q) = %q", s, u)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	f.Add("43060219900307001X")
	f.Fuzz(func(t *testing.T, s string) {
		i, err := ParseIdentity(s)
		if err == nil && (i.BornOn().Format(birthLayout) != s[6:14] || i.AgeOn(i.BornOn()) != 0) {
			t.Errorf("ParseIdentity(%q): born on %s", s, i.BornOn())
		}
	})
}

func FuzzParseCreditCode(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseCreditCode(s); err == nil && withCreditCheck(string(c)[:17]) != s {
			t.Errorf("ParseCreditCode(%q) = %q", s, c)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("湘(2024)岳阳市不动产权第0000001号")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		again, err := ParseNumber(string(n))
		if _, errParts := n.parts(); err != nil || again != n || errParts != nil || n.Kind() == "" {
			t.Errorf("ParseNumber(%q) = %q, then %q, %v", s, n, again, errParts)
		}
	})
}

// FuzzApplication feeds any JSON to the path of an intake: it must answer with
// findings, never panic, and normalising twice changes nothing more.
func FuzzApplication(f *testing.F) {
	good, err := json.Marshal(application())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"buyers":[{"share":"1/0"}],"sellers":[{"id_number":"\u0000"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var a Application
		if json.Unmarshal(text, &a) != nil {
			return
		}
		once := a.Normalise()
		first, _ := json.Marshal(once)
		if again, _ := json.Marshal(once.Normalise()); string(first) != string(again) {
			t.Errorf("normalised twice: %s, then %s", first, again)
		}
		for _, found := range append(once.Validate(), Review(once, title(), day(2026, 11, 23))...) {
			if _, known := codes[found.Code]; !known {
				t.Errorf("unknown code %q", found.Code)
			}
		}
	})
}
