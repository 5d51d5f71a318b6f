package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNoPrograms says that no PostgreSQL server programs are on this machine.
var ErrNoPrograms = errors.New("no PostgreSQL server programs (initdb, postgres) found")

// A VersionError says that a data directory was written by one major version
// of PostgreSQL and only programs of another one are here.
type VersionError struct {
	Dir         string // the data directory
	Data, Found int    // major versions
	Programs    string // the directory of the programs found
}

// Error names both versions and the way out.
func (e VersionError) Error() string {
	return fmt.Sprintf("%s was written by PostgreSQL %d, but the programs in %s are version %d: "+
		"install PostgreSQL %d, or name its programs in ONEWINDOW_PG_BIN", e.Dir, e.Data, e.Programs, e.Found, e.Data)
}

// programs are the server programs of one PostgreSQL version.
type programs struct {
	initdb, postgres string
	major            int
}

// places are the globs that are looked through after ONEWINDOW_PG_BIN and PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // the RPMs of the PostgreSQL project
	"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew on ARM
	"/usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
}

// Programs returns the directory of the server programs that a new data
// directory would be run with, or ErrNoPrograms.
func Programs() (string, error) {
	p, err := findPrograms("")
	return filepath.Dir(p.postgres), err
}

// findPrograms returns the programs that can run the data directory: the first
// found for a new one, else the first of the same major version.
func findPrograms(data string) (programs, error) {
	found := allPrograms()
	if len(found) == 0 {
		return programs{}, ErrNoPrograms
	}
	want, err := dataMajor(data)
	if err != nil || want == 0 {
		return found[0], err
	}
	for _, p := range found {
		if p.major == want {
			return p, nil
		}
	}
	return programs{}, VersionError{Dir: data, Data: want, Found: found[0].major,
		Programs: filepath.Dir(found[0].postgres)}
}

// allPrograms lists what is installed, the preferred first. ONEWINDOW_PG_BIN,
// where it is set, is the only place looked at.
func allPrograms() []programs {
	dirs := []string{os.Getenv("ONEWINDOW_PG_BIN")}
	if dirs[0] == "" {
		dirs = filepath.SplitList(os.Getenv("PATH"))
		for _, place := range places {
			dirs = append(dirs, newestFirst(place)...)
		}
	}
	var found []programs
	for _, dir := range dirs {
		if p, ok := programsIn(dir); ok && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// newestFirst lists the directories that match a glob by falling version.
func newestFirst(glob string) []string {
	dirs, err := filepath.Glob(glob)
	if err != nil { // only a malformed pattern
		return nil
	}
	fixed := strings.Index(glob, "*") // numbers before it say nothing
	slices.SortFunc(dirs, func(a, b string) int { return numberIn(b[fixed:]) - numberIn(a[fixed:]) })
	return dirs
}

var number = regexp.MustCompile(`\d+`)

// numberIn returns the first number in s, or 0.
func numberIn(s string) int {
	n, _ := strconv.Atoi(number.FindString(s))
	return n
}

// programsIn looks at one directory. PATH may hold a link to one program only,
// so the links are followed to the place where they stand together.
func programsIn(dir string) (programs, bool) {
	if dir == "" {
		return programs{}, false
	}
	postgres, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return programs{}, false
	}
	initdb := filepath.Join(filepath.Dir(postgres), "initdb")
	if !exists(initdb) {
		return programs{}, false
	}
	out, err := exec.Command(postgres, "--version").Output() // postgres (PostgreSQL) 15.14 (Debian …)
	if err != nil {
		return programs{}, false
	}
	return programs{initdb, postgres, numberIn(string(out))}, true
}

// dataMajor returns the major version that wrote the data directory, 0 if
// there is none yet.
func dataMajor(data string) (int, error) {
	if data == "" {
		return 0, nil
	}
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the data directory: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}
