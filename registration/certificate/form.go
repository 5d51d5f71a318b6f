package certificate

import (
	"fmt"

	"onewindow/internal/typeset"
)

// The words of the form. The text is that of the national form since the Civil
// Code replaced the Property Law in 2021.
const (
	formTitle = "不动产权证书"
	formLaw   = "　　根据《中华人民共和国民法典》等法律法规，为保护不动产权利人合法权益，对不动产权利人申请登记的本证所列" +
		"不动产权利，经审查核实，准予登记，颁发此证。"
	formSeal      = "登记机构（章）"
	formScan      = "扫码核验"
	formUnsealed  = "本件为样张，未加盖电子印章（未签章），不具有法律效力。"
	formSample    = "样张 · 测试"
	formContinued = "详见续页"
	formNextPage  = "不动产权证书（续页）"
	formPlans     = "附图页"
	formArchived  = "附图见登记档案"
	formDigest    = "存档文件摘要（SHA-256）"
	formFile      = "存档文件："
	formDate      = "年月日"
	formPages     = "第页　共页"
	digits        = "0123456789"
)

// formText is every character of the form.
const formText = formTitle + formLaw + formSeal + formScan + formUnsealed + formSample + formContinued +
	formNextPage + formPlans + formArchived + formDigest + formFile + formDate + formPages + digits +
	"权利人共有情况坐落不动产单元号权利类型权利性质用途面积使用期限权利其他状况附记"

// leftHalf sets title, law, office, date and the mark of a sample.
func (c *composer) leftHalf(l *typeset.Leaf) {
	middle := leftEdge + leftWidth/2
	l.Title(middle, 44, 32, formTitle, red)
	l.Line(middle-34, 49.5, middle+34, 49.5, 0.35, red)

	const size, step = 14.0, 10.8
	y := 68.0
	for _, line := range c.tray.Lines(formLaw, size, leftWidth) {
		l.Say(leftEdge, y, size, line, black)
		y += step
	}
	const sealMiddle = 109.0
	office := c.tray.Lines(c.sheet.Office, 12, 2*(leftEdge+leftWidth-sealMiddle))
	y = 140 - 6*float64(len(office)-1)
	for _, line := range office {
		l.Centre(sealMiddle, y, 12, line, black)
		y += 6
	}
	l.Centre(sealMiddle, y+1.5, 12, formSeal, black)
	date := c.sheet.IssuedAt.In(china)
	l.Centre(sealMiddle, y+10.5, 12,
		fmt.Sprintf("%d年%02d月%02d日", date.Year(), date.Month(), date.Day()), black)
	l.QR = &typeset.QR{Text: c.sheet.VerifyURL, X: qrLeft, Y: qrTop, Size: qrSize}
	l.Centre(qrLeft+qrSize/2, qrTop+qrSize+5, 8.5, formScan, grey)
	if c.sheet.Sample {
		l.Say(leftEdge, 177, 9.5, formUnsealed, red)
	}
}

// table sets the eleven fields and returns those that go on overleaf.
func (c *composer) table(l *typeset.Leaf) []Field {
	c.number(l, tableLeft+tableWidth/2, 31)
	var overleaf []Field
	y := tableTop
	for i, f := range c.sheet.Fields() {
		height, size, tall := rowHeight, bodySize, i == otherField || i == notesField
		if tall {
			height, size = tallRowHeight, tallSize
		}
		c.label(l, f.Label, y, height)
		b, ok := c.tray.Fit(f.Text, tableWidth-labelWidth-2*padding, height-1.2, size)
		if !ok {
			overleaf = append(overleaf, f)
			b = typeset.Block{Size: size, Lines: []string{formContinued}}
		}
		l.Put(tableLeft+labelWidth+padding, valueTop(y, height, b, tall), b, black)
		l.Line(tableLeft, y, tableLeft+tableWidth, y, thin, black)
		y += height
	}
	l.Line(tableLeft+labelWidth, tableTop, tableLeft+labelWidth, y, thin, black)
	frame(l, tableLeft, tableTop, tableWidth, y-tableTop, 0.45)
	return overleaf
}

// number sets the number of the certificate above a table, centred on x.
func (c *composer) number(l *typeset.Leaf, x, y float64) {
	b, ok := c.tray.Fit(c.sheet.Number, tableWidth, 13*typeset.Leading*typeset.MM, 13)
	if !ok {
		b = typeset.Block{Size: typeset.LeastSize, Lines: c.tray.Lines(c.sheet.Number, typeset.LeastSize, tableWidth)}
	}
	for i, line := range b.Lines {
		l.Centre(x, y+float64(i-len(b.Lines)+1)*b.Size*typeset.Leading*typeset.MM, b.Size, line, black)
	}
}

// label sets the name of a field in the left column.
func (c *composer) label(l *typeset.Leaf, label string, top, height float64) {
	l.Title(tableLeft+labelWidth/2, top+height-typeset.Drop(bodySize, height), bodySize, label, black)
}

// valueTop is where a value begins: in the middle of a row, at the top of a tall one.
func valueTop(top, height float64, b typeset.Block, tall bool) float64 {
	if tall && len(b.Lines) > 1 {
		return top + min(padding-0.4, (height-b.Height())/2)
	}
	return top + (height-b.Height())/2
}

// thin is the thickness of the inner rules of a table in millimetres.
const thin = 0.2

// frame draws a rectangle of rules.
func frame(l *typeset.Leaf, x, y, w, h, thickness float64) {
	l.Line(x, y, x+w, y, thickness, black)
	l.Line(x, y+h, x+w, y+h, thickness, black)
	l.Line(x, y, x, y+h, thickness, black)
	l.Line(x+w, y, x+w, y+h, thickness, black)
}

// pageNumbers counts the leaves at the foot of each.
func (c *composer) pageNumbers() {
	for i, l := range c.leaves {
		l.Centre(pageWidth/2, 194, 8.5, fmt.Sprintf("第%d页　共%d页", i+1, len(c.leaves)), grey)
	}
}
