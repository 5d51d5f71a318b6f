// Package statement says what a reader may know of an assessment, and prints it:
// the statement of assessment (税费核定表), and the receipt of a payment (缴款凭据).
//
// It knows which lines and facts are whose, and the two forms. It is given every
// word, computes no tax and asks nobody. What it prints is no tax voucher and does
// not look like one.
package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"onewindow/internal/money"
)

// A Pair is a value with what it is called.
type Pair struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// A Sheet is what a statement of assessment says, word by word, in Chinese.
type Sheet struct {
	Number  string    `json:"number"` // 受理编号
	Outcome Outcome   `json:"outcome"`
	Heading string    `json:"heading"` // the outcome in words
	Part    string    `json:"part"`    // whose part it is; "" for all of it
	About   []Pair    `json:"about"`   // the unit, its place, who pays (masked)
	Lines   []Line    `json:"lines"`
	Without []string  `json:"without"` // taxes without a figure, with why
	Totals  []Pair    `json:"totals"`
	Reasons []string  `json:"reasons"` // why an officer must decide, or had to
	Facts   []Fact    `json:"facts"`
	Acts    []string  `json:"acts"` // of officers, that stand
	RuleSet string    `json:"rule_set"`
	AsOf    time.Time `json:"as_of"` // as Extract.AsOf: dates the document
	Sample  bool      `json:"sample"`

	// Address is where the statement can be seen, which the QR code holds.
	Address string `json:"-"`
}

// A Line is a line of tax with the words behind it.
type Line struct {
	Tax     string    `json:"tax"`
	Payer   string    `json:"payer"`
	Base    money.Fen `json:"base_fen"`
	Rate    string    `json:"rate"`
	Due     money.Fen `json:"due_fen"`
	Relief  money.Fen `json:"relief_fen"`
	Payable money.Fen `json:"payable_fen"`
	Reason  string    `json:"reason"` // why it pays less than the rate; "" if it does not
	Rules   []string  `json:"rules"`  // each with its day, document and article
}

// A Fact is a fact with who supplied it, as of when.
type Fact struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Source string `json:"source"`
	AsOf   string `json:"as_of"`
}

// Check is the check code (校验码) of s: the SHA-256 of all it says, in hexadecimal.
// A statement that was reached by its address bears the same, or it is another one.
func (s Sheet) Check() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // a sheet is plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// A Receipt is what the receipt of a payment says, in Chinese. Voucher is what the
// tax side said of its own voucher; nil before it did.
type Receipt struct {
	Serial  string
	About   []Pair
	Items   []Item
	Total   money.Fen
	Notes   []Pair // states and times of the payment
	Voucher *Voucher
	At      time.Time // of the last thing in it: dates the document
	Address string    // where it can be seen, which the QR code holds
	Sample  bool
}

// An Item is a sum of a receipt.
type Item struct {
	Name   string
	Rule   string
	Amount money.Fen
}

// A Voucher is the data of the tax side's voucher as received (税务机关返回的票证信息).
type Voucher struct {
	Number   string
	Received string // when the tax side said so: the money is in the treasury since
	Amount   money.Fen
}
