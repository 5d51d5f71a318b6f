package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
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

	Answers  intake.Application // of the check page
	Location string
	Concerns []findingRow // what a person must look at
	Key      string       // makes two clicks one case
}

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

// option is one value that may be chosen.
type option struct{ Value, Word string }

// CoOwnerships are the ways in which buyers may hold the right.
func (newPage) CoOwnerships() []option {
	var options []option
	for _, c := range []registration.CoOwnership{registration.Sole, registration.Joint, registration.ByShares} {
		options = append(options, option{string(c), c.Word()})
	}
	return options
}

// sideView is one side of the sale on the form.
type sideView struct {
	Name, Word string
	Bad        *mistake
	Parties    []partyView
	Shares     bool
	Focus      string
}

// partyView is one person's row with what is wrong in it.
type partyView struct {
	At string
	partyForm
	Bad struct{ Name, IDKind, ID, Phone, Share *mistake }
}

// Side returns the rows of the sellers or the buyers.
func (p newPage) Side(name string) sideView {
	v := sideView{Name: name, Word: wordsOf("field."+name, nil), Bad: p.Bad(name), Focus: p.Focus}
	v.Shares = name == "buyers"
	for i, row := range *p.Form.side(name) {
		q := partyView{At: fmt.Sprintf("%s-%d", name, i), partyForm: row}
		q.Bad.Name, q.Bad.IDKind = p.Bad(q.At+"-name"), p.Bad(q.At+"-id_kind")
		q.Bad.ID, q.Bad.Phone, q.Bad.Share = p.Bad(q.At+"-id_number"), p.Bad(q.At+"-phone"), p.Bad(q.At+"-share")
		v.Shares = v.Shares || q.Bad.Share != nil
		v.Parties = append(v.Parties, q)
	}
	return v
}

// accountField is the account of one utility on the form.
type accountField struct {
	ID, Word, Number string
	Bad              *mistake
}

// Accounts are the fields of the utilities.
func (p newPage) Accounts() []accountField {
	var fields []accountField
	for _, u := range utilities.Utilities {
		id := string(u)
		fields = append(fields, accountField{id, wordsOf("utility."+id, nil), p.Form.Accounts[id], p.Bad(id)})
	}
	return fields
}

// peopleView is one side of a sale to be read.
type peopleView struct {
	Name, Word string
	Parties    []registration.Party
}

// People are both sides as the check page shows them.
func (p newPage) People() []peopleView { return peopleOf(p.Answers, true) }

// peopleOf shows both sides: numbers always masked, names unless named.
func peopleOf(a intake.Application, named bool) []peopleView {
	return []peopleView{
		{"sellers", wordsOf("field.sellers", nil), masked(a.Sellers, named)},
		{"buyers", wordsOf("field.buyers", nil), masked(a.Buyers, named)},
	}
}

func masked(parties []registration.Party, named bool) []registration.Party {
	list := maskAll(parties)
	for i := range list {
		if named {
			list[i].Name = parties[i].Name
		}
	}
	return list
}

// prefill takes over what the housing bureau has filed under the contract number
// and which certificate the register holds valid: what an office knows is not
// asked for again. Phones and accounts that were typed stay.
func (s *server) prefill(ctx context.Context, p *newPage) error {
	p.Focus = "contract"
	number := intakeNumber(p.Form.Contract)
	if number == "" {
		p.Errors = []mistake{{"contract", wordsOf("field.contract", nil), wordsOf(codeTextMissing, nil)}}
		return nil
	}
	err := s.lookUp(ctx, func(tx pgx.Tx) error {
		c, err := registration.ContractOf(ctx, tx, number)
		if err != nil {
			return err
		}
		p.fill(c)
		t, err := registration.TitleOf(ctx, tx, c.Unit)
		if right, ok := t.CurrentRight(); ok && err == nil {
			p.Form.Certificate = string(right.Number)
		}
		return err
	})
	switch {
	case errors.Is(err, registration.ErrNoContract):
		p.Errors = []mistake{{"contract", wordsOf("field.contract", nil), wordsOf("contract_unknown", nil)}}
		return nil
	case errors.Is(err, registration.ErrNoUnit):
		return nil
	}
	p.Note, p.Focus = "已带出备案合同的内容，请与当事人的证件和证书核对。", "sellers-0-phone"
	return err
}

func intakeNumber(contract string) string {
	return registration.Application{Contract: contract}.Normalise().Contract
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

// locationOf returns the address of a unit, for the clerk to compare.
func (s *server) locationOf(ctx context.Context, unit registration.UnitCode) (location string, err error) {
	err = s.lookUp(ctx, func(tx pgx.Tx) error {
		t, err := registration.TitleOf(ctx, tx, unit)
		location = t.Unit.Location
		return err
	})
	return location, err
}

// lookUp asks rooms for what a page shows and writes nothing.
func (s *server) lookUp(ctx context.Context, do func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, do)
}
