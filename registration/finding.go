package registration

import (
	"errors"
	"strings"
)

// Outcome is what a check says. The zero Outcome is not one.
type Outcome string

const (
	// Pass means that the check found nothing against the application.
	Pass Outcome = "pass"
	// Block means that the right must not be entered while this stands.
	Block Outcome = "block"
	// Human means that a registrar must look and decide.
	Human Outcome = "human"
)

// Check names one of the questions asked of an application. Form defects are F;
// the others are those of the review of a second-hand sale.
const (
	CheckForm      = "F"  // the application itself
	CheckUnit      = "U1" // the unit exists and is valid
	CheckSurvey    = "U2" // the register agrees with the cadastral survey
	CheckLock      = "U4" // no administrative lock
	CheckRight     = "R1" // one current right, and its certificate is the one handed in
	CheckSeizure   = "R2" // no effective seizure of unit or parcel
	CheckMortgage  = "R3" // no mortgage in the way of a plain sale
	CheckObjection = "R4" // no objection in force
	CheckPreNotice = "R5" // no pre-notice of a third party
	CheckParties   = "P1" // the sellers are the holders
	CheckPersons   = "P2" // the parties may act for themselves
	CheckShares    = "P3" // shares and co-ownership are consistent
	CheckLand      = "L1" // land and house may be sold freely
	CheckContract  = "C1" // the filed contract says the same
)

// Finding is what one check says of one thing. Code and Args make a sentence in
// the catalogues; neither holds personal data.
type Finding struct {
	Check   string  `json:"check"`
	Outcome Outcome `json:"outcome"`
	// Code is a stable identifier, one of [Codes].
	Code string `json:"code"`
	// Field is the JSON path of what is meant, empty when it is no field.
	Field string `json:"field,omitempty"`
	// Args fill the places of the sentence.
	Args map[string]string `json:"args,omitempty"`
}

// Findings is what all checks say of one application.
type Findings []Finding

// Passed reports whether no check blocks and none asks for a person.
func (f Findings) Passed() bool { return len(f.Failing()) == 0 }

// Blocked reports whether at least one check blocks.
func (f Findings) Blocked() bool { return f.any(Block) }

// Human reports whether at least one check asks for a person.
func (f Findings) Human() bool { return f.any(Human) }

// Failing returns the findings that are not passes.
func (f Findings) Failing() Findings {
	var failing Findings
	for _, x := range f {
		if x.Outcome != Pass {
			failing = append(failing, x)
		}
	}
	return failing
}

func (f Findings) any(o Outcome) bool {
	for _, x := range f {
		if x.Outcome == o {
			return true
		}
	}
	return false
}

// or returns f, or the one passing finding when f is empty: every check speaks.
func (f Findings) or(check, code string) Findings {
	if len(f) > 0 {
		return f
	}
	return Findings{{Check: check, Outcome: Pass, Code: code}}
}

// ErrRefused says that the law forbids the entry; [RefusedError] says why.
var ErrRefused = errors.New("entry refused")

// RefusedError carries the findings that forbid an entry. It is ErrRefused.
type RefusedError struct{ Findings Findings }

// Error lists the codes that block, without personal data.
func (e *RefusedError) Error() string {
	var codes []string
	for _, f := range e.Findings {
		if f.Outcome == Block {
			codes = append(codes, f.Code)
		}
	}
	return ErrRefused.Error() + ": " + strings.Join(codes, ", ")
}

// Is makes errors.Is(err, ErrRefused) hold.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }
