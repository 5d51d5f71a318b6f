// Package worked reads worked cases of tax (算例), as calculators and circulars
// publish them, and computes them with the rules of the window.
//
// A case says less than a file at the window: it may name the rank of a home
// instead of the homes, or only that a home was held for less than two years.
// What it leaves open stays open: a line is given only where the facts suffice.
// It knows nothing of the register, of words for people or of storage.
package worked

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrMalformed says that a text is no case or list of cases, and where.
var ErrMalformed = errors.New("not a case or a list of cases")

// maxInput is more than any list of cases.
const maxInput = 64 << 20

// A Case is one situation. Keys that it does not have are ignored: a published
// case brings its source and what its author expects.
type Case struct {
	ID     string `json:"id"`
	Date   day    `json:"date"`   // of filing, where the inputs name no other
	Region string `json:"region"` // by name: 湖南岳阳
	Kind   string `json:"transfer_kind"`
	Inputs Inputs `json:"inputs"`
}

// Inputs are the facts that a case may state. A rate among them stands for what
// the office adopted.
type Inputs struct {
	Province string `json:"province"`
	City     string `json:"city"`
	Tier     string `json:"location_tier"`
	Kind     string `json:"transfer_kind"`
	Property string `json:"property_type"`

	ContractOn day `json:"contract_date"`
	FilingOn   day `json:"filing_date"`
	TransferOn day `json:"transfer_date"`

	Price         number  `json:"price_fen"`
	Assessed      number  `json:"assessed_price_fen"`
	LowJustified  bool    `json:"low_price_justified"`
	Accepted      bool    `json:"assessed_price_accepted"`
	Area          decimal `json:"area_m2"`
	Ordinary      *bool   `json:"ordinary_housing"`
	DeveloperRate number  `json:"developer_vat_rate_bp"`
	InvoiceNet    number  `json:"invoice_net_fen"`
	Difference    number  `json:"swap_difference_fen"`
	Compensation  number  `json:"compensation_fen"`

	BuyerKind     string   `json:"buyer_kind"`
	SellerKind    string   `json:"seller_kind"`
	Rank          number   `json:"buyer_home_rank"`
	BuyerOnly     bool     `json:"buyer_only"`
	SellerShares  []string `json:"seller_shares"`
	SellerHalved  *bool    `json:"seller_six_tax_halved"`
	BuyerHalved   *bool    `json:"buyer_six_tax_halved"`
	SoleHome      *bool    `json:"seller_sole_home_in_province"`
	AcquiredBy    string   `json:"seller_acquired_by"`
	AcquiredOn    day      `json:"seller_acquired_date"`
	HoldingYears  decimal  `json:"holding_years"`
	HoldingUnder2 *bool    `json:"holding_lt_2y"`
	VATExempt     *bool    `json:"vat_exempt"`

	Method        string `json:"pit_method"`
	DeemedRate    number `json:"pit_deemed_rate_bp"`
	OriginalPrice number `json:"original_price_fen"`
	OriginalDeed  number `json:"original_deed_tax_fen"`
	Proof         *bool  `json:"has_original_proof"`
	Decoration    number `json:"decoration_fen"`
	DecorationCap number `json:"decoration_cap_bp"`
	Interest      number `json:"loan_interest_fen"`
	Fees          number `json:"other_fees_fen"`
	TransferTaxes number `json:"transfer_taxes_fen"`
	StatutoryRate number `json:"deed_statutory_rate_bp"`
	LandMethod    string `json:"lvat_method"`
	LandYears     number `json:"lvat_years"`
	LandRate      number `json:"lvat_deemed_rate_bp"`
	LandAppraised number `json:"lvat_appraised_fen"`
	LandPrice     number `json:"lvat_land_price_fen"`

	SoldOn   day    `json:"old_home_sale_date"`
	BoughtOn day    `json:"new_home_purchase_date"`
	OldPrice number `json:"old_home_sale_price_fen"`
	NewPrice number `json:"new_home_price_fen"`
	Paid     number `json:"pit_paid_fen"`
	SameCity *bool  `json:"same_city"`
	NewOwner *bool  `json:"seller_is_new_owner"`
}

// Read reads one case or a list of them. It returns ErrMalformed with the place
// of the first mistake.
func Read(r io.Reader) ([]Case, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) > maxInput:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, maxInput)
	case len(raw) == 0:
		return nil, fmt.Errorf("%w: nothing given", ErrMalformed)
	}
	list := make([]json.RawMessage, 1)
	into := any(&list[0])
	if raw[0] == '[' {
		into = &list
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	cases := make([]Case, len(list))
	for i, item := range list {
		if item[0] != '{' {
			return nil, fmt.Errorf("%w: number %d is no object", ErrMalformed, i+1)
		}
		if err := json.Unmarshal(item, &cases[i]); err != nil {
			return nil, fmt.Errorf("%w: number %d (%q): %v", ErrMalformed, i+1, cases[i].ID, err)
		}
	}
	return cases, nil
}

// day is a day written 2006-01-02; null and absent are zero.
type day struct{ time.Time }

// UnmarshalJSON reads a day or null.
func (d *day) UnmarshalJSON(raw []byte) (err error) {
	if string(raw) == "null" {
		return nil
	}
	if d.Time, err = time.Parse(`"`+time.DateOnly+`"`, string(raw)); err != nil {
		return fmt.Errorf("%.40s is not a day like 2026-03-15", raw)
	}
	return nil
}

// number is a whole number that may be absent.
type number struct {
	given bool
	n     int64
}

// UnmarshalJSON reads a whole number or null. One beyond 64 bits becomes the
// greatest there is: no amount of a home, and for a person to look at.
func (n *number) UnmarshalJSON(raw []byte) (err error) {
	if string(raw) == "null" {
		return nil
	}
	n.given = true
	n.n, err = strconv.ParseInt(string(raw), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return nil // ParseInt has given the nearest number
	}
	if err != nil {
		return fmt.Errorf("%.40s is not a whole number", raw)
	}
	return nil
}

// decimal is a number in hundredths that may be absent.
type decimal struct {
	given bool
	n     int64
}

// UnmarshalJSON reads a number without an exponent. What is finer than a
// hundredth counts as the next one: 140.001 m² are more than 140.
func (d *decimal) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	whole, fraction, _ := strings.Cut(string(raw), ".")
	fine := strings.TrimRight(fraction, "0")
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
	case err != nil || strings.Trim(fraction, "0123456789") != "":
		return fmt.Errorf("%.40s is not a number in digits", raw)
	case len(fine) > 2 && n < math.MaxInt64:
		n++
	}
	d.given, d.n = true, n
	return nil
}
