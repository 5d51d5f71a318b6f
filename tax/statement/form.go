package statement

import (
	"strings"

	"onewindow/internal/money"
	"onewindow/internal/typeset"
)

// The words of the statement of assessment.
const (
	wordTitle    = "税费核定表"
	wordDraft    = "税费核定表（拟核定）"
	wordNumber   = "受理编号 "
	wordProposal = "拟核定：本表为系统提出的意见，须由税务人员决定，对任何人都没有约束力，不作为缴款依据。"
	wordSampleOf = "样本：由演示环境生成，所依据的参数为样本，没有法律效力。"
	wordAbout    = "基本情况"
	wordLines    = "税费明细"
	wordTotals   = "应缴合计"
	wordReasons  = "须由税务人员决定的情形"
	wordFacts    = "所依据的信息"
	wordActs     = "更正、复核与确认"
	wordNotes    = "说明"
	wordRuleSet  = "规则集："
	wordCheck    = "校验码 "
	wordWhole    = "本表全部内容的校验码（SHA-256）："
	wordNone     = "没有税费项目。"
	wordNature   = "本表说明税费如何算出，不是税收票证，不能代替完税证明。扫码后网页上显示的校验码与本表相同的，本表仍是现行核定；" +
		"不同的，核定已经变更，以网页为准。"
)

// counted are the numbers of the parts.
var counted = strings.Split("一、二、三、四、五、六、七、", "、")

// The columns of the tables, as wide as the page together.
var (
	lineColumns = table{
		{"税种", 26, false}, {"缴纳方", 22, false}, {"计税依据（元）", 35, true}, {"税率", 13, true},
		{"应纳（元）", 26, true}, {"减免（元）", 26, true}, {"应缴（元）", 26, true},
	}
	factColumns = table{{"信息", 50, false}, {"内容", 38, false}, {"来源", 48, false}, {"截至", 38, false}}
)

// Print prints s as a PDF of A4 pages, set from f. The same sheet gives the same
// bytes. A character that no font has is shown as 〓 and explained; nothing is left
// out, cut or overlaid. It returns ErrUnfaithful when the document does not read
// back as it was set, and never panics.
func Print(f *typeset.Fonts, s Sheet) (pdf []byte, err error) {
	defer typeset.Rescue(&err)
	g := &galley{tray: f.Tray()}
	check := s.Check()
	title := wordTitle
	if s.Outcome == Proposed {
		title = wordDraft
	}
	frame := form{title: title, number: wordNumber + s.Number, check: wordCheck + short(check), address: s.Address,
		at: s.AsOf, sample: s.Sample}
	g.begin(frame, wordSampleOf)
	g.summary(s)
	part := 0
	next := func(title string) {
		g.heading(counted[part] + "、" + title)
		part++
	}
	next(wordAbout)
	g.pairs(s.About, width)
	next(wordLines)
	g.lines(s)
	next(wordTotals)
	g.pairs(s.Totals, width)
	for _, list := range []struct {
		title string
		items []string
	}{{wordReasons, s.Reasons}, {wordActs, s.Acts}} {
		if len(list.items) > 0 {
			next(list.title)
			g.list(list.items)
		}
	}
	next(wordFacts)
	g.facts(s.Facts)
	next(wordNotes)
	g.list([]string{wordNature, wordRuleSet + s.RuleSet, wordWhole + check})
	return g.print(frame)
}

// short is the beginning of a check code, in groups of four, as people compare it.
func short(check string) string {
	var groups []string
	for i := 0; i+4 <= len(check) && len(groups) < 4; i += 4 {
		groups = append(groups, check[i:i+4])
	}
	return strings.Join(groups, " ")
}

// summary says how it ends, at the head of the first page beside the QR code.
func (g *galley) summary(s Sheet) {
	wide := width - qrSize - 4
	g.paragraph(left, wide, subSize, wordNumber+s.Number, grey)
	g.paragraph(left, wide, subSize, s.Heading, black)
	if s.Part != "" {
		g.paragraph(left, wide, bodySize, s.Part, grey)
	}
	if s.Outcome == Proposed {
		g.gap(1)
		g.paragraph(left, wide, bodySize, wordProposal, red)
	}
	g.y = max(g.y, top+qrSize-2)
}

// lines sets the table of taxes; below each line why, and on which rules.
func (g *galley) lines(s Sheet) {
	if len(s.Lines)+len(s.Without) == 0 {
		g.paragraph(left, width, bodySize, wordNone, black)
		return
	}
	g.head(lineColumns)
	for _, l := range s.Lines {
		g.roomIn(lineColumns, 3) // never the figures alone at the foot
		g.row(lineColumns, l.Tax, l.Payer, figure(l.Base), l.Rate, figure(l.Due), figure(l.Relief), figure(l.Payable))
		g.gap(-padding / 2)
		for _, text := range append(reasonOf(l), l.Rules...) {
			g.paragraph(left+padding+3, width-2*padding-3, smallSize, text, grey)
		}
		g.gap(padding)
		g.close(thin, pale)
	}
	for _, text := range s.Without {
		g.gap(padding)
		g.paragraph(left+padding, width-2*padding, bodySize, text, red)
		g.gap(padding)
		g.close(thin, pale)
	}
	g.close(thick, black)
}

// reasonOf is the reason of a line, if it has one.
func reasonOf(l Line) []string {
	if l.Reason == "" {
		return nil
	}
	return []string{l.Reason}
}

// figure writes an amount as the tables do, whose heads name the yuan.
func figure(f money.Fen) string { return strings.Replace(f.Format(), "¥", "", 1) }

// facts sets the table of facts.
func (g *galley) facts(facts []Fact) {
	g.head(factColumns)
	for _, f := range facts {
		g.row(factColumns, f.Label, f.Value, f.Source, f.AsOf)
		g.close(thin, pale)
	}
	g.close(thick, black)
}

// list sets sentences, each behind a mark.
func (g *galley) list(items []string) {
	for _, item := range items {
		g.room(step(bodySize))
		g.leaf.Put(left, g.y, typeset.Block{Size: bodySize, Lines: []string{g.known("·")}}, grey)
		g.paragraph(left+4, width-4, bodySize, item, black)
		g.gap(0.8)
	}
}
