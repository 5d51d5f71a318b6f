package openapi

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestTheDescriptionIsOpenAPI(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(Ours().JSON)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
}

func TestEveryOperationSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, o := range Ours().Operations() {
		at := o.Method + " " + o.Path
		if o.ID == "" || ids[o.ID] || o.Summary == "" || o.Chinese == "" || o.Object == "" || len(o.Tags) != 1 {
			t.Errorf("%s: id %q, summary %q / %q, object %q, tags %q", at, o.ID, o.Summary, o.Chinese, o.Object, o.Tags)
		}
		ids[o.ID] = true
		if len(o.Calls) == 0 {
			t.Errorf("%s has no example", at)
		}
		if o.RepeatChinese != "" && !chinese(o.RepeatChinese) || (o.Repeat == "") != (o.RepeatChinese == "") || !chinese(o.Chinese) {
			t.Errorf("%s is not explained in Chinese: %q, %q", at, o.Chinese, o.RepeatChinese)
		}
		if (o.Method == "POST") != (o.Repeat != "") {
			t.Errorf("%s does not say why a repeat does no harm", at)
		}
		for _, p := range o.Parameters {
			if p.Name == "" || p.Description == "" || p.Chinese == "" {
				t.Errorf("%s: the parameter %q is not explained in both languages", at, p.Name)
			}
		}
		for status, r := range o.Responses {
			if r.Ref == "" && !chinese(r.Chinese) {
				t.Errorf("%s: the answer %s is not explained in Chinese: %q", at, status, r.Chinese)
			}
			if status[0] >= '4' && status != "416" && r.Ref == "" {
				t.Errorf("%s answers %s with no problem", at, status)
			}
			for _, code := range o.Problems(status) {
				if strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
					t.Errorf("%s answers %s with %q, which is no list of problem types", at, status, r.Description)
				}
			}
		}
		if !o.SunsetOn.IsZero() && (!o.Deprecated || o.SunsetOn.Before(o.DeprecatedOn.AddDate(1, 0, 0))) {
			t.Errorf("%s ends on %s, less than a year after it is deprecated", at, o.SunsetOn)
		}
	}
	if len(ids) < 12 {
		t.Errorf("only %d operations", len(ids))
	}
}

// chinese says whether a text has Chinese words.
func chinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestWhatIsNoDescriptionIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\t", "paths: []", "paths: {/a: {get: {x-sunset-on: soon}}}", "? {a: b}\n: c"} {
		if _, err := Parse([]byte(strings.Replace(text, "soon", "'2027-01-31'", 1))); strings.Contains(text, "soon") && err != nil {
			t.Error(err)
		}
		if d, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is read as %+v", text, d)
		}
	}
}
