package source

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"onewindow/tax"
)

// A File is what every source said of a case (计税资料).
type File map[Name]Answer

// MayPass reports whether asking again soon may help: a source was late.
func (f File) MayPass() bool {
	for _, a := range f {
		if a.Outcome == Late {
			return true
		}
	}
	return false
}

// Again returns the answers of f that are kept when some sources are to be asked
// again: those given after that was wanted.
func (f File) Again(wanted map[Name]time.Time) File {
	kept := File{}
	for n, a := range f {
		if n.Outside() && a.Outcome == Answered && a.AskedAt.After(wanted[n]) {
			kept[n] = a
		}
	}
	return kept
}

// families reads what the family source said, nothing if it did not answer.
func (f File) families() (said Families) { f.into(Family, &said); return said }

// into reads what a source said and reports whether it answered. What was stored
// was understood before: it is read without fault, or the fact stays unknown.
func (f File) into(n Name, said any) bool {
	a := f[n]
	return a.Outcome == Answered && json.Unmarshal(a.Body, said) == nil
}

// Persons returns whose homes count: the buyers with spouse and minor children,
// the sellers with their spouses, each once. Who has no known family counts alone.
func (f File) Persons(b Basis) []string {
	all := b.persons()
	for _, h := range f.families().Families {
		children := slices.ContainsFunc(b.Buyers, h.has)
		for _, m := range h.Members {
			if m.Role != MinorChild || children {
				all = append(all, m.ID)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (h Household) has(id string) bool {
	return slices.ContainsFunc(h.Members, func(m Member) bool { return m.ID == id })
}

// Compose puts the facts together that tax.Assess reads. It is a pure function:
// from the same basis and answers come the same facts, years later too. A source
// that was asked and gave no answer is named in Facts.Silent.
func Compose(b Basis, f File) tax.Facts {
	facts := b.Facts
	for _, n := range Outside() {
		if a, asked := f[n]; asked && a.Outcome != Answered {
			facts.Silent = append(facts.Silent, a.silence())
		}
	}
	facts.Family = familyOf(b, f)
	facts.Sellers = slices.Clone(facts.Sellers)
	for i := range facts.Sellers {
		facts.Sellers[i].OnlyHome = onlyHome(b, f, b.Sellers[i])
	}
	if !b.OwnSale {
		facts.Acquired, facts.Cost = acquired(facts.Acquired, f)
	}
	var v Value
	if f.into(Valuation, &v) && v.Held {
		facts.Assessed = v.Value
	}
	return facts
}

// familyOf tells of the buyers' families.
func familyOf(b Basis, f File) tax.Family {
	said := f.families()
	family, persons := tax.Family{Known: tax.Yes}, slices.Clone(b.Buyers)
	for _, id := range b.Buyers {
		known := slices.ContainsFunc(said.Families, func(h Household) bool { return h.has(id) })
		if id == "" || !known {
			family.Known = tax.No
		}
	}
	for _, h := range said.Families {
		if !slices.ContainsFunc(b.Buyers, h.has) {
			continue
		}
		family.Count++
		if h.ChangedOn.After(family.ChangedOn) {
			family.ChangedOn = h.ChangedOn.Time
		}
		for _, m := range h.Members {
			family.Minor = family.Minor || m.Role == MinorChild && slices.Contains(b.Buyers, m.ID)
			persons = append(persons, m.ID)
		}
	}
	family.Homes = count(homesOf(b, f, persons), b.Facts.County)
	if family.Count > 1 {
		for _, id := range b.Buyers {
			family.Each = append(family.Each, count(homesOf(b, f, said.of(id)), b.Facts.County))
		}
	}
	return family
}

// of returns a person and the members of their family.
func (f Families) of(id string) []string {
	persons := []string{id}
	for _, h := range f.Families {
		if h.has(id) {
			for _, m := range h.Members {
				persons = append(persons, m.ID)
			}
		}
	}
	return persons
}

// onlyHome tells whether a seller and spouse own no other home in the province.
// That they do own one is certain whoever says it; that they do not is certain
// only when every source has spoken.
func onlyHome(b Basis, f File, seller string) tax.Answer {
	couple, known := []string{seller}, false
	for _, h := range f.families().Families {
		if h.has(seller) {
			known = true
			for _, m := range h.Members {
				if m.Role != MinorChild {
					couple = append(couple, m.ID)
				}
			}
		}
	}
	others := count(homesOf(b, f, couple), b.Facts.County)
	switch {
	case seller == "":
		return tax.Unknown
	case others.Province > 0:
		return tax.No
	case !known || f[Homes].Outcome != Answered:
		return tax.Unknown
	}
	return tax.Yes
}

// homesOf returns the homes of some persons besides the one that is sold, each
// once: two registers may know the same home, and a registered home is no longer
// merely contracted for.
func homesOf(b Basis, f File, persons []string) map[string]Home {
	var elsewhere HomeList
	f.into(Homes, &elsewhere)
	homes := map[string]Home{}
	for _, h := range slices.Concat(b.Own, elsewhere.Homes) {
		held := slices.ContainsFunc(h.Holders, func(id string) bool { return slices.Contains(persons, id) })
		if before, twice := homes[h.Unit]; !held || h.Unit == b.Facts.Unit || twice && !before.NetSigned {
			continue
		}
		homes[h.Unit] = h
	}
	return homes
}

// count counts homes by how near they lie to the county of the one that is sold.
// Homes contracted for count where the city's registries know them.
func count(homes map[string]Home, county string) (n tax.Homes) {
	for _, h := range homes {
		near := func(digits int) bool { return strings.HasPrefix(h.County, county[:min(digits, len(county))]) }
		switch {
		case h.NetSigned && near(4):
			n.NetSigned++
		case h.NetSigned || !near(2):
		default:
			n.Province++
			n.City += one(near(4))
			n.County += one(near(6))
		}
	}
	return n
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// acquired tells how the sellers came to the home: by the tax side's voucher, or,
// where it holds none, by the register alone, without proof of the cost.
func acquired(register tax.Acquired, f File) (tax.Acquired, tax.Cost) {
	var p Purchase
	switch {
	case !f.into(Prior, &p):
		return register, tax.Cost{Proven: tax.Unknown}
	case !p.Held:
		return register, tax.Cost{Proven: tax.No}
	}
	certificate := p.CertificateOn.Time
	if certificate.IsZero() {
		certificate = register.CertificateOn
	}
	return tax.Acquired{
		By: p.By, CertificateOn: certificate, VoucherOn: p.VoucherOn.Time, PredecessorOn: p.PredecessorOn.Time,
	}, p.Cost
}
