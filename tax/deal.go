package tax

// Deal is how the right passes on (转移原因).
type Deal string

// The deals that figures can be proposed for. Only a sale, a new home and a
// change between spouses are decided by machine.
const (
	Sale         Deal = "sale"                       // 买卖(存量房)
	NewHome      Deal = "new_home_sale"              // 买卖(增量房), by a developer
	GiftFamily   Deal = "gift_family"                // 近亲属赠与
	GiftOther    Deal = "gift_other"                 // 其他赠与
	Inheritance  Deal = "inheritance_statutory"      // 法定继承
	Bequest      Deal = "inheritance_bequest"        // 遗赠
	Divorce      Deal = "divorce"                    // 离婚分割
	Spouses      Deal = "spouse_change"              // 夫妻间变更
	Swap         Deal = "swap"                       // 互换
	CourtSale    Deal = "judicial_sale"              // 司法拍卖
	Resettlement Deal = "expropriation_resettlement" // 征收安置
	NoTransfer   Deal = "no_transfer"                // mortgage discharge, pre-notice: no ownership passes on
)

// terms say what a deal is for the taxes.
type terms struct {
	priced   bool // a price is agreed; else the assessed value is the base
	purchase bool // a home bought so may have the reduced rates of deed tax
	asSale   bool // the transferor is taxed as a seller
	family   bool // a division within the family: no VAT, no income tax, no land VAT
	code     Code // why a person looks at it; empty: a machine may decide
}

var deals = map[Deal]terms{
	Sale:         {priced: true, purchase: true, asSale: true},
	NewHome:      {priced: true, purchase: true},
	GiftFamily:   {family: true, code: GiftToProve},
	GiftOther:    {asSale: true, code: GiftToProve},
	Inheritance:  {family: true, code: InheritanceToProve},
	Bequest:      {family: true, code: InheritanceToProve},
	Divorce:      {family: true},
	Spouses:      {family: true},
	Swap:         {priced: true, asSale: true, code: SwapToCheck},
	CourtSale:    {priced: true, purchase: true, asSale: true, code: CourtPriceToCheck},
	Resettlement: {priced: true, purchase: true, code: CompensationToProve},
}

// terms returns those of f's deal.
func (f Facts) terms() terms { return deals[f.Deal] }

// Use is what the unit may be used for (规划用途). Only housing is assessed by
// machine.
type Use string

// The uses that figures can be proposed for.
const (
	Housing Use = "housing" // 住宅
	Shop    Use = "shop"    // 商铺
	Office  Use = "office"  // 办公
	Parking Use = "parking" // 车位, a unit of its own
	Other   Use = "other"   // 其他非住宅
)

var uses = map[Use]bool{Housing: true, Shop: true, Office: true, Parking: true, Other: true}

// Tier is where the property lies for the urban construction tax.
type Tier string

// The tiers of 城市维护建设税法 art. 4. The zero Tier is unknown: then the county's
// rate is used, if there is one.
const (
	City      Tier = "city"
	Town      Tier = "town"
	Elsewhere Tier = "other"
)

// onInvoice reports whether the seller's VAT stands on an invoice and the
// seller's other taxes are filed elsewhere: a developer, a company.
func (f Facts) onInvoice() bool {
	return f.Deal == NewHome || f.terms().asSale && f.sold(Organisation)
}

// exemptTrade reports whether p, on one side, trades housing free of stamp duty
// as an individual (财税〔2008〕137号).
func (f Facts) exemptTrade(side Side) bool {
	company := side == BuyerSide && f.bought(Organisation) || side == SellerSide && f.sold(Organisation)
	return f.Use == Housing && f.terms().priced && !company
}

func (f Facts) bought(k PersonKind) bool {
	for _, b := range f.Buyers {
		if b.Kind == k {
			return true
		}
	}
	return false
}

func (f Facts) sold(k PersonKind) bool {
	for _, s := range f.Sellers {
		if s.Kind == k {
			return true
		}
	}
	return false
}

// relief returns the answer of one side on the relief of six taxes: individuals
// have it unless a fact says otherwise, organisations only where one says so.
func (f Facts) relief(side Side) bool {
	answer, company := f.BuyerRelief, f.bought(Organisation)
	if side == SellerSide {
		answer, company = f.SellerRelief, f.sold(Organisation)
	}
	return answer == Yes || answer != No && !company
}
