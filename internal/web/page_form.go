package web

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/registration"
	"onewindow/templates"
	"onewindow/utilities"
)

// Codes of what only a form can have wrong: a program sends whole fen.
const (
	codePriceMalformed = "price_malformed"
	codeTextMissing    = "text_missing" // registration's own
)

// mostParties is how many rows a form keeps of one side; the rule allows fewer.
const mostParties = 30

// intakeForm is what the clerk has typed, kept as it was typed.
type intakeForm struct {
	Contract, Unit, Certificate, Price, CoOwnership string
	Sellers, Buyers                                 []partyForm
	Accounts                                        map[string]string // by utility
}

// partyForm is one person's row.
type partyForm struct{ Name, IDKind, ID, Phone, Share string }

func (p partyForm) blank() bool { return p.Name == "" && p.ID == "" && p.Phone == "" && p.Share == "" }

func newForm() intakeForm {
	return intakeForm{Sellers: []partyForm{{}}, Buyers: []partyForm{{}}, Accounts: map[string]string{}}
}

// readForm reads the form as it was posted. A row that was added and left blank
// goes, as long as one stays.
func readForm(r *http.Request) intakeForm {
	f := intakeForm{
		Contract: typed(r, "contract"), Unit: typed(r, "unit"), Certificate: typed(r, "certificate"),
		Price: typed(r, "price"), CoOwnership: typed(r, "co_ownership"),
		Sellers: readParties(r, "sellers"), Buyers: readParties(r, "buyers"), Accounts: map[string]string{},
	}
	for _, u := range utilities.Utilities {
		f.Accounts[string(u)] = typed(r, string(u))
	}
	return f
}

// readParties reads the rows of one side: the nth value of each column.
func readParties(r *http.Request, side string) []partyForm {
	column := func(name string, row int) string {
		if values := r.PostForm[side+"."+name]; row < len(values) {
			return legible(values[row])
		}
		return ""
	}
	rows := make([]partyForm, min(max(1, len(r.PostForm[side+".name"])), mostParties))
	for i := range rows {
		rows[i] = partyForm{Name: column("name", i), IDKind: column("id_kind", i), ID: column("id_number", i),
			Phone: column("phone", i), Share: column("share", i)}
	}
	return rows
}

// tidy drops the rows that were left blank.
func (f *intakeForm) tidy() {
	for _, side := range []*[]partyForm{&f.Sellers, &f.Buyers} {
		kept := slices.DeleteFunc(slices.Clone(*side), partyForm.blank)
		if len(kept) == 0 {
			kept = []partyForm{{}}
		}
		*side = kept
	}
}

// side returns the rows of one side to be changed, nil for a side that is none.
func (f *intakeForm) side(name string) *[]partyForm {
	switch name {
	case "sellers":
		return &f.Sellers
	case "buyers":
		return &f.Buyers
	}
	return nil
}

// application reads the form as what the parties hand in, with what cannot be
// read as such.
func (f intakeForm) application() (intake.Application, registration.Findings) {
	var a intake.Application
	a.Kind, a.Unit = registration.SaleTransfer, registration.UnitCode(f.Unit)
	a.Certificate, a.Contract = registration.Number(f.Certificate), f.Contract
	a.CoOwnership = registration.CoOwnership(f.CoOwnership)
	a.Sellers, a.Buyers = partiesOf(f.Sellers), partiesOf(f.Buyers)
	for _, u := range utilities.Utilities {
		if number := plain(f.Accounts[string(u)]); number != "" {
			a.Utilities = append(a.Utilities, intake.Account{Utility: string(u), Number: number})
		}
	}
	price, code := readPrice(f.Price)
	a.Price = price
	if code == "" {
		return a, nil
	}
	return a, registration.Findings{{
		Check: registration.CheckForm, Outcome: registration.Block, Code: code, Field: "price_fen"}}
}

func partiesOf(rows []partyForm) []registration.Party {
	var parties []registration.Party
	for _, row := range rows {
		p := registration.Party{Name: row.Name, IDKind: row.IDKind, ID: row.ID, Phone: row.Phone}
		_ = p.Share.UnmarshalText([]byte(row.Share)) // never fails: what is no share becomes an invalid one
		parties = append(parties, p)
	}
	return parties
}

// readPrice reads yuan, with or without separators, as whole fen. A code says
// what is wrong.
func readPrice(text string) (money.Fen, string) {
	text = strings.TrimSuffix(strings.NewReplacer("，", ",", "￥", "¥", "。", ".").Replace(plain(text)), "元")
	if text == "" {
		return 0, codeTextMissing
	}
	price, err := money.Parse(text)
	if err != nil {
		return 0, codePriceMalformed
	}
	return price, ""
}

// plain drops blanks and writes full-width digits, letters and signs as ASCII.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, text)
}

// mistakes places findings on the form.
func (f intakeForm) mistakes(lang string, found registration.Findings) []mistake {
	var list []mistake
	for _, x := range found {
		m := mistake{Text: templates.Say(lang, x.Code, x.Args)}
		if id := f.place(x.Field); id != "" {
			m.ID, m.Label = id, labelOf(lang, id, x.Field)
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b mistake) int { return cmp.Compare(rank(a.ID), rank(b.ID)) })
	return list
}

// sections are the inputs of the form from top to bottom, the people by their side.
var sections = []string{"", "contract", "unit", "certificate", "price_fen", "co_ownership", "sellers", "buyers"}

// rank is where an input stands in the form; accounts come last.
func rank(id string) int {
	section, _, _ := strings.Cut(id, "-")
	if i := slices.Index(sections, section); i >= 0 {
		return i
	}
	return len(sections)
}

// labelOf names a field as the form does.
func labelOf(lang, id, field string) string {
	if utilities.Utility(id).Known() {
		return accountLabel(lang, id)
	}
	return templates.Field(lang, field)
}

// accountLabel names the account of a utility.
func accountLabel(lang, utility string) string {
	word := templates.Say(lang, "utility."+utility, nil)
	return templates.Say(lang, "page.new.account", map[string]string{"utility": word})
}

var part = regexp.MustCompile(`^(\w+)(?:\[(\d{1,3})\])?(?:\.(\w+))?$`)

// place returns the id of the input that a field of the application came from.
func (f intakeForm) place(field string) string {
	m := part.FindStringSubmatch(field)
	if m == nil || m[1] == "kind" {
		return ""
	}
	if m[2] == "" {
		return m[1]
	}
	if m[1] == "utilities" {
		return f.filled(m[2])
	}
	return m[1] + "-" + m[2] + "-" + m[3]
}

// filled returns the utility whose account is the nth that was filled in.
func (f intakeForm) filled(nth string) string {
	n, err := strconv.Atoi(nth)
	for _, u := range utilities.Utilities {
		if plain(f.Accounts[string(u)]) == "" {
			continue
		}
		if n == 0 && err == nil {
			return string(u)
		}
		n--
	}
	return ""
}
