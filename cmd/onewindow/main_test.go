package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"onewindow/internal/machine"
	"onewindow/internal/pgtest"
	"onewindow/internal/premises"
)

// The test binary is the program when it is called by its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"onewindow": main})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLES", examples)
			e.Values[theTest{}] = t
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"database": newDatabase, "waitfor": waitFor},
	})
}

// theTest is the key under which a script finds its test.
type theTest struct{}

// newDatabase gives the script a new database in DATABASE_URL.
func newDatabase(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: database")
	}
	t, ok := ts.Value(theTest{}).(testing.TB)
	if !ok {
		ts.Fatalf("the script does not know its test")
	}
	ts.Setenv("DATABASE_URL", pgtest.URL(t))
}

// waitFor waits until a file is there and, with a text, until it says so.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: waitfor file [text]")
	}
	for range 600 {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) == 1 || strings.Contains(string(text), args[1])) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("not within half a minute: %s", strings.Join(args, " says "))
}

func TestAMachineThatIsNotReadyEndsWithStatus2(t *testing.T) {
	t.Parallel()
	missing := &machine.MissingError{What: []string{"PostgreSQL"}, Line: "apt-get install postgresql"}
	for name, tt := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"nothing went wrong":         {nil, 0, ""},
		"something did":              {errors.New("no luck"), 1, "onewindow: no luck\n"},
		"it was told already":        {errTold, 1, ""},
		"the server is missing":      {fmt.Errorf("open: %w", missing), 2, "apt-get install postgresql"},
		"there is no place for data": {fmt.Errorf("open: %w", errNoPlace), 2, "--data DIR"},
		"the database is another's":  {&premises.OtherUseError{Is: premises.Live, Wanted: premises.Demonstration}, 2, "a live window"},
		"the configuration is wrong": {&mistakesError{"c.json", []string{"name it"}}, 2, "- name it"},
		"wrapped, and told already":  {fmt.Errorf("case: %w", errTold), 1, ""},
		"two at once, one of it bad": {errors.Join(errors.New("a"), missing), 2, "apt-get install postgresql"},
	} {
		var out strings.Builder
		if got := exitCode(tt.err, &out); got != tt.status || !strings.Contains(out.String(), tt.says) ||
			tt.says == "" && out.Len() > 0 {
			t.Errorf("%s: status %d, said %q", name, got, out.String())
		}
	}
}

func TestTheDataDirectoryFollowsTheUser(t *testing.T) {
	for name, tt := range map[string]struct {
		data, state, want string
	}{
		"as said":               {"/d/x", "/s", "/d/x"},
		"root's, or the user's": {"", "/s", map[bool]string{true: "/var/lib/onewindow", false: "/s/onewindow"}[os.Geteuid() == 0]},
	} {
		t.Setenv("XDG_STATE_HOME", tt.state)
		if got, err := (place{Data: tt.data}).locate(); got != tt.want || err != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
