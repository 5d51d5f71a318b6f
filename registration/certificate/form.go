package certificate

import "fmt"

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
func (c *composer) leftHalf(l *leaf) {
	middle := leftEdge + leftWidth/2
	c.title(l, middle, 44, 32, formTitle, red)
	l.rules = append(l.rules, rule{middle - 34, 49.5, middle + 34, 49.5, 0.35, red})

	const size, step = 14.0, 10.8
	y := 68.0
	for _, line := range c.tray.lines(formLaw, size, leftWidth) {
		l.say(leftEdge, y, size, line, black)
		y += step
	}
	const sealMiddle = 109.0
	office := c.tray.lines(c.sheet.Office, 12, 2*(leftEdge+leftWidth-sealMiddle))
	y = 140 - 6*float64(len(office)-1)
	for _, line := range office {
		c.centre(l, sealMiddle, y, 12, line, black)
		y += 6
	}
	c.centre(l, sealMiddle, y+1.5, 12, formSeal, black)
	date := c.sheet.IssuedAt.In(china)
	c.centre(l, sealMiddle, y+10.5, 12,
		fmt.Sprintf("%d年%02d月%02d日", date.Year(), date.Month(), date.Day()), black)
	l.qr = true
	c.centre(l, qrLeft+qrSize/2, qrTop+qrSize+5, 8.5, formScan, grey)
	if c.sheet.Sample {
		l.say(leftEdge, 177, 9.5, formUnsealed, red)
	}
}

// table sets the eleven fields and returns those that go on overleaf.
func (c *composer) table(l *leaf) []Field {
	c.number(l, tableLeft+tableWidth/2, 31)
	var overleaf []Field
	y := tableTop
	for i, f := range c.sheet.Fields() {
		height, size, tall := rowHeight, bodySize, i == otherField || i == notesField
		if tall {
			height, size = tallRowHeight, tallSize
		}
		c.label(l, f.Label, y, height)
		b, ok := c.tray.fit(f.Text, tableWidth-labelWidth-2*padding, height-1.2, size)
		if !ok {
			overleaf = append(overleaf, f)
			b = block{size, []string{formContinued}}
		}
		l.put(tableLeft+labelWidth+padding, valueTop(y, height, b, tall), b, black)
		l.line(tableLeft, y, tableLeft+tableWidth, y)
		y += height
	}
	l.line(tableLeft+labelWidth, tableTop, tableLeft+labelWidth, y)
	l.frame(tableLeft, tableTop, tableWidth, y-tableTop)
	return overleaf
}

// number sets the number of the certificate above a table, centred on x.
func (c *composer) number(l *leaf, x, y float64) {
	b, ok := c.tray.fit(c.sheet.Number, tableWidth, 13*leading*mm, 13)
	if !ok {
		b = block{leastSize, c.tray.lines(c.sheet.Number, leastSize, tableWidth)}
	}
	for i, line := range b.lines {
		c.centre(l, x, y+float64(i-len(b.lines)+1)*b.size*leading*mm, b.size, line, black)
	}
}

// label sets the name of a field in the left column.
func (c *composer) label(l *leaf, label string, top, height float64) {
	c.title(l, tableLeft+labelWidth/2, top+height-drop(bodySize, height), bodySize, label, black)
}

// valueTop is where a value begins: in the middle of a row, at the top of a tall one.
func valueTop(top, height float64, b block, tall bool) float64 {
	if tall && len(b.lines) > 1 {
		return top + min(padding-0.4, (height-b.height())/2)
	}
	return top + (height-b.height())/2
}

// frame draws the outer rules of a table.
func (l *leaf) frame(x, y, w, h float64) {
	for _, r := range []rule{{x, y, x + w, y, 0, black}, {x, y + h, x + w, y + h, 0, black},
		{x, y, x, y + h, 0, black}, {x + w, y, x + w, y + h, 0, black}} {
		r.thickness = 0.45
		l.rules = append(l.rules, r)
	}
}

// pageNumbers counts the leaves at the foot of each.
func (c *composer) pageNumbers() {
	for i, l := range c.leaves {
		c.centre(l, pageWidth/2, 194, 8.5, fmt.Sprintf("第%d页　共%d页", i+1, len(c.leaves)), grey)
	}
}
