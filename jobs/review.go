package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
)

// supplementTime is what applicants have to supplement what was returned.
const supplementTime = 5 * 24 * time.Hour

// officerTime is what a person has to look at a step that came to them.
const officerTime = 30 * time.Minute

// checkFiling asks the housing bureau's filings whether the contract stands and
// says the same as the application (3a).
func (f *Flow) checkFiling(ctx context.Context, c intake.Case) (Record, error) {
	var filed contractFiling
	err := f.read(ctx, func(tx pgx.Tx) (err error) {
		filed, err = filingOf(ctx, tx, c.Application)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := filed.found
	if found.Passed() {
		return moved(intake.Move{State: intake.Done, Reason: "filing_stands"}, found)
	}
	return moved(toPerson(intake.Reviewer, "filing_differs"), found)
}

// review lets the machine find what it can and then waits for a registrar (3b):
// a sale is approved by a person who did not accept it.
func (f *Flow) review(ctx context.Context, c intake.Case) (Record, error) {
	var found registration.Findings
	err := f.read(ctx, func(tx pgx.Tx) error {
		on, err := intake.Today(ctx, tx)
		if err != nil {
			return err
		}
		title, err := registration.TitleOf(ctx, tx, c.Unit)
		if err != nil {
			return err
		}
		found = registration.Review(c.Application.Application, title, on)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return moved(intake.Move{State: intake.NeedsInput, Holder: intake.Reviewer, Reason: "machine_reviewed"}, found)
}

// toPerson is the move of a step that a machine cannot decide.
func toPerson(holder, reason string) intake.Move {
	return intake.Move{State: intake.Manual, Holder: holder, Within: officerTime, Reason: reason}
}

// moved is a record that writes nothing but the step and what was found.
func moved(m intake.Move, finding any) (Record, error) {
	text, err := json.Marshal(finding)
	if err != nil {
		return nil, fmt.Errorf("write the finding down: %w", err)
	}
	m.Finding = text
	return func(context.Context, pgx.Tx) (intake.Move, error) { return m, nil }, nil
}
