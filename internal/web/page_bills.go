package web

import (
	"bytes"
	"errors"
	"image/png"
	"net/http"
	"slices"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/tax/payment"
)

// billPages adds what staff see of bills besides the case.
func (s *server) billPages(r chi.Router) {
	r.Get("/cases/{number}/pay", s.pageFor(access.See, s.toPayment))
	r.Post("/cases/{number}/bills", s.pageFor(access.Accept, s.postRenew))
	r.Get("/cases/{number}/bills/{bill}/code.png", s.pageFor(access.See, s.pictureBill))
	r.Get("/cases/{number}/bills/{bill}/receipt", s.pageFor(access.See, s.showReceipt))
}

// myBillPages adds the same for parties.
func (s *server) myBillPages(r chi.Router) {
	r.Get("/my/pay", s.pageFor(access.SeeOwn, s.payMine))
	r.Post("/my/bills", s.pageFor(access.FileOwn, s.postRenewMine))
	r.Get("/my/bills/{bill}/code.png", s.pageFor(access.SeeOwn, s.pictureMyBill))
	r.Get("/my/bills/{bill}/receipt", s.pageFor(access.SeeOwn, s.showMyReceipt))
	r.Post("/api/v1/my/bills", s.may(access.FileOwn, s.renewMine))
}

// toPayment leads to the gateway's page for what the case owes.
func (s *server) toPayment(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.See)
	if err != nil {
		return err
	}
	return s.leadToPayment(w, r, number, refIn(r, number), "/cases/"+string(number))
}

// payMine is toPayment for a party, who declares first and pays what is theirs.
func (s *server) payMine(w http.ResponseWriter, r *http.Request) error {
	c, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	if c.DeclaredAt.IsZero() {
		http.Redirect(w, r, "/my/filing", http.StatusSeeOther)
		return nil
	}
	ref := refIn(r, c.Number)
	for _, b := range c.Bills {
		if ownBill(c.Party, b) && b.State == payment.BillOpen && (ref == "" || ref == b.Ref) {
			return s.leadToPayment(w, r, c.Number, b.Ref, "/my/taxes")
		}
	}
	http.Redirect(w, r, "/my/taxes", http.StatusSeeOther)
	return nil
}

// leadToPayment leads to where a bill is paid, or back if there is nothing to pay, or
// only a code that a telephone reads.
func (s *server) leadToPayment(w http.ResponseWriter, r *http.Request, number intake.Number, ref, back string) error {
	order, err := s.Flow.PayAt(r.Context(), number, ref)
	page := order.Page
	if errors.Is(err, payment.ErrUnknownBill) || err == nil && !strings.HasPrefix(page, "http") {
		page, err = back, nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, page, http.StatusSeeOther)
	return nil
}

// refIn is the reference of the bill that the query names, or "".
func refIn(r *http.Request, number intake.Number) string {
	if code := r.URL.Query().Get("bill"); code != "" {
		return string(number) + "-" + code
	}
	return ""
}

func (s *server) postRenew(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.Accept)
	if err != nil {
		return err
	}
	return s.renewed(w, r, number, personOf(r.Context()).ID, "/cases/"+string(number))
}

func (s *server) postRenewMine(w http.ResponseWriter, r *http.Request) error {
	c, err := s.mine(r)
	if err != nil {
		return err
	}
	return s.renewed(w, r, c.Number, intake.Applicant, "/my/taxes")
}

// renewed leads back to the case, whose bills are new, or were meanwhile.
func (s *server) renewed(w http.ResponseWriter, r *http.Request, number intake.Number, by, back string) error {
	err := s.Flow.Renew(r.Context(), number, by)
	if err != nil && !errors.Is(err, jobs.ErrVerdict) && !errors.Is(err, intake.ErrAlready) {
		return err
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// pictureBill draws what a telephone reads to pay a bill.
func (s *server) pictureBill(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.See)
	if err != nil {
		return err
	}
	return s.picture(w, r, number)
}

func (s *server) pictureMyBill(w http.ResponseWriter, r *http.Request) error {
	c, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	if b, err := billIn(r, c.Sight); err != nil || !ownBill(c.Party, b) || c.DeclaredAt.IsZero() {
		return payment.ErrUnknownBill
	}
	return s.picture(w, r, c.Number)
}

// picture asks for the order afresh: a gateway's code is good for some hours only.
func (s *server) picture(w http.ResponseWriter, r *http.Request, number intake.Number) error {
	order, err := s.Flow.PayAt(r.Context(), number, string(number)+"-"+chi.URLParam(r, "bill"))
	if err != nil {
		return err
	}
	return drawCode(w, order.Page)
}

// drawCode answers with a QR code.
func drawCode(w http.ResponseWriter, text string) error {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, pictureSide, pictureSide)
	}
	var b bytes.Buffer
	if err == nil {
		err = png.Encode(&b, code)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = b.WriteTo(w) // a client that has gone is no fault
	return nil
}

// receiptPage is our receipt of a payment (缴款凭据). It is no tax voucher and does not
// look like one.
type receiptPage struct {
	frame
	Bill   billView
	Case   intake.Number
	Serial string
	Sample bool
	PDF    string // "" for whoever does not owe the bill
	Back   string
}

func (s *server) showReceipt(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sight(r, access.See)
	if err != nil {
		return err
	}
	return s.receipt(w, r, c, "/cases/"+string(c.Number))
}

func (s *server) showMyReceipt(w http.ResponseWriter, r *http.Request) error {
	c, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	if b, err := billIn(r, c.Sight); err != nil || !ownBill(c.Party, b) {
		return payment.ErrUnknownBill
	}
	return s.receipt(w, r, c.Sight, "/my")
}

func (s *server) receipt(w http.ResponseWriter, r *http.Request, c *jobs.Sight, back string) error {
	b, err := billIn(r, c)
	if err == nil && (b.PaidAt.IsZero() || b.Amount == 0) {
		err = payment.ErrUnknownBill
	}
	if err != nil {
		return err
	}
	p := receiptPage{frame: frameOf(r, ""), Case: c.Number, Serial: receiptPrefix + b.Ref, Back: back}
	p.Sample = s.Flow.Sample
	p.Bill = billOf(p.Lang, back, c, b)
	if mayPrint(p.Staff, b) {
		p.PDF = p.Bill.Receipt + ".pdf"
	}
	return show(w, http.StatusOK, "receipt", p)
}

// receiptPrefix begins the serial of a receipt of ours: no voucher of the tax side
// is numbered so.
const receiptPrefix = "OW-"

func awaitsPayment(steps []stepView) bool {
	return slices.ContainsFunc(steps, func(s stepView) bool {
		return s.Step == intake.Settle && s.State == intake.AwaitingPayment
	})
}
