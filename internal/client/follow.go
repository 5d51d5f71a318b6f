package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"onewindow/internal/client/api"
)

// ErrSilent says that the server could not be reached for too long.
var ErrSilent = errors.New("the server does not answer")

const (
	reconnect = time.Second
	silence   = 2 * time.Minute // how long a server that went away may take to come back
	maxEvent  = 4 << 20
)

// Follow shows a case to see whenever it has changed, until see returns true,
// the case ends or ctx does. A broken stream is taken up again where it broke; a
// server that restarts is waited for.
func (c Client) Follow(ctx context.Context, number string, see func(Case) (enough bool)) error {
	f := follower{client: c, number: number, see: see, heard: time.Now()}
	for {
		over, err := f.listen(ctx)
		var p *Problem
		switch {
		case over:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &p) && !p.passing():
			return fmt.Errorf("follow case %s: %w", number, err)
		case time.Since(f.heard) > silence:
			return fmt.Errorf("follow case %s: %w (%v)", number, ErrSilent, err)
		}
		if err := pause(ctx, reconnect); err != nil {
			return err
		}
	}
}

// follower remembers what it has heard.
type follower struct {
	client Client
	number string
	see    func(Case) bool
	last   string // id of the last event
	heard  time.Time
}

// listen reads one stream to its end and reports whether there is nothing more to hear.
func (f *follower) listen(ctx context.Context) (over bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, err := f.client.send(ctx, func(ctx context.Context, to *api.Client) (*http.Response, error) {
		return to.FollowCase(ctx, f.number, &api.FollowCaseParams{LastEventID: f.last})
	})
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNoContent:
		return true, nil
	case res.StatusCode != http.StatusOK:
		body, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer)) // what could be read is said
		return false, problemOf(res, body)
	}
	return f.read(res.Body)
}

// read takes events until the stream ends (HTML, server-sent events).
func (f *follower) read(stream io.Reader) (over bool, err error) {
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	id, text := "", ""
	for lines.Scan() {
		f.heard = time.Now()
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "id":
			id = value
		case name == "data":
			text += value
		case name == "" && value == "" && text != "":
			over, err := f.take(id, text)
			if over || err != nil {
				return over, err
			}
			text = ""
		}
	}
	return false, lines.Err()
}

func (f *follower) take(id, text string) (over bool, err error) {
	var c Case
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return false, fmt.Errorf("read an event: %w", err)
	}
	f.last = id
	return f.see(c) || c.Over(), nil
}
