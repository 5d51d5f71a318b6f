package tax

import (
	"math/big"
	"time"

	"onewindow/internal/money"
)

// The second computation: the law of the common deals of individuals in the
// centre of 岳阳, written down once more from its articles with exact fractions,
// the tiers of the land VAT summed one by one. It shares no code and no table
// with the first one.

// half rounds halves up, for what is not negative.
func half(x *big.Rat) money.Fen {
	n := new(big.Int).Lsh(x.Num(), 1)
	n.Add(n, x.Denom())
	return money.Fen(n.Quo(n, new(big.Int).Lsh(x.Denom(), 1)).Int64())
}

func rat(f money.Fen) *big.Rat { return big.NewRat(int64(f), 1) }

func part(f money.Fen, num, den int64) money.Fen {
	return half(new(big.Rat).Mul(rat(f), big.NewRat(num, den)))
}

// complete reports whether years have passed, comparing the days as numbers.
func complete(start, end time.Time, years int) bool {
	number := func(t time.Time) int { return t.Year()*10_000 + int(t.Month())*100 + t.Day() }
	return number(end) >= number(start)+years*10_000 ||
		number(start)%10_000 == 229 && number(end)%10_000 == 228 && end.Year() >= start.Year()+years && !leap(end.Year())
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// byLaw returns what f pays of every tax, or nothing for a deal that the second
// computation does not know.
func byLaw(f Facts) map[Tax]money.Fen {
	switch {
	case f.Deal == Sale && f.Use == Housing:
		return homeByLaw(f)
	case f.Deal == Sale:
		return shopByLaw(f)
	case f.Deal == GiftFamily && f.Use == Housing:
		duty := stampByLaw(f, f.Assessed)
		return map[Tax]money.Fen{Deed: part(f.Assessed, 4, 100), Stamp: 2 * duty}
	case f.Deal == NewHome && f.Use == Housing:
		net := part(f.Price, 10_000, 10_000+f.Invoice.RateBP)
		return map[Tax]money.Fen{Deed: deedByLaw(f, net)}
	}
	return nil
}

func vatByLaw(f Facts, taxed money.Fen) money.Fen {
	percent := int64(3)
	if f.FilingOn.Year() < 2026 {
		percent = 5
	}
	return taxed - part(taxed, 100, 100+percent)
}

// halvedByLaw is what remains of a tax since the six taxes are halved.
func halvedByLaw(f Facts, due money.Fen) money.Fen {
	if f.ContractOn.Year() < 2019 {
		return due
	}
	return due - part(due, 1, 2)
}

func addSurcharges(f Facts, vat money.Fen, owed map[Tax]money.Fen) money.Fen {
	owed[VAT] = vat
	owed[Construction] = halvedByLaw(f, part(vat, 7, 100))
	owed[Education] = halvedByLaw(f, part(vat, 3, 100))
	owed[LocalEducation] = halvedByLaw(f, part(vat, 2, 100))
	return owed[Construction] + owed[Education] + owed[LocalEducation]
}

func stampByLaw(f Facts, amount money.Fen) money.Fen { return halvedByLaw(f, part(amount, 5, 10_000)) }

func homeByLaw(f Facts) map[Tax]money.Fen {
	owed := map[Tax]money.Fen{}
	start := f.Acquired.CertificateOn
	vat := money.Fen(0)
	if !complete(start, f.TransferOn, 2) {
		vat = vatByLaw(f, f.Price)
	}
	net := f.Price - vat
	costs := addSurcharges(f, vat, owed)
	owed[Deed] = deedByLaw(f, net)
	if f.Sellers[0].OnlyHome == Yes && complete(start, f.TransferOn, 5) {
		return owed
	}
	owed[Income] = part(net, 1, 100)
	if c := f.Cost; c.Proven == Yes {
		tenth := part(c.Price, 1, 10)
		gain := net - c.Price - c.DeedTax - min(c.Decoration, tenth) - c.Interest - c.Fees - costs
		owed[Income] = part(max(0, gain), 1, 5)
	}
	return owed
}

func deedByLaw(f Facts, net money.Fen) money.Fen {
	small := f.Area <= 140_00
	if f.FilingOn.Before(time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)) {
		small = f.Area <= 90_00
	}
	switch homes := f.Family.Homes.City; {
	case homes >= 2:
		return part(net, 4, 100)
	case small:
		return part(net, 1, 100)
	case homes == 0:
		return part(net, 15, 1000)
	}
	return part(net, 2, 100)
}

func shopByLaw(f Facts) map[Tax]money.Fen {
	owed := map[Tax]money.Fen{}
	taxed := f.Price
	if f.Cost.Proven == Yes {
		taxed = max(0, f.Price-f.Cost.Price)
	}
	vat := vatByLaw(f, taxed)
	net := f.Price - vat
	costs := addSurcharges(f, vat, owed)
	stamp := stampByLaw(f, net)
	owed[Stamp] = 2 * stamp
	costs += stamp
	owed[Deed] = part(net, 4, 100)
	if f.Cost.Proven != Yes {
		owed[LandVAT], owed[Income] = part(net, 5, 100), part(net, 15, 1000)
		return owed
	}
	c := f.Cost
	grown := new(big.Rat).Mul(rat(c.Price), big.NewRat(100+5*f.LandVAT.Years, 100))
	deductions := grown.Add(grown, rat(c.DeedTax+costs))
	owed[LandVAT] = landByLaw(rat(net), deductions)
	gain := net - c.Price - c.DeedTax - c.Decoration - c.Interest - c.Fees - costs - owed[LandVAT]
	owed[Income] = part(max(0, gain), 1, 5)
	return owed
}

// landByLaw taxes every slice of the gain at its own rate.
func landByLaw(net, deductions *big.Rat) money.Fen {
	gain := new(big.Rat).Sub(net, deductions)
	sum, from := new(big.Rat), new(big.Rat)
	for _, t := range []struct{ upTo, rate int64 }{{50, 30}, {100, 40}, {200, 50}, {0, 60}} {
		to := new(big.Rat).Mul(deductions, big.NewRat(t.upTo, 100))
		if t.upTo == 0 || to.Cmp(gain) > 0 {
			to = gain
		}
		if slice := new(big.Rat).Sub(to, from); slice.Sign() > 0 {
			sum.Add(sum, slice.Mul(slice, big.NewRat(t.rate, 100)))
			from = to
		}
	}
	return half(sum)
}
