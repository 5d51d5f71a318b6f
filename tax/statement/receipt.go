package statement

import (
	"onewindow/internal/money"
	"onewindow/internal/typeset"
)

// The words of the receipt.
const (
	wordReceipt  = "缴款凭据"
	wordSerial   = "凭据编号 "
	wordSampleRe = "样本：由演示环境生成，没有真实缴款，非税票，没有法律效力。"
	wordNoTicket = "本凭据只证明收到缴款，不是税收票证，不能代替完税证明。"
	wordItems    = "缴款项目"
	wordStanding = "缴款情况"
	wordSum      = "合计"
	wordCapital  = "大写"
	wordVoucher  = "税务机关返回的票证信息"
	wordNoImage  = "以下只是收到的数据，不是票证本身，也不是其图样。完税证明请向税务机关取得。"
	wordReceived = "票证号码"
	wordTreasury = "入库时间"
	wordAmount   = "入库金额"
	wordNotYet   = "尚未收到。"
)

var itemColumns = table{{"项目", 62, false}, {"依据", 72, false}, {"金额（元）", 40, true}}

// PrintReceipt prints r, as Print does a statement.
func PrintReceipt(f *typeset.Fonts, r Receipt) (pdf []byte, err error) {
	defer typeset.Rescue(&err)
	g := &galley{tray: f.Tray()}
	frame := form{title: wordReceipt, number: wordSerial + r.Serial, check: wordSerial + r.Serial, address: r.Address,
		at: r.At, sample: r.Sample}
	g.begin(frame, wordSampleRe)
	g.paragraph(left, width-qrSize-4, subSize, wordSerial+r.Serial, grey)
	g.paragraph(left, width-qrSize-4, bodySize, wordNoTicket, red)
	g.y = max(g.y, top+qrSize-2)
	g.gap(3)
	g.pairs(r.About, width)
	g.heading(wordItems)
	g.items(r)
	g.heading(wordStanding)
	g.pairs(r.Notes, width)
	g.heading(wordVoucher)
	g.voucher(r)
	return g.print(frame)
}

// items sets the sums of a receipt.
func (g *galley) items(r Receipt) {
	g.head(itemColumns)
	for _, i := range r.Items {
		g.row(itemColumns, i.Name, i.Rule, figure(i.Amount))
		g.close(thin, pale)
	}
	g.row(itemColumns, wordSum, wordCapital+" "+r.Total.Capital(), figure(r.Total))
	g.close(thick, black)
}

// voucher sets the data of the tax side's voucher, as data.
func (g *galley) voucher(r Receipt) {
	if r.Voucher == nil {
		g.paragraph(left, width, bodySize, wordNotYet, black)
		return
	}
	g.paragraph(left, width, bodySize, wordNoImage, red)
	g.gap(1)
	number := r.Voucher.Number
	if r.Sample {
		number += "（" + wordSample + "）"
	}
	g.pairs([]Pair{{wordReceived, number}, {wordTreasury, r.Voucher.Received},
		{wordAmount, amount(r.Voucher.Amount)}}, width)
}

// amount writes an amount with its capital form.
func amount(f money.Fen) string { return f.Format() + "　" + f.Capital() }
