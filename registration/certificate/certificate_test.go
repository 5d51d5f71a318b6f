package certificate

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// flat is the sheet of an ordinary flat sold to two people.
func flat() Sheet {
	return Sheet{
		Number: "湘（2026）岳阳市不动产权第0001234号", Holder: "王𬎆、阿不都热依木·买买提",
		CoOwnership: "按份共有：王𬎆 1/3，阿不都热依木·买买提 2/3",
		Location:    "岳阳市岳阳楼区巴陵中路218号洞庭花园3栋2单元1502室", Unit: "430602 001001 GB00001 F00010001",
		RightType: rightType, RightNature: "出让/市场化商品房", Use: "城镇住宅用地/成套住宅",
		Area: "共有宗地面积12345.67㎡/房屋建筑面积120.50㎡",
		Term: "国有建设用地使用权 2010年01月01日起2080年01月01日止",
		Other: "房屋结构：钢筋混凝土结构\n专有建筑面积：98.50㎡，分摊建筑面积：22.00㎡\n" +
			"房屋总层数：32层，所在层：15层\n房屋竣工时间：2018年",
		Notes:    "原不动产权证号：湘（2018）岳阳市不动产权第0001234号\n买卖合同网签备案号：YY20261100001",
		Office:   "岳阳市不动产登记中心",
		IssuedAt: time.Date(2026, 11, 22, 16, 30, 15, 0, time.UTC),
		VerifyID: "AAAQEAYEAUDAOCAJBIFQYDIOB4", VerifyURL: "https://example.invalid/v/AAAQEAYEAUDAOCAJBIFQYDIOB4",
		Sample: true,
		Plans: []Plan{{"宗地图", strings.Repeat("0123456789abcdef", 4)},
			{"房产分户图", strings.Repeat("fedcba9876543210", 4)}},
	}
}

// print renders s or ends the test.
func print(t testing.TB, s Sheet) []byte {
	t.Helper()
	pdf, err := Render(s)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// tool runs a real reader of PDF on pdf; one that is missing fails the test.
// The argument "PDF" stands for the file.
func tool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "PDF", file)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, problems.String(), out.String())
	}
	if problems.Len() > 0 {
		t.Fatalf("%s complains: %s", name, problems.String())
	}
	return out.String()
}

func BenchmarkRender(b *testing.B) {
	s := flat()
	print(b, s)
	b.ReportAllocs()
	for b.Loop() {
		print(b, s)
	}
}

func TestSmoke(t *testing.T) {
	pdf := print(t, flat())
	os.WriteFile("/tmp/cert/out.pdf", pdf, 0o644)
	t.Log(len(pdf), tool(t, pdf, "qpdf", "--check", "PDF"), tool(t, pdf, "pdftotext", "-raw", "PDF", "-"), tool(t, pdf, "pdffonts", "PDF"), tool(t, pdf, "pdfinfo", "PDF"))
}
func TestLintSmoke(t *testing.T) {
	pdf := print(t, flat())
	if got := Lint(pdf, flat()); got != nil {
		t.Errorf("%+v", got)
	}
}
func BenchmarkLint(b *testing.B) {
	s := flat()
	pdf := print(b, s)
	b.ReportAllocs()
	for b.Loop() {
		Lint(pdf, s)
	}
}
