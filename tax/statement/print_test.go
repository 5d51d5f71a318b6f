package statement_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"onewindow/internal/money"
	"onewindow/internal/typeset"
	"onewindow/tax/statement"
)

var noon = time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)

// longest is the address of a home of sixty characters, a rare one among them.
var longest = "湖南省岳阳市岳阳楼区" + strings.Repeat("巴陵中路二百一十八号洞庭𬎆园", 3) + "三栋二单元1502室"

// three is the statement of a sale by three co-owners: twelve lines, long names, a
// long address, characters beyond U+FFFF and one that no font has.
func three() statement.Sheet {
	s := statement.Sheet{
		Number: "202611220000014", Outcome: statement.Assessed, Heading: "已核定，应缴税款 ¥123,456.78",
		About: []statement.Pair{{Label: "不动产单元号", Text: "430602 001001 GB00001 F00010001"}, {Label: "坐落", Text: longest},
			{Label: "卖方", Text: "阿**************、𬎆*、㐂*"}, {Label: "买方", Text: "王*"}},
		Totals:  []statement.Pair{{Label: "卖方 第 1 名 阿**************", Text: "¥33,333.33　叁万叁仟叁佰叁拾叁元叁角叁分"}},
		RuleSet: "2026-03-01", AsOf: noon, Sample: true, Address: "https://window.example.invalid/my/statement?check=0123456789abcdef",
		Acts: []string{"税务人员 tax-01 于 2026年3月16日 更正信息：买方家庭住房套数 1。文书：核定文书第7号", strings.Repeat("理由很长。", 90)},
	}
	for i := range 12 {
		s.Lines = append(s.Lines, statement.Line{
			Tax: "城市维护建设税", Payer: fmt.Sprintf("卖方 第 %d 名", i%3+1), Base: money.Fen(99_999_999_999_00 + int64(i)), Rate: "3.5%",
			Due: money.Fen(1_234_567_00 + int64(i)), Relief: money.Fen(34_567_01), Payable: money.Fen(1_199_999_99 + int64(i)),
			Reason: "“六税两费”减半征收",
			Rules: []string{"依据：城市维护建设税税率，自 2021年9月1日 起：《中华人民共和国城市维护建设税法》第四条（已核对正式文件）",
				"依据：“六税两费”减征幅度，自 2023年1月1日 起：财政部 税务总局公告2023年第12号 二（本局采纳 · 岳阳市税务局(演示) · 演示采纳书第1号(样本,无法律效力)）"},
		})
	}
	for i := range 25 {
		s.Facts = append(s.Facts, statement.Fact{Label: fmt.Sprintf("买方家庭在本省的住房套数 %d", i), Value: "1", Source: "住房信息查询",
			AsOf: "2026年3月16日 12:00"})
	}
	return s
}

func paid() statement.Receipt {
	return statement.Receipt{
		Serial: "OW-202611220000014-b-1", About: []statement.Pair{{Label: "受理编号", Text: "202611220000014"},
			{Label: "缴纳方", Text: "买方 王*、𬎆*"}},
		Items: []statement.Item{{Name: "契税", Rule: "deed.rate.first.small@2024-12-01", Amount: 8_000_00},
			{Name: "不动产登记费（住宅）", Rule: "fee.housing@2016-12-01", Amount: 80_00}},
		Total: 8_080_00, Notes: []statement.Pair{{Label: "状态", Text: "已入库"}, {Label: "缴款时间", Text: "2026年11月22日 16:30"}},
		Voucher: &statement.Voucher{Number: "343068261100000014", Received: "2026年11月23日 09:00", Amount: 8_080_00},
		At:      noon, Address: "https://window.example.invalid/my/bills/b-1/receipt", Sample: true,
	}
}

// fonts are the embedded ones.
func fonts(t testing.TB) *typeset.Fonts {
	t.Helper()
	f, err := typeset.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func printed(t testing.TB, s statement.Sheet) []byte {
	t.Helper()
	pdf, err := statement.Print(fonts(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func receipted(t testing.TB, r statement.Receipt) []byte {
	t.Helper()
	pdf, err := statement.PrintReceipt(fonts(t), r)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// tool runs a real reader of PDF on pdf; one that is missing fails the test. The
// argument "PDF" stands for the file.
func tool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "PDF", file)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil || problems.Len() > 0 {
		t.Fatalf("%s: %v\n%s%s", name, err, problems.String(), out.String())
	}
	return out.String()
}

// solid is text without white space: where lines end is no part of it.
func solid(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// read is what a real reader finds on all pages, without white space.
func read(t testing.TB, pdf []byte) string {
	t.Helper()
	return solid(tool(t, pdf, "pdftotext", "-raw", "PDF", "-"))
}

// A statement's figures, words and sources are all in what a reader of the document
// gets, whole, each line in the order of its columns.
func TestEveryFigureOfAStatementReadsBack(t *testing.T) {
	t.Parallel()
	s := three()
	text := read(t, printed(t, s))
	figure := func(f money.Fen) string { return strings.TrimPrefix(f.Format(), "¥") }
	for _, l := range s.Lines {
		row := solid(l.Tax + l.Payer + figure(l.Base) + l.Rate + figure(l.Due) + figure(l.Relief) + figure(l.Payable))
		for _, words := range append(l.Rules, l.Reason, row) {
			if !strings.Contains(text, solid(words)) {
				t.Errorf("%q is not there", words)
			}
		}
	}
	for _, p := range append(s.About, s.Totals...) {
		if want := solid(strings.ReplaceAll(p.Text, "㐂", "〓")); !strings.Contains(text, want) {
			t.Errorf("%s: %q is not there", p.Label, p.Text)
		}
	}
	for _, f := range s.Facts {
		if want := solid(f.Label + f.Value + f.Source + f.AsOf); !strings.Contains(text, want) {
			t.Errorf("%q is not there with its source and day", f.Label)
		}
	}
	if !strings.Contains(text, s.Check()) {
		t.Error("the check code is not there")
	}
}

func TestAReceiptSaysWhatWasPaidAndThatItIsNoVoucher(t *testing.T) {
	t.Parallel()
	text := read(t, receipted(t, paid()))
	for _, want := range []string{"OW-202611220000014-b-1", "8,000.00", "8,080.00", "捌仟零捌拾元整", "343068261100000014（样本）",
		"2026年11月23日09:00", "不是税收票证", "以下只是收到的数据，不是票证本身，也不是其图样", "非税票"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there:\n%s", want, text)
		}
	}
	r := paid()
	r.Voucher = nil
	if text := read(t, receipted(t, r)); !strings.Contains(text, "尚未收到") || strings.Contains(text, "票证号码") {
		t.Errorf("a receipt without a voucher shows one:\n%s", text)
	}
}

// A sample says so on every page; what is none does not.
func TestASampleSaysSoOnEveryPage(t *testing.T) {
	t.Parallel()
	for name, print := range map[string]func(sample bool) []byte{
		"statement": func(sample bool) []byte { s := three(); s.Sample = sample; s.Lines = s.Lines[:1]; return printed(t, s) },
		"receipt":   func(sample bool) []byte { r := paid(); r.Sample = sample; return receipted(t, r) },
	} {
		pdf := print(true)
		for n := 1; n <= pages(t, pdf); n++ {
			page := tool(t, pdf, "pdftotext", "-raw", "-f", fmt.Sprint(n), "-l", fmt.Sprint(n), "PDF", "-")
			if !strings.Contains(solid(page), "样本") {
				t.Errorf("%s: page %d of a sample does not say so", name, n)
			}
		}
		if real := read(t, print(false)); strings.Contains(strings.ReplaceAll(real, "(样本,无法律效力)", ""), "样本") {
			t.Errorf("%s: what is no sample says it is one", name)
		}
	}
}

// pages counts the pages of a document, each of which must bear its number.
func pages(t testing.TB, pdf []byte) int {
	t.Helper()
	var n int
	_, rest, _ := strings.Cut(tool(t, pdf, "pdfinfo", "PDF"), "Pages:")
	if _, err := fmt.Sscan(rest, &n); err != nil {
		t.Fatal(err)
	}
	text := read(t, pdf)
	for i := range n {
		if want := fmt.Sprintf("第%d页共%d页", i+1, n); !strings.Contains(text, want) {
			t.Errorf("%s is not there", want)
		}
	}
	return n
}

func TestASecondPrintingIsTheSameByteForByte(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(printed(t, three()), printed(t, three())) || !bytes.Equal(receipted(t, paid()), receipted(t, paid())) {
		t.Error("a second printing differs")
	}
}

func TestTheCodeLeadsToWhereTheDocumentIsSeen(t *testing.T) {
	t.Parallel()
	for want, pdf := range map[string][]byte{three().Address: printed(t, three()), paid().Address: receipted(t, paid())} {
		picture := filepath.Join(t.TempDir(), "page")
		tool(t, pdf, "pdftoppm", "-r", "200", "-f", "1", "-singlefile", "-png", "PDF", picture)
		if got := tool(t, nil, "zbarimg", "--nodbus", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture+".png"); got != want+"\n" {
			t.Errorf("the code says %q, want %q", got, want)
		}
	}
}

func TestTheDocumentIsSoundAndNamesNobodyInItsMetadata(t *testing.T) {
	t.Parallel()
	pdf := printed(t, three())
	tool(t, pdf, "qpdf", "--check", "PDF")
	about := tool(t, pdf, "pdfinfo", "PDF")
	if !strings.Contains(about, "税费核定表（样本）") || !strings.Contains(about, "595.28 x 841.89") {
		t.Errorf("pdfinfo says\n%s", about)
	}
	for _, secret := range []string{"阿", "202611220000014", "430602"} {
		if strings.Contains(about, secret) {
			t.Errorf("the metadata hold %q", secret)
		}
	}
}

func TestAProposalSaysThatItBindsNobody(t *testing.T) {
	t.Parallel()
	s := three()
	if strings.Contains(read(t, printed(t, s)), "没有约束力") {
		t.Error("what is decided says that it binds nobody")
	}
	s.Outcome, s.Reasons, s.Without = statement.Proposed, []string{"买方家庭情况未能查明。"}, []string{"土地增值税：系统不能给出金额。"}
	text := read(t, printed(t, s))
	for _, want := range []string{"税费核定表（拟核定）", "对任何人都没有约束力", "买方家庭情况未能查明", "土地增值税：系统不能给出金额"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there", want)
		}
	}
}

// Whatever is said in it, a statement prints, keeps to its pages and loses nothing:
// what no font has is shown as 〓 and explained.
func TestWhatIsLongOrRareIsNeitherCutNorKeptBack(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*statement.Sheet){
		"a cell longer than a page": func(s *statement.Sheet) { s.Facts[0].Value = strings.Repeat("很长的内容", 400) },
		"a word without a break":    func(s *statement.Sheet) { s.Facts[0].Source = strings.Repeat("8", 300) },
		"an address of 400":         func(s *statement.Sheet) { s.About[1].Text = strings.Repeat("巴陵中路", 100) },
		"sixty lines": func(s *statement.Sheet) {
			s.Lines = append(s.Lines, append(s.Lines, append(s.Lines, s.Lines...)...)...)
		},
		"control characters": func(s *statement.Sheet) { s.Acts = []string{"理\x00由\x1b[0m\n文"} },
		"nothing":            func(s *statement.Sheet) { *s = statement.Sheet{Number: s.Number, Address: s.Address, AsOf: noon} },
	} {
		s := three()
		change(&s)
		pdf := printed(t, s)
		outside(t, name, pdf)
		if n := strings.Count(read(t, pdf), "容"); name == "a cell longer than a page" && n < 400 {
			t.Errorf("%s: only %d of 400 pieces are there", name, n)
		}
	}
	text := read(t, printed(t, three()))
	if !strings.Contains(text, "〓*") || !strings.Contains(text, "𬎆*") || !strings.Contains(text, "字库中没有的字") {
		t.Error("a rare character is lost, or one that no font has is not explained")
	}
}

// outside reports words that a page shows beyond its margins.
func outside(t *testing.T, name string, pdf []byte) {
	t.Helper()
	for word := range strings.SplitSeq(tool(t, pdf, "pdftotext", "-bbox", "PDF", "-"), "<word ") {
		var x1, y1, x2, y2 float64
		if _, err := fmt.Sscanf(word, `xMin="%f" yMin="%f" xMax="%f" yMax="%f"`, &x1, &y1, &x2, &y2); err != nil {
			continue
		}
		if strings.Contains(word, ">样本<") {
			continue // the mark across the page
		}
		if x1 < 49 || x2 > 555 || y1 < 25 || y2 > 815 {
			t.Errorf("%s: a word at %.0f,%.0f to %.0f,%.0f leaves the page", name, x1, y1, x2, y2)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	s := three()
	printed(b, s)
	for b.Loop() {
		printed(b, s)
	}
}

// box is where a real reader finds a word on a page, in points.
type box struct {
	page                 int
	left, top, right, at float64
	text                 string
}

var (
	wordBox = regexp.MustCompile(`<word xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)">(.*)</word>`)
	newPage = regexp.MustCompile(`<page `)
)

// boxes are those of all words but the large ones, which stand behind the text.
func boxes(t testing.TB, pdf []byte) (list []box) {
	page := 0
	for line := range strings.SplitSeq(tool(t, pdf, "pdftotext", "-bbox", "PDF", "-"), "\n") {
		if newPage.MatchString(line) {
			page++
		}
		if m := wordBox.FindStringSubmatch(line); m != nil {
			b := box{page: page, text: m[5]}
			for i, into := range []*float64{&b.left, &b.top, &b.right, &b.at} {
				*into, _ = strconv.ParseFloat(m[i+1], 64)
			}
			if b.at-b.top < 40 {
				list = append(list, b)
			}
		}
	}
	return list
}

// However long a name is, no word is printed over another.
func TestNoWordIsPrintedOverAnother(t *testing.T) {
	t.Parallel()
	for name, pdf := range map[string][]byte{"statement": printed(t, three()), "receipt": receipted(t, paid())} {
		list := boxes(t, pdf)
		if len(list) < 20 {
			t.Errorf("%s: only %d words were found", name, len(list))
		}
		for i, a := range list {
			for _, b := range list[i+1:] {
				across := min(a.right, b.right) - max(a.left, b.left)
				down := min(a.at, b.at) - max(a.top, b.top)
				if a.page == b.page && across > 1 && down > min(a.at-a.top, b.at-b.top)/2 {
					t.Errorf("%s, page %d: %q and %q stand in one place", name, a.page, a.text, b.text)
				}
			}
		}
	}
}
