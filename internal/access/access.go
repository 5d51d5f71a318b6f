// Package access knows who may come in, how they prove who they are, and which
// role may do what to which object.
//
// It knows nothing of cases, pages or queues: a case is for it an office, a
// number and the companies it concerns. It keeps no secret but hashes of what it
// has drawn and of what people chose.
package access

import (
	"errors"
	"strings"
)

// Errors of signing in and of asking. None says which half of a proof was wrong.
var (
	// ErrUnknown says that id and secret do not belong together.
	ErrUnknown = errors.New("no such id and secret")
	// ErrNoSession says that a session never was, has ended or has expired.
	ErrNoSession = errors.New("no such session")
	// ErrPerson says that an id, a name, a role and an office cannot be one person's.
	ErrPerson = errors.New("not a person's id, name, role and office")
	// ErrForbidden says that the person's role may not do that at all.
	ErrForbidden = errors.New("this role may not do that")
	// ErrForeign says that the person's role may do that, but not to this object.
	// Outside it is answered like an object that is not there.
	ErrForeign = errors.New("this object is another's")
)

// Person is who asks: a member of staff, a company's program or a citizen. The
// zero Person is nobody and may do nothing.
type Person struct {
	ID   string
	Name string
	Role Role
	// Office is the six-digit county code of the registration office whose cases
	// the person works on; "" for the roles above offices (Role.AboveOffices).
	Office string
	// Company is the utility whose requests the person answers, of role Company only.
	Company string
	// Case is the acceptance number that a citizen proved to have a part in, of
	// role Citizen only.
	Case string
	// Party is which of its parties, as a path of the application, of role Citizen only.
	Party string
}

// buys says whether the person takes the right that the case is about.
func (p Person) buys() bool { return strings.HasPrefix(p.Party, "buyers[") }

// May reports whether the person's role may do it to anything at all.
func (p Person) May(a Action) bool { return p.ID != "" && May(p.Role, a) }
