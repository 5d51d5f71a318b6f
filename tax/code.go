package tax

// Code is a stable id that the catalogues turn into a sentence for people.
type Code string

// Why a line pays nothing, or less than the general rate.
const (
	DeedFirstHome   Code = "deed_first_home"         // 家庭唯一住房 at a reduced rate
	DeedSecondHome  Code = "deed_second_home"        // 家庭第二套住房 at a reduced rate
	VATHeld         Code = "vat_exempt_held"         // 购买满2年 exempt
	VATDifferential Code = "vat_on_difference"       // non-ordinary home in the four cities, to 2024-11-30
	VATNoGain       Code = "vat_no_difference"       // sold for no more than it cost
	NoVAT           Code = "no_vat_no_surcharge"     // surcharges follow the VAT paid
	SixTaxesHalved  Code = "six_taxes_halved"        // 六税两费减半
	StampHousing    Code = "stamp_exempt_housing"    // individuals' housing
	LandVATHousing  Code = "land_vat_exempt_housing" // individuals' housing
	IncomeSoleHome  Code = "income_exempt_sole_home" // 满五唯一
	IncomeNoGain    Code = "income_no_gain"          // sold at a loss
	SmallTax        Code = "small_tax_waived"        // one yuan or less
	BelowOneFen     Code = "below_one_fen"           // rounds to nothing

	DeedSpouses         Code = "deed_exempt_spouses"        // 契税法 art. 6(4)
	DeedHeir            Code = "deed_exempt_heir"           // 契税法 art. 6(5)
	DeedDivorce         Code = "deed_exempt_divorce"        // division of common property
	DeedNoDifference    Code = "deed_no_difference"         // a swap in which this side pays nothing
	DeedCompensation    Code = "deed_exempt_compensation"   // the part that compensation paid for
	VATStated           Code = "vat_exempt_stated"          // by the tax office
	VATFamily           Code = "vat_exempt_family"          // 家庭财产分割
	VATSelfBuilt        Code = "vat_exempt_self_built"      // 自建自用住房
	VATCompensation     Code = "vat_none_compensation"      // 征收补偿 is not taxed
	StampNoSale         Code = "stamp_no_sale"              // nothing is sold or bought
	LandVATFamily       Code = "land_vat_outside_family"    // not for value
	LandVATCompensation Code = "land_vat_exempt_taken"      // taken for public works
	LandVATNoGain       Code = "land_vat_no_gain"           //
	IncomeFamily        Code = "income_exempt_family"       // gifts in the family, inheritance
	IncomeDivision      Code = "income_exempt_division"     // between spouses
	IncomeCompensation  Code = "income_exempt_compensation" //
	RefundNotSameCity   Code = "refund_other_city"          // the new home lies in another city
	RefundNotOwner      Code = "refund_not_owner"           // the seller does not own the new home
	RefundTooLate       Code = "refund_not_in_time"         // bought before the sale, or later than a year after it
	RefundNoAct         Code = "refund_no_act"              // sold before any act gave a refund
	RefundNothingPaid   Code = "refund_nothing_paid"        //
	RefundInPart        Code = "refund_in_part"             // the new home was cheaper
	SetByOfficer        Code = "set_by_officer"             // 税务人员核定: an officer put the line on a document
)

// Why a tax officer must decide (转人工).
const (
	NoRule             Code = "no_rule_in_force"      // args: param, on
	ParameterUnsettled Code = "parameter_unsettled"   // args: param, proposed, alternatives
	OutsideRuleSet     Code = "outside_rule_set"      // the filing date is outside the years that were checked
	NotASale           Code = "not_a_sale"            // gift, inheritance, swap, court sale …
	NotHousing         Code = "not_housing"           // shop, office, separate parking space
	OrganisationParty  Code = "organisation_party"    // companies fall under other regimes
	ForeignParty       Code = "party_not_resident"    // no 18-digit resident number: family and homes cannot be asked
	NoParties          Code = "parties_missing"       //
	FactsIncomplete    Code = "facts_incomplete"      // args: field
	AmountImplausible  Code = "amount_implausible"    // negative, or beyond any home's price
	PriceTooSmall      Code = "price_below_threshold" // under the VAT threshold of one transaction
	AssessedUnknown    Code = "assessed_value_unknown"
	BelowAssessed      Code = "price_below_assessed" // the bureau must fix the base
	FamilyUnknown      Code = "buyer_family_unknown"
	SeveralFamilies    Code = "buyers_of_several_families"
	MinorBuyer         Code = "buyer_is_a_minor"
	FamilyChanged      Code = "buyer_family_changed_recently"
	SellerHomesUnknown Code = "seller_homes_unknown"
	OrdinaryUnknown    Code = "ordinary_housing_unknown"
	AcquisitionOpen    Code = "acquisition_not_covered"
	HoldingUnproven    Code = "holding_start_not_provable"
	CostUnknown        Code = "purchase_cost_unknown"
	SharesUnclear      Code = "shares_unclear"
	SpecialCase        Code = "special_circumstance" // args: special
	SourceSilent       Code = "source_silent"        // args: source, why

	FactMissing         Code = "fact_missing"        // args: field
	FactUnclear         Code = "fact_not_understood" // args: field
	UnknownDeal         Code = "deal_not_known"
	UnknownUse          Code = "use_not_known"
	GiftToProve         Code = "gift_to_be_proven"        // kinship, or its absence
	InheritanceToProve  Code = "inheritance_to_be_proven" // kinship, will, dispute
	DivisionUnproven    Code = "marriage_not_confirmed"   // civil affairs have not answered
	SwapToCheck         Code = "swap_to_be_checked"
	CourtPriceToCheck   Code = "court_sale_to_be_checked"
	CompensationToProve Code = "compensation_to_be_proven"
	HoldingImpossible   Code = "holding_impossible" // acquired after it was transferred
	DaysImpossible      Code = "days_impossible"    // signed after it was filed
)
