package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"riverqueue.com/riverui"
)

// Console returns the queue's own pages below prefix, until life ends. They show
// jobs by kind, state and step, without their arguments. Whoever mounts them lets
// nothing but reading through: what is done to a job is done to its case, with a
// reason, in the list of dead letters.
func (f *Flow) Console(life context.Context, prefix string, log *slog.Logger) (http.Handler, error) {
	console, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(f.river, nil), JobListHideArgsByDefault: true, Logger: quiet(log), Prefix: prefix,
	})
	if err == nil {
		err = console.Start(life)
	}
	if err != nil {
		return nil, fmt.Errorf("open the console of the queue: %w", err)
	}
	return console, nil
}
