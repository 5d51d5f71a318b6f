package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"onewindow/internal/client"
	"onewindow/internal/demo"
	"onewindow/internal/pgtest"
)

// program starts this program as a process of its own.
func program(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	path, err := exec.LookPath("onewindow") // testscript put it there
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = &strings.Builder{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%v said\n%s", args, cmd.Stderr)
		}
	})
	return cmd, bufio.NewScanner(out)
}

// until reads lines until one matches and returns its first group.
func until(t *testing.T, lines *bufio.Scanner, pattern string) string {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	for lines.Scan() {
		if m := wanted.FindStringSubmatch(lines.Text()); m != nil {
			go func() { // what follows is not read, but must be taken
				for lines.Scan() {
				}
			}()
			return m[1]
		}
	}
	t.Fatalf("it never said %s", pattern)
	return ""
}

// issued waits until the case of a demonstration in dir has its certificate.
func issued(t *testing.T, dir, number string) client.Case {
	t.Helper()
	secrets, err := demo.SecretsIn(filepath.Join(dir, staffFile))
	if err != nil {
		t.Fatal(err)
	}
	d := &demonstration{dir: dir}
	clerk := client.Client{Server: d.host().URL, Staff: demo.Clerk, Secret: secrets[demo.Clerk].Key.Text()}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := clerk.Follow(ctx, number, func(c client.Case) bool { return c.Issued() }); err != nil {
		t.Fatal(err)
	}
	c, err := clerk.Find(ctx, number)
	if err != nil || !c.Issued() {
		t.Fatalf("case %s has no certificate: %v", number, err)
	}
	return c
}

const sayNumber = `acceptance number +(\d{15})`

// A kill -9 in the middle of a sale: the next start, on the same data directory,
// recovers the database and brings the case to its certificate.
func TestAKilledSaleIsFinishedByTheNextStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Dir(t), "city")
	first, lines := program(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	number := until(t, lines, sayNumber)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, lines = program(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	until(t, lines, `pages +(http\S+)`)
	issued(t, dir, number)
}

// A kill -9 of the database server in the middle of a sale: the program starts
// it again and finishes the sale as if nothing had been.
func TestAKilledDatabaseComesBackInMidSale(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Dir(t), "city")
	_, lines := program(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	number := until(t, lines, sayNumber)
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	server, err := os.FindProcess(pid)
	if err == nil {
		err = server.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	issued(t, dir, number)
}

// Two starts at once on one directory: one is the host, the other uses it; when
// the host is killed the other takes its place at its address.
func TestASecondStartJoinsTheFirstAndSucceedsIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Dir(t), "city")
	first, one := program(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	second, two := program(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	if a, b := until(t, one, `pages +(http\S+)`), until(t, two, `pages +(http\S+)`); a != b {
		t.Errorf("they serve %s and %s", a, b)
	}
	if (&demonstration{dir: dir}).host().PID == second.Process.Pid {
		first = second
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, three := program(t, "demo", "--data", dir, "--listen", "127.0.0.1:0")
	until(t, three, `^(\d{15}) 湘`)
}
