package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"onewindow/internal/web/openapi"
)

// contract holds answers against the description of the API.
type contract struct {
	operations []openapi.Operation
	addresses  []*regexp.Regexp // of the operations
	compiler   *jsonschema.Compiler
	mu         sync.Mutex
	schemas    map[string]*jsonschema.Schema
	seen       map[string]bool // "GET /path 200" that was checked
	fitted     sync.Map        // by place, the SHA-256 of the last body that did: some are large and always the same
}

// theContract is read once. Objects are closed in it: a member that the
// description does not name is found, although clients are asked to pass over it.
var theContract = sync.OnceValue(func() *contract {
	c := &contract{operations: openapi.Ours().Operations(), schemas: map[string]*jsonschema.Schema{}, seen: map[string]bool{}}
	for _, o := range c.operations {
		c.addresses = append(c.addresses, regexp.MustCompile("^"+regexp.MustCompile(`\\\{\w+\\\}`).
			ReplaceAllString(regexp.QuoteMeta(o.Path), `[^/]+`)+"$"))
	}
	var tree any
	if err := json.Unmarshal(openapi.Ours().JSON, &tree); err != nil {
		panic(err)
	}
	closeObjects(tree)
	c.compiler = jsonschema.NewCompiler()
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", tree); err != nil {
		panic(err)
	}
	return c
})

func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		_, object := v["properties"]
		if _, said := v["additionalProperties"]; object && !said {
			v["additionalProperties"] = false
		}
		for _, part := range v {
			closeObjects(part)
		}
	case []any:
		for _, part := range v {
			closeObjects(part)
		}
	}
}

// operationAt returns the operation that answers a request, and false if the
// address is none of the API's. An address without places goes before one with.
func (c *contract) operationAt(method, path string) (found openapi.Operation, known bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i, o := range c.operations {
		if o.Method == method && c.addresses[i].MatchString(path) && (!known || !strings.Contains(o.Path, "{")) {
			found, known = o, true
		}
	}
	return found, known
}

// check returns how an answer differs from the description.
func (c *contract) check(req *http.Request, res *http.Response, body []byte) error {
	o, known := c.operationAt(req.Method, req.URL.EscapedPath())
	if !known {
		return nil
	}
	status := fmt.Sprint(res.StatusCode)
	at := o.Method + " " + o.Path + " " + status
	described, said := o.Responses[status]
	switch {
	case res.StatusCode == http.StatusInternalServerError: // any address may fail; who expects it says so
		return nil
	case res.StatusCode == http.StatusSeeOther && wantsPage(req) && strings.HasPrefix(res.Header.Get("Location"), "/sign-in"):
		return nil // a browser is led to where it can sign in
	case !said:
		return fmt.Errorf("%s is not described: %.300s", at, body)
	case req.Method == http.MethodHead || len(described.Content) == 0 && described.Ref == "":
		if len(body) > 0 {
			return fmt.Errorf("%s has a body that is not described: %.300s", at, body)
		}
		return nil
	}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media == "text/html" && wantsPage(req) { // a browser is answered with a page
		return nil
	}
	pointer := fmt.Sprintf("/paths/%s/%s/responses/%s", escaped(o.Path), strings.ToLower(o.Method), status)
	if described.Ref != "" {
		var p problem
		if err := json.Unmarshal(body, &p); err != nil {
			return fmt.Errorf("%s: %w in %.300s", at, err, body)
		}
		if code := strings.TrimPrefix(p.Type, problemPath); !slices.Contains(o.Problems(status), code) {
			return fmt.Errorf("%s is refused as %s; only %s is described", at, code, described.Description)
		}
		pointer = strings.TrimPrefix(described.Ref, "#")
	} else if _, known := described.Content[media]; !known {
		return fmt.Errorf("%s is of type %q, which is not described", at, media)
	}
	if !strings.HasSuffix(media, "json") {
		return nil
	}
	return c.fits(at, pointer+"/content/"+escaped(media)+"/schema", body)
}

// fits returns how a body differs from its schema.
func (c *contract) fits(at, pointer string, body []byte) error {
	schema, err := c.schema(at, pointer)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	sum := sha256.Sum256(body)
	if last, _ := c.fitted.Load(pointer); last == sum {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w in %.1000s", at, err, body)
	}
	c.fitted.Store(pointer, sum)
	return nil
}

// schema returns the compiled schema at a place of the description.
func (c *contract) schema(at, pointer string) (schema *jsonschema.Schema, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[at] = true
	if schema = c.schemas[pointer]; schema == nil {
		schema, err = c.compiler.Compile("openapi.json#" + pointer)
		c.schemas[pointer] = schema
	}
	return schema, err
}

func escaped(part string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(part) }

// TestTheRouterAndTheDescriptionAgree looks from both sides: what is served is
// described, and what is described is served.
func TestTheRouterAndTheDescriptionAgree(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	err := chi.Walk(New(Config{}).(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		described := strings.HasPrefix(route, "/api/") && route != "/api/v1/" && !strings.Contains(route, "*") ||
			slices.Contains([]string{"/livez", "/readyz", "/problems/{problem}", "/files/{id}"}, route)
		if described {
			served[method+" "+strings.TrimSuffix(route, "/")] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range openapi.Ours().Operations() {
		at := o.Method + " " + o.Path
		if !served[at] {
			t.Errorf("%s is described and not served", at)
		}
		delete(served, at)
	}
	for at := range served {
		t.Errorf("%s is served and not described: add it to internal/web/openapi/openapi.yaml", at)
	}
}

// TestEveryProblemOfTheDescriptionIsOne keeps its lists of problem types true.
func TestEveryProblemOfTheDescriptionIsOne(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"internal": true, "method_not_allowed": true, // of any address
		"account_malformed": true, "account_unknown": true, "last_administrator": true, "provider_answer": true, // of pages
		"identity_missing": true, "identity_unverified": true, "identity_without_case": true}
	for _, o := range openapi.Ours().Operations() {
		for status := range o.Responses {
			for _, code := range o.Problems(status) {
				named[code] = true
				if !slices.Contains(problemCodes(), code) || fmt.Sprint(statusOf(code)) != status && code != "unavailable" && code != "too_large" {
					t.Errorf("%s %s answers %s with %s, which comes with %d", o.Method, o.Path, status, code, statusOf(code))
				}
			}
		}
	}
	for _, code := range problemCodes() {
		if !named[code] {
			t.Errorf("no operation says that it may answer %s", code)
		}
	}
}

// TestTheContractFindsWhatItShould breaks answers in every way that it knows.
func TestTheContractFindsWhatItShould(t *testing.T) {
	t.Parallel()
	const good = `{"acceptance_number":"202611220000014","accepted_at":"2026-11-22T09:30:00+08:00","case":"a","events":"b"}`
	for name, tt := range map[string]struct {
		status      int
		media, body string
		fits        bool
	}{
		"an answer as described":     {201, "application/json", good, true},
		"another status":             {200, "application/json", good, false},
		"another type":               {201, "text/plain", good, false},
		"a member too many":          {201, "application/json", strings.Replace(good, "{", `{"x":1,`, 1), false},
		"a member too few":           {201, "application/json", strings.Replace(good, `"case":"a",`, "", 1), false},
		"a time that is none":        {201, "application/json", strings.Replace(good, "09:30", "99:30", 1), false},
		"a problem as described":     {422, "application/problem+json", `{"type":"/problems/defects","title":"t","status":422}`, true},
		"a problem not described":    {422, "application/problem+json", `{"type":"/problems/query","title":"t","status":422}`, false},
		"a problem without a title":  {422, "application/problem+json", `{"type":"/problems/defects","status":422}`, false},
		"a body where none is meant": {204, "", "x", false},
	} {
		req, err := http.NewRequest("POST", "http://localhost/api/v1/cases", nil)
		if err != nil {
			t.Fatal(err)
		}
		res := &http.Response{StatusCode: tt.status, Header: http.Header{"Content-Type": {tt.media}}}
		if err := theContract().check(req, res, []byte(tt.body)); (err == nil) != tt.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
}
