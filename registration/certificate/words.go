package certificate

import (
	"fmt"
	"strings"
	"time"

	"onewindow/registration"
)

// Terms are what an office adds to the words of the register.
type Terms struct {
	IssuedAt  time.Time // the instant the document bears
	VerifyID  VerifyID
	VerifyURL string // the address the QR code holds
	Sample    bool   // a demonstration: the document says so
}

// rightType is the right a home is: land and house pass together (URE Law art. 32).
const rightType = "国有建设用地使用权/房屋所有权"

// SheetOf says what the certificate of e prints, in the words of the register
// entry and no others (Civil Code art. 217).
func SheetOf(e registration.Entry, t Terms) Sheet {
	d := e.Description()
	return Sheet{
		Number: string(e.Number()), Holder: holders(e), CoOwnership: coOwnership(e),
		Location: d.Location, Unit: e.Unit().Groups(), RightType: rightType,
		RightNature: e.LandNature().Word() + "/" + e.HouseNature().Word(),
		Use:         d.LandUse.Word() + "/" + d.HouseUse.Word(),
		Area:        fmt.Sprintf("共有宗地面积%s㎡/房屋建筑面积%s㎡", metres(d.LandArea), metres(d.Area)),
		Term:        term(e), Other: other(e), Notes: notes(e),
		Office: e.Office().Name, Plans: plans(e.Survey()),
		IssuedAt: t.IssuedAt, VerifyID: t.VerifyID, VerifyURL: t.VerifyURL, Sample: t.Sample,
	}
}

// holders joins the names of all who hold the right.
func holders(e registration.Entry) string {
	var names []string
	for _, h := range e.Holders() {
		names = append(names, h.Name)
	}
	return strings.Join(names, "、")
}

// coOwnership names the kind and, where there are shares, each holder's.
func coOwnership(e registration.Entry) string {
	word := e.CoOwnership().Word()
	if e.CoOwnership() != registration.ByShares {
		return word
	}
	var shares []string
	for _, h := range e.Holders() {
		shares = append(shares, h.Name+" "+h.Share.String())
	}
	return word + "：" + strings.Join(shares, "，")
}

// metres writes an area in square metres with two decimals.
func metres(a registration.Area) string {
	return fmt.Sprintf("%d.%02d", a/100, a%100)
}

// term writes the period of the land right; allocated land has none.
func term(e registration.Entry) string {
	if e.TermUntil().IsZero() {
		return "/"
	}
	const day = "2006年01月02日"
	return "国有建设用地使用权 " + e.TermFrom().Format(day) + "起" + e.TermUntil().Format(day) + "止"
}

// other lists the condition of the house (权利其他状况).
func other(e registration.Entry) string {
	d := e.Description()
	lines := []string{"房屋结构：" + d.Structure.Word(),
		fmt.Sprintf("专有建筑面积：%s㎡，分摊建筑面积：%s㎡", metres(d.Exclusive), metres(d.Shared)),
		fmt.Sprintf("房屋总层数：%d层，所在层：%d层", d.Floors, d.Floor)}
	if d.CompletedYear > 0 {
		lines = append(lines, fmt.Sprintf("房屋竣工时间：%d年", d.CompletedYear))
	}
	return strings.Join(lines, "\n")
}

// notes says where the right came from (附记).
func notes(e registration.Entry) string {
	var lines []string
	if e.Previous() != "" {
		lines = append(lines, "原不动产权证号："+string(e.Previous()))
	}
	if e.Contract() != "" {
		lines = append(lines, "买卖合同网签备案号："+e.Contract())
	}
	return strings.Join(lines, "\n")
}

// plans names the two drawings of a flat; the survey has both in one file.
func plans(s registration.Survey) []Plan {
	return []Plan{{Title: "宗地图、房产分户图", File: s.FileName, SHA256: s.FileSHA256}}
}
