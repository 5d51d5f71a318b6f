package tax

import (
	"slices"
	"time"
)

// RuleSet is the version of the tables in this package: the day on which they
// were last compared with their sources. A value is added on top of its table;
// none is ever edited, so that an old assessment can be repeated.
const RuleSet = "2026-11-22"

// The years for which the tables were compiled. Outside them a person decides,
// even where a rule is open-ended: nobody has looked whether it still holds.
var (
	rulesFromOn    = day(2024, time.January, 1)
	rulesThroughOn = day(2026, time.December, 31)
)

// The documents behind the tables.
var (
	deedLaw         = source{"《中华人民共和国契税法》", "", Official}
	constructionLaw = source{"《中华人民共和国城市维护建设税法》", "", Official}
	incomeLaw       = source{"《中华人民共和国个人所得税法》", "", Official}
	mof2016n23      = source{"财税〔2016〕23号", "", Official}
	mof2016n36      = source{"财税〔2016〕36号 附件3", "", Secondhand}
	mof2023n12      = source{"财政部 税务总局公告2023年第12号", "", Official}
	mof2024n16      = source{"财政部 税务总局 住房城乡建设部公告2024年第16号", "", Press}
	mof2025n17      = source{"财政部 税务总局公告2025年第17号", "", Press}
	mof1999n278     = source{"财税字〔1999〕278号", "", Secondhand}
	sat2006n108     = source{"国税发〔2006〕108号", "", Secondhand}
	sat2005n172     = source{"国税发〔2005〕172号", "", Recalled}
	mof2008n137     = source{"财税〔2008〕137号", "", Secondhand}
	stampTable      = source{"《中华人民共和国印花税法》", "附表《印花税税目税率表》", Recalled}
	sat2012n25      = source{"国家税务总局公告2012年第25号", "", Recalled}
	hunanDecision   = source{"湖南省人大常委会关于契税具体适用税率的决定(2021)", "", Recalled}
	localPractice   = source{"税务机关执行口径(未取得文件)", "", Recalled}
)

// open is the end of a rule that has none.
var open time.Time

// rules lists every table. Within a table newer values stand first.
func rules() []row {
	return slices.Concat(deedRules, countRules, vatRules, surchargeRules, incomeRules, housingExemptions)
}

// rulesOf holds the rows of each parameter in the order of its table.
var rulesOf = func() map[Param][]row {
	of := map[Param][]row{}
	for _, r := range rules() {
		of[r.param] = append(of[r.param], r)
	}
	return of
}()

var (
	deed2016On, deed2016Ends = day(2016, 2, 22), day(2024, 11, 30)
	deed2024On               = day(2024, 12, 1)
	vat2016On, vat2016Ends   = day(2016, 5, 1), day(2025, 12, 31)
	vat2026On                = day(2026, 1, 1)
)

// deedRules are the rates of deed tax for homes that individuals buy.
var deedRules = []row{
	{DeedArea, "", deed2024On, open, 140_00, []int64{90_00}, mof2024n16.at("一")},
	{DeedArea, "", deed2016On, deed2016Ends, 90_00, nil, mof2016n23.at("一(一)、(二)")},
	{DeedFirstSmall, "", deed2024On, open, 100, []int64{150}, mof2024n16.at("一")},
	{DeedFirstSmall, "", deed2016On, deed2016Ends, 100, nil, mof2016n23.at("一(一)")},
	{DeedFirstLarge, "", deed2024On, open, 150, []int64{200}, mof2024n16.at("一")},
	{DeedFirstLarge, "", deed2016On, deed2016Ends, 150, nil, mof2016n23.at("一(一)")},
	{DeedSecondSmall, "", deed2024On, open, 100, []int64{200}, mof2024n16.at("一")},
	{DeedSecondSmall, "", deed2016On, deed2016Ends, 100, nil, mof2016n23.at("一(二)")},
	{DeedSecondLarge, "", deed2024On, open, 200, []int64{300}, mof2024n16.at("一")},
	{DeedSecondLarge, "", deed2016On, deed2016Ends, 200, nil, mof2016n23.at("一(二)")},
	{DeedSecondRelief, "", deed2024On, open, 1, []int64{0}, mof2024n16.at("一")},
	{DeedSecondRelief, "", deed2016On, deed2016Ends, 1, nil, mof2016n23.at("一(二)")},
	{DeedSecondRelief, "11", deed2016On, deed2016Ends, 0, nil, mof2016n23.at("三")},
	{DeedSecondRelief, "31", deed2016On, deed2016Ends, 0, nil, mof2016n23.at("三")},
	{DeedSecondRelief, "4401", deed2016On, deed2016Ends, 0, nil, mof2016n23.at("三")},
	{DeedSecondRelief, "4403", deed2016On, deed2016Ends, 0, nil, mof2016n23.at("三")},
	{DeedTransition, "", deed2024On, open, 1, []int64{0}, mof2024n16.at("施行日前未申报缴纳的适用")},
	{DeedStatutory, "11", day(2021, 9, 1), open, 300, []int64{400}, deedLaw.at("第三条").as(Press)},
	{DeedStatutory, "31", day(2021, 9, 1), open, 300, []int64{400}, deedLaw.at("第三条").as(Press)},
	{DeedStatutory, "44", day(2021, 9, 1), open, 300, []int64{400}, deedLaw.at("第三条").as(Secondhand)},
	{DeedStatutory, "43", day(2021, 9, 1), open, 400, []int64{300, 350, 500}, hunanDecision},
}

// countRules say which homes of a family count; the law leaves it to the place.
var countRules = []row{
	{CountScope, "", deed2016On, open, ScopeCity, []int64{ScopeCounty, ScopeProvince}, localPractice},
	{CountNetSigned, "", deed2016On, open, 1, []int64{0}, localPractice},
}

// vatRules are those for homes that individuals sell.
var vatRules = []row{
	{VATRate, "", vat2026On, open, 300, []int64{500}, mof2025n17.at("一")},
	{VATRate, "", vat2016On, vat2016Ends, 500, []int64{300}, mof2016n36.at("五")},
	{VATYears, "", vat2026On, open, 2, []int64{5}, mof2025n17.at("一")},
	{VATYears, "", vat2016On, vat2016Ends, 2, []int64{5}, mof2016n36.at("五")},
	{VATYears, "31", day(2021, 1, 22), day(2024, 9, 30), 5, []int64{2}, localPractice},
	{VATYears, "4403", day(2020, 7, 15), day(2024, 9, 30), 5, []int64{2}, localPractice},
	{VATDifference, "11", vat2016On, deed2016Ends, 1, []int64{0}, mof2016n36.at("五")},
	{VATDifference, "31", vat2016On, deed2016Ends, 1, []int64{0}, mof2016n36.at("五")},
	{VATDifference, "4401", vat2016On, deed2016Ends, 1, []int64{0}, mof2016n36.at("五")},
	{VATDifference, "4403", vat2016On, deed2016Ends, 1, []int64{0}, mof2016n36.at("五")},
	{VATTransition, "", vat2026On, open, 1, []int64{0}, mof2025n17.at("施行日前未申报缴纳的适用")},
	{HoldingContinues, "", day(2005, 10, 20), open, 1, []int64{0}, sat2005n172.at("四")},
}

// surchargeRules follow the VAT paid. Which streets are 市区 is the province's
// word (城市维护建设税法 art. 4), so the tier of a county is never verified here.
var surchargeRules = []row{
	{ConstructionRate, "430602", day(2021, 9, 1), open, 700, []int64{500, 100}, cityTier},
	{ConstructionRate, "430603", day(2021, 9, 1), open, 700, []int64{500, 100}, cityTier},
	{ConstructionRate, "430611", day(2021, 9, 1), open, 700, []int64{500, 100}, cityTier},
	{ConstructionRate, "430621", day(2021, 9, 1), open, 500, []int64{700, 100}, townTier},
	{ConstructionRate, "430623", day(2021, 9, 1), open, 500, []int64{700, 100}, townTier},
	{ConstructionRate, "430624", day(2021, 9, 1), open, 500, []int64{700, 100}, townTier},
	{ConstructionRate, "430626", day(2021, 9, 1), open, 500, []int64{700, 100}, townTier},
	{ConstructionRate, "430681", day(2021, 9, 1), open, 700, []int64{500, 100}, cityTier},
	{ConstructionRate, "430682", day(2021, 9, 1), open, 700, []int64{500, 100}, cityTier},
	{ConstructionBase, "", day(2021, 9, 1), open, 1, nil, constructionLaw.at("第二条")},
	{EducationRate, "", day(2005, 10, 1), open, 300, []int64{200}, localPractice.as(Secondhand)},
	{LocalEducationRate, "", day(2011, 1, 1), open, 200, []int64{100, 150}, localPractice.as(Secondhand)},
	{SixTaxesRelief, "", day(2023, 1, 1), day(2027, 12, 31), 5000, nil, mof2023n12.at("二")},
}

var (
	cityTier = constructionLaw.at("第四条(一)").as(Recalled)
	townTier = constructionLaw.at("第四条(二)").as(Recalled)
)

// incomeRules are the transferor's individual income tax.
var incomeRules = []row{
	{IncomeRate, "", day(2019, 1, 1), open, 2000, nil, incomeLaw.at("第三条(三)")},
	{IncomeSoleYears, "", day(1999, 12, 2), open, 5, []int64{never}, mof1999n278.at("四")},
	{IncomeDecoration, "", day(2006, 8, 1), open, 1000, []int64{0, 1500}, sat2006n108.at("二(三)")},
	{IncomeDeemed, "31", deed2024On, open, 100, []int64{200}, localPractice.as(Press)},
	{IncomeDeemed, "43", day(2006, 8, 1), open, 100, []int64{150, 200, 300}, sat2006n108.at("三").as(Recalled)},
}

// housingExemptions spare individuals' homes two taxes altogether, and small
// sums a voucher.
var housingExemptions = []row{
	{StampExempt, "", day(2008, 11, 1), open, 1, []int64{0}, mof2008n137.at("二")},
	{StampRate, "", day(2022, 7, 1), open, 5, []int64{3}, stampTable},
	{LandVATExempt, "", day(2008, 11, 1), open, 1, []int64{0}, mof2008n137.at("三").as(Recalled)},
	{SmallestTax, "", day(2012, 8, 1), open, 0, []int64{100}, sat2012n25},
}

// as returns the source with the evidence that this use of it has.
func (s source) as(e Evidence) source {
	s.evidence = e
	return s
}
