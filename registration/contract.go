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
	Number      string
	Unit        UnitCode
	Area        Area
	Price       money.Fen
	CoOwnership CoOwnership
	Sellers     []Holder
	Buyers      []Holder
	SignedOn    time.Time
	FiledOn     time.Time
	RevokedOn   time.Time // zero if it stands
	FulfilledBy int64     // the case whose entry fulfilled it, zero if none
}
