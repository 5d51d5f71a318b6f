package house

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	namedTest = regexp.MustCompile("`(Test[A-Z]\\w+)`")
	aTest     = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// A paper that names a test names one that there is.
func TestThePapersNameTestsThatThereAre(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, f := range source(t, os.DirFS("../..")) {
		for _, m := range aTest.FindAllStringSubmatch(f.text, -1) {
			there[m[1]] = true
		}
	}
	papers, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, paper := range papers {
		text, err := os.ReadFile(paper)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedTest.FindAllStringSubmatch(string(text), -1) {
			if named++; !there[m[1]] {
				t.Errorf("%s names %s, which is not there", filepath.Base(paper), m[1])
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d tests are named", named)
	}
}
