// Package access knows who works at the office, how they prove it, and which
// role may do what.
//
// It knows nothing of cases or pages, and keeps no secret: only hashes of what
// it has drawn itself. Passwords that people choose, second factors and sign-in
// by another office are not its business yet.
package access

import "errors"

// Errors of signing in. None says which half was wrong.
var (
	// ErrUnknown says that staff id and secret do not belong together.
	ErrUnknown = errors.New("no such staff id and secret")
	// ErrNoSession says that a session never was, has ended or has expired.
	ErrNoSession = errors.New("no such session")
	// ErrStaff says that an id, a name or a role cannot be one.
	ErrStaff = errors.New("not a staff id, name and role")
)

// Role is what a person does at the office. The zero Role may do nothing.
type Role string

// The roles.
const (
	Clerk      Role = "clerk"       // 窗口受理人员
	Registrar  Role = "registrar"   // 登记审核人员
	TaxOfficer Role = "tax_officer" // 税务人员
	Operator   Role = "operator"    // 运行维护人员
)

// Staff is a person who works at the office (工作人员).
type Staff struct {
	ID   string
	Name string
	Role Role
}

// May reports whether the person's role may do it.
func (s Staff) May(a Action) bool { return May(s.Role, a) }

// Action is something that the doors ask permission for.
type Action string

// The actions.
const (
	See         Action = "see"          // cases, lists and event streams, people masked
	Preflight   Action = "preflight"    // ask for the defects of an application
	Accept      Action = "accept"       // open a case, and record its supplements
	Review      Action = "review"       // approve, return or refuse
	ConfirmTax  Action = "confirm_tax"  // take proposed figures as one's own
	GiveUp      Action = "give_up"      // end a utility's step that nobody can end otherwise
	Retry       Action = "retry"        // run again a step that a person holds
	SeeDocument Action = "see_document" // the certificate itself, unmasked
	SeeLetters  Action = "see_letters"  // dead letters
)

// may is the whole policy. That nobody approves what they accepted is not in it:
// it depends on the case, and the case's own table keeps it.
var may = map[Role][]Action{
	Clerk:      {See, Preflight, Accept, GiveUp, SeeDocument},
	Registrar:  {See, Preflight, Review, Retry, SeeDocument},
	TaxOfficer: {See, ConfirmTax, Retry},
	Operator:   {See, Retry, SeeLetters},
}

// May reports whether a role may do something. What is not allowed in the table
// is forbidden.
func May(r Role, a Action) bool {
	for _, allowed := range may[r] {
		if allowed == a {
			return true
		}
	}
	return false
}
