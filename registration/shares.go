package registration

import (
	"math/big"
	"strconv"
)

// checkShares asks whether the buyers' co-ownership is consistent (P3, Civil Code
// art. 297–299): one buyer holds alone, several hold jointly or by shares, and
// shares, given for all under ByShares and for nobody otherwise, sum to 1.
func checkShares(check string, c CoOwnership, buyers []Party) Findings {
	if len(buyers) == 0 || len(buyers) > maxParties {
		return nil // the number of parties is a finding of its own
	}
	block := func(code, field string, args map[string]string) Findings {
		return Findings{{Check: check, Outcome: Block, Code: code, Field: field, Args: args}}
	}
	switch {
	case !c.Known():
		return block(codeCoOwnershipUnknown, "co_ownership", nil)
	case len(buyers) == 1 && c != Sole:
		return block(codeCoOwnershipOneBuyer, "co_ownership", nil)
	case len(buyers) > 1 && c == Sole:
		return block(codeCoOwnershipSeveralBuyers, "co_ownership", map[string]string{"buyers": strconv.Itoa(len(buyers))})
	}
	var found Findings
	for i, b := range buyers {
		if code := shareDefect(c, b.Share); code != "" {
			found = append(found, block(code, path("buyers", i, "share"), nil)...)
		}
	}
	if sum := sumShares(buyers); len(found) == 0 && c == ByShares && sum.Cmp(big.NewRat(1, 1)) != 0 {
		found = block(codeSharesSum, "buyers", map[string]string{"sum": sum.RatString()})
	}
	return found
}

// shareDefect names what is wrong with the share of one buyer, "" if nothing.
func shareDefect(c CoOwnership, s Share) string {
	switch {
	case !s.IsZero() && !s.Valid():
		return codeShareMalformed
	case c == ByShares && s.IsZero():
		return codeShareMissing
	case c != ByShares && !s.IsZero():
		return codeShareUnwanted
	}
	return ""
}

// sumShares adds the shares of parties exactly; invalid ones count for nothing.
func sumShares(parties []Party) *big.Rat {
	sum := new(big.Rat)
	for _, p := range parties {
		if p.Share.Valid() {
			sum.Add(sum, p.Share.rat())
		}
	}
	return sum
}
