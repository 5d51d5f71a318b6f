package registration

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestEveryCodeIsListedWithItsArguments reads the constants of codes.go, so that
// no code can be added without an entry in the list the catalogues are joined to.
func TestEveryCodeIsListedWithItsArguments(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "code") || spec.Names[0].Name == "codes" {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if _, listed := Codes()[code]; err != nil || !listed {
			t.Errorf("%s (%q) is not listed: %v", spec.Names[0].Name, code, err)
		}
		declared++
		return true
	})
	if declared != len(Codes()) || declared < 80 {
		t.Errorf("%d codes declared, %d listed", declared, len(Codes()))
	}
}

func TestEveryTermOfTheTablesHasItsWord(t *testing.T) {
	t.Parallel()
	words := []string{
		Granted.Word(), Allocated.Word(), UrbanResidential.Word(), Commercial.Word(), CompleteDwelling.Word(),
		OfficeSpace.Word(), Market.Word(), OtherProperty.Word(), ReinforcedConcrete.Word(), OtherStructure.Word(),
		Sole.Word(), Joint.Word(), ByShares.Word(),
	}
	for i, w := range words {
		if w == "" {
			t.Errorf("term %d has no word", i)
		}
	}
}

// checkArgs checks that findings have exactly the arguments their codes are listed with.
func checkArgs(t *testing.T, found Findings) {
	t.Helper()
	for _, f := range found {
		want, listed := codes[f.Code]
		if !listed || len(f.Args) != len(want) {
			t.Errorf("%s has arguments %v, listed %v", f.Code, f.Args, want)
		}
		for _, name := range want {
			if f.Args[name] == "" {
				t.Errorf("%s lacks its argument %s", f.Code, name)
			}
		}
	}
}
