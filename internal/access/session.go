package access

import (
	"errors"
	"time"
)

// Errors of sessions.
var (
	// ErrElsewhere says that a session ended because its person signed in again.
	ErrElsewhere = errors.New("signed in elsewhere")
	// ErrLocked says that a session is locked because nobody was at it for a while;
	// the password opens it.
	ErrLocked = errors.New("the session is locked")
	// ErrNotProved says that what is asked needs password and code once more.
	ErrNotProved = errors.New("needs password and code again")
)

// Identity is the blind index of an identity number: who has two of them knows
// whether they are one person's, and not whose.
type Identity []byte

// Lengths of sessions.
const (
	SessionLength = 12 * time.Hour   // of staff: a working day
	CitizenLength = 30 * time.Minute // of a citizen
	ProofLength   = 5 * time.Minute  // in which a proof authorises one entry or one hand-over
	UsualIdle     = 5 * time.Minute  // after which a session is locked, where nothing else is configured

	// Memory is how long after its end it is known whose a session of staff was.
	Memory = 24 * time.Hour

	seenAgain = 10 * time.Second // how exactly it is known when somebody was there
)

// Session is an open session: who, since when, and when they proved it for an
// action that is still to come.
type Session struct {
	Person
	Identity  Identity // of a citizen whom a provider vouched for; nil of others
	OpenedAt  time.Time
	SeenAt    time.Time
	ProvedAt  time.Time // of a proof that nothing has been done with yet
	ExpiresAt time.Time
}

// Locked says whether nobody has been at it for so long.
func (s Session) Locked(at time.Time, idle time.Duration) bool {
	return s.Role != Citizen && at.Sub(s.SeenAt) >= idle
}

// Proved says whether a proof is there at an instant for what needs one. What is
// done then takes it: see Spend.
func (s Session) Proved(at time.Time) bool {
	return s.Role != Citizen && s.ID != "" && at.Sub(s.ProvedAt) < ProofLength
}

// Idle says whether it is worth writing down that somebody was there.
func (s Session) Idle(at time.Time) bool { return at.Sub(s.SeenAt) >= seenAgain }
