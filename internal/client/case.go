package client

import (
	"slices"

	"onewindow/internal/client/api"
)

// Case is a case as the window shows it to staff.
type Case struct{ api.Case }

// Parts of a case, as the description names them.
type (
	Step   = api.Step   // where one step of a case stands
	Entry  = api.Entry  // one line of its journal
	Brief  = api.Brief  // a case in a list
	Defect = api.Defect // one thing that is wrong, or that a person must look at
)

// Accepted is the answer to an application that became a case (受理凭证).
type Accepted struct {
	api.Accepted
	Resent bool `json:"-"` // the key had opened the case before
}

// Issued says whether the certificate is printed.
func (c Case) Issued() bool { return c.Certificate != nil && c.Certificate.PDF != "" }

// Refused says whether the registration was refused.
func (c Case) Refused() bool { return c.State == "refused" }

// Over says whether nothing more will happen to the case.
func (c Case) Over() bool {
	open := slices.ContainsFunc(c.Steps, func(s Step) bool {
		return s.State != "done" && s.State != "refused" && s.State != "cancelled"
	})
	return !open && (c.State == "closed" || c.State == "refused")
}

// Waits lists the steps that wait for somebody: a person of the office, the
// applicant, a company.
func (c Case) Waits() (steps []Step) {
	for _, s := range c.Steps {
		switch s.State {
		case "manual", "needs_input", "awaiting_payment", "awaiting_company":
			steps = append(steps, s)
		}
	}
	return steps
}

// Stuck returns the step that waits for a person of the office, and false if none does.
func (c Case) Stuck() (Step, bool) {
	for _, s := range c.Steps {
		if s.State == "manual" || s.State == "needs_input" {
			return s, true
		}
	}
	return Step{}, false
}
