package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/web/openapi"
	"onewindow/registration"
)

// rightsOf reads the table of rights: the cell of each role, "" being nobody, by operation.
func rightsOf(t *testing.T) map[string]map[access.Role]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/rights.txt")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]map[access.Role]string{}
	for line := range strings.Lines(string(raw)) {
		operation, who, found := strings.Cut(strings.TrimSpace(line), " => ")
		if !found {
			continue
		}
		row := map[access.Role]string{"": "sign in"}
		for _, role := range access.Roles() {
			row[role] = "–"
		}
		if who == "everyone" {
			for _, role := range append(access.Roles(), "") {
				row[role] = "yes"
			}
		}
		for part := range strings.SplitSeq(who, "; ") {
			how, roles, _ := strings.Cut(part, ": ")
			for role := range strings.FieldsSeq(roles) {
				row[access.Role(role)] = map[string]string{"own": "own", "all": "yes"}[how]
			}
		}
		table[operation] = row
	}
	return table
}

// compareRights compares what was answered with who may.
func compareRights(t *testing.T, want, cells map[string]map[access.Role]string, part func(operation string) bool) {
	t.Helper()
	for operation, row := range cells {
		if want[operation] == nil {
			t.Errorf("%s is served: say in testdata/rights.txt who may", operation)
			continue
		}
		for role, got := range row {
			if got != want[operation][role] {
				t.Errorf("%s by %q: %q, want %q", operation, role, got, want[operation][role])
			}
		}
	}
	for operation := range want {
		if part(operation) && cells[operation] == nil {
			t.Errorf("%s is in the table, and nothing answers", operation)
		}
	}
}

// described says whether an operation, or one verdict of it, is of the API.
func described(operation string) bool {
	method, rest, _ := strings.Cut(operation, " ")
	route, _, _ := strings.Cut(rest, " ")
	return slices.ContainsFunc(openapi.Ours().Operations(), func(o openapi.Operation) bool {
		return o.Method == method && o.Path == strings.TrimSuffix(route, "/")
	})
}

// everyDoor is doors with everything on that a window or a demonstration may have.
func (s stage) everyDoor() Config {
	const plenty = 1 << 30
	return Config{Flow: s.flow, Pool: s.pool, Log: slog.New(slog.DiscardHandler), Demonstration: true, Inbox: func() []Letter { return nil },
		Admin: http.NotFoundHandler(), Limits: Limits{Person: plenty, Address: plenty, SignIn: plenty, Code: plenty}}
}

// pageRoutes lists what the doors take besides the API, decisions by verdict.
func pageRoutes(t *testing.T, c Config) (operations []string) {
	t.Helper()
	err := chi.Walk(New(c).(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		operation := method + " " + route
		switch {
		case described(operation):
		case strings.HasSuffix(route, "/decision"):
			for verdict := range permissions {
				operations = append(operations, operation+" "+string(verdict))
			}
		default:
			operations = append(operations, operation)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(operations)
	return operations
}

// spare is an account that anything may be done to.
const spare = "spare-01"

// pageForm is what the pages are sent; none of them changes a case by it.
func pageForm(verdict string) url.Values {
	form := formOf(2)
	form.Set("do", "check")
	for name, value := range map[string]string{"reason": "x", "party": "buyers[0]", "verdict": verdict, "choice": "settle",
		"id": spare, "name": "备用", "role": "clerk", "office": "430602", "label": "x", "issuer": "x", "subject": "x"} {
		form.Set(name, value)
	}
	return form
}

// key draws a key of the spare account and returns its number.
func (s stage) key() (id string) {
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		now := time.Now()
		if err := access.AddKey(ctx, tx, spare, access.NewSecret(), "x", now, now.Add(time.Hour)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT max(id)::text FROM access_key WHERE person = $1`, spare).Scan(&id)
	})
	return id
}

// place puts real objects into a route.
func (s stage) place(route string) string {
	number := s.open
	switch {
	case strings.HasSuffix(route, "/certificate"), strings.Contains(route, "{bill}"):
		number = s.closed
	case strings.Contains(route, "/tax"):
		number = s.dear
	}
	for place, value := range map[string]func() string{
		"{number}": func() string { return string(number) }, "{step}": func() string { return string(intake.Review) },
		"{id}": func() string { return spare }, "{key}": s.key, "{provider}": func() string { return "0" },
		"{change}": func() string { return s.change(asker) }, "{act}": func() string { return "corrections" },
		"{letter}": func() string { return s.letter(s.closed, intake.Settle) }, "{bill}": func() string { return "b-1" },
	} {
		if strings.Contains(route, place) {
			route = strings.ReplaceAll(route, place, value())
		}
	}
	switch route {
	case "/cases":
		return "/cases?number=" + string(s.open)
	case preferencesPath:
		return preferencesPath + "?next=%2Fsign-in" // or the page that it comes back to is refused
	}
	return strings.TrimSuffix(route, "*")
}

// pageVerdict is what a page said of a right: "yes", "no", "hidden" as if there were no
// such case, "sign in".
func (s stage) pageVerdict(t *testing.T, doors, operation string, p access.Person) string {
	t.Helper()
	method, rest, _ := strings.Cut(operation, " ")
	route, verdict, _ := strings.Cut(rest, " ")
	body := ""
	if method == http.MethodPost {
		body = pageForm(verdict).Encode()
	}
	req, err := http.NewRequest(method, doors+s.place(route), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	switch {
	case p.Role == access.Citizen:
		req.Header.Set("Authorization", "Bearer "+s.citizenOf(intake.Number(p.Case)))
	case p.ID != "":
		req.SetBasicAuth(p.ID, s.secrets[p.ID].Text())
	}
	still := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := still.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s by %q: %d %v", operation, p.ID, res.StatusCode, err)
	}
	to := res.Header.Get("Location")
	switch {
	case res.StatusCode == http.StatusForbidden:
		return "no"
	case res.StatusCode == http.StatusNotFound && strings.Contains(string(text), wordsOf("problem_case_unknown", nil)):
		return "hidden"
	case res.StatusCode == http.StatusUnauthorized, strings.HasPrefix(to, "/sign-in"), strings.HasPrefix(to, "/my/sign-in"):
		return "sign in"
	}
	return "yes"
}

// TestThePermissionMatrixOfThePages asks for every page that the router takes as every
// role, of one's own object and of a foreign one. A page that is added fails it until the
// table says who may.
func TestThePermissionMatrixOfThePages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	far := s.engageStrangers()
	s.engage(access.Person{ID: spare, Name: "备用", Role: access.Clerk, Office: "430602"})
	server := httptest.NewServer(New(s.everyDoor()))
	t.Cleanup(server.Close)
	want, own, asks := rightsOf(t), s.open, 0
	cells := map[string]map[access.Role]string{}
	for _, operation := range pageRoutes(t, s.everyDoor()) {
		row, open := map[access.Role]string{}, want[operation][""] == "yes"
		ask := func(p access.Person) string {
			asks++
			s.open = own
			got := s.pageVerdict(t, server.URL, operation, p)
			switch {
			case open && got != "no": // sent to sign in, or told that nothing is there: like everyone
				return "yes"
			case strings.Contains(operation, " /my") && got == "hidden": // another's case, from a page of one's own
				return "yes"
			}
			if p.ID != "" && got == "sign in" {
				t.Errorf("%s asks %q, who is signed in, to sign in", operation, p.ID)
			}
			return got
		}
		row[""] = ask(access.Person{})
		row[access.Citizen] = cellOf(ask(access.Person{ID: "citizen", Role: access.Citizen, Case: string(own)}),
			ask(access.Person{ID: "citizen", Role: access.Citizen, Case: string(s.closed)}))
		for i, p := range people {
			mine, foreign := ask(p), ask(far[i])
			cell := cellOf(mine, foreign)
			if before, asked := row[p.Role]; asked && before != cell {
				t.Errorf("%s: two of the role %s are answered %q and %q", operation, p.Role, before, cell)
			}
			if cell == "–" && (mine != "no" || foreign != "no" && foreign != "hidden") {
				t.Errorf("%s by %q: %q, of a foreign one %q", operation, p.ID, mine, foreign)
			}
			row[p.Role] = cell
		}
		cells[operation] = row
	}
	t.Logf("%d questions about %d pages", asks, len(cells))
	compareRights(t, want, cells, func(operation string) bool { return !described(operation) })
	comparePart(t, permissionsFile, pagesHeading, matrix(cells, "GET /sign-in"))
}

// A unit is another office's however its code is written.
func TestNoWayOfWritingAUnitGoesRoundItsOffice(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	o.engage(access.Person{ID: "far-01", Name: "远受理", Role: access.Clerk, Office: "430603"})
	before, a := o.rows(), saleOf(0)
	for _, written := range []string{string(a.Unit), a.Unit.Groups(), "４３０６０２" + string(a.Unit[6:]), " " + string(a.Unit), "4306 02" + string(a.Unit[6:])} {
		a.Unit = registration.UnitCode(written)
		for _, path := range []string{"/api/v1/cases", "/api/v1/cases/preflight"} {
			r := o.send(request{method: "POST", path: path, staff: "far-01", body: a.text(t), header: map[string]string{"Idempotency-Key": "far"}})
			if r.StatusCode != http.StatusForbidden {
				t.Errorf("%s takes %q from another office: %d %.200s", path, written, r.StatusCode, r.body)
			}
		}
	}
	if after := o.rows(); after != before {
		t.Errorf("%d rows were written", after-before)
	}
}
