package registration

import (
	"errors"
	"time"

	"onewindow/internal/money"
)

// ErrNoContract says that no contract is filed under the number.
var ErrNoContract = errors.New("no such filed contract")

// Contract is a sale contract as the housing bureau holds it (网签备案合同).
type Contract struct {
	Number string
	Unit   UnitCode
	Area   Area
	// UnitArea is the area of the unit in the register when the contract was read,
	// zero if the register holds no such unit.
	UnitArea    Area
	Price       money.Fen
	CoOwnership CoOwnership
	Sellers     []Holder
	Buyers      []Holder
	SignedOn    time.Time
	FiledOn     time.Time
	RevokedOn   time.Time // zero if it stands
	FulfilledBy int64     // the case whose entry fulfilled it, zero if none
}

// UnknownContract is what CheckFiling says when no such contract is filed.
func UnknownContract() Findings { return contractFinding(codeContractUnknown, "contract", nil) }

// CheckFiling asks whether the filed contract stands and says what the
// application says of unit, area, price, co-ownership and parties (C1). It is pure.
func CheckFiling(a Application, c Contract) Findings {
	var found Findings
	note := func(differs bool, code, field string, args map[string]string) {
		if differs {
			found = append(found, contractFinding(code, field, args)...)
		}
	}
	note(c.Number != a.Contract, codeContractUnknown, "contract", nil)
	note(!c.RevokedOn.IsZero(), codeContractRevoked, "contract", map[string]string{"on": dateText(c.RevokedOn)})
	note(c.FulfilledBy != 0, codeContractFulfilled, "contract", nil)
	note(c.Unit != a.Unit, codeContractUnitDiffers, "unit", nil)
	note(c.Unit == a.Unit && c.Area != c.UnitArea, codeContractAreaDiffers, "contract", nil)
	note(c.Price != a.Price, codeContractPriceDiffers, "price_fen", nil)
	note(c.CoOwnership != a.CoOwnership, codeContractCoOwnershipDiffers, "co_ownership", nil)
	note(!sameParties(a.Sellers, c.Sellers), codeContractSellersDiffer, "sellers", nil)
	same := sameParties(a.Buyers, c.Buyers)
	note(!same, codeContractBuyersDiffer, "buyers", nil)
	note(same && !sameShares(a.Buyers, c.Buyers), codeContractSharesDiffer, "buyers", nil)
	return found.or(CheckContract, codeContractAgrees)
}

func contractFinding(code, field string, args map[string]string) Findings {
	return Findings{{Check: CheckContract, Outcome: Block, Code: code, Field: field, Args: args}}
}

// sameParties reports whether one side names the same people, in any order.
func sameParties(applied []Party, filed []Holder) bool {
	if len(applied) != len(filed) {
		return false
	}
	seen := make(map[int]bool)
	for _, p := range applied {
		h := holderOf(p, filed)
		if h < 0 || seen[h] || !sameName(p.Name, filed[h].Name) {
			return false
		}
		seen[h] = true
	}
	return true
}

// sameShares reports whether people who are the same have the same shares.
func sameShares(applied []Party, filed []Holder) bool {
	for _, p := range applied {
		if !p.Share.equal(filed[holderOf(p, filed)].Share) {
			return false
		}
	}
	return true
}
