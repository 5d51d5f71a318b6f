package jobs

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"onewindow/intake"
	"onewindow/tax/payment"
)

// carry takes cases on after steps have moved: it turns those whose step decides
// that, and starts everything that is due. It is the fan-out and the fan-in.
func (f *Flow) carry(ctx context.Context, tx pgx.Tx, motions []intake.Motion, cases []*intake.Case) error {
	if turnings := turningsOf(motions, cases); len(turnings) > 0 {
		if err := intake.Turn(ctx, tx, turnings); err != nil {
			return err
		}
		if err := f.tellTurned(ctx, tx, turnings); err != nil {
			return err
		}
		if err := auditEntered(ctx, tx, turnings); err != nil {
			return err
		}
	}
	var begins []intake.Begin
	done := map[int64]bool{}
	for _, c := range cases {
		if done[c.ID] {
			continue
		}
		done[c.ID] = true
		for _, step := range c.Due() {
			begins = append(begins, intake.Begin{Case: c, Step: step, Reason: "due"})
		}
		if c.State == intake.Turned {
			for _, step := range c.Undo() {
				begins = append(begins, intake.Begin{Case: c, Step: step, Reason: "case_refused"})
			}
			if err := f.voidBills(ctx, tx, c.ID, payment.CaseEnded); err != nil {
				return err
			}
		}
	}
	if len(begins) == 0 {
		return nil
	}
	if err := intake.Start(ctx, tx, begins); err != nil {
		return err
	}
	return f.ring(ctx, tx, begins)
}

// turningsOf tells which cases turn: to refused by a registrar, to entered by the
// entry, to closed by their last step.
func turningsOf(motions []intake.Motion, cases []*intake.Case) (turnings []intake.Turning) {
	closed := map[int64]bool{}
	for i, m := range motions {
		c := cases[i]
		turn := func(to intake.CaseState, reason string) {
			turnings = append(turnings, intake.Turning{Case: c, To: to, Actor: m.Actor, Reason: reason})
		}
		switch {
		case refusable[m.Step] && m.State == intake.Refused:
			turn(intake.Turned, m.Reason)
		case c.Finished() && c.State != intake.Turned && !closed[c.ID]:
			closed[c.ID] = true
			turn(intake.Closed, "all_done")
		case m.Step == intake.Enter && m.State == intake.Done:
			turn(intake.Entered, "entered")
		}
	}
	return turnings
}

// bellOf is the job of one step.
func (f *Flow) bellOf(caseID int64, step intake.Step) river.InsertManyParams {
	return river.InsertManyParams{
		Args:       args{Case: caseID, step: step},
		InsertOpts: &river.InsertOpts{MaxAttempts: f.patience.attempts(step)},
	}
}

// ring inserts the jobs of steps that begin.
func (f *Flow) ring(ctx context.Context, tx pgx.Tx, begins []intake.Begin) error {
	params := make([]river.InsertManyParams, len(begins))
	for i, b := range begins {
		params[i] = f.bellOf(b.Case.ID, b.Step)
	}
	if _, err := f.river.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(begins), err)
	}
	return nil
}
