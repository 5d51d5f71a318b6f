package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"onewindow/internal/vault"
)

func zipped(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("a.txt")
	if err == nil {
		_, err = f.Write([]byte("a"))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func moving(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black}), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// action is a harmless document whose catalog also does something.
func action(more string) []byte {
	return document(strings.Replace(catalog, ">>", more+" >>", 1), pages, page, text)
}

func TestAHostileFileIsRefusedForWhatItIs(t *testing.T) {
	t.Parallel()
	d := desk(t, Config{})
	d.limits.Stream, d.limits.Decoded, d.limits.Unpacked = 8<<20, 2<<20, 30<<20 // as bombs go, these are slow to make
	picture := scanned(40, 30)
	for _, tt := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"nothing", nil, ErrEmpty},
		{"one byte over the cap", append(harmlessPDF(), make([]byte, 20<<20+1-len(harmlessPDF()))...), ErrTooLarge},
		{"a text", []byte("hello"), ErrFormat},
		{"a ZIP called contract.pdf", zipped(t), ErrFormat},
		{"an office file, which is a ZIP", zipped(t), ErrFormat},
		{"an old office file", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ErrFormat},
		{"a RAR", []byte("Rar!\x1a\x07\x01\x00"), ErrFormat},
		{"a GIF", moving(t), ErrFormat},
		{"a WebP", []byte("RIFF\x24\x00\x00\x00WEBPVP8 "), ErrFormat},
		{"an SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), ErrFormat},
		{"a page", []byte("<!DOCTYPE html><script>alert(1)</script>"), ErrFormat},
		{"a PDF that begins late", join([]byte("\n"), harmlessPDF()), ErrFormat},
		{"a program before a PDF", join([]byte("MZ"), harmlessPDF()), ErrFormat},

		{"a PNG of 65 500 × 65 500", claimed(65500, 65500, packed(nil)), ErrPixels},
		{"a PNG of a pixel too many", claimed(40_000_001, 1, packed(nil)), ErrPixels},
		{"a PNG with the largest numbers", claimed(1<<31-1, 1<<31-1, packed(nil)), ErrDamaged},
		{"a PNG of no width", claimed(0, 9, packed(nil)), ErrDamaged},
		{"a PNG with fewer pixels than it says", claimed(1000, 1000, packed(make([]byte, 100))), ErrDamaged},
		{"a PNG whose pixels are not packed", claimed(10, 10, []byte("none")), ErrDamaged},
		{"a PNG that breaks off", picture[:len(picture)-30], ErrDamaged},
		{"the first bytes of a PNG", magicPNG, ErrDamaged},
		{"a JPEG that breaks off", photograph(40, 30)[:300], ErrDamaged},
		{"the first bytes of a JPEG", []byte{0xff, 0xd8, 0xff}, ErrDamaged},
		{"a JPEG whose body is a PDF", join([]byte{0xff, 0xd8, 0xff}, harmlessPDF(), []byte{0xff, 0xd9}), ErrPolyglot},

		{"a PDF that breaks off", harmlessPDF()[:200], ErrDamaged},
		{"a PDF with a tail", join(harmlessPDF(), []byte("tail")), ErrDamaged},
		{"a PDF of nothing", []byte("%PDF-1.7\n%%EOF"), ErrDamaged},
		{"a PDF without pages", document(catalog, "<< /Type /Pages /Kids [] /Count 0 >>"), ErrDamaged},
		{"a PDF with fewer pages than it says", pagesOf(2, 3), ErrDamaged},
		{"a PDF with more pages than it says", pagesOf(3, 2), ErrDamaged},
		{"a PDF whose pages lead in a circle", document(catalog, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), ErrDamaged},
		{"a PDF of 201 pages", pagesOf(201, 201), ErrPages},
		{"a PDF that says it has 1 page and has 100 000", pagesOf(100_000, 1), ErrPages},
		{"a PDF with a picture of 65 500 × 65 500",
			document(catalog, pages, page, stream("/Subtype /Image /Width 65500 /Height 65500", nil)), ErrPixels},

		{"a PDF that is a page, too", document(catalog, pages, page, stream("", []byte("<ScRiPt>alert(1)</script>"))), ErrPolyglot},
		{"a PDF that is a ZIP, too", join(bytes.TrimSuffix(harmlessPDF(), []byte("%%EOF\n")), archive, []byte("%%EOF\n")), ErrPolyglot},
		{"a PNG with a ZIP behind it", join(picture, zipped(t)), ErrPolyglot},
		{"a PNG with a page in it", join(picture[:33], chunk("tEXt", []byte("Comment\x00<html>")), picture[33:]), ErrPolyglot},
		{"a JPEG with a PDF behind it", join(photograph(9, 9), harmlessPDF()), ErrPolyglot},

		{"a script on opening", action("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), ErrActive},
		{"a script under an escaped name", action("/OpenAction << /S /J#61vaScript /J#53 (1) >>"), ErrActive},
		{"scripts by name", action("/Names << /JavaScript << /Names [(a) 4 0 R] >> >>"), ErrActive},
		{"a script whose type is told elsewhere", document(strings.Replace(catalog, ">>", "/OpenAction 5 0 R >>", 1),
			pages, page, text, "<< /S 6 0 R /JS (1) >>", "/Nothing"), ErrActive},
		{"a program to start", action("/OpenAction << /S /Launch /F (cmd.exe) >>"), ErrActive},
		{"an action on closing", action("/AA << /WC << /S /URI /URI (http://a.example) >> >>"), ErrActive},
		{"a file in it", action("/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>"), ErrActive},
		{"an attached file", action("/AF [4 0 R]"), ErrActive},
		{"a form that is sent", action("/OpenAction << /S /SubmitForm /F (http://a.example) >>"), ErrActive},
		{"a form in XML", action("/AcroForm << /XFA 4 0 R >>"), ErrActive},
		{"a film", document(catalog, pages, page, text, "<< /Type /Annot /Subtype /RichMedia >>"), ErrActive},
		{"a script that only another reader finds", documentBehind(
			"9 0 obj << /S /JavaScript /JS (1) >> endobj\n", catalog, pages, page, text), ErrActive},
		{"a script in packed objects that only another reader finds", documentBehind("9 0 obj "+
			stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", packed([]byte("8 0 << /S /JavaScript /JS (1) >>")))+
			" endobj\n", catalog, pages, page, text), ErrActive},
		{"a script in packed objects", inObjectStream("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (1) >> >>"), ErrActive},
		{"a short script in packed objects", inObjectStream("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S 4 0 R /JS (1) >> >>"), ErrActive},

		{"9 MB in one stream", document(catalog, pages, page, stream("/Filter /FlateDecode", zeros(9<<20))), ErrBomb},
		{"packed twice", document(catalog, pages, page, stream("/Filter [/FlateDecode /FlateDecode]", packed(zeros(9<<20)))), ErrBomb},
		{"packed in another way", document(catalog, pages, page,
			stream("/Filter [/FlateDecode /RunLengthDecode]", packed(bytes.Repeat([]byte{129, 0}, 1<<20)))), ErrBomb},
		{"many streams of 7 MB", document(append([]string{catalog, pages, page}, many(6, stream("/Filter /FlateDecode", zeros(7<<20)))...)...), ErrBomb},
		{"packed objects of 9 MB", documentBehind("9 0 obj "+
			stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zeros(9<<20))+" endobj\n",
			catalog, pages, page, text), ErrBomb},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if c, err := d.Check(t.Context(), tt.content); !errors.Is(err, tt.want) {
				t.Errorf("%v (%d pages), want %v", err, c.Pages, tt.want)
			}
		})
	}
}

func many(n int, o string) (list []string) {
	for range n {
		list = append(list, o)
	}
	return list
}

func TestAnEncryptedDocumentIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/plain.pdf", harmlessPDF(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"", "secret"} { // with none it opens for everyone, and forbids printing
		out, err := exec.CommandContext(t.Context(), "qpdf", "--encrypt", password, "owner", "256", "--",
			dir+"/plain.pdf", dir+"/sealed.pdf").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		content, err := os.ReadFile(dir + "/sealed.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := desk(t, Config{}).Check(t.Context(), content); !errors.Is(err, ErrEncrypted) {
			t.Errorf("with the password %q: %v", password, err)
		}
	}
}

// TestABombLeavesTheProgramAsItWas looks at the largest memory that the system has
// ever given this process, before and after bombs that unpack to many times that.
func TestABombLeavesTheProgramAsItWas(t *testing.T) {
	d := desk(t, Config{})
	bombs := [][]byte{
		document(catalog, pages, page, stream("/Filter /FlateDecode", zeros(300<<20))),
		claimed(6300, 6300, zeros(6300*(6300*3+1))),
		progressive(6000, 6000),
	}
	peak(t) // has looked once
	before := peak(t)
	for i, bomb := range bombs {
		c, err := d.Check(t.Context(), bomb)
		refused := errors.Is(err, ErrBomb) || i > 0 && errors.Is(err, ErrDamaged)
		if !refused && (i == 0 || err != nil) { // a picture may be no bomb on a large machine
			t.Errorf("bomb %d: %v, %d × %d", i, err, c.Width, c.Height)
		}
	}
	if grown := peak(t) - before; grown > 48<<20 {
		t.Errorf("the program has grown by %d MB", grown>>20)
	} else {
		t.Logf("the program has grown by %d kB", grown>>10)
	}
}

// progressive is the header of a JPEG whose coefficients are kept in memory until
// the last scan, which never comes.
func progressive(w, h int) []byte {
	plain := photograph(16, 16)
	at := bytes.Index(plain, []byte{0xff, 0xc0})
	big := bytes.Clone(plain)
	big[at+1] = 0xc2
	big[at+5], big[at+6], big[at+7], big[at+8] = byte(h>>8), byte(h), byte(w>>8), byte(w)
	return big
}

// peak returns the largest resident memory of this process so far, in bytes.
func peak(t *testing.T) int64 {
	t.Helper()
	runtime.GC()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kB, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

func TestANameIsOnlyAName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"合同 第1页.PDF":                    "合同 第1页.pdf",
		"contract.jpg":                  "contract.pdf",
		"../../etc/passwd":              "passwd.pdf",
		`..\..\windows\win.ini`:         "win.pdf",
		"/":                             "contract.pdf",
		"..":                            "contract.pdf",
		"":                              "contract.pdf",
		".htaccess":                     "contract.pdf",
		"a\x00.pdf.exe":                 "a.pdf.pdf",
		"a\u202efdp.exe":                "afdp.pdf",
		"\u200b\u2066x\u2069.pdf":       "x.pdf",
		"a\r\nSet-Cookie: b=c.pdf":      "a Set-Cookie b=c.pdf",
		`a"; filename="b.html`:          "a filename=b.pdf",
		"\xff\xfe.pdf":                  "contract.pdf",
		"NUL.pdf":                       "contract.pdf",
		"con":                           "contract.pdf",
		"-rf.pdf":                       "rf.pdf",
		"𠮷田·买买提.png":                    "𠮷田·买买提.pdf",
		strings.Repeat("长", 500) + ".x": strings.Repeat("长", longestName) + ".pdf",
	} {
		if got := CleanName(given, Contract, PDF); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
	m := Material{Kind: Contract, Name: `张三'; "a".pdf`, Media: PDF}
	want := `attachment; filename="contract.pdf"; filename*=UTF-8''%E5%BC%A0%E4%B8%89%27%3B%20%22a%22.pdf`
	if got := m.Attachment(); got != want {
		t.Errorf("handed out as %s, want %s", got, want)
	}
}

func FuzzMeasure(f *testing.F) {
	for _, seed := range [][]byte{harmlessPDF(), photograph(8, 8), scanned(8, 8), archive,
		taken(photograph(8, 8), exif(little, 6)), inObjectStream(catalog)} {
		f.Add(seed)
	}
	l := Config{MaxMegapixels: 1}.Limits()
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := measure(content, l)
		if (err == nil) != (m != "" && len(content) > 0) && err == nil {
			t.Errorf("a content of no format is taken")
		}
		if o := orientation(content, JPEG); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
		if o := orientation(content, PNG); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := (task{m, l}).write(&out, content); err != nil {
			t.Errorf("no finding: %v", err)
		}
		if found, kept, err := readFinding(out.Bytes()); err == nil && m != PDF {
			if _, err := measure(kept, l); err != nil || found.Width*found.Height > int(l.Pixels) {
				t.Errorf("what was drawn anew is not taken: %v", err)
			}
		}
	})
}

func FuzzFinding(f *testing.F) {
	f.Add([]byte(`{"pages":1}` + "\nx"))
	f.Fuzz(func(t *testing.T, output []byte) {
		if found, _, err := readFinding(output); err == nil && found.Refusal != "" {
			t.Errorf("a refusal is no refusal: %+v", found)
		}
	})
}

// misbehave is the first argument of a process that tries what the unpacking one may not.
const misbehave = "misbehave"

var misdeeds = map[string]func() error{
	"write a file": func() error { return os.WriteFile(os.TempDir()+"/onewindow-misdeed", make([]byte, 10), 0o600) },
	"use memory": func() error {
		var hold [][]byte
		for range 40 {
			b := make([]byte, 64<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			hold = append(hold, b)
		}
		return fmt.Errorf("%d blocks", len(hold))
	},
	"compute": func() error {
		for i := 0; ; i++ {
			_ = vault.Draw
		}
	},
}

func misbehaves(what string) int {
	if confine(1) != nil {
		return 0
	}
	if err := misdeeds[what](); err != nil && what != "use memory" {
		return 7 // it was refused
	}
	return 0
}

func TestTheProcessThatUnpacksCanDoNothingElse(t *testing.T) {
	t.Parallel()
	t.Cleanup(func() { _ = os.Remove(os.TempDir() + "/onewindow-misdeed") })
	for what := range misdeeds {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			child, err := start(func() *exec.Cmd {
				return exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], misbehave, what)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Wait(); err == nil {
				t.Error("it did")
			}
		})
	}
}
