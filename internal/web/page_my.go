package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax/payment"
	"onewindow/templates"
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

// mineBill is what the party owes in all. Pay is empty unless something can be paid now.
type mineBill struct {
	Amount money.Fen         `json:"amount_fen"`
	State  payment.BillState `json:"state"`
	Pay    string            `json:"pay,omitempty"`
}

func mineOf(lang string, c *jobs.SelfFiling) mineView {
	v := mineView{Number: c.Number, Kind: c.Kind, Unit: lastGroups(c.Unit.Groups()), State: c.State,
		AcceptedAt: when(c.AcceptedAt), ClosedAt: whenever(c.ClosedAt), Certificate: c.Certificate}
	for _, p := range c.Progress {
		v.Steps = append(v.Steps, mineStep{p.Step, p.State, p.Holder})
	}
	v.Bills, v.Refunds = []billView{}, []refundView{}
	var own []payment.Bill
	for _, b := range c.Bills {
		if ownBill(c.Party, b) {
			own = append(own, b)
			v.Bills = append(v.Bills, ownBillOf(lang, c, b))
		}
	}
	for _, r := range refundsOf(c.Sight) {
		if slices.ContainsFunc(own, func(b payment.Bill) bool { return b.Ref == r.Bill }) {
			v.Refunds = append(v.Refunds, r)
		}
	}
	if b := firstBill(v.Bills); b != nil {
		v.Owed = &mineBill{Amount: payment.Total(own), State: b.State}
		if b.Page != "" {
			v.Owed.Pay = "/my/pay"
		}
	}
	return v
}

// answerMine answers with the case of a citizen's session.
func (s *server) answerMine(w http.ResponseWriter, r *http.Request) error {
	c, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, mineOf(languageOf(r), c))
}

// myPage shows a party their case.
type myPage struct {
	frame
	Case     mineView
	Collect  string        // where the certificate waits, or when it was handed over; "" before there is one
	Document bool          // it can be had here
	File     bool          // the party has yet to declare on an assessment
	Assessed bool          // there is a statement of assessment
	Others   []intake.Part // further cases of theirs
}

// Paid says that nothing of what the case owed is left to pay.
func (p myPage) Paid() bool {
	return paid(p.Case.Bills)
}

// collectOf says where a finished certificate waits, or that it was handed over.
func (f frame) collectOf(c *jobs.Sight) string {
	if c.Document == nil {
		return ""
	}
	if c.Handover != nil {
		return f.say("page.my.collected", map[string]string{"moment": templates.Moment(f.Lang, c.Handover.At)})
	}
	office, known := registration.OfficeOf(c.Unit.County())
	if !known {
		return f.say("page.my.collect_here", nil)
	}
	return f.say("page.my.collect", map[string]string{"office": office.Name})
}

// AwaitsPayment says that the case waits for its payers.
func (p myPage) AwaitsPayment() bool {
	return slices.ContainsFunc(p.Case.Steps, func(s mineStep) bool {
		return s.Step == intake.Settle && s.State == intake.AwaitingPayment
	})
}

func (s *server) showMine(w http.ResponseWriter, r *http.Request) error {
	who := personOf(r.Context())
	if _, err := intake.ParseNumber(who.Case); err != nil && who.Role == access.Citizen {
		return s.showMyContract(w, r)
	}
	c, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	p := myPage{frame: frameOf(r, ""), Case: mineOf(speech(r), c)}
	p.File = c.State == intake.Open && c.Tax != nil && c.DeclaredAt.IsZero() && !p.Paid()
	p.Collect = p.collectOf(c.Sight)
	p.Assessed = c.Tax != nil
	p.Document = c.Document != nil && permitOn(r.Context(), access.TakeOwn, objectOf(c.Case)) == nil
	if p.Others, err = s.ownParts(r); err != nil {
		return err
	}
	p.Others = slices.DeleteFunc(p.Others, func(part intake.Part) bool {
		return string(part.Number) == who.Case && part.Party == who.Party
	})
	if !ended(c.Sight) {
		p.Refresh = 30
	}
	return show(w, http.StatusOK, "citizen_my", p)
}

// takeCertificate gives the certificate of an issued case to a buyer.
func (s *server) takeCertificate(w http.ResponseWriter, r *http.Request) error {
	c, err := s.mine(r)
	if err != nil {
		return err
	}
	if err := permitOn(r.Context(), access.TakeOwn, objectOf(c.Case)); err != nil {
		return s.sawCase(r.Context(), c.Number, err)
	}
	return s.serveCertificate(w, r, c, "attachment")
}

// contractPage shows a party to a filed contract what is known of it, and what comes
// next while there is no case.
type contractPage struct {
	frame
	Number          string
	Unit            string // its last two groups
	Location, Area  string
	Sellers, Buyers []string // masked
	FiledOn         time.Time
	State           string // a code of its words
}

func (s *server) showMyContract(w http.ResponseWriter, r *http.Request) error {
	number := personOf(r.Context()).Case
	if err := permitOn(r.Context(), access.SeeOwn, access.Object{Case: number}); err != nil {
		return err
	}
	filed, err := s.Flow.Filed(r.Context(), number)
	if err != nil {
		return err
	}
	if err := s.saw(r.Context(), audit.Seen, audit.Case, number); err != nil {
		return err
	}
	p := contractPage{frame: frameOf(r, ""), Number: number, Unit: lastGroups(filed.Contract.Unit.Groups()),
		FiledOn: filed.Contract.FiledOn, State: contractState(filed.Contract),
		Sellers: maskedHolders(filed.Contract.Sellers), Buyers: maskedHolders(filed.Contract.Buyers)}
	unit, err := s.Flow.Unit(r.Context(), filed.Contract.Unit)
	if err != nil && !errors.Is(err, registration.ErrNoUnit) {
		return err
	}
	p.Location, p.Area = unit.Location, templates.Area(p.Lang, int64(filed.Contract.Area))
	return show(w, http.StatusOK, "citizen_contract", p)
}

// contractFiled is of a contract on which an application can be handed in.
const contractFiled = "page.my.contract_filed"

// Open says whether an application can be handed in on the contract.
func (p contractPage) Open() bool { return p.State == contractFiled }

// contractState is where a filed contract stands.
func contractState(c registration.Contract) string {
	switch {
	case !c.RevokedOn.IsZero():
		return "page.my.contract_revoked"
	case c.FulfilledBy != 0:
		return "page.my.contract_fulfilled"
	}
	return contractFiled
}

func maskedHolders(list []registration.Holder) (names []string) {
	for _, h := range list {
		names = append(names, maskName(h.Name))
	}
	return names
}
