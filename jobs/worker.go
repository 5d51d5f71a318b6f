package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"onewindow/intake"
	"onewindow/registration"
)

// worker works one step: get the case, ask the room, finish.
type worker struct {
	river.WorkerDefaults[args]
	flow *Flow
}

// Work runs the step of the job. A step that another attempt has ended is left alone.
func (w *worker) Work(ctx context.Context, job *river.Job[args]) error {
	began := time.Now()
	step := intake.Step(job.Kind)
	c, err := w.flow.get(ctx, job.Args.Case)
	if err != nil {
		return err
	}
	if speaks(step) && c.Kind != registration.Drill {
		// Nobody outside hears of a step that has ended: a request after its withdrawal would stand for ever.
		if state, err := w.flow.stateOf(ctx, c.ID, step); err != nil || state != intake.Running {
			return err
		}
	}
	record, err := w.flow.ask(ctx, c, step)
	if err == nil || record != nil && job.Attempt >= job.MaxAttempts {
		err = w.flow.finish(ctx, c, step, intake.Running, timed(record, began))
	}
	if err = already(err); err != nil && job.Attempt >= job.MaxAttempts {
		w.flow.bury(ctx, c, job.JobRow, err)
	}
	return err
}

// speaks says whether the step asks somebody outside.
func speaks(step intake.Step) bool {
	return step == intake.Assess || step == intake.Settle || step.Utility() != ""
}

// ask runs the work of the step; a panic in a room is an error of that step.
func (f *Flow) ask(ctx context.Context, c intake.Case, step intake.Step) (record Record, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s of case %s panicked: %v", step, c.Number, p)
		}
	}()
	works := f.works
	if c.Kind == registration.Drill {
		works = f.drill
	}
	work := works[step]
	if work == nil {
		return nil, fmt.Errorf("nobody works %s of a %s", step, c.Kind)
	}
	return work(ctx, c)
}

// timed adds to a record how long the worker was at it.
func timed(record Record, began time.Time) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m, err := record(ctx, tx)
		m.Worked = time.Since(began)
		return m, err
	}
}

// clean keeps hostile text out of River: one NUL or invalid byte in an error
// text blocks its batch completer and makes it run innocent jobs again.
type clean struct{ river.PluginDefaults }

// maxErrorText is the longest error text kept with a job, in bytes.
const maxErrorText = 1000

// Work runs the job and launders its error; a panic becomes an error.
func (*clean) Work(ctx context.Context, _ *rivertype.JobRow, inner func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = launder(fmt.Errorf("panic: %v", p))
		}
	}()
	return launder(inner(ctx))
}

// laundered is an error whose text can be stored; what it wraps is kept.
type laundered struct {
	error
	text string
}

// Error is the clean text.
func (l laundered) Error() string { return l.text }

// Unwrap is the error as it was.
func (l laundered) Unwrap() error { return l.error }

func launder(err error) error {
	if err == nil {
		return nil
	}
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "�"), "\x00", "�")
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "…"
	}
	return laundered{err, text}
}

// quiet gives River a log that speaks of faults only.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelled{log.Handler(), slog.LevelWarn})
}

// levelled is a log handler that drops what is below its level.
type levelled struct {
	slog.Handler
	level slog.Level
}

// Enabled says whether a line of the level is written.
func (l levelled) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.level && l.Handler.Enabled(ctx, level)
}
