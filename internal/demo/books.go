package demo

import (
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/registration"
)

// firstBuyer is the number of the first buyer whom NextSale invents; each has the
// next number for a spouse.
const firstBuyer = 4000

// Books are what the offices outside know of the city: its families, what its
// homes are assessed at, and how their owners came to them.
func Books() *sandbox.Books {
	homes, couples := map[registration.UnitCode]town.Home{}, map[string]sandbox.Household{}
	for _, l := range listings() {
		homes[unitOf(1, l.door)] = l.home()
		for _, family := range [][]registration.Party{l.owners, l.buyers} {
			if len(family) == 2 {
				couple := town.Couple(family[0], family[1], day(2015, 10, 1))
				couples[family[0].ID], couples[family[1].ID] = couple, couple
			}
		}
	}
	for i := range homesOnOffer {
		homes[unitOf(2, doorOf(i))] = onOfferAt(i)
	}
	books := town.Books(func(u registration.UnitCode) (town.Home, bool) {
		h, known := homes[u]
		return h, known
	}, func(n int) (sandbox.Household, bool) {
		if n >= firstBuyer {
			first := n - (n-firstBuyer)%2
			return town.Couple(town.Person("", first), town.Person("", first+1), day(2018, 9, 9)), true
		}
		couple, married := couples[town.Person("", n).ID]
		return couple, married
	})
	return &books
}
