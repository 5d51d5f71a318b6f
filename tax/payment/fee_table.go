package payment

import (
	"time"

	"onewindow/tax/rule"
)

// A feeRow is one value of the fee table for a span of days. A row that is not
// official has at least one alternative: what the fee may turn out to be.
type feeRow struct {
	fee               Fee
	from, to          time.Time
	value             int64
	alternatives      []int64
	document, article string
	evidence          rule.Evidence
}

// The documents behind the table. Only reports of them were read.
const (
	ndrc2016n2559 = "发改价格规〔2016〕2559号"
	mof2016n79    = "财税〔2016〕79号"
	feePractice   = "收费执行口径(未取得文件)"
)

var fee2016On = time.Date(2016, time.December, 1, 0, 0, 0, 0, time.UTC)

// feeTable lists what registrations cost. A value is added on top; none is edited.
var feeTable = []feeRow{
	{FeeHousing, fee2016On, time.Time{}, 80_00, []int64{0}, ndrc2016n2559, "一(一)", rule.Press},
	{FeeOther, fee2016On, time.Time{}, 550_00, []int64{0}, ndrc2016n2559, "一(二)", rule.Press},
	{FeeCopy, fee2016On, time.Time{}, 10_00, []int64{0}, ndrc2016n2559, "四", rule.Press},
	{FeePayer, fee2016On, time.Time{}, 1, []int64{2}, feePractice, "", rule.Recalled},
	{FeeSmallFree, fee2016On, time.Time{}, 1, []int64{0}, mof2016n79, "", rule.Press},
	{FeeFreeKindOf + "cancellation", fee2016On, time.Time{}, 1, []int64{0}, feePractice, "", rule.Recalled},
}

// SampleAdoptions returns what the registrar of the demonstration city adopts of
// the table. Every one is marked a sample; no real office has signed it.
func SampleAdoptions() (sample []FeeAdoption) {
	for _, r := range feeTable {
		sample = append(sample, FeeAdoption{
			Fee: r.fee, Region: "4306", Value: r.value, FromOn: r.from, ToOn: r.to,
			Office: "岳阳市不动产登记中心(演示)", By: "演示采纳人", On: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
			Document: "演示采纳书第2号(样本,无法律效力)", Sample: true,
		})
	}
	return sample
}
