package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/money"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
	"onewindow/templates"
)

// billView is what one payer owes.
type billView struct {
	Ref        string            `json:"ref"`
	Code       string            `json:"code"` // in addresses below the case
	Payer      tax.Side          `json:"payer"`
	Person     int               `json:"person"`
	Items      []itemView        `json:"items"`
	Amount     money.Fen         `json:"amount_fen"`
	State      payment.BillState `json:"state"`
	ExpiresAt  *time.Time        `json:"expires_at,omitempty"`
	PaidAt     *time.Time        `json:"paid_at,omitempty"`
	TreasuryAt *time.Time        `json:"treasury_at,omitempty"`
	Voucher    string            `json:"voucher,omitempty"` // of the tax side, as received
	Returnable money.Fen         `json:"refundable_fen"`
	Returned   money.Fen         `json:"returned_fen"`
	Page       string            `json:"page,omitempty"`    // leads to where a person pays
	Receipt    string            `json:"receipt,omitempty"` // our receipt of the payment
}

// itemView is a sum of a bill with its name.
type itemView struct {
	Code   string    `json:"code"`
	Name   string    `json:"name"`
	Amount money.Fen `json:"amount_fen"`
	Rule   string    `json:"rule"`
}

// refundView is money that goes back.
type refundView struct {
	Ref     string              `json:"ref"`
	Bill    string              `json:"bill"`
	Amount  money.Fen           `json:"amount_fen"`
	Why     string              `json:"why"`
	State   payment.RefundState `json:"state"`
	DueAt   time.Time           `json:"due_at"`
	EndedAt *time.Time          `json:"ended_at,omitempty"`
}

// billsOf shows the bills of a case below an address: /cases/{number} or /my.
func billsOf(lang, below string, c *jobs.Sight) []billView {
	list := make([]billView, 0, len(c.Bills))
	for _, b := range c.Bills {
		list = append(list, billOf(lang, below, c, b))
	}
	return list
}

func billOf(lang, below string, c *jobs.Sight, b payment.Bill) billView {
	v := billView{
		Ref: b.Ref, Code: strings.TrimPrefix(b.Ref, string(c.Number)+"-"), Payer: b.Payer.Side, Person: b.Payer.Person,
		Amount: b.Amount, State: b.State, ExpiresAt: sometime(b.ExpiresAt), PaidAt: sometime(b.PaidAt),
		TreasuryAt: sometime(b.TreasuryAt), Voucher: b.Voucher, Returned: b.Returned, Items: []itemView{},
		Returnable: b.Returnable(),
	}
	for _, i := range b.Items {
		v.Items = append(v.Items, itemView{i.Code, itemName(lang, i.Code), i.Amount, i.Rule})
	}
	switch {
	case b.State == payment.BillOpen && c.State == intake.Open && !b.Overdue(c.ReadAt):
		v.Page = below + "/pay?bill=" + v.Code
	case !b.PaidAt.IsZero() && b.Amount > 0:
		v.Receipt = below + "/bills/" + v.Code + "/receipt"
	}
	return v
}

// itemName is the word of a tax or a fee.
func itemName(lang, code string) string {
	if strings.HasPrefix(code, "fee.") {
		return templates.Say(lang, code, nil)
	}
	return templates.Say(lang, "tax."+code, nil)
}

func refundsOf(c *jobs.Sight) []refundView {
	var list []refundView
	for _, r := range c.Refunds {
		v := refundView{Ref: r.Ref, Bill: r.Bill, Amount: r.Amount, Why: r.Why, State: r.State, DueAt: when(r.DueAt)}
		v.EndedAt = sometime(r.EndedAt)
		list = append(list, v)
	}
	return list
}

// billIn finds the bill of the address among those of a case.
func billIn(r *http.Request, c *jobs.Sight) (payment.Bill, error) {
	return billNamed(c, chi.URLParam(r, "bill"))
}

func billNamed(c *jobs.Sight, code string) (payment.Bill, error) {
	for _, b := range c.Bills {
		if b.Ref == string(c.Number)+"-"+code {
			return b, nil
		}
	}
	return payment.Bill{}, payment.ErrUnknownBill
}

// tagOfBill is the ETag of a bill: what can be given back of it.
func tagOfBill(b payment.Bill) string {
	return `"` + strconv.FormatInt(int64(b.Returnable()), 10) + `"`
}

// showBill answers with one bill. Its ETag is what can be given back of it.
func (s *server) showBill(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sight(r, access.See)
	if err != nil {
		return err
	}
	b, err := billIn(r, c)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tagOfBill(b))
	return answer(w, http.StatusOK, billOf(languageOf(r), "/cases/"+string(c.Number), c, b))
}

// renewBills gives the payers of a case new bills for those that are over.
func (s *server) renewBills(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.Accept)
	if err != nil {
		return err
	}
	if err := s.Flow.Renew(r.Context(), number, personOf(r.Context()).ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// renewMine is renewBills for a party.
func (s *server) renewMine(w http.ResponseWriter, r *http.Request) error {
	c, err := s.mine(r)
	if err != nil {
		return err
	}
	if err := s.Flow.Renew(r.Context(), c.Number, intake.Applicant); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// refundBody says what is to be given back, and why.
type refundBody struct {
	Amount money.Fen `json:"amount_fen"`
	Reason string    `json:"reason"`
}

// askRefund makes a part of a payment due to be given back. If-Match says what could
// be given back when the sender looked: of two that race, one is 412.
func (s *server) askRefund(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.Refund)
	if err != nil {
		return err
	}
	var body refundBody
	_, found, err := readJSON(w, r, &body)
	if err != nil {
		return err
	}
	if body.Amount <= 0 {
		found = append(found, registration.Finding{Check: registration.CheckForm, Outcome: registration.Block,
			Code: codeAmountNotPositive, Field: "amount_fen"})
	}
	if found = merge(found, verdictBody{Reason: body.Reason}.defects()); len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	c, err := s.Flow.Find(r.Context(), number)
	if err != nil {
		return err
	}
	b, err := billIn(r, c)
	if err != nil {
		return err
	}
	available, err := seenAmount(r)
	if err != nil {
		return err
	}
	back, err := s.Flow.Refund(r.Context(), number, payment.Return{
		Ref: b.Ref, Amount: body.Amount, Available: available, By: personOf(r.Context()).ID, Words: body.Reason,
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, refundsOf(&jobs.Sight{Refunds: []payment.Refund{back}})[0])
}

// seenAmount reads what the sender saw from If-Match.
func seenAmount(r *http.Request) (money.Fen, error) {
	tags := tagsIn(r.Header.Values("If-Match"))
	if len(tags) == 0 {
		return 0, errMatchMissing
	}
	fen, err := strconv.ParseInt(strings.Trim(tags[0], `"`), 10, 64)
	if err != nil || len(tags) > 1 {
		return 0, payment.ErrStaleAmount
	}
	return money.Fen(fen), nil
}

// voucherBody is the tax side's voucher.
type voucherBody struct {
	Voucher string `json:"voucher"`
}

// noteVoucher notes the tax side's word that the money of a bill is in the treasury.
func (s *server) noteVoucher(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.ConfirmTax)
	if err != nil {
		return err
	}
	var body voucherBody
	_, found, err := readJSON(w, r, &body)
	if err != nil {
		return err
	}
	if n := len([]rune(body.Voucher)); n == 0 || n > maxVoucher || plain(body.Voucher) != body.Voucher {
		found = append(found, registration.Finding{Check: registration.CheckForm, Outcome: registration.Block,
			Code: codeTextMissing, Field: "voucher"})
	}
	if len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	c, err := s.Flow.Find(r.Context(), number)
	if err != nil {
		return err
	}
	b, err := billIn(r, c)
	if err != nil {
		return err
	}
	b, err = s.Flow.Voucher(r.Context(), number, b.Ref, body.Voucher, personOf(r.Context()).ID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, billOf(languageOf(r), "/cases/"+string(number), c, b))
}

// maxVoucher is the longest number of a voucher, in characters.
const maxVoucher = 40

// firstBill returns the first bill that waits, else the first.
func firstBill(bills []billView) *billView {
	for i, b := range bills {
		if b.State == payment.BillOpen {
			return &bills[i]
		}
	}
	if len(bills) == 0 {
		return nil
	}
	return &bills[0]
}

// codeAmountNotPositive is of a refund of nothing.
const codeAmountNotPositive = "amount_not_positive"

// sometime is nil for the zero time.
func sometime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return whenever(&at)
}
