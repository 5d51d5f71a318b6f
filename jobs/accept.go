package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/notice"
	"onewindow/registration"
)

// DefectsError says why an application was not accepted: everything at once.
type DefectsError struct {
	Findings registration.Findings
	looked   []registration.UnitCode // what the findings tell of
}

// Error counts the defects; their sentences are in the catalogues.
func (e *DefectsError) Error() string {
	return fmt.Sprintf("application has %d defects", len(e.Findings))
}

// Acceptance is what the window answers (受理凭证).
type Acceptance struct {
	CaseID     int64
	Number     intake.Number
	AcceptedAt time.Time
	Resent     bool // this key had opened the case before
}

// checked is what the rules say of an application, and which homes were looked up
// in the register or in the filed contracts for that.
type checked struct {
	found  registration.Findings
	looked []registration.UnitCode
}

// Preflight finds every defect of an application and writes nothing but who asked:
// the owners of what was looked up are told. Findings that a person must look at
// during review are among them, with outcome Human; they do not keep the case from
// being accepted.
func (f *Flow) Preflight(ctx context.Context, a intake.Application) (registration.Findings, error) {
	var c checked
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		c, err = f.preflight(ctx, tx, a.Normalise())
		return err
	})
	if err == nil {
		err = f.queried(ctx, c.looked)
	}
	return c.found, err
}

// preflight asks every rule of every step that can be asked before acceptance.
func (f *Flow) preflight(ctx context.Context, tx pgx.Tx, a intake.Application) (checked, error) {
	c := checked{found: a.Validate().Failing()}
	if slices.ContainsFunc(c.found, func(x registration.Finding) bool { return x.Field == "unit" }) {
		return c, nil // no unit of this office: its register is elsewhere
	}
	if _, err := registration.ParseUnit(string(a.Unit)); err == nil {
		more, err := f.preflightUnit(ctx, tx, a)
		if err != nil {
			return checked{}, err
		}
		c.found, c.looked = append(c.found, more.found.Failing()...), more.looked
	}
	return c, nil
}

// preflightUnit asks what the register and the housing bureau hold. No answer of it
// goes out before looked is written down.
func (f *Flow) preflightUnit(ctx context.Context, tx pgx.Tx, a intake.Application) (checked, error) {
	c := checked{looked: []registration.UnitCode{a.Unit}}
	on, err := intake.Today(ctx, tx)
	if err != nil {
		return c, err
	}
	title, err := registration.TitleOf(ctx, tx, a.Unit)
	if errors.Is(err, registration.ErrNoUnit) {
		c.found = registration.UnknownUnit(a.Application)
		return c, nil
	}
	if err != nil {
		return c, err
	}
	filing, err := filingOf(ctx, tx, a)
	if err != nil {
		return c, err
	}
	if filing.home != "" && filing.home != a.Unit {
		c.looked = append(c.looked, filing.home)
	}
	c.found = append(registration.Review(a.Application, title, on), filing.found...)
	number, err := intake.Reserved(ctx, tx, a.Unit)
	if number != "" {
		c.found = append(c.found, reserved(number))
	}
	return c, err
}

// contractFiling is what the housing bureau's filings say of a contract, and the home that
// it is about; "" if there is no such contract.
type contractFiling struct {
	found registration.Findings
	home  registration.UnitCode
}

// filingOf asks the housing bureau's filings about the contract. A number that
// no text can be is none of theirs.
func filingOf(ctx context.Context, tx pgx.Tx, a intake.Application) (contractFiling, error) {
	if strings.ContainsRune(a.Contract, 0) || !utf8.ValidString(a.Contract) {
		return contractFiling{found: registration.UnknownContract()}, nil
	}
	contract, err := registration.ContractOf(ctx, tx, a.Contract)
	if errors.Is(err, registration.ErrNoContract) {
		return contractFiling{found: registration.UnknownContract()}, nil
	}
	return contractFiling{registration.CheckFiling(a.Application, contract), contract.Unit}, err
}

func reserved(number intake.Number) registration.Finding {
	return registration.Finding{Check: "U3", Outcome: registration.Block, Code: intake.CodeUnitReserved,
		Field: "unit", Args: map[string]string{"case": string(number)}}
}

// Accept opens a case in one transaction: case, steps, journal, the reservation
// of the unit and the jobs of every step that waits for nothing (docs/CASE.md 2).
// It returns a *DefectsError, and has written nothing, if anything blocks; a
// resent key is answered with the case that it opened.
func (f *Flow) Accept(ctx context.Context, clerk string, key intake.Key, a intake.Application) (Acceptance, error) {
	a = a.Normalise()
	var c *intake.Case
	resent := false
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		id, err := intake.Claim(ctx, tx, key)
		if err != nil {
			return err
		}
		if resent = id != 0; resent {
			first, err := intake.Facts(ctx, tx, id)
			c = &first
			return err
		}
		c, err = f.open(ctx, tx, clerk, key, a)
		return err
	})
	if intake.IsReservation(err) {
		err = f.tellReserved(ctx, a.Unit)
	}
	if defects := (*DefectsError)(nil); errors.As(err, &defects) { // what it wrote is rolled back
		err = errors.Join(f.queried(ctx, defects.looked), err)
	}
	if err != nil {
		return Acceptance{}, err
	}
	facts := *c
	facts.Steps, facts.State = nil, ""
	f.facts.Add(c.ID, facts)
	return Acceptance{CaseID: c.ID, Number: c.Number, AcceptedAt: c.AcceptedAt, Resent: resent}, nil
}

func (f *Flow) open(ctx context.Context, tx pgx.Tx, clerk string, key intake.Key,
	a intake.Application) (*intake.Case, error) {
	if f.drill == nil || a.Kind != registration.Drill {
		c, err := f.preflight(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		if c.found.Blocked() {
			return nil, &DefectsError{c.found, c.looked}
		}
	}
	c, err := intake.Accept(ctx, tx, clerk, key, a)
	if err != nil {
		return nil, err
	}
	var begins []intake.Begin
	for _, p := range intake.PlanOf(a) {
		if c.Steps[p.Step] == intake.Running {
			begins = append(begins, intake.Begin{Case: c, Step: p.Step})
		}
	}
	if err := errors.Join(f.ring(ctx, tx, begins), f.tell(ctx, tx, *c, notice.Accepted, nil)); err != nil {
		return nil, err
	}
	return c, f.auditAccepted(ctx, tx, *c)
}

// tellReserved names the case that came first on the unit.
func (f *Flow) tellReserved(ctx context.Context, unit registration.UnitCode) error {
	var number intake.Number
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		number, err = intake.Reserved(ctx, tx, unit)
		return err
	})
	if err != nil {
		return err
	}
	return &DefectsError{registration.Findings{reserved(number)}, []registration.UnitCode{unit}}
}
