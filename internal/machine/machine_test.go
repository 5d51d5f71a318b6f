package machine

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRootOnDebianInstallsTheServerWithoutDebiansOwnCluster(t *testing.T) {
	t.Parallel()
	h := host{packager: apt, root: true}
	var got []string
	for _, c := range h.commands([]tool{named(t, server), named(t, "qpdf")}) {
		got = append(got, strings.Join(c, " "))
	}
	want := []string{
		"apt-get update",
		"apt-get install -y --no-install-recommends postgresql-common",
		`sed -i s/^#\? *create_main_cluster *=.*/create_main_cluster = false/ /etc/postgresql-common/createcluster.conf`,
		"apt-get install -y --no-install-recommends postgresql qpdf",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatIsThereAlreadyIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	h := host{packager: apt, root: true, listed: true, common: true}
	if got := h.commands([]tool{named(t, "zbarimg")}); len(got) != 1 || !slices.Contains(got[0], "zbar-tools") {
		t.Errorf("got %v", got)
	}
	if got := h.commands([]tool{named(t, server)}); len(got) != 2 || got[0][0] != "sed" {
		t.Errorf("got %v", got)
	}
}

func TestEverySystemHasOneLineThatInstalls(t *testing.T) {
	t.Parallel()
	missing := []tool{named(t, server), named(t, "pdftotext")}
	for _, tt := range []struct {
		name string
		host host
		want string
	}{
		{"Debian", host{packager: apt, listed: true}, "sudo apt-get install -y postgresql poppler-utils"},
		{"new Debian", host{packager: apt, root: true},
			"apt-get update && apt-get install -y postgresql poppler-utils"},
		{"Fedora", host{packager: dnf}, "sudo dnf install -y postgresql-server poppler-utils"},
		{"macOS", host{packager: brew}, "brew install postgresql@17 poppler"},
		{"unknown", host{}, "install with this system's own means: PostgreSQL server, pdftotext"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.host.line(missing); got != tt.want {
				t.Errorf("line %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEveryToolHasAPackageOnEverySystem(t *testing.T) {
	t.Parallel()
	for _, tool := range tools {
		for _, p := range []packager{apt, dnf, brew} {
			if tool.packages[p] == "" {
				t.Errorf("no package of %s brings %s", p, tool.what)
			}
		}
	}
}

func TestAMachineThatHasEverythingIsLeftAlone(t *testing.T) {
	t.Setenv("NO_INSTALL", "1") // a test installs nothing, whatever is missing
	var out bytes.Buffer
	if err := Ready(t.Context(), Needs{Test: true}, &out); err != nil || out.Len() > 0 {
		t.Errorf("said %q, error %v", out.String(), err)
	}
}

func TestWhatIsMissingIsNamedWithTheLineThatInstallsIt(t *testing.T) {
	t.Setenv("ONEWINDOW_PG_BIN", t.TempDir())
	t.Setenv("NO_INSTALL", "1")
	var out bytes.Buffer
	err := Ready(t.Context(), Needs{Unpack: t.TempDir()}, &out)
	var missing *MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("error %v, want a MissingError", err)
	}
	if !slices.Equal(missing.What, []string{server}) || missing.Line == "" {
		t.Errorf("missing %v, line %q", missing.What, missing.Line)
	}
	for _, want := range []string{missing.Line, "DATABASE_URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	if out.Len() > 0 {
		t.Errorf("NO_INSTALL is set, but %q was run", out.String())
	}
}

func TestACommandIsShownBeforeItRunsAndItsFailureAfter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(context.Background(), [][]string{{"sh", "-c", "echo $DEBIAN_FRONTEND"}, {"false"}, {"echo", "never"}}, &out)
	if err == nil || !strings.Contains(err.Error(), "false") {
		t.Errorf("error %v, want one that names the command", err)
	}
	if want := "+ sh -c echo $DEBIAN_FRONTEND\nnoninteractive\n+ false\n"; out.String() != want {
		t.Errorf("said %q, want %q", out.String(), want)
	}
}

func TestUnpackedProgramsAreUsedWhereTheMachineHasNone(t *testing.T) {
	t.Setenv("ONEWINDOW_PG_BIN", t.TempDir())
	dir := t.TempDir()
	useUnpacked(dir)
	bin := filepath.Join(unpackedIn(dir), "bin")
	if os.Getenv("ONEWINDOW_PG_BIN") == bin {
		t.Error("programs that are not there are used")
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "postgres"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	useUnpacked(dir)
	if got := os.Getenv("ONEWINDOW_PG_BIN"); got != bin {
		t.Errorf("programs %q, want %q", got, bin)
	}
}

// named returns the tool with a name.
func named(t *testing.T, what string) tool {
	t.Helper()
	for _, tool := range tools {
		if tool.what == what {
			return tool
		}
	}
	t.Fatalf("no tool is called %s", what)
	panic("unreachable")
}
