package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax/payment"
)

// mineView is a case as its parties see it: where it stands and what it owes,
// nobody named.
type mineView struct {
	Number      intake.Number       `json:"acceptance_number"`
	Kind        registration.Kind   `json:"kind"`
	Unit        string              `json:"unit"` // its last two groups
	State       intake.CaseState    `json:"state"`
	AcceptedAt  time.Time           `json:"accepted_at"`
	ClosedAt    *time.Time          `json:"closed_at,omitempty"`
	Steps       []mineStep          `json:"steps"`
	Owed        *mineBill           `json:"bill,omitempty"`
	Bills       []billView          `json:"bills,omitempty"`
	Refunds     []refundView        `json:"refunds,omitempty"`
	Certificate registration.Number `json:"certificate,omitempty"`
}

// mineStep is where one step stands and who has it.
type mineStep struct {
	Step   intake.Step  `json:"step"`
	State  intake.State `json:"state"`
	Holder string       `json:"holder,omitempty"`
}

// mineBill is what the case owes in all. Pay is empty unless something can be paid now.
type mineBill struct {
	Amount money.Fen         `json:"amount_fen"`
	State  payment.BillState `json:"state"`
	Pay    string            `json:"pay,omitempty"`
}

func mineOf(lang string, c *jobs.Sight) mineView {
	v := mineView{Number: c.Number, Kind: c.Kind, Unit: lastGroups(c.Unit.Groups()), State: c.State,
		AcceptedAt: when(c.AcceptedAt), ClosedAt: whenever(c.ClosedAt), Certificate: c.Certificate}
	for _, p := range c.Progress {
		v.Steps = append(v.Steps, mineStep{p.Step, p.State, p.Holder})
	}
	v.Bills, v.Refunds = billsOf(lang, "/my", c), refundsOf(c)
	if b := firstBill(v.Bills); b != nil {
		v.Owed = &mineBill{Amount: payment.Total(c.Bills), State: b.State}
		if b.Page != "" {
			v.Owed.Pay = "/my/pay"
		}
	}
	return v
}

// answerMine answers with the case of a citizen's session.
func (s *server) answerMine(w http.ResponseWriter, r *http.Request) error {
	c, err := s.mine(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, mineOf(languageOf(r), c))
}

// myPage shows a party their case.
type myPage struct {
	frame
	Case mineView
	Who  string
}

// AwaitsPayment says that the case waits for its payers.
func (p myPage) AwaitsPayment() bool {
	return slices.ContainsFunc(p.Case.Steps, func(s mineStep) bool {
		return s.Step == intake.Settle && s.State == intake.AwaitingPayment
	})
}

func (s *server) showMine(w http.ResponseWriter, r *http.Request) error {
	who := staffOf(r.Context())
	c, err := s.mine(r)
	if errors.Is(err, intake.ErrBadNumber) && who.Role == access.Citizen { // a contract of which no case is known yet
		return tell(w, r, http.StatusOK, "page.my.title", "page.my.no_case")
	}
	if err != nil {
		return err
	}
	p := myPage{frame: frameOf(r, ""), Case: mineOf(speech(r), c), Who: who.Name}
	if !ended(c) {
		p.Refresh = 30
	}
	return show(w, http.StatusOK, "citizen_my", p)
}
