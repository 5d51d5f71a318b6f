package rule

// The parameters. Unit, clock and bounds of each stand beside its values.
const (
	DeedArea           Param = "deed.area" // the largest small home
	DeedFirstSmall     Param = "deed.rate.first.small"
	DeedFirstLarge     Param = "deed.rate.first.large"
	DeedSecondSmall    Param = "deed.rate.second.small"
	DeedSecondLarge    Param = "deed.rate.second.large"
	DeedSecondRelief   Param = "deed.second.relief"      // second homes have a reduced rate here
	DeedTransition     Param = "deed.transition.2024_16" // contracts before it, filed after it, use it
	DeedStatutory      Param = "deed.rate.statutory"     // by province (契税法 art. 3)
	CountScope         Param = "deed.count.scope"        // the area in which homes are counted
	CountNetSigned     Param = "deed.count.net_signed"   // filed contracts count as homes
	DeedSpouses        Param = "deed.spouses"            // a change between spouses is exempt
	DeedHeirs          Param = "deed.heirs"              // statutory heirs are exempt
	DeedDivorce        Param = "deed.divorce"            // a division at divorce is exempt
	DeedExpropriation  Param = "deed.expropriation"      // exempt up to the compensation
	DeedSwapPreference Param = "deed.swap.preference"    // swaps have the reduced rates of homes
	CourtPrice         Param = "base.court_price"        // a price at auction by a court stands

	VATRate            Param = "vat.rate"
	VATYears           Param = "vat.years"              // of holding that exempt
	VATDifference      Param = "vat.difference"         // non-ordinary homes pay on the difference
	VATTransition      Param = "vat.transition.2025_17" // contracts before it, filed after it, use it
	HoldingContinues   Param = "holding.continues"      // the previous owner's date continues
	VATOtherRate       Param = "vat.other.rate"         // what is no housing
	VATOtherDifference Param = "vat.other.difference"   // a proven purchase price is deducted
	VATSelfBuilt       Param = "vat.self_built"         // a self-built home is exempt
	VATFamily          Param = "vat.family"             // a division within the family is exempt
	VATGiftHeld        Param = "vat.gift.held"          // a gift of a home held long enough is exempt
	VATExpropriation   Param = "vat.expropriation"      // compensation is not taxed

	ConstructionRate   Param = "construction.rate" // by county
	ConstructionCity   Param = "construction.city"
	ConstructionTown   Param = "construction.town"
	ConstructionOther  Param = "construction.other"
	ConstructionBase   Param = "construction.base" // the VAT paid
	EducationRate      Param = "education.rate"
	LocalEducationRate Param = "local_education.rate"

	SixTaxesRelief Param = "six_taxes.relief" // of the tax

	IncomeRate              Param = "income.rate"               // of the gain
	IncomeSoleYears         Param = "income.sole_years"         // after which a sole home is exempt
	IncomeDecoration        Param = "income.decoration"         // cap, of the purchase price
	IncomeDeemed            Param = "income.deemed"             // of the income
	IncomeDeemedNonordinary Param = "income.deemed.nonordinary" // of the income
	IncomeDeemedOther       Param = "income.deemed.other"       // of the income, no housing
	IncomeFamily            Param = "income.family"             // gifts in the family and inheritance are exempt
	IncomeDivorce           Param = "income.divorce"            // so is a division between spouses
	IncomeExpropriation     Param = "income.expropriation"      // so is compensation
	IncomeGiftRate          Param = "income.gift.rate"          // the recipient of another gift

	RefundMonths Param = "income.refund.months" // within which the new home is bought

	StampExempt      Param = "stamp.exempt" // individuals' housing is exempt
	StampRate        Param = "stamp.rate"
	StampListsVAT    Param = "stamp.lists_vat"   // the contract lists the VAT
	StampGift        Param = "stamp.gift"        // a gift of housing is taxed
	StampInheritance Param = "stamp.inheritance" // an inheritance is taxed
	StampDivision    Param = "stamp.division"    // a division between spouses is taxed

	LandVATExempt        Param = "land_vat.exempt" // individuals' housing is exempt
	LandVATRate1         Param = "land_vat.rate.1" // of the gain, first tier
	LandVATRate2         Param = "land_vat.rate.2"
	LandVATRate3         Param = "land_vat.rate.3"
	LandVATRate4         Param = "land_vat.rate.4"
	LandVATLimit1        Param = "land_vat.limit.1" // gain over deductions up to which the first tier goes
	LandVATLimit2        Param = "land_vat.limit.2"
	LandVATLimit3        Param = "land_vat.limit.3"
	LandVATYearly        Param = "land_vat.yearly"        // added to the invoice for each year
	LandVATDeemed        Param = "land_vat.deemed"        // of the income
	LandVATExpropriation Param = "land_vat.expropriation" // compensation is exempt
	LandVATGift          Param = "land_vat.gift"          // family gifts and inheritance are outside

	SmallestTax Param = "smallest_tax" // a tax of so much or less is waived
)

// The areas in which homes may be counted (住房套数查询范围), values of CountScope.
const (
	ScopeCounty   = 1
	ScopeCity     = 2
	ScopeProvince = 3
)
