package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onewindow/internal/client"
	"onewindow/internal/demo"
	"onewindow/internal/pgtest"
)

var update = flag.Bool("update", false, "write what the examples give into their .expect files")

// open opens the demonstration city on a database of its own.
func openTestCity(t *testing.T) *demonstration {
	t.Helper()
	d := &demonstration{place: place{Data: t.TempDir(), Database: pgtest.URL(t)}, Listen: "127.0.0.1:0"}
	t.Cleanup(d.close)
	if err := d.open(t.Context(), streams{nil, io.Discard, io.Discard}); err != nil {
		t.Fatal(err)
	}
	return d
}

// Every file in examples/ does what the .expect file beside it says: it reaches
// a certificate, waits for a person, or is refused with exactly these codes.
func TestTheExamplesDoWhatTheirNamesSay(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	files, err := filepath.Glob("../../examples/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			application, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(t, d, application)
			golden := strings.TrimSuffix(file, ".json") + ".expect"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("got\n%swant (%v)\n%s", got, err, want)
			}
			if kind, _, _ := strings.Cut(filepath.Base(file), "-"); !strings.HasPrefix(got, promise[strings.TrimSuffix(kind, ".json")]) {
				t.Errorf("a %s example is %s", kind, got)
			}
		})
	}
}

// promise is how the outcome begins of examples whose names begin so.
var promise = map[string]string{"sale": "certificate\n", "human": "waits for the reviewer\n", "broken": "refused\n"}

// outcome hands an application in and tells what came of it, a line each.
func outcome(t *testing.T, d *demonstration, application []byte) string {
	t.Helper()
	var out strings.Builder
	accepted, err := d.as(demo.Clerk).Submit(t.Context(), client.KeyOf(application), application)
	var refused *client.Problem
	if errors.As(err, &refused) {
		fmt.Fprintln(&out, "refused")
		for _, defect := range refused.Errors {
			fmt.Fprintln(&out, defect.Code, defect.Field)
		}
		return out.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	var last client.Case
	if err := d.as(demo.Clerk).Follow(t.Context(), accepted.Number, func(c client.Case) bool {
		last = c
		step, stuck := c.Stuck()
		return stuck && step.Holder == "reviewer" && notPassing(step) != ""
	}); err != nil {
		t.Fatal(err)
	}
	if step, stuck := last.Stuck(); stuck {
		return "waits for the reviewer\n" + notPassing(step)
	}
	if !last.Issued() {
		return "no certificate\n"
	}
	return "certificate\n" + refusals(last)
}

func notPassing(step client.Step) string {
	var out strings.Builder
	for _, f := range step.Findings {
		if f.Outcome != "pass" {
			fmt.Fprintln(&out, f.Code, f.Field)
		}
	}
	return out.String()
}

// refusals lists what the companies refused and what taxes are paid by whom.
func refusals(c client.Case) string {
	var out strings.Builder
	for _, line := range c.Tax.Lines {
		fmt.Fprintln(&out, "tax", line.Tax, line.Payer, line.Payable, line.Reason)
	}
	for _, account := range c.Utilities {
		for _, answer := range account.Answers {
			fmt.Fprintln(&out, answer.Step, answer.Outcome, answer.Reason)
		}
	}
	return out.String()
}

// What needs judgement is left to a person, whose approval then carries it on.
func TestAnObjectionWaitsForARegistrarWhoKnowsOfIt(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	application, err := os.ReadFile("../../examples/human-objection.json")
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := d.as(demo.Clerk).Submit(t.Context(), "objection", application)
	if err != nil {
		t.Fatal(err)
	}
	approved := false
	err = d.as(demo.Clerk).Follow(t.Context(), accepted.Number, func(c client.Case) bool {
		step, stuck := c.Stuck()
		if stuck && approved && step.Step != "review" {
			t.Errorf("%s is stuck: %+v", step.Step, step)
			return true
		}
		if stuck && !approved {
			approved = true
			seed, now := d.secrets["registrar-01"].Seed, time.Now()
			first, err := seed.Code(now)
			next, odd := seed.Code(now.Add(30 * time.Second)) // a code is good once
			if err = errors.Join(err, odd); err != nil {
				t.Error(err)
				return true
			}
			registrar, err := d.as("registrar-01").SignIn(t.Context(), demo.Password, first)
			if err == nil {
				err = registrar.Prove(t.Context(), demo.Password, next)
			}
			if err != nil {
				t.Error(err)
				return true
			}
			if err := registrar.Decide(t.Context(), accepted.Number, step.Step, "approve", "已知悉异议"); err != nil {
				t.Error(err)
				return true
			}
		}
		return c.Issued()
	})
	if err != nil || !approved {
		t.Fatalf("approved %t: %v", approved, err)
	}
}

// What clerk-02 accepts is left alone, for whoever looks at the demonstration.
func TestTheCrewLeavesTheOtherClerksCasesToPeople(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	application, err := os.ReadFile("../../examples/sale.json")
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := d.as(demo.ByHand).Submit(t.Context(), "by hand", application)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.sell(t.Context(), io.Discard); err != nil { // the crew has looked around meanwhile
		t.Fatal(err)
	}
	c, err := d.as(demo.ByHand).Find(t.Context(), accepted.Number)
	if err != nil {
		t.Fatal(err)
	}
	if step, stuck := c.Stuck(); !stuck || step.Step != "review" {
		t.Errorf("%+v waits for nobody", c.Steps)
	}
}

// The demonstration never runs out of homes, nor of people.
func TestTheDemonstrationSellsAgainAndAgain(t *testing.T) {
	t.Parallel()
	d := openTestCity(t)
	var shown bytes.Buffer
	numbers := map[string]bool{}
	const sales = 52 // more than there are homes on offer: later ones are sold on by their buyers
	for i := range sales {
		sale, err := d.sell(context.WithoutCancel(t.Context()), &shown)
		if err != nil {
			t.Fatalf("sale %d: %v\n%s", i, err, shown.String())
		}
		numbers[sale.last.Certificate.Number] = true
		if pdf, err := os.ReadFile(sale.path); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Fatalf("certificate of sale %d: %v", i, err)
		}
		shown.Reset()
	}
	if len(numbers) != sales {
		t.Errorf("%d certificates of %d sales", len(numbers), sales)
	}
}
