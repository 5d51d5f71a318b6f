package tax

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"onewindow/tax/rule"
)

// TestWhatWasAssessedUnderTheFirstRuleSetCanBeRepeated replays assessments that
// the program made while that rule set was the newest, as they were stored.
func TestWhatWasAssessedUnderTheFirstRuleSetCanBeRepeated(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/replay-2026-11-22.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(plain)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var stored struct {
			Facts    json.RawMessage `json:"facts"`
			Assessed json.RawMessage `json:"assessed"`
		}
		var f Facts
		var was Assessment
		if err := errors.Join(json.Unmarshal(lines.Bytes(), &stored), json.Unmarshal(stored.Facts, &f),
			json.Unmarshal(stored.Assessed, &was)); err != nil {
			t.Fatal(err)
		}
		if same, _ := json.Marshal(f); !bytes.Equal(same, stored.Facts) {
			t.Errorf("stored facts %d read as others:\n%s\n%s", n, stored.Facts, same)
		}
		again, err := AssessUnder(was.RuleSet, f, was.Adopted)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(again); !bytes.Equal(got, stored.Assessed) {
			t.Errorf("assessment %d:\n%s\nwas\n%s", n, got, stored.Assessed)
		}
	}
	if n != 300 || lines.Err() != nil {
		t.Errorf("%d stored assessments, want 300: %v", n, lines.Err())
	}
	if _, err := AssessUnder("2020-01-01", home(nil), nil); !errors.Is(err, ErrNoRuleSet) {
		t.Errorf("a rule set that never was: %v, want ErrNoRuleSet", err)
	}
}

// adoptAll adopts the proposals of every table for one county.
func adoptAll(county string) []Adoption {
	var all []Adoption
	for _, v := range rule.Latest().Values() {
		if strings.HasPrefix(county, v.Region) && !v.Verified() {
			a := adoption(v.Param, max(v.Region, county[:2]), v.Value)
			a.FromOn, a.ToOn = v.From, v.Through
			all = append(all, a)
		}
	}
	return all
}

// adoption returns a valid adoption of one value.
func adoption(p rule.Param, region string, value int64) Adoption {
	return Adoption{
		Param: p, Region: region, Value: value, FromOn: day(2024, 1, 1), ToOn: time.Time{},
		Office: "test office", By: "tester", On: day(2026, 1, 1), Document: "test document", Sample: true,
	}
}
