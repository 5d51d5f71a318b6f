package tax

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"onewindow/internal/money"
)

// Facts is every fact that a rule reads (计税信息). Literals list every field:
// a fact that was forgotten must not pass for a fact that is zero. It holds no
// name and no identity number. The fields that came with the second edition of
// the rules are left out of the JSON while they are zero: facts stored before
// them read and compare as they were.
type Facts struct {
	Unit    string `json:"unit"`    // 不动产单元代码
	County  string `json:"county"`  // its six-digit county code: where the property lies
	Parties string `json:"parties"` // Fingerprint of the parties' identity numbers
	Deal    Deal   `json:"deal"`
	Use     Use    `json:"use"`

	ContractOn time.Time `json:"contract_on"` // 网签合同 signed
	FilingOn   time.Time `json:"filing_on"`   // declared: chooses the rules in force
	TransferOn time.Time `json:"transfer_on"` // end of the seller's holding

	Price             money.Fen `json:"price_fen"`    // of the contract, VAT included
	Assessed          money.Fen `json:"assessed_fen"` // 评估价格, VAT included; zero: not known
	LowPriceJustified bool      `json:"low_price_justified"`
	Area              int64     `json:"area"`     // 建筑面积 in hundredths of m²
	Ordinary          Answer    `json:"ordinary"` // 普通住房: only read in the four cities before 2024-12-01

	Buyers  []Buyer  `json:"buyers"`
	Family  Family   `json:"family"`
	Sellers []Seller `json:"sellers"`

	Acquired Acquired  `json:"acquired"`
	Cost     Cost      `json:"cost"`
	Special  []Special `json:"special"`

	RegistrationOn   time.Time    `json:"registration_on,omitzero"` // 登记日, where it is planned
	Tier             Tier         `json:"tier,omitzero"`
	AssessedAccepted bool         `json:"assessed_accepted,omitzero"` // the parties pay on the assessed value
	VATExempt        Answer       `json:"vat_exempt,omitzero"`        // as the tax office states
	SellerRelief     Answer       `json:"seller_relief,omitzero"`     // 六税两费减半; see relief
	BuyerRelief      Answer       `json:"buyer_relief,omitzero"`      //
	Invoice          Invoice      `json:"invoice,omitzero"`
	Swap             SwapTerms    `json:"swap,omitzero"`
	Compensation     money.Fen    `json:"compensation_fen,omitzero"` // 征收补偿款 put into this home
	LandVAT          LandVATFacts `json:"land_vat,omitzero"`
	BuyerOnly        bool         `json:"buyer_only,omitzero"` // the seller files elsewhere
	Silent           []Silence    `json:"silent,omitempty"`    // sources that gave no answer that can be used
}

// A Silence is a source that was asked for facts and did not give them: they are
// unknown, whatever stands in their place.
type Silence struct {
	Source string `json:"source"`
	Why    string `json:"why"` // late, refused, malformed, stale, not_connected
}

// Invoice is the seller's invoice of a developer or a company (不动产销售发票): the
// amount without VAT, or the rate that it is found by.
type Invoice struct {
	Net    money.Fen `json:"net_fen,omitzero"`
	RateBP int64     `json:"rate_bp,omitzero"`
}

// SwapTerms says what the buyer's side pays on top (互换差价); negative: receives.
type SwapTerms struct {
	Known      Answer    `json:"known,omitzero"`
	Difference money.Fen `json:"difference_fen,omitzero"`
}

// The facts that a line may lack, as the case file names them.
const (
	lackRank         = "buyer_home_rank"
	lackArea         = "area_m2"
	lackAssessed     = "assessed_price_fen"
	lackAcquired     = "seller_acquired_date"
	lackSole         = "seller_sole_home_in_province"
	lackMethod       = "pit_method"
	lackCost         = "original_price_fen"
	lackOrdinary     = "ordinary_housing"
	lackTier         = "location_tier"
	lackInvoice      = "developer_vat_rate_bp"
	lackDifference   = "swap_difference_fen"
	lackCompensation = "compensation_fen"
	lackLandMethod   = "lvat_method"
	lackAppraised    = "lvat_appraised_fen"
	lackCosts        = "transfer_taxes_fen"
)

// Answer is the answer of another office to a question about people. The zero
// Answer counts as unknown.
type Answer string

// The answers; no answer is ever taken for a no.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// PersonKind tells whose family and homes can be asked about.
type PersonKind string

// Only residents, identified by an 18-digit number, are assessed by machine.
const (
	Resident     PersonKind = "resident"
	Foreign      PersonKind = "foreign" // also Hong Kong, Macau and Taiwan papers
	Organisation PersonKind = "organisation"
)

// A Buyer is a person who acquires.
type Buyer struct {
	Kind PersonKind `json:"kind"`
}

// A Seller is a person who transfers, with the share of the sale. Sellers who
// own jointly (共同共有) have no shares: all zero divides equally.
type Seller struct {
	Kind     PersonKind `json:"kind"`
	Num      int64      `json:"num"`
	Den      int64      `json:"den"`
	OnlyHome Answer     `json:"only_home"` // 家庭唯一生活用房: the couple's only home in the province
}

// Family is what civil affairs and the register say of the buyers' family:
// buyer, spouse and minor children (财税〔2016〕23号 art. 1).
type Family struct {
	Known     Answer    `json:"known"`
	Count     int       `json:"count"` // families among the buyers
	Minor     bool      `json:"minor"` // a buyer is a minor
	ChangedOn time.Time `json:"changed_on"`
	Homes     Homes     `json:"homes"`
	Each      []Homes   `json:"each,omitempty"` // of every family, where the buyers are of several
}

// Homes counts the homes that a family owns before this purchase, by the areas
// in which a rule may count, and those under a filed contract but not yet
// registered.
type Homes struct {
	County    int `json:"county"`
	City      int `json:"city"`
	Province  int `json:"province"`
	NetSigned int `json:"net_signed"`
}

// HomesEverywhere returns the count of a register that tells no areas apart.
func HomesEverywhere(n int) Homes { return Homes{County: n, City: n, Province: n, NetSigned: 0} }

// Acquisition is how the seller came to the home.
type Acquisition string

// The acquisitions whose holding period is computed here; the previous owner's
// date continues through the second to fourth (国税发〔2005〕172号).
const (
	ByPurchase    Acquisition = "purchase"
	ByInheritance Acquisition = "inheritance"
	ByFamilyGift  Acquisition = "gift_family"
	ByDivorce     Acquisition = "divorce"
	ByOtherGift   Acquisition = "gift_other"
	BySelf        Acquisition = "self_built" // 自建自用
)

// Acquired is the proof of how long the home has been held. A zero day is one
// that no record shows.
type Acquired struct {
	By            Acquisition `json:"by"`
	CertificateOn time.Time   `json:"certificate_on"` // 房屋产权证书填发日期
	VoucherOn     time.Time   `json:"voucher_on"`     // 契税完税证明注明日期
	PredecessorOn time.Time   `json:"predecessor_on"` // the previous owner's purchase
}

// Cost is what the seller paid for the home, as far as vouchers prove it; the
// fees and interest are those that the law lets deduct (国税发〔2006〕108号 art. 2).
type Cost struct {
	Proven     Answer    `json:"proven"`
	Price      money.Fen `json:"price_fen"`
	DeedTax    money.Fen `json:"deed_tax_fen"`
	Decoration money.Fen `json:"decoration_fen"`
	Interest   money.Fen `json:"interest_fen"`
	Fees       money.Fen `json:"fees_fen"`

	Documented Answer    `json:"documented,omitzero"` // the purchase has its vouchers; empty: as Proven
	Taxes      money.Fen `json:"taxes_fen,omitzero"`  // at this sale, where they are stated and not computed
}

// documented reports whether vouchers prove the purchase price.
func (c Cost) documented() Answer {
	if c.Documented != "" {
		return c.Documented
	}
	return c.Proven
}

// Special is a circumstance that always needs a person.
type Special string

// The special circumstances that other rooms may report.
const (
	CourtDocument       Special = "court_document"
	PartShare           Special = "part_share"
	ExpropriationRelief Special = "expropriation_relief"
	PersonalRelief      Special = "personal_income_tax_relief"
	ReliefToRecover     Special = "earlier_relief_to_recover"
	ForeignCurrency     Special = "foreign_currency"
)

// Fingerprint returns a digest of the parties' identity numbers, whatever their
// order, by which a later change of the parties is noticed.
func Fingerprint(idNumbers ...string) string {
	sorted := slices.Sorted(slices.Values(idNumbers))
	sum := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return hex.EncodeToString(sum[:])
}
