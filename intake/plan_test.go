package intake

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onewindow/registration"
)

func application(kind registration.Kind, utilities ...string) Application {
	a := Application{Application: registration.Application{Kind: kind}}
	for _, u := range utilities {
		a.Utilities = append(a.Utilities, Account{u, "1"})
	}
	return a
}

func opened(a Application) *Case {
	c := &Case{Application: a, State: Open, Steps: map[Step]State{}}
	for _, p := range PlanOf(a) {
		c.Steps[p.Step] = Waiting
	}
	return c
}

func TestAllDepartmentsStartAtOnce(t *testing.T) {
	c := opened(application(registration.SaleTransfer, "water", "power", "gas"))
	want := []Step{Filing, Review, Assess, WaterRequest, PowerRequest, GasRequest}
	if got := c.Due(); !slices.Equal(got, want) {
		t.Errorf("due at acceptance: %v, want %v", got, want)
	}
}

func TestWhatEachStepWaitsFor(t *testing.T) {
	done := func(steps ...Step) map[Step]State {
		m := map[Step]State{}
		for _, s := range steps {
			m[s] = Done
		}
		return m
	}
	tests := []struct {
		name  string
		state map[Step]State
		step  Step
		due   bool
	}{
		{"payment is asked for once the tax is assessed", done(Assess), Settle, true},
		{"nothing is paid before it is assessed", done(Filing, Review), Settle, false},
		{"the right is entered when filing, review and tax are done", done(Filing, Review, Assess, Settle), Enter, true},
		{"unpaid tax keeps the right from being entered", done(Filing, Review, Assess), Enter, false},
		{"an open review keeps the right from being entered", done(Filing, Assess, Settle), Enter, false},
		{"no certificate before the entry", done(Filing, Review, Assess, Settle), Certificate, false},
		{"the certificate waits for no utility", done(Filing, Review, Assess, Settle, Enter), Certificate, true},
		{"an account moves only after the entry", done(WaterRequest), WaterConfirm, false},
		{"an account moves after entry and request", done(WaterRequest, Filing, Review, Assess, Settle, Enter), WaterConfirm, true},
		{"a company that refused is asked again after the entry", map[Step]State{WaterRequest: Refused, Enter: Done}, WaterConfirm, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := opened(application(registration.SaleTransfer, "water", "power", "gas"))
			for step, state := range tt.state {
				c.Steps[step] = state
			}
			if got := slices.Contains(c.Due(), tt.step); got != tt.due {
				t.Errorf("%s due: %v, want %v", tt.step, got, tt.due)
			}
		})
	}
}

func TestACaseHasOnlyTheUtilitiesThatWereChosen(t *testing.T) {
	for _, p := range PlanOf(application(registration.SaleTransfer, "gas")) {
		if u := p.Step.Utility(); u != "" && u != "gas" {
			t.Errorf("case with gas only has step %s", p.Step)
		}
	}
}

func TestARefusedCaseStartsNothingAndTakesBackWhatWasAsked(t *testing.T) {
	c := opened(application(registration.SaleTransfer, "water", "power"))
	c.Steps[WaterRequest], c.Steps[Review], c.State = Done, Refused, Turned
	if due := c.Due(); due != nil {
		t.Errorf("due after refusal: %v, want none", due)
	}
	if undo := c.Undo(); !slices.Equal(undo, []Step{WaterCancel}) {
		t.Errorf("undo: %v, want water only: power was not asked yet", undo)
	}
}

// Every plan ends, in whatever order its steps end, and no step starts before
// those it waits for.
func TestEveryPlanEndsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		utilities := rapid.SampledFrom([][]string{nil, {"gas"}, {"water", "power"}, {"water", "power", "gas"}}).Draw(t, "utilities")
		kind := rapid.SampledFrom([]registration.Kind{registration.SaleTransfer, registration.Drill}).Draw(t, "kind")
		c := opened(application(kind, utilities...))
		running := map[Step]bool{}
		for range 100 {
			for _, step := range c.Due() {
				c.Steps[step], running[step] = Running, true
			}
			if c.Finished() {
				return
			}
			open := []Step{}
			for _, p := range PlanOf(c.Application) {
				if c.Steps[p.Step] == Running {
					open = append(open, p.Step)
				}
			}
			if len(open) == 0 {
				t.Fatalf("stuck with %v", c.Steps)
			}
			step := rapid.SampledFrom(open).Draw(t, "ends")
			c.Steps[step] = Done
			if step.Utility() != "" && rapid.Bool().Draw(t, "refuses") {
				c.Steps[step] = Refused
			}
		}
		t.Fatal("the plan does not end")
	})
}

func TestEveryPlannedStepIsKnown(t *testing.T) {
	known := Steps()
	for kind, plan := range plans {
		earlier := []Step{}
		for _, p := range plan {
			if !slices.Contains(known, p.Step) {
				t.Errorf("%s: %s is not among Steps()", kind, p.Step)
			}
			if p.Within <= 0 {
				t.Errorf("%s: %s promises no time", kind, p.Step)
			}
			for _, after := range p.After {
				if !slices.Contains(earlier, after) {
					t.Errorf("%s: %s waits for %s, which does not stand before it", kind, p.Step, after)
				}
			}
			earlier = append(earlier, p.Step)
		}
	}
}

func ExampleCase_Due() {
	c := opened(application(registration.SaleTransfer))
	c.Steps[Assess] = Done
	fmt.Println(c.Due())
	// Output: [filing review settle]
}
