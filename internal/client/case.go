package client

import (
	"slices"
	"time"
)

// Case is a case as the window shows it to staff.
type Case struct {
	Number      string       `json:"acceptance_number"`
	State       string       `json:"state"` // open, entered, closed, refused
	AcceptedBy  string       `json:"accepted_by"`
	AcceptedAt  time.Time    `json:"accepted_at"`
	Steps       []Step       `json:"steps"`
	Clocks      Clocks       `json:"clocks"`
	Journal     []Entry      `json:"journal"`
	Tax         *Tax         `json:"tax"`
	Utilities   []Account    `json:"utilities"`
	Certificate *Certificate `json:"certificate"`
}

// Step is where one step of a case stands.
type Step struct {
	Step       string     `json:"step"`
	State      string     `json:"state"`
	Holder     string     `json:"holder"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	WaitedMS   int64      `json:"waited_ms"`
	WorkedMS   int64      `json:"worked_ms"`
	Findings   []Defect   `json:"findings"`
}

// Entry is one line of the journal of a case. Step is "" where the case as a
// whole moved.
type Entry struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Step   string    `json:"step"`
	State  string    `json:"state"`
	Holder string    `json:"holder"`
	Reason string    `json:"reason"`
}

// Clocks are the two times that a case took, in milliseconds.
type Clocks struct {
	WallMS   int64 `json:"wall_ms"`
	OfficeMS int64 `json:"office_ms"`
}

// Tax is what a case owes. Amounts are fen.
type Tax struct {
	Lines  []Line   `json:"lines"`
	Manual []Defect `json:"manual"`
	Total  int64    `json:"total_fen"`
	Bill   *Bill    `json:"bill"`
}

// Line is one tax of one payer.
type Line struct {
	Tax     string `json:"tax"`
	Payer   string `json:"payer"`
	Payable int64  `json:"payable_fen"`
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
}

// Bill is what the applicant is asked to pay, in fen.
type Bill struct {
	Ref    string `json:"ref"`
	Amount int64  `json:"amount_fen"`
	State  string `json:"state"`
}

// Account is a utility account and what its company said.
type Account struct {
	Utility string   `json:"utility"`
	Answers []Answer `json:"answers"`
}

// Answer is what a company said in one step.
type Answer struct {
	Step    string `json:"step"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
}

// Certificate names the certificate; PDF is empty until it is printed.
type Certificate struct {
	Number string `json:"number"`
	PDF    string `json:"pdf"`
	Verify string `json:"verify"`
}

// Brief is a case in a list, with the open step of the holder that was asked for.
type Brief struct {
	Number     string `json:"acceptance_number"`
	State      string `json:"state"`
	AcceptedBy string `json:"accepted_by"`
	Step       string `json:"step"`
	StepState  string `json:"step_state"`
	Holder     string `json:"holder"`
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

// Stuck returns the step that waits for a person of the office, and false if none does.
func (c Case) Stuck() (Step, bool) {
	for _, s := range c.Steps {
		if s.State == "manual" || s.State == "needs_input" {
			return s, true
		}
	}
	return Step{}, false
}
