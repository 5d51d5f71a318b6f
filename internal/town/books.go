package town

import (
	"fmt"
	"strconv"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/sandbox"
	"onewindow/registration"
)

// Books are what the offices outside know of a town whose homes and families are
// given by functions: a town of any size needs no memory.
func Books(home func(registration.UnitCode) (Home, bool), family func(n int) (sandbox.Household, bool)) sandbox.Books {
	return sandbox.Books{
		Family: func(person string) (sandbox.Household, bool) {
			n, ours := number(person)
			if !ours {
				return sandbox.Household{}, false
			}
			if h, known := family(n); known {
				return h, true
			}
			return sandbox.Household{Members: []sandbox.Kinsman{{ID: person, Role: "self"}}}, true
		},
		Purchase: func(unit string) (sandbox.Purchase, bool) {
			h, known := home(registration.UnitCode(unit))
			return h.purchase(), known
		},
		Value: func(unit string) (sandbox.Appraisal, bool) {
			h, known := home(registration.UnitCode(unit))
			return sandbox.Appraisal{Value: int64(h.Value), On: "2026-11-01", Document: "样本评估"}, known
		},
	}
}

// OwnBooks are those of the town that Build builds: everybody is single, and no
// home was ever anything but bought.
func OwnBooks() *sandbox.Books {
	books := Books(func(u registration.UnitCode) (Home, bool) {
		i, ok := index(u)
		return homeOf(i), ok
	}, func(int) (sandbox.Household, bool) { return sandbox.Household{}, false })
	return &books
}

// purchase is the owners' own, as the tax office keeps it.
func (h Home) purchase() sandbox.Purchase {
	on := h.BoughtOn.Format(time.DateOnly)
	return sandbox.Purchase{
		By: "purchase", CertificateOn: on, VoucherOn: on, Voucher: "样本凭证",
		Cost: sandbox.Cost{Proven: "yes", Price: int64(h.Cost), DeedTax: int64(money.MulBP(h.Cost, 150))},
	}
}

// Couple are two people of the town, married on a day.
func Couple(a, b registration.Party, on time.Time) sandbox.Household {
	return sandbox.Household{ChangedOn: on.Format(time.DateOnly),
		Members: []sandbox.Kinsman{{ID: a.ID, Role: "self"}, {ID: b.ID, Role: "spouse"}}}
}

// number is which person of the town has an identity number.
func number(id string) (n int, ours bool) {
	if len(id) != 18 {
		return 0, false
	}
	born, err := time.Parse("20060102", id[6:14])
	sequence, err2 := strconv.Atoi(id[14:17])
	days := int(born.Sub(time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	if err != nil || err2 != nil || sequence < 1 || days < 0 || days >= perSequence {
		return 0, false
	}
	return (sequence-1)*perSequence + days, true
}

// index is which home of the town has a unit code.
func index(u registration.UnitCode) (i int, ours bool) {
	var building, door int
	_, err := fmt.Sscanf(string(u), parcel+"F%04d%04d", &building, &door)
	return (building-1)*perBuilding + door - 1, err == nil && building > 0 && door > 0
}
