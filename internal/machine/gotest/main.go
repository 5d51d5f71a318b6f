// Command gotest runs "go test" with the arguments it is given, shows the
// output of what failed and one line for each package, and fails if a test was
// skipped: a skipped test proves nothing, and turns a broken machine green.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	skipped, err := run(os.Args[1:], os.Stdout)
	for _, name := range skipped {
		fmt.Println("SKIPPED:", name)
	}
	if err != nil || len(skipped) > 0 {
		fmt.Printf("FAILED: %d tests were skipped, go test: %v\n", len(skipped), err)
		os.Exit(1)
	}
}

// run runs the tests and returns those that were skipped.
func run(args []string, out io.Writer) ([]string, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	skipped, err := show(stdout, out)
	return skipped, errors.Join(err, cmd.Wait())
}

// An event is one line of go test -json.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// show writes to out what people want to know of the events, and returns the
// tests that were skipped.
func show(events io.Reader, out io.Writer) (skipped []string, err error) {
	said := map[string]*strings.Builder{} // output of what has not ended yet
	for d := json.NewDecoder(events); ; {
		var e event
		if err := d.Decode(&e); err == io.EOF {
			return skipped, nil
		} else if err != nil {
			return skipped, fmt.Errorf("read the events of go test: %w", err)
		}
		name := strings.TrimSpace(e.Package + " " + e.Test)
		if said[name] == nil {
			said[name] = &strings.Builder{}
		}
		switch {
		case e.Action == "build-output", e.Action == "output" && e.Test == "" && closing(e.Output):
			fmt.Fprint(out, e.Output)
		case e.Action == "output" && strings.HasPrefix(e.Output, "=== "): // only when tests ran
		case e.Action == "output":
			said[name].WriteString(e.Output)
		case e.Action == "skip" && e.Test != "":
			skipped = append(skipped, name)
		case e.Action == "fail":
			fmt.Fprint(out, said[name])
			delete(said, name)
		case e.Action == "pass":
			delete(said, name)
		}
	}
}

// closing reports whether a line is the last word on a package.
func closing(line string) bool {
	return strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "FAIL\t") ||
		strings.Contains(line, "[no test files]")
}
