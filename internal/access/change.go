package access

import (
	"errors"
	"time"
)

// ChangeKind is what is to be done to an account that gives a way in or a right
// (账号变更). The zero ChangeKind is none.
type ChangeKind string

// The kinds. What takes away, closing an account and revoking a key, is none: one
// person does it at once.
const (
	Reset      ChangeKind = "password" // 一次性口令; it removes the authenticator, too
	Move       ChangeKind = "move"     // 变更姓名、岗位、机构
	Reopen     ChangeKind = "reopen"   // 重新启用; a pause after failures ends, too
	NewKey     ChangeKind = "key"      // 发放密钥
	NewSubject ChangeKind = "subject"  // 绑定统一认证
)

// ChangeLength is how long a change that was asked for waits for a second person.
const ChangeLength = 8 * time.Hour

// Errors of changes.
var (
	// ErrChangeWaits says that another change of the account waits for its second person.
	ErrChangeWaits = errors.New("another change of this account waits")
	// ErrNoChange says that no such change waits: it never did, is done, or took too long.
	ErrNoChange = errors.New("no such change waits")
	// ErrSameAdministrator says that who asked for a change, or whose account it is,
	// wants to confirm it.
	ErrSameAdministrator = errors.New("not by who asked, nor by the owner of the account")
)

// Wanted is what becomes of an account, as far as the kind of its change takes it.
type Wanted struct {
	Name    string `json:"name,omitempty"` // of Move, as the three below
	Role    Role   `json:"role,omitempty"`
	Office  string `json:"office,omitempty"`
	Company string `json:"company,omitempty"`
	Label   string `json:"label,omitempty"`  // of NewKey
	Issuer  string `json:"issuer,omitempty"` // of NewSubject, as the one below
	Subject string `json:"subject,omitempty"`
}

// Change is a change of an account that one person asks for and another confirms.
type Change struct {
	ID        int64
	Account   string
	Kind      ChangeKind
	Wanted    Wanted
	AskedBy   string
	AskedAt   time.Time
	ExpiresAt time.Time
}

// Moved is the person that a Move makes of the account's.
func (c Change) Moved() Person {
	return Person{ID: c.Account, Name: c.Wanted.Name, Role: c.Wanted.Role, Office: c.Wanted.Office,
		Company: c.Wanted.Company}
}

// MayConfirm says whether a person may be the second one, as far as it is known
// without asking the table of roles.
func (c Change) MayConfirm(id string) bool { return id != "" && id != c.AskedBy && id != c.Account }

// check returns what is wrong with what is asked, for the account as it stands:
// ErrPerson or ErrLabel.
func (c Change) check(p Person) error {
	switch c.Kind {
	case Reset:
		if p.Role.Staff() {
			return nil
		}
	case Move:
		if c.Moved().Valid() {
			return nil
		}
	case Reopen:
		return nil
	case NewKey: // whoever sees a key can use it: one of a security administrator's would make two people one
		if p.Role != SecurityAdmin {
			return checkLabel(c.Wanted.Label)
		}
	case NewSubject:
		if (Subject{c.Wanted.Issuer, c.Wanted.Subject}).valid() && p.Role.Staff() {
			return nil
		}
	}
	return ErrPerson
}

// half is the share of a one-time password that one of two people learns, each 50
// random bits: neither can sign in with theirs, nor guess the other.
func half() string { return NewSecret().Text()[:10] }
