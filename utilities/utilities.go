// Package utilities asks the water, power and gas companies to carry an account
// over to the new holder of a home (水电气联动过户), and remembers their answers.
//
// It knows the companies' protocol: a check before the right is entered, which
// moves nothing and tells the parties of arrears while they still sit at the
// window; a confirmation after it, with the number of the new certificate; and
// the withdrawal of a check. It knows nothing of queues, pages, prices or the
// register, and no registration ever waits for it: only the company may refuse,
// and only its own relation with its customer.
package utilities

// Utility is a network that supplies a home. The zero Utility is none.
type Utility string

// The utilities whose accounts are carried over.
const (
	Water Utility = "water" // 水
	Power Utility = "power" // 电
	Gas   Utility = "gas"   // 气
)

// Utilities lists every utility in the order in which pages show them.
var Utilities = [...]Utility{Water, Power, Gas}

// Known reports whether u is a utility.
func (u Utility) Known() bool {
	for _, known := range Utilities {
		if u == known {
			return true
		}
	}
	return false
}

// Phase is one of the three things that are said to a company, and the last
// part of the address it is said to.
type Phase string

// The phases, in their order.
const (
	Check        Phase = "check"   // 核验: may the account move? before entry
	Confirmation Phase = "confirm" // 过户: move it, after entry
	Cancellation Phase = "cancel"  // 撤销: forget the check, no right was entered
)

// Outcome is what a company made of what it was told.
type Outcome string

// The outcomes. Later alone is not final; Found may still become Cancelled.
const (
	Found     Outcome = "found"     // the account may move (check)
	Moved     Outcome = "moved"     // the account has moved (confirmation)
	Refused   Outcome = "refused"   // it may not, for a Reason
	Later     Outcome = "later"     // taken in; a signed notice will follow
	Cancelled Outcome = "cancelled" // the check is forgotten (cancellation)
)

// outcomes says which answers make sense to which question.
var outcomes = map[Phase][]Outcome{
	Check:        {Found, Refused, Later},
	Confirmation: {Moved, Refused, Later},
	Cancellation: {Cancelled, Refused},
}

// Reason is a company's ground for refusing. It is a stable code; the sentence
// that people read stands in the catalogues.
type Reason string

// The reasons that companies give in practice.
const (
	Arrears            Reason = "ARREARS"             // 欠费
	DirectDebit        Reason = "DIRECT_DEBIT"        // 有银行代扣关系
	AccountNotFound    Reason = "ACCOUNT_NOT_FOUND"   // 查无此户号
	NameMismatch       Reason = "NAME_MISMATCH"       // 户名与转让方不一致
	AddressMismatch    Reason = "ADDRESS_MISMATCH"    // 用能地址与坐落不一致
	MeterFault         Reason = "METER_FAULT"         // 计量故障或违约用能
	SharedMeter        Reason = "SHARED_METER"        // 合表、总表
	CommercialCategory Reason = "COMMERCIAL_CATEGORY" // 非居民类别
	Duplicate          Reason = "DUPLICATE"           // 已有在办的过户
	Other              Reason = "OTHER"               // a code we do not know; see Answer.Words
)

// Reasons lists every reason, so that a catalogue can be checked against it.
var Reasons = [...]Reason{
	Arrears, DirectDebit, AccountNotFound, NameMismatch, AddressMismatch,
	MeterFault, SharedMeter, CommercialCategory, Duplicate, Other,
}

// systemError is a company's way of saying that it did not get to decide.
const systemError Reason = "SYSTEM_ERROR"

// known turns a code of the wire into a Reason; one that a company adds later
// becomes Other and stands in its words.
func (r Reason) known() Reason {
	for _, reason := range Reasons {
		if r == reason {
			return r
		}
	}
	return Other
}

// A Holder is the person whom a company will bill (新户主).
type Holder struct {
	Name   string `json:"name"`
	IDKind string `json:"id_kind,omitempty"`
	ID     string `json:"id_number"`
	Phone  string `json:"phone,omitempty"`
}

// A Request is what a case knows of one account. Each message to a company takes
// from it only what that message needs: a check names no buyer, a cancellation
// nobody, and nothing names a price.
type Request struct {
	Ref         string   // case and step: the company acts once per ref
	CheckRef    string   // on a confirmation, the ref of the check before it
	Account     string   // 户号
	Unit        string   // 不动产单元号
	Address     string   // 坐落, as in the register
	OldHolders  []string // names of the transferors; the account is in one of them
	NewHolder   Holder   // the acquirer who takes the account
	Certificate string   // number of the new certificate; a confirmation needs it
}

// An Answer is what a company said. Amounts are fen.
type Answer struct {
	Company    string // name of the company that said it
	Utility    Utility
	Phase      Phase
	Outcome    Outcome
	Reason     Reason // of a refusal; else empty
	Words      string // the company's own remark, cleaned, at most 500 bytes
	BalanceFen int64  // prepaid by the old holder: settled between the parties
	ArrearsFen int64  // owed by the old holder
}

// Final reports whether the company has nothing more to say.
func (a Answer) Final() bool { return a.Outcome != Later }
