package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/templates"
	"onewindow/utilities"
)

// newPage is the clerk's form, or the answers to be checked before they are
// handed in.
type newPage struct {
	frame
	Form     intakeForm
	Focus    string // id of the input that has the cursor
	Note     string
	Checking bool
	Samples  []Sample // of a demonstration

	Answers  intake.Application // of the check page
	Location string
	Area     string
	Concerns []findingRow // what a person must look at
	Key      string       // makes two clicks one case
}

// Sample is a contract of a demonstration to try the form with. The words for what
// its sale shows are in the catalogues under "sample." and the lesson.
type Sample struct{ Contract, Lesson string }

// Bad returns all that is wrong with a field, nil if nothing is.
func (p newPage) Bad(id string) *mistake {
	var said []string
	for _, m := range p.Errors {
		if m.ID == id {
			said = append(said, m.Text)
		}
	}
	if said == nil {
		return nil
	}
	return &mistake{ID: id, Text: strings.Join(said, "")}
}

// CoOwnerships are the ways in which buyers may hold the right.
func (newPage) CoOwnerships() []registration.CoOwnership {
	return []registration.CoOwnership{registration.Sole, registration.Joint, registration.ByShares}
}

// field is one input of the form with its words. Label and Hint are written out.
type field struct {
	ID, Name, Label, Hint, Value, Class, Mode string
	Most                                      int // characters that it takes
	Bad                                       *mistake
	Focused                                   bool
}

// Described names what is read out after the label: the hint, then the mistake.
func (f field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Bad != nil {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// Field returns an input about the home or the price.
func (p newPage) Field(id, class, hint string) field {
	f := field{ID: id, Name: id, Label: p.word("field", id), Hint: p.say(hint, nil), Class: class, Most: 120,
		Bad: p.Bad(id), Focused: p.Focus == id}
	switch id {
	case "unit":
		f.Value = p.Form.Unit
	case "certificate":
		f.Value = p.Form.Certificate
	case "price_fen":
		f.Name, f.Value, f.Mode, f.Label = "price", p.Form.Price, "decimal", p.say("page.new.price", nil)
	}
	return f
}

// Accounts are the fields of the utilities.
func (p newPage) Accounts() []field {
	var fields []field
	for _, u := range utilities.Utilities {
		id := string(u)
		fields = append(fields, field{ID: id, Name: id, Label: accountLabel(p.Lang, id), Value: p.Form.Accounts[id],
			Class: "code", Most: 60, Bad: p.Bad(id), Focused: p.Focus == id})
	}
	return fields
}

// sideView is one side of the sale on the form.
type sideView struct {
	Name, Word string
	Bad        *mistake
	Parties    []partyView
	Shares     bool
}

// partyView is one person's row with what is wrong in it.
type partyView struct {
	At, IDKind             string
	BadKind                *mistake
	Name, ID, Phone, Share field
}

// Side returns the rows of the sellers or the buyers.
func (p newPage) Side(name string) sideView {
	v := sideView{Name: name, Word: p.word("field", name), Bad: p.Bad(name), Shares: name == "buyers"}
	for i, row := range *p.Form.side(name) {
		q := p.party(name, fmt.Sprintf("%s-%d", name, i), row)
		v.Shares = v.Shares || q.Share.Bad != nil
		v.Parties = append(v.Parties, q)
	}
	return v
}

func (p newPage) party(side, at string, row partyForm) partyView {
	input := func(name, value, class string, most int) field {
		id := at + "-" + name
		return field{ID: id, Name: side + "." + name, Label: p.word("field", name), Value: value, Class: class,
			Most: most, Bad: p.Bad(id), Focused: p.Focus == id}
	}
	q := partyView{At: at, IDKind: row.IDKind, BadKind: p.Bad(at + "-id_kind")}
	q.Name, q.ID = input("name", row.Name, "name", 100), input("id_number", row.ID, "code", 60)
	q.Phone, q.Share = input("phone", row.Phone, "code", 40), input("share", row.Share, "", 30)
	q.Phone.Mode = "tel"
	q.Phone.Label, q.Share.Label = p.say("page.new.phone", nil), p.say("page.new.share", nil)
	return q
}

// peopleView is one side of a sale to be read.
type peopleView struct {
	Name, Word string
	Parties    []registration.Party
}

// People are both sides as the check page shows them: named, because the clerk has
// just typed the names and compares them with the papers.
func (p newPage) People() []peopleView {
	people := peopleOf(p.Lang, p.Answers, masked)
	for i, parties := range [][]registration.Party{p.Answers.Sellers, p.Answers.Buyers} {
		for j := range people[i].Parties {
			people[i].Parties[j].Name = parties[j].Name
		}
	}
	return people
}

// exposure is how much of people a page shows.
type exposure bool

// Pages mask people; they are shown whole only to who asked for it with a reason.
const (
	masked exposure = false
	whole  exposure = true
)

// peopleOf shows both sides.
func peopleOf(lang string, a intake.Application, e exposure) []peopleView {
	sellers, buyers := a.Sellers, a.Buyers
	if e == masked {
		sellers, buyers = maskAll(sellers), maskAll(buyers)
	}
	return []peopleView{
		{"sellers", templates.Say(lang, "field.sellers", nil), sellers},
		{"buyers", templates.Say(lang, "field.buyers", nil), buyers},
	}
}

// prefill takes over what the housing bureau has filed under the contract number
// and which certificate the register holds valid: what an office knows is not
// asked for again. Phones and accounts that were typed stay.
func (s *server) prefill(ctx context.Context, p *newPage) error {
	p.Focus = "contract"
	number := registration.ContractNumber(p.Form.Contract)
	if number == "" {
		p.Errors = []mistake{{"contract", p.word("field", "contract"), p.say(codeTextMissing, nil)}}
		return nil
	}
	filed, err := s.Flow.Filed(ctx, number)
	if errors.Is(err, registration.ErrNoContract) {
		p.Errors = []mistake{{"contract", p.word("field", "contract"), p.say("contract_unknown", nil)}}
		return nil
	}
	if err != nil {
		return err
	}
	p.fill(filed.Contract)
	if filed.Certificate != "" {
		p.Form.Certificate = string(filed.Certificate)
	}
	p.Note, p.Focus = p.say("page.new.prefilled", nil), "sellers-0-phone"
	return nil
}

// fill writes a filed contract into the form.
func (p *newPage) fill(c registration.Contract) {
	f := &p.Form
	f.Contract, f.Unit, f.CoOwnership = c.Number, c.Unit.Groups(), string(c.CoOwnership)
	f.Price = strings.TrimPrefix(c.Price.Format(), "¥")
	f.Sellers, f.Buyers = filed(c.Sellers, f.Sellers), filed(c.Buyers, f.Buyers)
	for i := range f.Sellers {
		f.Sellers[i].Share = "" // the register knows what they hold
	}
}

func filed(holders []registration.Holder, before []partyForm) []partyForm {
	var rows []partyForm
	for i, h := range holders {
		row := partyForm{Name: h.Name, IDKind: h.IDKind, ID: h.ID, Share: h.Share.String()}
		if i < len(before) {
			row.Phone = before[i].Phone
		}
		rows = append(rows, row)
	}
	return rows
}
