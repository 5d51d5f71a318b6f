// Package openapi holds the description of the API (OpenAPI 3.1), as a document
// for programs and as values for the page that shows it and for the doors that
// announce what will go.
//
// It knows the description and nothing of how an operation is carried out.
package openapi

import (
	_ "embed" // the description
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var source []byte

// Description is a parsed description of an API.
type Description struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
		Chinese     string `json:"x-zh"`
	} `json:"info"`
	Tags       []Tag           `json:"tags"`
	Paths      map[string]Path `json:"paths"`
	Components struct {
		Parameters map[string]Parameter `json:"parameters"`
	} `json:"components"`

	JSON []byte `json:"-"` // the document as it is served
}

// Tag is a group of operations.
type Tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Chinese     string `json:"x-zh"`
}

// Path is an address and its operations.
type Path struct {
	Parameters []Parameter `json:"parameters"`
	Get        *Operation  `json:"get"`
	Post       *Operation  `json:"post"`
	Put        *Operation  `json:"put"`
	Patch      *Operation  `json:"patch"`
	Delete     *Operation  `json:"delete"`
}

// Operation is what may be asked at an address.
type Operation struct {
	Method      string      `json:"-"`
	Path        string      `json:"-"`
	ID          string      `json:"operationId"`
	Tags        []string    `json:"tags"`
	Summary     string      `json:"summary"`
	Chinese     string      `json:"x-zh"`
	Description string      `json:"description"`
	Parameters  []Parameter `json:"parameters"`
	Body        *struct {
		Content map[string]Content `json:"content"`
	} `json:"requestBody"`
	Responses map[string]Response `json:"responses"`

	Action string `json:"x-action"` // of package access; "" is open to everyone
	Object string `json:"x-object"`
	Repeat string `json:"x-repeat"` // of a POST: why a repeat does no harm
	Calls  []Call `json:"x-calls"`

	RepeatChinese string `json:"x-repeat-zh"`

	Deprecated   bool `json:"deprecated"`
	DeprecatedOn Day  `json:"x-deprecated-on"`
	SunsetOn     Day  `json:"x-sunset-on"`
}

// Parameter is a part of the address, the query or the header. Ref names a
// parameter that is described once for several addresses.
type Parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Required    bool   `json:"required"`
	Description string `json:"description"`
	Chinese     string `json:"x-zh"`
}

// Content is a body of one media type.
type Content struct {
	Examples map[string]struct {
		Summary string `json:"summary"`
		Value   any    `json:"value"`
	} `json:"examples"`
}

// Response is an answer. Ref is there for a refusal, whose description lists the
// problem types.
type Response struct {
	Ref         string             `json:"$ref"`
	Description string             `json:"description"`
	Chinese     string             `json:"x-zh"`
	Content     map[string]Content `json:"content"`
}

// Call is an example that can be carried out: who asks, with what, and what they
// are answered.
type Call struct {
	As      string            `json:"as"` // a role, an office outside, or "" for nobody
	Path    map[string]string `json:"path"`
	Query   string            `json:"query"`
	Header  map[string]string `json:"header"`
	Key     string            `json:"key"`  // Idempotency-Key; "" takes that of the operation
	Body    string            `json:"body"` // name of an example of the body
	Status  int               `json:"status"`
	Problem string            `json:"problem"`
}

// Day is a date such as 2026-11-22, at its beginning in UTC.
type Day struct{ time.Time }

// UnmarshalJSON reads a date.
func (d *Day) UnmarshalJSON(text []byte) (err error) {
	d.Time, err = time.Parse(`"`+time.DateOnly+`"`, string(text))
	return err
}

// Parse reads a description in YAML.
func Parse(text []byte) (*Description, error) {
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	d := &Description{}
	var err error
	if d.JSON, err = json.Marshal(tree); err != nil {
		return nil, fmt.Errorf("write the description as JSON: %w", err)
	}
	if err := json.Unmarshal(d.JSON, d); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	return d, nil
}

// Ours is the description of this program's API. It is embedded, so a fault in it
// is a fault of the program, which the package's test finds.
var Ours = sync.OnceValue(func() *Description {
	d, err := Parse(source)
	if err != nil {
		panic(err)
	}
	return d
})

// Operations lists every operation by address, then method.
func (d *Description) Operations() (all []Operation) {
	for at, p := range d.Paths {
		for method, o := range map[string]*Operation{
			"GET": p.Get, "POST": p.Post, "PUT": p.Put, "PATCH": p.Patch, "DELETE": p.Delete,
		} {
			if o != nil {
				op := *o
				op.Method, op.Path, op.Parameters = method, at, d.resolve(slices.Concat(p.Parameters, o.Parameters))
				all = append(all, op)
			}
		}
	}
	slices.SortFunc(all, func(a, b Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return all
}

// resolve puts the parameters that are described once in the place of their references.
func (d *Description) resolve(parameters []Parameter) []Parameter {
	for i, p := range parameters {
		if p.Ref != "" {
			parameters[i] = d.Components.Parameters[path.Base(p.Ref)]
		}
	}
	return parameters
}

// Problems lists the problem types that the operation may answer with a status.
func (o Operation) Problems(status string) []string {
	r, known := o.Responses[status]
	if !known || r.Ref == "" {
		return nil
	}
	return strings.Split(r.Description, ", ")
}
