package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestTaxAssessPrintsWhatThePublishedCasesExpect runs the whole file of worked
// cases through the command.
func TestTaxAssessPrintsWhatThePublishedCasesExpect(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../tax/worked/testdata/tax-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		ID        string            `json:"id"`
		Expected  map[string]*int64 `json:"expected"`
		Tolerance int64             `json:"tolerance_fen"`
	}
	var got []struct {
		ID, Outcome string
		Totals      map[string]*int64
		Lines       []struct {
			Payable int64 `json:"payable_fen"`
			Words   map[string]string
		}
	}
	var out, errs bytes.Buffer
	code := realMain(t.Context(), []string{"tax", "assess"}, streams{bytes.NewReader(raw), &out, &errs})
	if err := json.Unmarshal(raw, &want); err != nil || code != 0 || errs.Len() > 0 {
		t.Fatalf("status %d, %s: %v", code, &errs, err)
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got) != len(want) || len(got) != 56 {
		t.Fatalf("%d results of %d cases: %v", len(got), len(want), err)
	}
	for i, w := range want {
		if got[i].ID != w.ID || !strings.Contains("assessed exempt manual", got[i].Outcome) {
			t.Errorf("result %d is %s %s, want %s", i, got[i].ID, got[i].Outcome, w.ID)
		}
		for key, value := range w.Expected {
			tolerance := w.Tolerance
			if key == "surcharges_total_fen" {
				tolerance = *w.Expected["surcharges_total_tolerance_fen"]
			}
			if value == nil || strings.HasSuffix(key, "_tolerance_fen") {
				continue
			}
			if sum := got[i].Totals[key]; sum == nil || max(*sum-*value, *value-*sum) > tolerance {
				t.Errorf("%s: %s is not %d", w.ID, key, *value)
			}
		}
		for _, l := range got[i].Lines {
			if l.Words["zh-CN"] == "" || l.Words["en"] == "" || strings.Contains(l.Words["en"], "{") {
				t.Errorf("%s: a line says %v", w.ID, l.Words)
			}
		}
	}
}

func TestCasesThatCannotBeReadEndWithStatus2(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no case at all":         {"tax", "assess"},
		"adoptions from nowhere": {"tax", "assess", "--adopted", "nowhere.json"},
	} {
		var out, errs bytes.Buffer
		code := realMain(t.Context(), args, streams{strings.NewReader("\x00"), &out, &errs})
		if code != 2 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "onewindow: cannot read the cases") {
			t.Errorf("%s: status %d, out %q, err %q", name, code, &out, &errs)
		}
	}
}
