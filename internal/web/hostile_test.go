package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"pgregory.net/rapid"
)

// hostile are JSON texts that stand where something else was expected.
var hostile = []string{
	`null`, `true`, `0`, `-1`, `1.5`, `1e400`, `-1e-400`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775808`,
	`""`, `" "`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\u202e"`, `"\u001b[31m"`, `"\ufeff"`, `"' OR 1=1 --"`, `"{{.}}"`,
	`"%00%ff"`, `"../../etc/passwd"`, `"１２３４５６７８９０"`, `"𬎆𠅤𰻝"`, `"<script>alert(1)</script>"`, `"0/0"`, `"1/0"`, `"-1/-2"`,
	`"99999999999999999999/1"`, `[]`, `{}`, `[[]]`, `[null]`, `{"":""}`, `{"x":{"y":[{}]}}`, `[{},{},{}]`,
	`"` + strings.Repeat("长", 5000) + `"`, `[` + strings.Repeat(`{"name":"x","id_number":"y"},`, 100) + `{}]`,
}

// noise is long, of harmless characters, and does not shrink when it is compressed.
func noise(n int) string {
	text := strings.Builder{}
	for source := rand.NewPCG(1, 1); text.Len() < n; {
		fmt.Fprintf(&text, "%016x", source.Uint64())
	}
	return text.String()[:n]
}

// TestNoApplicationBreaksTheDoors puts hostile values into every place of a good
// application: the answer is always ours, and never a 500.
func TestNoApplicationBreaksTheDoors(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	good := saleOf(0).text(t)
	rapid.Check(t, func(rt *rapid.T) {
		var root any
		if err := json.Unmarshal([]byte(good), &root); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "times") {
			root = spoil(rt, root)
		}
		body, err := json.Marshal(root)
		if err != nil {
			rt.Fatal(err)
		}
		path := rapid.SampledFrom([]string{"/api/v1/cases", "/api/v1/cases/preflight"}).Draw(rt, "path")
		r := o.send(request{method: "POST", path: path, staff: "clerk-01", body: string(body),
			header: map[string]string{"Idempotency-Key": "hostile", "Accept-Language": "en"}})
		if r.StatusCode >= 500 || !json.Valid(r.body) {
			rt.Fatalf("%s answered %d %s", body, r.StatusCode, r.body)
		}
	})
	if log := o.log.String(); strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
		t.Errorf("logged: %s", log)
	}
}

// spoil replaces one value somewhere in a JSON tree.
func spoil(rt *rapid.T, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 && rapid.Bool().Draw(rt, "deeper") || rapid.Bool().Draw(rt, "deeper still") {
			keys := append(slices.Sorted(maps.Keys(v)), "unknown")
			k := rapid.SampledFrom(keys).Draw(rt, "key")
			v[k] = spoil(rt, v[k])
			return v
		}
	case []any:
		if len(v) > 0 && rapid.Bool().Draw(rt, "deeper") {
			i := rapid.IntRange(0, len(v)-1).Draw(rt, "item")
			v[i] = spoil(rt, v[i])
			return v
		}
	}
	return json.RawMessage(rapid.SampledFrom(hostile).Draw(rt, "value"))
}

// TestNoAPIAddressIsOpen finds every address of the API by itself.
func TestNoAPIAddressIsOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	fill := strings.NewReplacer("{number}", goodNumber, "{step}", "review", "{utility}", "water")
	open := map[string]bool{ // the description is for everyone, and so is asking for a code and signing out
		"GET /api/v1/openapi.json": true, "GET /api/v1/": true, "POST /api/v1/citizen-codes": true,
		"DELETE /api/v1/sessions/current": true, "POST /api/v1/sessions": true, "POST /api/v1/citizen-sessions": true,
	}
	asked := 0
	err := chi.Walk(New(Config{Flow: o.flow, Pool: o.pool}).(chi.Routes),
		func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if !strings.HasPrefix(route, "/api/") || strings.Contains(route, "*") || open[method+" "+route] {
				return nil
			}
			asked++
			r := o.send(request{method: method, path: strings.TrimSuffix(fill.Replace(route), "/"), body: "{}"})
			callback := strings.Contains(route, "/callbacks/") // no company is set up here
			if r.StatusCode != http.StatusUnauthorized && !(callback && r.StatusCode >= 400) {
				t.Errorf("%s %s is open to everyone: %d %s", method, route, r.StatusCode, r.body)
			}
			return nil
		})
	if err != nil || asked < 9 {
		t.Errorf("asked at %d addresses, %v", asked, err)
	}
}
