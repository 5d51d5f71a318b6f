package intake

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrEntered says that the right has been entered: what led to it is not done again.
var ErrEntered = errors.New("the right has been entered")

// Reopen takes a step that has ended back to where m says, and the steps behind it to
// waiting, whatever became of them: those of after that have not begun are left alone.
// The caller holds the case. It returns ErrEntered once the right has passed, and
// ErrAlready if the step has not ended or the case is not open.
func Reopen(ctx context.Context, tx pgx.Tx, c Case, step Step, m Move, after ...Step) error {
	states, err := statesOf(ctx, tx, c.ID)
	switch {
	case err != nil:
		return err
	case states[Enter] == Done:
		return fmt.Errorf("reopen %s of case %s: %w", step, c.Number, ErrEntered)
	case states[step] != Done:
		return fmt.Errorf("reopen %s of case %s: %w", step, c.Number, ErrAlready)
	}
	motions := []Motion{{Case: c, Step: step, From: Done, Move: m}}
	for _, s := range after {
		if state := states[s]; state != "" && state != Waiting {
			back := Move{State: Waiting, Actor: m.Actor, Reason: m.Reason}
			motions = append(motions, Motion{Case: c, Step: s, From: state, Move: back})
		}
	}
	cases, err := Advance(ctx, tx, motions)
	if err == nil && cases[0].State != Open {
		err = fmt.Errorf("reopen %s of case %s: %w", step, c.Number, ErrAlready)
	}
	return err
}

// statesOf reads where the steps of a case stand.
func statesOf(ctx context.Context, tx pgx.Tx, id int64) (map[Step]State, error) {
	rows, err := tx.Query(ctx, `SELECT case_id, step, state FROM intake_step WHERE case_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("read the steps of case %d: %w", id, err)
	}
	c := &Case{Steps: map[Step]State{}}
	return c.Steps, eachStep(rows, map[int64]*Case{id: c})
}
