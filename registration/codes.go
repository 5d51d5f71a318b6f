package registration

import "maps"

// Codes of the defects of form.
const (
	codeKindUnknown              = "kind_unknown"
	codeTextMissing              = "text_missing"
	codeTextTooLong              = "text_too_long"
	codeTextForbidden            = "text_forbidden"
	codeUnitMalformed            = "unit_malformed"
	codeUnitNotHouse             = "unit_not_house"
	codeUnitOtherOffice          = "unit_other_office"
	codeUnitOtherRegion          = "unit_other_region"
	codeCertificateMalformed     = "certificate_malformed"
	codeCertificateIsProof       = "certificate_is_proof"
	codePriceNotPositive         = "price_not_positive"
	codePriceTooHigh             = "price_too_high"
	codePartiesMissing           = "parties_missing"
	codePartiesTooMany           = "parties_too_many"
	codePartyTwice               = "party_twice"
	codeBuyerIsSeller            = "buyer_is_seller"
	codeIDKindUnknown            = "id_kind_unknown"
	codeIDMalformed              = "id_malformed"
	codeIDBirthDate              = "id_birth_date"
	codeIDCheck                  = "id_check"
	codeCreditCodeMalformed      = "credit_code_malformed"
	codeCreditCodeCheck          = "credit_code_check"
	codePhoneMalformed           = "phone_malformed"
	codeCoOwnershipUnknown       = "co_ownership_unknown"
	codeCoOwnershipOneBuyer      = "co_ownership_one_buyer"
	codeCoOwnershipSeveralBuyers = "co_ownership_several_buyers"
	codeShareMalformed           = "share_malformed"
	codeShareMissing             = "share_missing"
	codeShareUnwanted            = "share_unwanted"
	codeSharesSum                = "shares_sum"
)

// Codes of the review and of the filing check.
const (
	codeUnitValid                  = "unit_valid"
	codeUnitUnknown                = "unit_unknown"
	codeUnitVoid                   = "unit_void"
	codeSurveyAgrees               = "survey_agrees"
	codeSurveyMissing              = "survey_missing"
	codeSurveyDiffers              = "survey_differs"
	codeLockNone                   = "lock_none"
	codeUnitLocked                 = "unit_locked"
	codeParcelLocked               = "parcel_locked"
	codeCertificateLocked          = "certificate_locked"
	codeRightCurrent               = "right_current"
	codeRightNone                  = "right_none"
	codeRightSeveral               = "right_several"
	codeCertificateNotOfUnit       = "certificate_not_of_unit"
	codeCertificateSuperseded      = "certificate_superseded"
	codeCertificateLost            = "certificate_lost"
	codeCertificateVoid            = "certificate_void"
	codeSeizureNone                = "seizure_none"
	codeUnitSeized                 = "unit_seized"
	codeParcelSeized               = "parcel_seized"
	codeUnitPreSeized              = "unit_pre_seized"
	codeParcelPreSeized            = "parcel_pre_seized"
	codeMortgageNone               = "mortgage_none"
	codeMortgageCurrent            = "mortgage_current"
	codeMortgageTransferBan        = "mortgage_transfer_ban"
	codeObjectionNone              = "objection_none"
	codeObjectionInForce           = "objection_in_force"
	codeObjectionInSuit            = "objection_in_suit"
	codeObjectionAfterApproval     = "objection_after_approval"
	codePrenoticeNone              = "prenotice_none"
	codePrenoticeOfBuyer           = "prenotice_of_buyer"
	codePrenoticeThirdParty        = "prenotice_third_party"
	codeSellersAreHolders          = "sellers_are_holders"
	codeSellerNotHolder            = "seller_not_holder"
	codeSellerNameDiffers          = "seller_name_differs"
	codeSellerShareDiffers         = "seller_share_differs"
	codeHolderNotSelling           = "holder_not_selling"
	codeSellersHoldTwoThirds       = "sellers_hold_two_thirds"
	codePartiesOfAge               = "parties_of_age"
	codeBuyerMinor                 = "buyer_minor"
	codeSellerMinor                = "seller_minor"
	codePartyOrganisation          = "party_organisation"
	codeSharesConsistent           = "shares_consistent"
	codeLandFree                   = "land_free"
	codeLandAllocated              = "land_allocated"
	codeLandTermOver               = "land_term_over"
	codeHouseNotMarket             = "house_not_market"
	codeContractAgrees             = "contract_agrees"
	codeContractUnknown            = "contract_unknown"
	codeContractRevoked            = "contract_revoked"
	codeContractFulfilled          = "contract_fulfilled"
	codeContractUnitDiffers        = "contract_unit_differs"
	codeContractAreaDiffers        = "contract_area_differs"
	codeContractPriceDiffers       = "contract_price_differs"
	codeContractCoOwnershipDiffers = "contract_co_ownership_differs"
	codeContractSellersDiffer      = "contract_sellers_differ"
	codeContractBuyersDiffer       = "contract_buyers_differ"
	codeContractSharesDiffer       = "contract_shares_differ"
)

// codes lists every code with the names of its arguments.
var codes = map[string][]string{
	codeKindUnknown:                {},
	codeTextMissing:                {},
	codeTextTooLong:                {"most"},
	codeTextForbidden:              {"character"},
	codeUnitMalformed:              {},
	codeUnitNotHouse:               {},
	codeUnitOtherOffice:            {"office", "county"},
	codeUnitOtherRegion:            {"county"},
	codeCertificateMalformed:       {},
	codeCertificateIsProof:         {},
	codePriceNotPositive:           {},
	codePriceTooHigh:               {"most_fen"},
	codePartiesMissing:             {},
	codePartiesTooMany:             {"most"},
	codePartyTwice:                 {"first"},
	codeBuyerIsSeller:              {"seller"},
	codeIDKindUnknown:              {},
	codeIDMalformed:                {},
	codeIDBirthDate:                {},
	codeIDCheck:                    {},
	codeCreditCodeMalformed:        {},
	codeCreditCodeCheck:            {},
	codePhoneMalformed:             {},
	codeCoOwnershipUnknown:         {},
	codeCoOwnershipOneBuyer:        {},
	codeCoOwnershipSeveralBuyers:   {"buyers"},
	codeShareMalformed:             {},
	codeShareMissing:               {},
	codeShareUnwanted:              {},
	codeSharesSum:                  {"sum"},
	codeUnitValid:                  {},
	codeUnitUnknown:                {"unit"},
	codeUnitVoid:                   {"since"},
	codeSurveyAgrees:               {},
	codeSurveyMissing:              {},
	codeSurveyDiffers:              {"fields"},
	codeLockNone:                   {},
	codeUnitLocked:                 {"authority", "document"},
	codeParcelLocked:               {"authority", "document"},
	codeCertificateLocked:          {"authority", "document"},
	codeRightCurrent:               {},
	codeRightNone:                  {},
	codeRightSeveral:               {"count"},
	codeCertificateNotOfUnit:       {},
	codeCertificateSuperseded:      {},
	codeCertificateLost:            {},
	codeCertificateVoid:            {},
	codeSeizureNone:                {},
	codeUnitSeized:                 {"court", "document", "until"},
	codeParcelSeized:               {"court", "document", "until"},
	codeUnitPreSeized:              {"court", "document", "until"},
	codeParcelPreSeized:            {"court", "document", "until"},
	codeMortgageNone:               {},
	codeMortgageCurrent:            {"since"},
	codeMortgageTransferBan:        {"since"},
	codeObjectionNone:              {},
	codeObjectionInForce:           {"until"},
	codeObjectionInSuit:            {"since"},
	codeObjectionAfterApproval:     {},
	codePrenoticeNone:              {},
	codePrenoticeOfBuyer:           {},
	codePrenoticeThirdParty:        {"since"},
	codeSellersAreHolders:          {},
	codeSellerNotHolder:            {},
	codeSellerNameDiffers:          {},
	codeSellerShareDiffers:         {},
	codeHolderNotSelling:           {"count"},
	codeSellersHoldTwoThirds:       {"sum"},
	codePartiesOfAge:               {},
	codeBuyerMinor:                 {},
	codeSellerMinor:                {},
	codePartyOrganisation:          {},
	codeSharesConsistent:           {},
	codeLandFree:                   {},
	codeLandAllocated:              {},
	codeLandTermOver:               {"until"},
	codeHouseNotMarket:             {"nature"},
	codeContractAgrees:             {},
	codeContractUnknown:            {},
	codeContractRevoked:            {"on"},
	codeContractFulfilled:          {},
	codeContractUnitDiffers:        {},
	codeContractAreaDiffers:        {},
	codeContractPriceDiffers:       {},
	codeContractCoOwnershipDiffers: {},
	codeContractSellersDiffer:      {},
	codeContractBuyersDiffer:       {},
	codeContractSharesDiffer:       {},
}

// Codes returns every code a finding of this room can have, with the names of its
// Args: the catalogues must hold a sentence for each, with these places in it.
func Codes() map[string][]string { return maps.Clone(codes) }
