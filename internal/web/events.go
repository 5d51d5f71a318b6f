package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
)

// The measure of event streams.
const (
	mostStreams   = 256
	lookEvery     = 300 * time.Millisecond
	heartbeat     = 15 * time.Second
	askAgain      = 3 * time.Second
	streamLength  = 10 * time.Minute // then the browser comes again, and is identified again
	streamPause   = time.Second      // which it leaves before that
	eventLineTime = 10 * time.Second
)

// stream is one client that follows one case (server-sent events).
type stream struct {
	w      http.ResponseWriter
	line   *http.ResponseController
	r      *http.Request
	flow   *jobs.Flow
	number intake.Number
	id     int64
	last   int64     // version that was sent
	spoke  time.Time // when something was sent last
	asked  time.Time // when it was made sure last that the client may still hear
}

// followCase sends the case whenever it has changed, in the form of showCase,
// until it is closed. The event's id is the version of the case: a client that
// comes again with Last-Event-ID misses nothing and hears nothing twice. 204 tells
// it that there is nothing more to come (HTML, server-sent events).
func (s *server) followCase(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.See)
	if err != nil {
		return err
	}
	sight, version, err := s.sightAndVersion(r.Context(), number)
	if err != nil {
		return err
	}
	last, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // an id of nobody's making starts anew
	if last == version && ended(sight) || r.Method == http.MethodHead {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	leave, err := s.seats.take(personOf(r.Context()).ID)
	if err != nil {
		return err
	}
	defer leave()
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return errStreamsFull
	}
	f := &stream{w: w, line: http.NewResponseController(w), r: r, flow: s.Flow, number: number, id: sight.ID, last: last}
	f.run(s)
	return nil
}

// sightAndVersion reads a case and its version.
func (s *server) sightAndVersion(ctx context.Context, number intake.Number) (*jobs.Sight, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	sight, err := s.Flow.Find(ctx, number)
	if err != nil {
		return nil, 0, err
	}
	version, err := s.Flow.Version(ctx, sight.ID)
	return sight, version, err
}

// ended says whether nothing more will happen to the case.
func ended(c *jobs.Sight) bool {
	return (c.State == intake.Closed || c.State == intake.Turned) && c.Finished()
}

// run sends until the case ends, the client goes, or it has been long enough.
// While the database is away it only shows that it lives.
func (f *stream) run(s *server) {
	f.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	f.w.Header().Set("X-Accel-Buffering", "no")
	if f.send(fmt.Sprintf("retry: %d\n\n", streamPause.Milliseconds())) != nil {
		return
	}
	look, stop := time.NewTicker(lookEvery), time.After(streamLength)
	defer look.Stop()
	for {
		if !f.still(s) {
			return
		}
		over, err := f.look()
		if f.r.Context().Err() != nil { // the client has gone while we looked
			return
		}
		if err != nil && faultOf(err).status != http.StatusServiceUnavailable {
			s.report(f.r, faultOf(err), err)
			return
		}
		if over {
			return
		}
		select {
		case <-look.C:
		case <-stop:
			return
		case <-f.r.Context().Done():
			return
		}
	}
}

// still says whether who follows may go on: a session that has locked or ended, an
// account that was closed hears nothing more. It comes again and is told why.
func (f *stream) still(s *server) bool {
	now := time.Now()
	if f.asked.IsZero() {
		f.asked = now // it was just identified
	}
	if now.Sub(f.asked) < askAgain {
		return true
	}
	f.asked = now
	ctx, cancel := context.WithTimeout(f.r.Context(), answerTime)
	defer cancel()
	p, err := s.whoAsks(f.r.WithContext(ctx), now)
	if err != nil {
		return faultOf(err).status == http.StatusServiceUnavailable
	}
	_, err = s.reach(f.r.WithContext(withPresence(ctx, p)), access.See)
	return err == nil
}

// look sends the case if it is news, and reports whether that was the last.
func (f *stream) look() (over bool, err error) {
	ctx, cancel := context.WithTimeout(f.r.Context(), answerTime)
	defer cancel()
	version, err := f.flow.Version(ctx, f.id)
	if err != nil || version == f.last {
		if time.Since(f.spoke) > heartbeat {
			over = f.send(": alive\n\n") != nil
		}
		return over, err
	}
	sight, err := f.flow.Find(ctx, f.number)
	if err != nil {
		return false, err
	}
	data, err := json.Marshal(viewOf(languageOf(f.r), sight))
	if err != nil {
		return false, err
	}
	if err := f.send(fmt.Sprintf("id: %d\nevent: case\ndata: %s\n\n", version, data)); err != nil {
		return true, nil // the client has gone
	}
	f.last = version
	return ended(sight), nil
}

func (f *stream) send(text string) error {
	_ = f.line.SetWriteDeadline(time.Now().Add(eventLineTime)) // a recorder has none
	if _, err := f.w.Write([]byte(text)); err != nil {
		return err
	}
	f.spoke = time.Now()
	return f.line.Flush()
}
