package web

import (
	"sync"
	"time"
)

// mostSeats bounds the event streams that one person holds open, a quarter of all:
// a page has one.
const mostSeats = mostStreams / 4

// seatPause is how long a person without a seat leaves us alone.
const seatPause = 10 * time.Second

// seats counts the event streams of each person, so that nobody takes the places
// of all others.
type seats struct {
	mu    sync.Mutex
	taken map[string]int
}

// take seats a person and returns how they leave, or a *tooManyError if they have
// taken all that one person may.
func (s *seats) take(person string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	if s.taken[person] >= mostSeats {
		return nil, &tooManyError{seatPause}
	}
	s.taken[person]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken[person]--; s.taken[person] == 0 {
			delete(s.taken, person)
		}
	}, nil
}
