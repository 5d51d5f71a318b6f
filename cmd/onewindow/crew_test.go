package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/client"
	"onewindow/internal/demo"
)

// sale sells one more home, or fails.
func (d *demonstration) sale(t *testing.T) {
	t.Helper()
	if _, err := d.sell(t.Context(), &strings.Builder{}); err != nil {
		t.Fatal(err)
	}
}

// The crew goes on when its registrar is signed in somewhere else, and when its
// session is over.
func TestTheCrewSignsInAgain(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	d.sale(t)
	for name, end := range map[string]func() error{
		"signed in elsewhere": func() error {
			return crewElsewhere(t, d)
		},
		"after twelve hours": func() error {
			_, err := d.db.pool.Exec(t.Context(), `UPDATE access_session SET opened_at = now() - interval '13 hours',
				expires_at = now() - interval '1 hour' WHERE person = $1`, demo.Registrar)
			return err
		},
	} {
		if err := end(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d.sale(t)
	}
}

// crewElsewhere signs the crew's registrar in a second time, as soon as there is a
// code that has not been used.
func crewElsewhere(t *testing.T, d *demonstration) error {
	t.Helper()
	var err error
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Second) {
		code, failed := d.secrets[demo.Registrar].Seed.Code(time.Now())
		if failed != nil {
			return failed
		}
		if _, err = d.as(demo.Registrar).SignIn(t.Context(), demo.Password, code); err == nil {
			return nil
		}
	}
	return err
}

func TestNobodyIsShownHowToSignInAsTheCrew(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	text := page(t, d.url+"/demo/codes")
	for _, p := range demo.People() {
		if p.Role.Staff() && !strings.Contains(text, p.ID) {
			t.Errorf("the codes lack %s", p.ID)
		}
		if strings.HasPrefix(p.ID, access.CrewPrefix) {
			t.Errorf("%s is told of", p.ID)
		}
	}
	if strings.Contains(text, demo.Registrar) {
		t.Error("the crew's code is shown")
	}
}

func TestACaseWaitsForEveryoneWhoHoldsAnOpenStep(t *testing.T) {
	t.Parallel()
	var c client.Case
	for _, state := range []string{"done", "manual", "running", "needs_input", "awaiting_payment", "waiting",
		"awaiting_company", "cancelled"} {
		c.Steps = append(c.Steps, client.Step{Step: state, State: state})
	}
	var names []string
	for _, s := range c.Waits() {
		names = append(names, s.Step)
	}
	if got := strings.Join(names, " "); got != "manual needs_input awaiting_payment awaiting_company" {
		t.Errorf("it waits in %s", got)
	}
}

// page returns what is at an address that everybody may see.
func page(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", address, res.StatusCode, err)
	}
	return string(text)
}
