package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/tax/payment"
	"onewindow/tax/statement"
	"onewindow/templates"
)

// A finder finds the case in the address, for whoever may see it.
type finder func(*http.Request) (*jobs.Sight, error)

// printReceipt answers with the receipt of a bill as a PDF. A party has those of
// their own side only.
func (s *server) printReceipt(find finder) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := find(r)
		if err != nil {
			return err
		}
		b, err := receiptedBill(r, c)
		if err != nil {
			return err
		}
		pdf, err := statement.PrintReceipt(s.Flow.Fonts, s.receiptOf(r, c, b))
		if err != nil {
			return err
		}
		return s.servePrinted(w, r, c, printedFile{"receipt", pdf, receiptedAt(b)})
	}
}

// errNoReceipt says that nothing was paid of which there could be a receipt.
var errNoReceipt = errors.New("there is no receipt of a bill that is not paid")

// receiptedBill is the bill in the address, if it has a receipt that may be printed
// for whoever asks.
func receiptedBill(r *http.Request, c *jobs.Sight) (payment.Bill, error) {
	b, err := billIn(r, c)
	switch {
	case err != nil:
		return b, err
	case !mayPrint(personOf(r.Context()), b):
		return b, payment.ErrUnknownBill
	case b.PaidAt.IsZero() || b.Amount == 0:
		return b, errNoReceipt
	}
	return b, nil
}

// mayPrint says whether somebody has the receipt of a bill: staff, and its payers.
func mayPrint(who access.Person, b payment.Bill) bool {
	return who.Role != access.Citizen || ownBill(who.Party, b)
}

// receiptedAt is when the last thing happened that a receipt tells of.
func receiptedAt(b payment.Bill) time.Time {
	if b.TreasuryAt.After(b.PaidAt) {
		return b.TreasuryAt
	}
	return b.PaidAt
}

// receiptOf is the receipt of a paid bill in words.
func (s *server) receiptOf(r *http.Request, c *jobs.Sight, b payment.Bill) statement.Receipt {
	const lang = templates.Chinese
	say := func(code string) string { return templates.Say(lang, code, nil) }
	v := billOf(lang, "/cases/"+string(c.Number), c, b)
	if personOf(r.Context()).Role == access.Citizen {
		v = billOf(lang, "/my", c, b)
	}
	receipt := statement.Receipt{Serial: receiptPrefix + b.Ref, Total: b.Amount, At: receiptedAt(b), Sample: s.Flow.Sample,
		Address: s.site() + v.Receipt}
	receipt.About = []statement.Pair{{Label: say("page.number"), Text: string(c.Number)},
		{Label: say("page.case.bill"), Text: b.Ref},
		{Label: say("page.tax.payer"), Text: payerNamed(lang, c, b.Payer.Side, b.Payer.Person)}}
	for _, i := range b.Items {
		if i.Amount != 0 {
			item := statement.Item{Name: itemName(lang, i.Code), Rule: ruleWords(lang, i.Rule), Amount: i.Amount}
			receipt.Items = append(receipt.Items, item)
		}
	}
	receipt.Notes = []statement.Pair{{Label: say("page.my.state"), Text: say("bill." + string(b.State))},
		{Label: say("page.bill.paid_at"), Text: templates.Moment(lang, b.PaidAt)}}
	if b.Returned > 0 {
		receipt.Notes = append(receipt.Notes, statement.Pair{Label: say("page.bill.returned"), Text: b.Returned.Format()})
	}
	if b.Voucher != "" {
		in := templates.Moment(lang, b.TreasuryAt)
		receipt.Voucher = &statement.Voucher{Number: b.Voucher, Received: in, Amount: b.Amount}
	}
	return receipt
}

// ruleWords writes a rule, a parameter and the day it took effect, in words.
func ruleWords(lang, rule string) string {
	param, on, dated := strings.Cut(rule, "@")
	word := templates.Say(lang, "param."+param, nil)
	if strings.HasPrefix(param, "fee.") {
		word = templates.Say(lang, param, nil)
	}
	if _, err := time.Parse(time.DateOnly, on); dated && err == nil {
		return templates.Say(lang, "page.statement.since", map[string]string{"name": word, "on": on})
	}
	if word == "param."+param { // "officer", "stated"
		return templates.Say(lang, "standing."+param, nil)
	}
	return word
}
