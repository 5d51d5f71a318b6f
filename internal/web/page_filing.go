package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"onewindow/internal/access"
	"onewindow/jobs"
	"onewindow/tax/filing"
	"onewindow/tax/payment"
)

// filingPage shows a party what the offices hold of them, and asks whether it is right.
type filingPage struct {
	frame
	Filing  filingView
	Seen    int
	Choices []choiceView // one for each statement
}

// choiceView is a statement with what the party says of it.
type choiceView struct {
	statementView
	Says  string // right, wrong, or "" so far
	Typed string // what is wrong
	Bad   *mistake
}

// What a party says of a statement.
const (
	saysRight = "right"
	saysWrong = "wrong"
)

func filingPageOf(r *http.Request, f filingView) filingPage {
	p := filingPage{frame: frameOf(r, ""), Filing: f, Seen: f.Revision + 1}
	for _, st := range f.Statements {
		p.Choices = append(p.Choices, choiceView{statementView: st})
	}
	if f.Contract == "" && !p.Asks() && f.Verdict != filing.Online {
		p.Refresh = 5
		if f.Verdict != "" {
			p.Refresh = 30
		}
	}
	return p
}

// Asks says whether the party is to declare now.
func (p filingPage) Asks() bool { return p.Filing.Open && p.Filing.DeclaredAt == nil }

func (s *server) showFiling(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filing(r, speech(r))
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "filing", filingPageOf(r, f))
}

// postFiling takes the three declarations together: what is wrong goes to an officer,
// and if nothing is, the taxes are next.
func (s *server) postFiling(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	v, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	seen, err := seenOnPage(r)
	if err != nil {
		return err
	}
	p := filingPageOf(r, filingOf(speech(r), v))
	wrong := p.keep(r)
	if len(p.Errors) > 0 {
		return show(w, http.StatusUnprocessableEntity, "filing", p)
	}
	by := jobs.Declarant{Number: v.Number, Party: v.Party, Revision: int(seen) - 1}
	if len(wrong) == 0 {
		if err := s.Flow.Declare(r.Context(), by); err != nil {
			return err
		}
		http.Redirect(w, r, "/my/taxes", http.StatusSeeOther)
		return nil
	}
	if err := s.Flow.Dispute(r.Context(), by, wrong...); err != nil {
		return err
	}
	http.Redirect(w, r, "/my/filing", http.StatusSeeOther)
	return nil
}

// keep reads what was chosen and typed into the page, blames what is missing, and
// returns what the party says is wrong.
func (p *filingPage) keep(r *http.Request) (wrong []filing.Dispute) {
	for i := range p.Choices {
		c := &p.Choices[i]
		name := string(c.Statement)
		c.Says = r.PostFormValue(name)
		c.Typed = strings.TrimSpace(strings.ReplaceAll(typed(r, name+"-words"), "\r\n", "\n"))
		switch c.Says {
		case saysRight:
		case saysWrong:
			d := filing.Dispute{About: c.Statement, Words: c.Typed}
			err := filing.Check(personOf(r.Context()).Party, d)
			if bad := (*jobs.DefectsError)(nil); errors.As(disputeDefects(err, "", ""), &bad) {
				p.blame(c, name+"-words", p.say(bad.Findings[0].Code, bad.Findings[0].Args))
			}
			wrong = append(wrong, d)
		default:
			p.blame(c, name+"-"+saysRight, p.say("page.filing.choose", nil))
		}
	}
	return wrong
}

func (p *filingPage) blame(c *choiceView, id, text string) {
	c.Bad = &mistake{ID: id, Label: p.say("about."+string(c.Statement), nil), Text: text}
	p.Errors = append(p.Errors, *c.Bad)
}

// taxesPage shows a party each line of their taxes with its rule, and where it is paid.
type taxesPage struct {
	frame
	Filing  filingView
	Waits   bool // for the party's payment
	Refunds []refundView
}

// Owing says whether something of the party's is still to be paid.
func (p taxesPage) Owing() bool { return !paid(p.Filing.Bills) }

// paid says whether there are bills, and the newest of each payer is paid: one that is
// void or over is owed as much as an open one.
func paid(bills []billView) bool {
	newest := map[string]billView{}
	for _, b := range bills {
		newest[fmt.Sprint(b.Payer, b.Person)] = b
	}
	for _, b := range newest {
		if b.State != payment.BillPaid && b.State != payment.BillTreasury {
			return false
		}
	}
	return len(newest) > 0
}

func (s *server) showTaxes(w http.ResponseWriter, r *http.Request) error {
	if err := permitOn(r.Context(), access.SeeOwn, access.Object{Case: personOf(r.Context()).Case}); err != nil {
		return err
	}
	v, err := s.ownFiling(r)
	if err != nil {
		return err
	}
	p := taxesPage{frame: frameOf(r, ""), Filing: filingOf(speech(r), v)}
	if p.Filing.Open && p.Filing.DeclaredAt == nil && p.Owing() || v.Tax == nil {
		http.Redirect(w, r, "/my/filing", http.StatusSeeOther)
		return nil
	}
	mine := mineOf(p.Lang, v)
	p.Waits, p.Refunds = myPage{Case: mine}.AwaitsPayment(), mine.Refunds
	if p.Owing() && !ended(v.Sight) {
		p.Refresh = 5
	}
	return show(w, http.StatusOK, "taxes", p)
}
