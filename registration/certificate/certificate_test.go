package certificate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
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
		Plans: []Plan{{Title: "宗地图", SHA256: strings.Repeat("0123456789abcdef", 4)},
			{Title: "房产分户图", SHA256: strings.Repeat("fedcba9876543210", 4)}},
	}
}

// rendered prints s or ends the test.
func rendered(t testing.TB, s Sheet) []byte {
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
	rendered(b, s)
	b.ReportAllocs()
	for b.Loop() {
		rendered(b, s)
	}
}

func BenchmarkLint(b *testing.B) {
	s := flat()
	pdf := rendered(b, s)
	b.ReportAllocs()
	for b.Loop() {
		if problems := Lint(pdf, s); problems != nil {
			b.Fatal(problems)
		}
	}
}

func TestTheCertificateReadsFieldByFieldInTheStatutoryOrder(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/flat.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := tool(t, rendered(t, flat()), "pdftotext", "-raw", "PDF", "-")
	if got != string(want) {
		t.Errorf("pdftotext reads\n%s\nwant\n%s", got, want)
	}
}

func TestTheDocumentIsSoundAndItsOnlyFontIsEmbedded(t *testing.T) {
	t.Parallel()
	pdf := rendered(t, flat())
	tool(t, pdf, "qpdf", "--check", "PDF")
	fonts := strings.Split(strings.TrimSpace(tool(t, pdf, "pdffonts", "PDF")), "\n")
	if len(fonts) != 3 || !strings.Contains(fonts[2], "CID TrueType      Identity-H       yes") {
		t.Errorf("pdffonts lists %q, want one embedded TrueType font", fonts)
	}
}

func TestTheMetadataNameTheKindOfDocumentAndNobody(t *testing.T) {
	t.Parallel()
	pdf := rendered(t, flat())
	about := tool(t, pdf, "pdfinfo", "-isodates", "PDF")
	for _, want := range []string{"Title:           不动产权证书（样张）", "2026-11-22T16:30:15", "Pages:           2"} {
		if !strings.Contains(about, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, about)
		}
	}
	for _, secret := range []string{"王", "买买提", "0001234", "430602"} {
		if strings.Contains(about, secret) {
			t.Errorf("the metadata hold %q", secret)
		}
	}
	if !bytes.Contains(pdf, []byte("/Lang (zh-CN)")) {
		t.Error("the document does not say that it is in Chinese")
	}
}

func TestTheQRCodeIsReadFromPaperAsTheVerifyAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{flat().VerifyURL,
		"https://window.example.invalid/verify/AAAQEAYEAUDAOCAJBIFQYDIOB4?" + strings.Repeat("k=v&", 20)} {
		s := flat()
		s.VerifyURL = url
		picture := filepath.Join(t.TempDir(), "page")
		tool(t, rendered(t, s), "pdftoppm", "-r", "300", "-png", "-singlefile", "PDF", picture)
		if got := tool(t, nil, "zbarimg", "--nodbus", "-q", "--raw", picture+".png"); got != url+"\n" {
			t.Errorf("zbarimg reads %q, want %q", got, url)
		}
	}
}

func TestASampleSaysSoOnEveryPageAndThatItIsNotSealed(t *testing.T) {
	t.Parallel()
	sample := solid(tool(t, rendered(t, flat()), "pdftotext", "-raw", "PDF", "-"))
	if n := strings.Count(sample, solid(formSample)); n != 2 {
		t.Errorf("a sample of 2 pages says %d times that it is one", n)
	}
	if !strings.Contains(sample, "未签章") {
		t.Error("a sample does not say that it is not sealed")
	}
	s := flat()
	s.Sample = false
	if real := solid(tool(t, rendered(t, s), "pdftotext", "-raw", "PDF", "-")); strings.Contains(real, "样张") {
		t.Error("what is no sample says it is one")
	}
}

func TestTheDateIsThatOfChina(t *testing.T) {
	t.Parallel()
	s := flat()
	s.IssuedAt = time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC) // midnight in China
	if got := tool(t, rendered(t, s), "pdftotext", "-raw", "PDF", "-"); !strings.Contains(got, "2027年01月01日") {
		t.Errorf("a certificate of new year's midnight in China is dated otherwise:\n%s", got)
	}
}

func TestAnotherProcessPrintsTheSameBytes(t *testing.T) {
	if os.Getenv("PRINT_DIGEST") != "" {
		fmt.Printf("digest %x\n", sha256.Sum256(rendered(t, flat())))
		return
	}
	t.Parallel()
	want := fmt.Sprintf("digest %x\n", sha256.Sum256(rendered(t, flat())))
	for _, procs := range []string{"1", "8"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAnotherProcessPrintsTheSameBytes$", "-test.v")
		cmd.Env = append(os.Environ(), "PRINT_DIGEST=1", "GOMAXPROCS="+procs, "TZ=America/New_York")
		got, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("with GOMAXPROCS=%s: %v\n%s\nwant %s", procs, err, got, want)
		}
	}
}

func TestEightPrintAtOnceAndAgree(t *testing.T) {
	t.Parallel()
	want := rendered(t, flat())
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			for range 5 {
				if got, err := Render(flat()); err != nil || !bytes.Equal(got, want) {
					return fmt.Errorf("a rendering differs: %v", err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
