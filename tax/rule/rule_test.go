package rule

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// TestAnnouncedValues has a row for every value that changed: what is in force
// on the last day of the old and on the first day of the new one.
func TestAnnouncedValues(t *testing.T) {
	t.Parallel()
	const none = -1
	for _, tt := range []struct {
		param  Param
		county string
		on     time.Time
		want   int64
	}{
		{DeedArea, "430602", day(2016, 2, 21), none},
		{DeedArea, "430602", day(2016, 2, 22), 90_00},
		{DeedArea, "430602", day(2024, 11, 30), 90_00},
		{DeedArea, "430602", day(2024, 12, 1), 140_00},
		{DeedSecondRelief, "310101", day(2024, 11, 30), 0},
		{DeedSecondRelief, "440305", day(2024, 11, 30), 0},
		{DeedSecondRelief, "440604", day(2024, 11, 30), 1},
		{DeedSecondRelief, "310101", day(2024, 12, 1), 1},
		{DeedStatutory, "430602", day(2016, 2, 22), 400},
		{DeedStatutory, "440604", day(2026, 6, 1), 300},
		{DeedStatutory, "320102", day(2026, 6, 1), none},
		{VATRate, "430602", day(2016, 4, 30), none},
		{VATRate, "430602", day(2025, 12, 31), 500},
		{VATRate, "430602", day(2026, 1, 1), 300},
		{VATYears, "310101", day(2021, 1, 21), 2},
		{VATYears, "310101", day(2021, 1, 22), 5},
		{VATYears, "310101", day(2024, 9, 30), 5},
		{VATYears, "310101", day(2024, 10, 1), 2},
		{VATYears, "440305", day(2020, 7, 15), 5},
		{VATYears, "440106", day(2022, 1, 1), 5},
		{VATYears, "440114", day(2022, 1, 1), 2},
		{VATYears, "440106", day(2023, 9, 20), 2},
		{VATDifference, "110101", day(2024, 11, 30), 1},
		{VATDifference, "110101", day(2024, 12, 1), none},
		{VATOtherRate, "430602", day(2025, 12, 31), 500},
		{VATOtherRate, "430602", day(2026, 1, 1), 300},
		{VATOtherRate, "430602", day(2028, 1, 1), none},
		{VATOtherDifference, "430602", day(2028, 1, 1), none},
		{SixTaxesRelief, "430602", day(2018, 12, 31), 0},
		{SixTaxesRelief, "430602", day(2023, 1, 1), 5000},
		{SixTaxesRelief, "430602", day(2027, 12, 31), 5000},
		{SixTaxesRelief, "430602", day(2028, 1, 1), none},
		{IncomeDeemedNonordinary, "310101", day(2024, 11, 30), 200},
		{IncomeDeemedNonordinary, "310101", day(2024, 12, 1), none},
		{RefundMonths, "430602", day(2022, 9, 30), none},
		{RefundMonths, "430602", day(2022, 10, 1), 12},
		{RefundMonths, "430602", day(2027, 12, 31), 12},
		{RefundMonths, "430602", day(2028, 1, 1), none},
		{IncomeDeemedOther, "430602", day(2026, 1, 1), none},
		{LandVATDeemed, "430602", day(2026, 1, 1), none},
	} {
		got, ok := Latest().Find(tt.param, tt.county, tt.on)
		if ok != (tt.want != none) || ok && got.Value != tt.want {
			t.Errorf("%s in %s on %s = %d (%v), want %d", tt.param, tt.county, tt.on.Format(time.DateOnly), got.Value, ok, tt.want)
		}
	}
}

func TestEveryParameterHasAName(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("param.go")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile(`(?m)^\t\w+\s+Param = "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		named = append(named, m[1])
	}
	var defined []string
	for p := range Latest().defined {
		defined = append(defined, string(p))
	}
	slices.Sort(named)
	slices.Sort(defined)
	if !slices.Equal(named, defined) {
		t.Errorf("names %v\nand data %v differ", named, defined)
	}
}

func TestRuleSetsStayAsTheyWere(t *testing.T) {
	t.Parallel()
	first, ok := At("2026-11-22")
	if !ok || first.Edition != 1 || first.Clock(SixTaxesRelief) != Filing || len(first.Values()) != 57 {
		t.Errorf("the first rule set is another: edition %d, %d values", first.Edition, len(first.Values()))
	}
	if _, ok := first.Find(VATFamily, "430602", day(2026, 1, 1)); ok {
		t.Error("the first rule set knows a value that came later")
	}
	if Latest().Clock(SixTaxesRelief) != Contract || Latest().Covers(day(2028, 1, 1)) || !Latest().Covers(day(2027, 12, 31)) {
		t.Error("the newest rule set has another clock or another end")
	}
	if _, ok := At("2026-11-23"); ok {
		t.Error("there is a rule set of a day on which none was compiled")
	}
}

// whole is a directory with one parameter of two values, which loads.
const (
	editions = `[{"edition":1,"since":"2026-01-01","from":"2020-01-01","through":"2027-12-31"}]`
	oldValue = `{"from":"2020-01-01","through":"2024-12-31","value":100,"document":"d","article":"a",` +
		`"evidence":"official","verified":true,"checked_on":"2026-01-01","rule_set":"2026-01-01"}`
	newValue = `{"from":"2025-01-01","region":"43","value":200,"alternatives":[100],"document":"d",` +
		`"evidence":"press","verified":false,"checked_on":"2026-01-01","rule_set":"2026-01-01"}`
)

func param(values ...string) string {
	return `{"subject":"s","parameters":[{"param":"p","unit":"bp","clock":"filing","bounds":[0,500],"continuous":true,` +
		`"values":[` + strings.Join(values, ",") + `]}]}`
}

func files(data string) fs.FS {
	return fstest.MapFS{"editions.json": {Data: []byte(editions)}, "p.json": {Data: []byte(data)}}
}

func TestARateIsAnnouncedInOneRow(t *testing.T) {
	t.Parallel()
	open := strings.Replace(oldValue, `"through":"2024-12-31",`, "", 1)
	announced := `{"from":"2027-01-01","value":300,"document":"announcement","article":"1","evidence":"official",` +
		`"verified":true,"checked_on":"2026-12-30","rule_set":"2026-12-30"}`
	l, err := load(files(param(open, announced)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		version string
		on      time.Time
		want    int64
	}{
		{"2026-01-01", day(2027, 1, 1), 100}, // what was not announced yet
		{"2026-12-30", day(2026, 12, 31), 100},
		{"2026-12-30", day(2027, 1, 1), 300},
	} {
		s, err := l.cut(tt.version)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := s.Find("p", "430602", tt.on); v.Value != tt.want {
			t.Errorf("rule set %s on %s: %d, want %d", tt.version, tt.on.Format(time.DateOnly), v.Value, tt.want)
		}
	}
}

func TestTheLoaderRefuses(t *testing.T) {
	t.Parallel()
	if _, err := load(files(param(oldValue, newValue))); err != nil {
		t.Fatalf("the whole data are refused: %v", err)
	}
	put := func(old, with string) string { return strings.Replace(oldValue, old, with, 1) }
	for name, data := range map[string]string{
		"an unknown key of a value":     param(put(`"document"`, `"colour":"red","document"`)),
		"an unknown key of a parameter": strings.Replace(param(oldValue), `"unit"`, `"colour":"red","unit"`, 1),
		"an unknown key of a file":      strings.Replace(param(oldValue), `"subject"`, `"colour":"red","subject"`, 1),
		"an unknown unit":               strings.Replace(param(oldValue), `"bp"`, `"percent"`, 1),
		"an unknown clock":              strings.Replace(param(oldValue), `"filing"`, `"sundial"`, 1),
		"no bounds":                     strings.Replace(param(oldValue), `[0,500]`, `[]`, 1),
		"bounds upside down":            strings.Replace(param(oldValue), `[0,500]`, `[5,0]`, 1),
		"a parameter twice": strings.Replace(param(oldValue), `{"param"`,
			`{"param":"p","unit":"bp","clock":"filing","bounds":[0,1],"continuous":true,"values":[]},{"param"`, 1),
		"no name":                             strings.Replace(param(oldValue), `"p"`, `""`, 1),
		"no document":                         param(put(`"document":"d"`, `"document":""`)),
		"an official text without an article": param(put(`"article":"a",`, ``)),
		"no word whether it was verified":     param(put(`"verified":true,`, ``)),
		"verified by the press":               param(put(`"official"`, `"press"`)),
		"no evidence that there is":           param(put(`"official"`, `"rumour"`)),
		"an official text that is not verified": param(put(
			`"verified":true`, `"verified":false,"alternatives":[1]`)),
		"no day of checking":                     param(put(`"checked_on":"2026-01-01",`, ``)),
		"no rule set":                            param(put(`,"rule_set":"2026-01-01"`, ``)),
		"no value":                               param(put(`"value":100,`, ``)),
		"a value out of bounds":                  param(put(`"value":100`, `"value":501`)),
		"a value that is no whole number":        param(put(`"value":100`, `"value":1.5`)),
		"no first day":                           param(put(`"from":"2020-01-01",`, ``)),
		"a day that is none":                     param(put(`2020-01-01`, `2020-02-30`)),
		"an end before the beginning":            param(put(`"through":"2024-12-31"`, `"through":"2019-12-31"`)),
		"a region by name":                       param(put(`"value"`, `"region":"湖南","value"`)),
		"an alternative to an official value":    param(put(`"value":100`, `"value":100,"alternatives":[200]`)),
		"no alternative to one that is none":     param(strings.Replace(newValue, `"alternatives":[100],`, ``, 1)),
		"an alternative that is the value":       param(strings.Replace(newValue, `[100]`, `[200]`, 1)),
		"an alternative out of bounds":           param(strings.Replace(newValue, `[100]`, `[900]`, 1)),
		"an overlap":                             param(oldValue, put(`2020-01-01`, `2024-12-31`)),
		"the same first day twice":               param(oldValue, oldValue),
		"a gap":                                  param(oldValue, put(`"from":"2020-01-01","through":"2024-12-31"`, `"from":"2025-01-02"`)),
		"something behind the end":               param(oldValue) + "{}",
		"a value of a rule set before the first": param(put(`"rule_set":"2026-01-01"`, `"rule_set":"2025-01-01"`)),
		"no JSON":                                "nonsense",
	} {
		if _, err := load(files(data)); !errors.Is(err, ErrBadRules) {
			t.Errorf("%s: %v, want ErrBadRules", name, err)
		}
	}
}

func TestTheLoaderRefusesEditions(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"none":            `[]`,
		"not from one":    strings.Replace(editions, `"edition":1`, `"edition":2`, 1),
		"without an end":  strings.Replace(editions, `,"through":"2027-12-31"`, ``, 1),
		"ends too early":  strings.Replace(editions, `2027-12-31`, `2019-12-31`, 1),
		"an unknown key":  strings.Replace(editions, `"since"`, `"colour":"red","since"`, 1),
		"two of one day":  strings.Replace(editions, `]`, `,{"edition":2,"since":"2026-01-01","from":"2020-01-01","through":"2027-12-31"}]`, 1),
		"not JSON at all": "nonsense",
	} {
		data := fstest.MapFS{"editions.json": {Data: []byte(text)}, "p.json": {Data: []byte(param(oldValue))}}
		if _, err := load(data); !errors.Is(err, ErrBadRules) {
			t.Errorf("%s: %v, want ErrBadRules", name, err)
		}
	}
	if _, err := load(fstest.MapFS{}); !errors.Is(err, ErrBadRules) {
		t.Errorf("no files: %v, want ErrBadRules", err)
	}
}

// TestOnlyWhatWasReadIsVerified keeps the marks honest: an address or a document
// does not verify a value.
func TestOnlyWhatWasReadIsVerified(t *testing.T) {
	t.Parallel()
	documents := map[string]bool{}
	for _, v := range Latest().Values() {
		if v.Verified() {
			documents[v.Document] = true
		}
		if strings.Contains(v.Document, "未取得") && v.Verified() {
			t.Errorf("%s is verified by a document that nobody has", v.Param)
		}
	}
	want := []string{
		"《中华人民共和国个人所得税法》", "《中华人民共和国土地增值税暂行条例》", "《中华人民共和国城市维护建设税法》", "《中华人民共和国增值税法》",
		"《中华人民共和国契税法》", "财政部 税务总局公告2023年第12号", "财政部 税务总局公告2026年第10号", "财税〔2016〕23号",
	}
	got := slices.Sorted(maps.Keys(documents))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		raw, _ := json.Marshal(got)
		t.Errorf("the documents that somebody has read: %s", raw)
	}
}
