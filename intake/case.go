// Package intake is the window: the case, its number, its plan (which steps it
// takes and what each waits for), its journal and its clock.
//
// It knows the order of the steps and nothing of what happens inside one, nor
// of queues or pages.
package intake

import (
	"encoding/json"
	"errors"
	"time"

	"onewindow/registration"
)

// Errors of the window.
var (
	// ErrNoCase says that no case has the number.
	ErrNoCase = errors.New("no such case")
	// ErrAlready says that the step is no longer in a state from which it could move:
	// an earlier attempt, another process or another person was first.
	ErrAlready = errors.New("step has moved on")
	// ErrSameHand says that a person tried to approve what they accepted (I11).
	ErrSameHand = errors.New("a case is not approved by the person who accepted it")
)

// Account is a utility account that the parties want moved (户号).
type Account struct {
	Utility string `json:"utility"`
	Number  string `json:"account"`
}

// Application is what the parties hand in at the window (申请): one form for
// registration, tax and the utilities.
type Application struct {
	registration.Application
	Utilities []Account `json:"utilities,omitempty"`
}

// State is where a step stands. The zero State is not a state.
type State string

// The states of a step. Done, Refused and Cancelled are final.
const (
	Waiting         State = "waiting"          // 等待前序环节
	Running         State = "running"          // 办理中
	NeedsInput      State = "needs_input"      // 待人工决定
	Manual          State = "manual"           // 转人工处理
	AwaitingPayment State = "awaiting_payment" // 待缴款
	AwaitingCompany State = "awaiting_company" // 待公司答复
	Done            State = "done"             // 已办结
	Refused         State = "refused"          // 未予办理
	Cancelled       State = "cancelled"        // 已取消
)

// Final says whether the step has ended.
func (s State) Final() bool { return s == Done || s == Refused || s == Cancelled }

// CaseState is where a case as a whole stands.
type CaseState string

// The states of a case.
const (
	Open    CaseState = "open"    // 在办
	Entered CaseState = "entered" // 已登簿
	Closed  CaseState = "closed"  // 办结
	Turned  CaseState = "refused" // 不予登记
)

// The holders of an open step: who must act next.
const (
	Machine    = "machine"     // 系统
	Reviewer   = "reviewer"    // 登记审核人员
	Applicant  = "applicant"   // 申请人
	TaxOfficer = "tax_officer" // 税务人员
	Company    = "company"     // 水电气公司
	Operator   = "operator"    // 运行维护人员
)

// Case is one application on its way (办件). Its facts never change after
// acceptance; only its steps do.
type Case struct {
	ID     int64
	Number Number
	Application
	AcceptedBy string
	AcceptedAt time.Time

	State CaseState
	Steps map[Step]State
}

// Finished says whether every step is final, so that the case can be closed.
func (c *Case) Finished() bool {
	for _, state := range c.Steps {
		if !state.Final() {
			return false
		}
	}
	return true
}

// AccountOf returns the account number of a utility, or "".
func (c *Case) AccountOf(utility string) string {
	for _, account := range c.Utilities {
		if account.Utility == utility {
			return account.Number
		}
	}
	return ""
}

// Move is what happened to a step: its new state, who holds it now and until
// when, and why. Reason is a code; the catalogue has the words.
type Move struct {
	State   State
	Holder  string        // who must act next; Machine while Running
	Within  time.Duration // the holder's time, from now; zero takes the step's own promise
	Actor   string        // who did it
	Reason  string
	Words   string          // a person's own, where a person moved it
	Finding json.RawMessage // what was found, for people; nil keeps the last one
	Worked  time.Duration   // time spent working since the last move
}
