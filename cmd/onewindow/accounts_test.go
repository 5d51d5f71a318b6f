package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"onewindow/internal/access"
	"onewindow/internal/demo"
	"onewindow/internal/pgtest"
)

func TestAnEmptyDatabaseBeginsWithOneAdministratorToldOnce(t *testing.T) {
	t.Parallel()
	d := &database{pool: pgtest.Pool(t)}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := d.openAccounts(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(first.String(), access.FirstAdministrator) || len(strings.Fields(first.String())) < 5 || second.Len() != 0 {
		t.Errorf("told %q, then %q", first.String(), second.String())
	}
}

func TestALiveWindowRefusesAccountsThatEverybodyKnows(t *testing.T) {
	t.Parallel()
	d := &database{pool: pgtest.Pool(t)}
	if _, err := demo.Employ(t.Context(), d.porter(), t.TempDir()+"/staff.json"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := d.openAccounts(t.Context(), &out); !errors.Is(err, errDemonstration) || out.Len() != 0 {
		t.Errorf("opened: %v, %q", err, out.String())
	}
	if !strings.Contains(errDemonstration.Error(), "give serve a database of its own") {
		t.Error("the refusal does not say what to change")
	}
}
