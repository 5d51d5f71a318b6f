package strict

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

type city struct {
	Name  string `json:"name"`
	Tower struct {
		Height int `json:"height"`
	} `json:"tower"`
	Gates map[string]struct {
		Open bool `json:"open"`
	} `json:"gates"`
	Roads []struct {
		Lanes int `json:"lanes"`
	} `json:"roads"`
	hidden int
}

func TestEveryMemberThatIsNotKnownIsNamedWithTheOneItResembles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"all known":            {`{"name": "x", "tower": {"height": 3}, "gates": {"any": {"open": true}}, "roads": [{"lanes": 2}]}`, nil},
		"two at once":          {`{"nmae": 1, "zzzzzzzzzz": {"a": 1}}`, []string{"nmae is not known: did you mean name?", "zzzzzzzzzz is not known: remove it"}},
		"in a section":         {`{"tower": {"hieght": 3}}`, []string{"tower.hieght is not known: did you mean height?"}},
		"in a map":             {`{"gates": {"north": {"opened": true}}}`, []string{"gates.north.opened is not known: did you mean open?"}},
		"in a list":            {`{"roads": [{"lanes": 1}, {"lane": 1}]}`, []string{"roads[1].lane is not known: did you mean lanes?"}},
		"in other letters":     {`{"Name": "x"}`, []string{"Name is not known: did you mean name?"}},
		"a field that is ours": {`{"hidden": 1}`, []string{"hidden is not known: remove it"}},
		"twice":                {`{"name": "x", "name": "y"}`, []string{"name stands there twice: keep one"}},
		"of another type":      {`{"tower": {"height": "3"}}`, []string{"tower.height: a string stands where a int is due"}},
		"two objects":          {`{} {}`, []string{"something stands behind the end of the object: remove it"}},
	} {
		if got := Decode([]byte(tt.text), &city{hidden: 1}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestWhatIsNoJSONIsSaidWithItsLine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "{\n\n\"name\": }", "nothing", `{"name": "x"`, `{"a": [1,}`} {
		got := Decode([]byte(text), &city{})
		if len(got) == 0 || !strings.Contains(got[len(got)-1], "not JSON, line ") {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func FuzzDecodeTakesNothingThatItDoesNotUnderstand(f *testing.F) {
	f.Add([]byte(`{"name": "x", "roads": [{"lanes": 2}]}`))
	f.Add([]byte(`{"gates": {"a": {"open": false}}, "tower": null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if mistakes := Decode(text, &city{}); len(mistakes) == 0 {
			d := json.NewDecoder(strings.NewReader(string(text)))
			d.DisallowUnknownFields()
			if err := d.Decode(&city{}); err != nil {
				t.Errorf("took %q: %v", text, err)
			}
		}
	})
}
