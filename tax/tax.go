// Package tax says what a transfer owes, and on which article.
//
// It knows the taxes of a transfer filed in 2016–2027, and which of the dated
// rules of tax/rule an office has adopted. Whatever it cannot decide from a
// settled rule it hands to a tax officer with every reason and the figures it
// would propose. It knows nothing of the register, of queues, of pages or of
// today's date: facts and dates are given to it.
package tax

import (
	"time"

	"onewindow/internal/money"
	"onewindow/tax/rule"
)

// Tax names one tax or surcharge of a transfer (税种).
type Tax string

// The taxes of a transfer, in the order of computation.
const (
	VAT            Tax = "vat"                       // 增值税
	Construction   Tax = "urban_construction"        // 城市维护建设税
	Education      Tax = "education_surcharge"       // 教育费附加
	LocalEducation Tax = "local_education_surcharge" // 地方教育附加
	Stamp          Tax = "stamp"                     // 印花税
	LandVAT        Tax = "land_vat"                  // 土地增值税
	Income         Tax = "individual_income"         // 个人所得税(财产转让所得)
	Deed           Tax = "deed"                      // 契税
)

// Side is the party that bears a tax.
type Side string

// The two sides of a sale.
const (
	BuyerSide  Side = "buyer"
	SellerSide Side = "seller"
)

// A Line is one tax of one payer: what it is computed on, what is due, what is
// relieved, what remains payable, and the rulings that decided it. A line that
// pays nothing, or less than is due, says why in Reason.
type Line struct {
	Tax     Tax          `json:"tax"`
	Payer   Side         `json:"payer"`
	Person  int          `json:"person"` // 1 for the first person of the side; 0 when the side owes jointly
	Base    money.Fen    `json:"base_fen"`
	RateBP  int64        `json:"rate_bp"`
	Due     money.Fen    `json:"due_fen"`
	Relief  money.Fen    `json:"relief_fen"`
	Payable money.Fen    `json:"payable_fen"`
	Reason  Code         `json:"reason,omitempty"`
	Rule    string       `json:"rule"` // main parameter and the day it took effect: deed.area@2024-12-01
	Settled []Settlement `json:"settled"`
	Lacks   []string     `json:"lacks,omitempty"` // facts that nobody knows: the line is a guess
}

// Standing is how firmly a value of a parameter stands.
type Standing string

// A verified value was read in the official text, an adopted one is the
// office's decision; an unsettled one is a proposal that no alternative of the
// parameter could have changed, or the assessment is manual.
const (
	Verified  Standing = "verified"
	Adopted   Standing = "adopted"
	Unsettled Standing = "unsettled"
	Stated    Standing = "stated"  // on an invoice, or by the tax office: nothing was computed
	Officer   Standing = "officer" // the whole assessment was settled by an officer
)

// A Settlement says which value of a parameter a line used and on whose word.
// Document and Article are the source for a verified or unsettled value and the
// adopting document for an adopted one; By and On are who settled it and when.
type Settlement struct {
	Param    rule.Param `json:"param,omitempty"`
	Value    int64      `json:"value"`
	Standing Standing   `json:"standing"`
	FromOn   time.Time  `json:"from_on,omitzero"`
	Document string     `json:"document"`
	Law      string     `json:"law,omitempty"` // behind an adopted value: the document that was adopted
	Article  string     `json:"article,omitempty"`
	Office   string     `json:"office,omitempty"`
	By       string     `json:"by,omitempty"`
	On       time.Time  `json:"on,omitzero"`
	Sample   bool       `json:"sample,omitempty"`
}

// A Reason is why a person must decide, with the values that explain it.
type Reason struct {
	Code Code              `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

// An Assessment is what a transfer owes under one rule set (核定). When Manual is
// not empty its lines are proposals until an officer confirms them; Without
// names the taxes for which not even a figure could be proposed.
type Assessment struct {
	RuleSet   string        `json:"rule_set"`
	Lines     []Line        `json:"lines"`
	Manual    []Reason      `json:"manual,omitempty"`
	Without   []Tax         `json:"without,omitempty"`
	Adopted   []Adoption    `json:"adopted,omitempty"` // the adoptions it rests on: with them it can be repeated
	Confirmed *Confirmation `json:"confirmed,omitempty"`
}

// A Confirmation is a tax officer's decision to settle a manual assessment with
// the proposed figures.
type Confirmation struct {
	Officer string    `json:"officer"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Decided reports whether the lines of a may be billed: no person has to decide,
// or one has.
func (a Assessment) Decided() bool { return len(a.Manual) == 0 || a.Confirmed != nil }

// Payable returns what side still owes under a.
func (a Assessment) Payable(side Side) money.Fen {
	var sum money.Fen
	for _, l := range a.Lines {
		if l.Payer == side {
			sum += l.Payable
		}
	}
	return sum
}

// Total returns what both sides owe together, the amount of the bill.
func (a Assessment) Total() money.Fen { return a.Payable(BuyerSide) + a.Payable(SellerSide) }
