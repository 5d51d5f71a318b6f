package house

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// rules are all rules of the house, each by what it is about.
var rules = map[string]func([]file) []string{
	"imports":   func(f []file) []string { return imports(goFiles(f)) },
	"sizes":     sizes,
	"functions": func(f []file) []string { return functions(goFiles(f)) },
	"comments":  func(f []file) []string { return comments(goFiles(f)) },
	"names":     func(f []file) []string { return names(goFiles(f)) },
	"calls":     func(f []file) []string { return calls(goFiles(f)) },
	"queries":   queries,
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	t.Parallel()
	files := source(t, os.DirFS("../.."))
	if len(files) < 10 {
		t.Fatalf("only %d files: this is not the module", len(files))
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, violation := range rule(files) {
				t.Error(violation)
			}
		})
	}
}

func TestAPlantedViolationIsFound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\t_ = 0\n", 50)
	for _, tt := range []struct{ rule, path, text, want string }{
		{"imports", "tax/tax.go", "package tax\nimport _ \"onewindow/utilities\"",
			"tax/tax.go imports utilities; tax may import only [tax/rule internal/money internal/outbound internal/text internal/vault standard-webhooks pgx]"},
		{"imports", "registration/review.go", "package registration\nimport _ \"github.com/jackc/pgx/v5\"",
			"registration/review.go imports pgx; in a room only store*.go and seed*.go may"},
		{"imports", "utilities/soap/x.go", "package soap\nimport _ \"onewindow/tax\"",
			"utilities/soap/x.go imports tax; utilities may import only [internal/outbound standard-webhooks pgx]"},
		{"imports", "registration/x.go", "package registration\nimport _ \"onewindow/registration/certificate\"",
			"registration/x.go imports registration/certificate; registration may import only [internal/money internal/text internal/vault pgx]"},
		{"imports", "internal/demo/x.go", "package demo\nimport _ \"github.com/riverqueue/river\"",
			"internal/demo/x.go imports river; only jobs, cmd, internal/schema, internal/bench may"},
		{"imports", "internal/money/x.go", "package money\nimport _ \"example.com/decimal\"",
			"internal/money/x.go imports example.com/decimal; internal/money may import only []"},
		{"sizes", "a/a.go", "package a\n" + strings.Repeat("\n", 300), "a/a.go has 301 lines, more than 300"},
		{"sizes", "a/a.sql", strings.Repeat("湘", 121), "a/a.sql:1 has 121 columns, more than 120"},
		{"functions", "a/a.go", "package a\n" + strings.Repeat("func _() {\n"+long+"}\n", 10),
			"a: one function in ten has 52 lines, more than 40"},
		{"comments", "a/a.go", "package a", "package a has no comment that says what it knows and what not"},
		{"comments", "a/a.go", "// Package a.\npackage a\nfunc F() {}", "a/a.go:3 exports F without a comment"},
		{"comments", "a/a.go", "// Package a.\npackage a\n// T.\ntype T int\nfunc (*T) M() {}",
			"a/a.go:5 exports M without a comment"},
		{"names", "a/a.go", "package a\ntype CaseManager int", "a/a.go:2 names a type CaseManager: Manager says nothing"},
		{"names", "util/a.go", "package util", "util/a.go is in a package called util"},
		{"calls", "a/a.go", "package a\nfunc init() {}", "a/a.go:2 has an init function"},
		{"calls", "a/a_test.go", "package a\nfunc f() { t.Skip() }", "a/a_test.go:2 skips a test"},
		{"calls", "a/a_test.go", "package a\nvar _ = testing.Short()", "a/a_test.go:2 skips a test"},
		{"calls", "intake/a.go", "package intake\nvar _ = time.Now()",
			"intake/a.go:2 calls time.Now: a room is told the time"},
		{"queries", "a/a.go", "package a\nconst q = `SELECT *\nFROM a`", "a/a.go:2 does not list the columns it asks for"},
		{"queries", "a/a.go", "package a\nconst q = \"insert into a returning b.*\"",
			"a/a.go:2 does not list the columns it asks for"},
	} {
		files := source(t, fstest.MapFS{tt.path: {Data: []byte(tt.text)}})
		if got := rules[tt.rule](files); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s found %q, want %q", tt.rule, got, tt.want)
		}
	}
}

func TestWhatIsAllowedIsLeftAlone(t *testing.T) {
	t.Parallel()
	files := source(t, fstest.MapFS{
		"tax/store.go": {Data: []byte("// Package tax knows taxes.\npackage tax\n" +
			"import (\n_ \"github.com/jackc/pgx/v5\"\n_ \"onewindow/internal/money\"\n_ \"onewindow/tax/rules\"\n)\n" +
			"// Table is explained once.\nconst (\nA = 1\nB = `SELECT count(*) FROM a`\n)\ntype database int\n")},
		"tax/tax_test.go":       {Data: []byte("package tax\nimport _ \"github.com/jackc/pgx/v5/pgxpool\"\nvar _ = time.Now()")},
		"tax/rules/rules.go":    {Data: []byte("// Package rules knows rates.\npackage rules\n")},
		"cmd/onewindow/main.go": {Data: []byte("// Command x.\npackage main\nimport _ \"github.com/riverqueue/river\"\n")},
		"a/testdata/x.go":       {Data: []byte("no Go at all")},
	})
	for name, rule := range rules {
		if got := rule(files); len(got) > 0 {
			t.Errorf("%s found %q", name, got)
		}
	}
}
