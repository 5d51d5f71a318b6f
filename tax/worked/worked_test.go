package worked

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"onewindow/tax"
)

// expectation is what the author of a case expects; a null is not asserted.
type expectation struct {
	Expected  map[string]*int64 `json:"expected"`
	Tolerance int64             `json:"tolerance_fen"`
}

func cases(t *testing.T) ([]Case, []expectation) {
	t.Helper()
	raw, err := os.ReadFile("testdata/tax-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	list, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var want []expectation
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if len(list) != 56 || len(want) != 56 {
		t.Fatalf("%d cases, %d expectations, want 56", len(list), len(want))
	}
	return list, want
}

func TestWorkedCases(t *testing.T) {
	t.Parallel()
	list, want := cases(t)
	for i, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			check(t, c.Assess(tax.SampleAdoptions()), want[i])
		})
	}
}

// check compares every stated total.
func check(t *testing.T, got Result, want expectation) {
	t.Helper()
	for key, value := range want.Expected {
		if value == nil || strings.HasSuffix(key, "_tolerance_fen") {
			continue
		}
		tolerance := want.Tolerance
		if own := want.Expected[strings.Replace(key, "_fen", "_tolerance_fen", 1)]; own != nil {
			tolerance = *own
		}
		switch sum := got.Totals[key]; {
		case sum == nil:
			t.Errorf("%s is not given, want %d: missing %v, reasons %v", key, *value, got.Missing, got.Reasons)
		case max(*sum-*value, *value-*sum) > tolerance:
			t.Errorf("%s = %d, want %d ± %d", key, *sum, *value, tolerance)
		}
	}
}
