package registration

import "onewindow/internal/money"

// Kinds of identity document a party may name.
const (
	// Resident is a citizen with a resident identity number (公民身份号码).
	Resident = "resident"
	// Organisation is a body with a unified social credit code (统一社会信用代码).
	Organisation = "organisation"
)

// Party is a person or body that gives or takes a right (当事人).
type Party struct {
	// Name is kept as typed, rare characters included.
	Name string `json:"name"`
	// IDKind is Resident or Organisation; empty means Resident.
	IDKind string `json:"id_kind,omitempty"`
	// ID is the number of the identity document.
	ID string `json:"id_number"`
	// Phone is where notices go; the register does not keep it.
	Phone string `json:"phone,omitempty"`
	// Share is the part of a buyer under ByShares, and nothing otherwise.
	Share Share `json:"share,omitzero"`
}

// organisation reports whether the party is a body, not a citizen.
func (p Party) organisation() bool { return p.IDKind == Organisation }

// Application is what the parties ask of the registrar (登记申请).
type Application struct {
	Kind Kind     `json:"kind"`
	Unit UnitCode `json:"unit"`
	// Certificate is the number of the certificate that is handed in.
	Certificate Number `json:"certificate"`
	// Contract is the number of the filed contract (网签备案合同编号).
	Contract string `json:"contract"`
	// Price is the price of the contract, in fen.
	Price money.Fen `json:"price_fen"`
	// CoOwnership is how the buyers will hold the right.
	CoOwnership CoOwnership `json:"co_ownership"`
	Sellers     []Party     `json:"sellers"`
	Buyers      []Party     `json:"buyers"`
}

// Normalise returns a with its codes written as the standards write them:
// half-width digits and letters, upper case, no blanks. Names lose only the
// blanks around them; their characters are never altered.
func (a Application) Normalise() Application {
	a.Kind = Kind(trim(string(a.Kind)))
	a.Unit = UnitCode(foldCode(string(a.Unit)))
	a.Certificate = normaliseNumber(string(a.Certificate))
	a.Contract = ContractNumber(a.Contract)
	a.CoOwnership = CoOwnership(trim(string(a.CoOwnership)))
	a.Sellers = normaliseParties(a.Sellers)
	a.Buyers = normaliseParties(a.Buyers)
	return a
}

func normaliseParties(parties []Party) []Party {
	out := make([]Party, len(parties))
	for i, p := range parties {
		p.Name = trim(p.Name)
		p.IDKind = trim(p.IDKind)
		if p.IDKind == "" {
			p.IDKind = Resident
		}
		p.ID = foldCode(p.ID)
		p.Phone = foldPhone(p.Phone)
		out[i] = p
	}
	return out
}
