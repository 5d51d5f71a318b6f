package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestFailuresAreShownAndSkipsAreNamed(t *testing.T) {
	t.Parallel()
	events := `
{"Action":"build-output","ImportPath":"onewindow/c","Output":"c.go:1:1: no\n"}
{"Action":"output","Package":"onewindow/a","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"onewindow/a","Test":"TestGood"}
{"Action":"output","Package":"onewindow/a","Test":"TestBad","Output":"=== RUN   TestBad\n"}
{"Action":"output","Package":"onewindow/a","Test":"TestBad","Output":"a_test.go:7: wrong\n"}
{"Action":"fail","Package":"onewindow/a","Test":"TestBad"}
{"Action":"output","Package":"onewindow/a","Test":"TestLazy","Output":"no browser\n"}
{"Action":"skip","Package":"onewindow/a","Test":"TestLazy"}
{"Action":"output","Package":"onewindow/a","Output":"panic: oh\n"}
{"Action":"output","Package":"onewindow/a","Output":"FAIL\tonewindow/a\t0.1s\n"}
{"Action":"fail","Package":"onewindow/a"}
{"Action":"output","Package":"onewindow/b","Output":"ok  \tonewindow/b\t0.2s\n"}
{"Action":"pass","Package":"onewindow/b"}
{"Action":"output","Package":"onewindow/d","Output":"?   \tonewindow/d\t[no test files]\n"}
{"Action":"skip","Package":"onewindow/d"}
`
	var out bytes.Buffer
	skipped, err := show(strings.NewReader(events), &out)
	if err != nil || !slices.Equal(skipped, []string{"onewindow/a TestLazy"}) {
		t.Errorf("skipped %q, error %v", skipped, err)
	}
	want := "c.go:1:1: no\na_test.go:7: wrong\nFAIL\tonewindow/a\t0.1s\npanic: oh\n" +
		"ok  \tonewindow/b\t0.2s\n?   \tonewindow/d\t[no test files]\n"
	if out.String() != want {
		t.Errorf("shown\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAStreamThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if _, err := show(strings.NewReader(`{"Action":"pa`), &out); err == nil {
		t.Error("it was taken for the end")
	}
}
