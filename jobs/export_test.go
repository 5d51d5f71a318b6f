package jobs

import "context"

// AskRefused lets a test ask the gateway without waiting for the sweeper's time.
func (f *Flow) AskRefused(ctx context.Context) error { return f.askRefused(ctx) }
