package web

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/web/openapi"
)

// writeDocs makes tests write the documents that they would compare.
var writeDocs = flag.Bool("write", false, "write docs/PERMISSIONS.md anew")

const permissionsFile = "../../docs/PERMISSIONS.md"

// strangers are people of every role to whom the cases of the stage are foreign:
// of another office, of a company that no case asks.
func strangers() (list []access.Person) {
	for _, p := range people {
		twin := p
		twin.ID = "far-" + p.ID
		if p.Office != "" {
			twin.Office = "430603"
		}
		if p.Company != "" {
			twin.Company = "steam"
		}
		list = append(list, twin)
	}
	return list
}

// engageStrangers gives the strangers accounts and keys.
func (s stage) engageStrangers() []access.Person {
	far := strangers()
	for _, p := range far {
		s.engage(p)
	}
	return far
}

// asked is an operation, or one verdict of a decision, with the action it needs.
type asked struct {
	openapi.Operation
	needs   access.Action
	verdict string
	call    openapi.Call
}

func (a asked) name() string {
	if a.verdict != "" {
		return a.Method + " " + a.Path + " " + a.verdict
	}
	return a.Method + " " + a.Path
}

// everything lists what can be asked of the API, with a call that succeeds. A
// decision needs another action for each verdict.
func everything() (all []asked) {
	for _, o := range openapi.Ours().Operations() {
		i := slices.IndexFunc(o.Calls, func(c openapi.Call) bool { return c.Status < 300 })
		a := asked{Operation: o, needs: access.Action(o.Action), call: o.Calls[i]}
		if o.ID != "decide" {
			all = append(all, a)
			continue
		}
		for verdict, needs := range permissions {
			a.verdict, a.needs = string(verdict), needs
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b asked) int { return strings.Compare(a.name(), b.name()) })
	return all
}

// verdictOf is what a door said of a right: "yes", "no", "hidden" as if there were
// no such object, "sign in".
func (s stage) verdictOf(t *testing.T, a asked, p access.Person) string {
	t.Helper()
	person := p.ID
	r := s.request(t, a.Operation, a.call)
	r.staff = person
	if a.needs != "" {
		delete(r.header, "Authorization") // of whom the example names
	}
	if p.Role == access.Citizen && a.needs != "" {
		r.header["Authorization"] = "Bearer " + s.citizenOf(intake.Number(p.Case))
	}
	if p.Role == access.Citizen {
		r.staff = ""
	}
	if a.verdict != "" { // without If-Match: who may decide is asked for it
		r.body = `{"verdict":"` + a.verdict + `","reason":"x"}`
		delete(r.header, "If-Match")
	}
	answer := s.send(r)
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return "sign in"
	case http.StatusForbidden:
		return "no"
	case http.StatusNotFound:
		return "hidden"
	case http.StatusOK:
		if a.Object == "list" && !strings.Contains(string(answer.body), string(s.open)) {
			return "hidden"
		}
	}
	if answer.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s by %q: %d %.200s", a.name(), person, answer.StatusCode, answer.body)
	}
	return "yes"
}

// citizenOf returns the token of a party to a case.
func (s stage) citizenOf(number intake.Number) string { s.open = number; return s.citizenToken() }

// want is what the policy says of the same.
func (a asked) want(p access.Person, o access.Object) string {
	door := access.Permit(p, access.Action(a.Action), o) // before what a verdict needs
	switch err := access.Permit(p, a.needs, o); {
	case a.needs == "":
		return "yes"
	case p.ID == "":
		return "sign in"
	case errors.Is(door, access.ErrForeign) && a.Object == "case":
		return "hidden"
	case errors.Is(err, access.ErrForbidden) || p.Role == "":
		return "no"
	case errors.Is(err, access.ErrForeign) && a.Object == "office": // there is no object to hide
		return "no"
	case errors.Is(err, access.ErrForeign) && a.Object != "none":
		return "hidden"
	}
	return "yes"
}

// TestThePermissionMatrix asks for every operation of the description as every
// role, of one's own object and of a foreign one, and publishes what was answered.
func TestThePermissionMatrix(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	far := s.engageStrangers()
	object := access.Object{Office: "430602", Case: string(s.open), Companies: []string{"water", "power", "gas"}}
	cells, asks := map[string]map[access.Role]string{}, 0
	check := func(a asked, p access.Person) string {
		asks++
		got := s.verdictOf(t, a, p)
		if want := a.want(p, object); got != want {
			t.Errorf("%s by %q (%s): %s, want %s", a.name(), p.ID, p.Role, got, want)
		}
		return got
	}
	for _, a := range everything() {
		row := map[access.Role]string{}
		row[""] = check(a, access.Person{})
		own := check(a, access.Person{ID: "citizen", Role: access.Citizen, Case: string(s.open)})
		foreign := check(a, access.Person{ID: "citizen", Role: access.Citizen, Case: string(s.closed)})
		row[access.Citizen] = cellOf(own, foreign)
		for i, p := range people {
			own, foreign := check(a, p), check(a, far[i])
			row[p.Role] = cellOf(own, foreign)
		}
		cells[a.name()] = row
	}
	for _, role := range access.Roles() {
		if cells["GET /livez"][role] == "" {
			t.Errorf("nobody is a %s", role)
		}
	}
	t.Logf("%d questions", asks)
	compareRights(t, rightsOf(t), cells, described)
	comparePart(t, permissionsFile, apiHeading, matrix(cells, "GET /livez"))
}

// cellOf is one cell of the matrix.
func cellOf(own, foreign string) string {
	switch {
	case own == "yes" && foreign == "yes":
		return "yes"
	case own == "yes":
		return "own"
	}
	return "–"
}

// The parts of the document: each is written by the test that asked.
const (
	apiHeading   = "## The API"
	pagesHeading = "## The pages"
)

// matrix writes a matrix for people; everyone may do open.
func matrix(cells map[string]map[access.Role]string, open string) string {
	var roles []access.Role
	for _, role := range access.Roles() {
		if cells[open][role] != "" {
			roles = append(roles, role)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| operation | everyone |")
	for _, role := range roles {
		fmt.Fprintf(&b, " %s |", role)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(roles)) + "\n")
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		everyone := "–"
		if cells[name][""] == "yes" {
			everyone = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s |", name, everyone)
		for _, role := range roles {
			fmt.Fprintf(&b, " %s |", cells[name][role])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// documents are written by one test at a time.
var documents sync.Mutex

// comparePart compares the part of a document under a heading with what it should be,
// or writes it.
func comparePart(t *testing.T, name, heading, want string) {
	t.Helper()
	documents.Lock()
	defer documents.Unlock()
	raw, err := os.ReadFile(name)
	before, rest, found := strings.Cut(string(raw), heading+"\n\n")
	if err != nil || !found {
		t.Fatalf("%s has no part %q: %v", name, heading, err)
	}
	got, after, more := strings.Cut(rest, "\n## ")
	if more {
		after = "\n## " + after
	}
	if got == want {
		return
	}
	if !*writeDocs {
		t.Errorf("%s under %q is not what the window answers: look at the difference, then run this test with -write", name, heading)
		return
	}
	if err := os.WriteFile(name, []byte(before+heading+"\n\n"+want+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
