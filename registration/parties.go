package registration

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// samePerson reports whether a party is the person of a register row: the same
// kind and number of document, where old rows may hold 15-digit numbers.
func samePerson(p Party, h Holder) bool {
	kind := p.IDKind
	if kind == "" {
		kind = Resident
	}
	return kind == h.IDKind && p.ID == lengthen(h.ID)
}

// sameName compares names as people read them: the middle dot and parentheses
// have several code points that look alike.
func sameName(a, b string) bool {
	fold := strings.NewReplacer("•", "·", "・", "·", "‧", "·", "∙", "·", "（", "(", "）", ")")
	return fold.Replace(trim(a)) == fold.Replace(trim(b))
}

// checkParties is P1: the sellers are all the holders and nobody else (Civil Code
// art. 301). Holders by shares may sell with two thirds of the shares; whether
// the others were asked is for a registrar to judge.
func checkParties(a Application, t Title, _ time.Time) Findings {
	right, _ := t.CurrentRight()
	var found Findings
	selling := make(map[int]bool)
	for i, s := range a.Sellers {
		h := holderOf(s, right.Holders)
		if h >= 0 {
			selling[h] = true
		}
		if code, field := sellerDefect(s, h, right.Holders); code != "" {
			found = append(found, Finding{Check: CheckParties, Outcome: Block, Code: code, Field: path("sellers", i, field)})
		}
	}
	found = append(found, missingHolders(right, selling)...)
	return found.or(CheckParties, codeSellersAreHolders)
}

// holderOf returns the place of a party among the holders, -1 if it has none.
func holderOf(p Party, holders []Holder) int {
	for i, h := range holders {
		if samePerson(p, h) {
			return i
		}
	}
	return -1
}

// sellerDefect says what is wrong with a seller who is holder number h, "" if
// nothing, and in which field.
func sellerDefect(s Party, h int, holders []Holder) (code, field string) {
	switch {
	case h < 0:
		return codeSellerNotHolder, "id_number"
	case !sameName(s.Name, holders[h].Name):
		return codeSellerNameDiffers, "name"
	case !s.Share.IsZero() && !s.Share.equal(holders[h].Share):
		return codeSellerShareDiffers, "share"
	}
	return "", ""
}

// missingHolders speaks of the holders who do not sell.
func missingHolders(right Right, selling map[int]bool) Findings {
	missing := len(right.Holders) - len(selling)
	if missing <= 0 {
		return nil
	}
	sum := new(big.Rat)
	for h := range selling {
		if share := right.Holders[h].Share; share.Valid() {
			sum.Add(sum, share.rat())
		}
	}
	if right.CoOwnership == ByShares && sum.Cmp(big.NewRat(2, 3)) >= 0 {
		return Findings{{Check: CheckParties, Outcome: Human, Code: codeSellersHoldTwoThirds, Field: "sellers",
			Args: map[string]string{"sum": sum.RatString()}}}
	}
	return Findings{{Check: CheckParties, Outcome: Block, Code: codeHolderNotSelling, Field: "sellers",
		Args: map[string]string{"count": strconv.Itoa(missing)}}}
}

// majority is the age from which a person acts alone (Civil Code art. 17).
const majority = 18

// checkPersons is the part of P2 that a register can answer: a minor acts by a
// guardian (Civil Code art. 19, 23, 35) and a body by a person whose authority
// must be seen; both are for a registrar.
func checkPersons(a Application, _ Title, on time.Time) Findings {
	found := append(
		personFindings("sellers", a.Sellers, codeSellerMinor, on),
		personFindings("buyers", a.Buyers, codeBuyerMinor, on)...)
	return found.or(CheckPersons, codePartiesOfAge)
}

func personFindings(side string, parties []Party, minor string, on time.Time) Findings {
	var found Findings
	human := func(i int, code string) {
		found = append(found, Finding{Check: CheckPersons, Outcome: Human, Code: code, Field: path(side, i, "id_number")})
	}
	for i, p := range parties {
		if p.organisation() {
			human(i, codePartyOrganisation)
		} else if Identity(p.ID).AgeOn(on) < majority {
			human(i, minor)
		}
	}
	return found
}
