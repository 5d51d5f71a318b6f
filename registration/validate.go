package registration

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"onewindow/internal/money"
	"onewindow/internal/text"
)

const (
	// maxParties bounds each side of an application.
	maxParties = 20
	// maxName is the length of a name in characters: the rule for names of ethnic
	// minorities asks for 50 (民委发〔2016〕33号).
	maxName = 50
	// maxContract is the length of a contract number in characters.
	maxContract = 50
	// maxPrice is a hundred thousand million yuan, beyond any home.
	maxPrice = money.Fen(10_000_000_000_000)
)

var phoneForm = regexp.MustCompile(`^\+?[0-9]{5,20}$`)

// Validate returns every defect of form at once, none if the application may be
// looked up. It expects the result of Normalise and needs no register.
func (a Application) Validate() Findings {
	var f form
	if a.Kind != SaleTransfer {
		f.add(codeKindUnknown, "kind", nil)
	}
	f.unit(a.Unit)
	f.certificate(a.Certificate)
	f.text("contract", a.Contract, maxContract)
	f.price(a.Price)
	f.parties("sellers", a.Sellers)
	f.parties("buyers", a.Buyers)
	f.strangers(a.Sellers, a.Buyers)
	for i, s := range a.Sellers {
		if !s.Share.IsZero() && !s.Share.Valid() {
			f.add(codeShareMalformed, path("sellers", i, "share"), nil)
		}
	}
	f.found = append(f.found, checkShares(CheckForm, a.CoOwnership, a.Buyers)...)
	return f.found
}

// form collects the defects of an application.
type form struct{ found Findings }

func (f *form) add(code, field string, args map[string]string) {
	f.found = append(f.found, Finding{Check: CheckForm, Outcome: Block, Code: code, Field: field, Args: args})
}

// text reports whether s is there, not too long and free of forbidden characters.
func (f *form) text(field, s string, most int) bool {
	if r, bad := text.Forbidden(s); bad {
		f.add(codeTextForbidden, field, map[string]string{"character": text.CodePoint(r)})
		return false
	}
	if s == "" {
		f.add(codeTextMissing, field, nil)
		return false
	}
	if utf8.RuneCountInString(s) > most {
		f.add(codeTextTooLong, field, map[string]string{"most": strconv.Itoa(most)})
		return false
	}
	return true
}

// unit checks the code and that it is of a house in a county served here. The
// office of another county is named (Regulation art. 17(1)(4)).
func (f *form) unit(u UnitCode) {
	if !f.text("unit", string(u), 2*unitLength) {
		return
	}
	if _, err := ParseUnit(string(u)); err != nil {
		f.add(codeUnitMalformed, "unit", nil)
		return
	}
	switch o, known := OfficeOf(u.County()); {
	case !known:
		f.add(codeUnitOtherRegion, "unit", map[string]string{"county": u.County()})
	case !o.Here:
		f.add(codeUnitOtherOffice, "unit", map[string]string{"county": u.County(), "office": o.Name})
	}
	if !u.house() {
		f.add(codeUnitNotHouse, "unit", nil)
	}
}

func (f *form) certificate(n Number) {
	if !f.text("certificate", string(n), 2*maxContract) {
		return
	}
	switch parsed, err := ParseNumber(string(n)); {
	case err != nil || parsed != n:
		f.add(codeCertificateMalformed, "certificate", nil)
	case n.Kind() == Proof:
		f.add(codeCertificateIsProof, "certificate", nil)
	}
}

func (f *form) price(p money.Fen) {
	switch {
	case p <= 0:
		f.add(codePriceNotPositive, "price_fen", nil)
	case p > maxPrice:
		f.add(codePriceTooHigh, "price_fen", map[string]string{"most_fen": strconv.FormatInt(int64(maxPrice), 10)})
	}
}

// parties checks one side. Of too many people none is looked at.
func (f *form) parties(side string, parties []Party) {
	switch {
	case len(parties) == 0:
		f.add(codePartiesMissing, side, nil)
		return
	case len(parties) > maxParties:
		f.add(codePartiesTooMany, side, map[string]string{"most": strconv.Itoa(maxParties)})
		return
	}
	first := make(map[string]int, len(parties))
	for i, p := range parties {
		f.party(side, i, p)
		if j, twice := first[p.ID]; twice && p.ID != "" {
			f.add(codePartyTwice, path(side, i, "id_number"), map[string]string{"first": path(side, j, "id_number")})
			continue
		}
		first[p.ID] = i
	}
}

func (f *form) party(side string, i int, p Party) {
	f.text(path(side, i, "name"), p.Name, maxName)
	f.identity(side, i, p)
	if p.Phone != "" && f.text(path(side, i, "phone"), p.Phone, maxContract) && !phoneForm.MatchString(p.Phone) {
		f.add(codePhoneMalformed, path(side, i, "phone"), nil)
	}
}

func (f *form) identity(side string, i int, p Party) {
	field := path(side, i, "id_number")
	if !f.text(field, p.ID, maxContract) {
		return
	}
	var err error
	switch p.IDKind {
	case "", Resident:
		_, err = ParseIdentity(p.ID)
	case Organisation:
		_, err = ParseCreditCode(p.ID)
	default:
		f.add(codeIDKindUnknown, path(side, i, "id_kind"), nil)
	}
	if err != nil {
		f.add(identityCode(err), field, nil)
	}
}

func identityCode(err error) string {
	switch {
	case errors.Is(err, ErrIdentityCheck):
		return codeIDCheck
	case errors.Is(err, ErrIdentityDate):
		return codeIDBirthDate
	case errors.Is(err, ErrCreditCheck):
		return codeCreditCodeCheck
	case errors.Is(err, ErrCreditCode):
		return codeCreditCodeMalformed
	}
	return codeIDMalformed
}

// strangers checks that nobody sells to himself.
func (f *form) strangers(sellers, buyers []Party) {
	if len(sellers) > maxParties || len(buyers) > maxParties {
		return
	}
	for i, b := range buyers {
		for j, s := range sellers {
			if b.ID != "" && b.ID == s.ID {
				f.add(codeBuyerIsSeller, path("buyers", i, "id_number"),
					map[string]string{"seller": path("sellers", j, "id_number")})
			}
		}
	}
}

func path(side string, i int, field string) string { return fmt.Sprintf("%s[%d].%s", side, i, field) }
