package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/files"
	"onewindow/jobs"
)

// TestMain makes the test program the one that unpacks files, too, as main does.
func TestMain(m *testing.M) {
	if code, is := files.Child(os.Args[1:], os.Stdin, os.Stdout); is {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// paper is a harmless PDF of one page.
const paper = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" +
	"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
	"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n" +
	"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n" +
	"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n186\n%%EOF\n"

func snapshot(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// upload is a file as a program hands it in.
type upload struct {
	staff, number, kind, key, name, body string
}

// handIn hands a file in as the body itself; what is left out is the usual.
func (o *office) handIn(u upload) reply {
	o.t.Helper()
	if u.staff == "" {
		u.staff = "clerk-01"
	}
	header := map[string]string{"Idempotency-Key": u.key, "Content-Type": "application/octet-stream"}
	if u.name != "" {
		header["Content-Disposition"] = "attachment; filename*=UTF-8''" + u.name
	}
	return o.send(request{method: "POST", staff: u.staff, body: u.body, header: header,
		path: "/api/v1/cases/" + u.number + "/materials?kind=" + u.kind})
}

// form builds the body of a form with a file.
func form(t testing.TB, name, body string, fields ...string) (text, media string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestAMaterialIsHandedInListedAndFetched(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	r := o.handIn(upload{number: number, kind: "contract", key: "a", body: paper,
		name: "%E5%90%88%E5%90%8C%2F..%2F%E5%BC%A0%E4%B8%89.exe"})
	if r.StatusCode != http.StatusCreated {
		t.Fatalf("handed in: %d %s", r.StatusCode, r.body)
	}
	var m materialView
	r.into(t, &m)
	if m.Kind != files.Contract || m.Name != "张三.pdf" || m.Media != files.PDF || m.Pages != 1 ||
		m.Size != int64(len(paper)) || m.AddedBy != "clerk-01" || r.Header.Get("Location") != m.File {
		t.Errorf("kept as %+v", m)
	}
	var list materialList
	o.get("/api/v1/cases/"+number+"/materials").into(t, &list)
	if len(list.Materials) != 1 || list.Materials[0] != m {
		t.Errorf("listed as %+v", list)
	}
	f := o.send(request{method: "GET", staff: "registrar-01", path: m.File})
	if string(f.body) != paper {
		t.Errorf("fetched %d %.40q", f.StatusCode, f.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "sandbox; default-src 'none'", "ETag": `"` + m.SHA256 + `"`, "Set-Cookie": "",
		"Content-Disposition": `attachment; filename="contract.pdf"; filename*=UTF-8''%E5%BC%A0%E4%B8%89.pdf`,
	} {
		if got := f.Header.Get(name); got != want {
			t.Errorf("fetched with %s %q, want %q", name, got, want)
		}
	}
	if log := o.log.String(); strings.Contains(log, "张三") {
		t.Errorf("the name of a file is in the log: %s", log)
	}
}

func TestAFileIsTakenForWhatItIsNotForWhatItIsCalled(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	body, media := form(t, "page.html", snapshot(t), "kind", "identity")
	r := o.send(request{method: "POST", staff: "clerk-01", path: "/api/v1/cases/" + number + "/materials", body: body,
		header: map[string]string{"Idempotency-Key": "a", "Content-Type": media}})
	var m materialView
	r.into(t, &m)
	if r.StatusCode != http.StatusCreated || m.Media != files.JPEG || m.Name != "page.jpg" {
		t.Errorf("a photograph called page.html: %d %s", r.StatusCode, r.body)
	}
}

func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	script := strings.Replace(paper, "/Type /Catalog", "/Type /Catalog /AA << >>", 1)
	for _, tt := range []struct {
		name string
		u    upload
		want int
		code string
	}{
		{"no file", upload{}, 422, "file_empty"},
		{"one byte too many", upload{body: paper + strings.Repeat("\n", 20<<20+1-len(paper))}, 413, "file_too_large"},
		{"far too much", upload{body: strings.Repeat("x", 70<<20)}, 413, "file_too_large"},
		{"a page", upload{body: "<!DOCTYPE html>"}, 415, "file_format"},
		{"a ZIP", upload{body: "PK\x03\x04"}, 415, "file_format"},
		{"a script", upload{body: script}, 422, "file_active"},
		{"a half", upload{body: paper[:100]}, 422, "file_damaged"},
		{"no kind", upload{kind: " ", body: paper}, 422, "material_kind"},
		{"a kind that is none", upload{kind: "essay", body: paper}, 422, "material_kind"},
		{"a name that is none", upload{name: strings.Repeat("a", 2000), body: paper}, 422, "file_name"},
		{"no key", upload{key: " ", body: paper}, 400, "key_missing"},
		{"a case that is none", upload{number: "202611220000013", body: paper}, 404, "case_unknown"},
	} {
		u := tt.u
		for at, usual := range map[*string]string{&u.number: number, &u.kind: "contract", &u.key: tt.name} {
			if *at == "" {
				*at = usual
			}
			*at = strings.TrimSpace(*at)
		}
		r := o.handIn(u)
		if r.StatusCode != tt.want || r.problem(t).Type != problemPath+tt.code {
			t.Errorf("%s: %d %s", tt.name, r.StatusCode, r.body)
		}
	}
	for name, body := range map[string]string{"no form": "x", "half a form": "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx",
		"too many parts": "--b\r\n" + strings.Repeat("Content-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b\r\n", maxParts+1)} {
		r := o.send(request{method: "POST", staff: "clerk-01", path: "/api/v1/cases/" + number + "/materials", body: body,
			header: map[string]string{"Idempotency-Key": "f", "Content-Type": "multipart/form-data; boundary=b"}})
		if r.StatusCode != 400 || r.problem(t).Type != problemPath+"form" {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.body)
		}
	}
}

func TestAResentFileIsOneMaterial(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	u := upload{number: number, kind: "contract", key: "same", name: "a.pdf", body: paper}
	first, again := o.handIn(u), o.handIn(u)
	if first.StatusCode != 201 || again.StatusCode != 201 || !bytes.Equal(first.body, again.body) ||
		again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("resent: %d %s, then %d %s", first.StatusCode, first.body, again.StatusCode, again.body)
	}
	u.body = snapshot(t)
	if r := o.handIn(u); r.StatusCode != 422 || r.problem(t).Type != problemPath+"key_reused" {
		t.Errorf("another file under the same key: %d %s", r.StatusCode, r.body)
	}
}

func TestTheSameFileAtOnceIsKeptOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	var all sync.WaitGroup
	replies := make([]reply, 4)
	for i := range replies {
		all.Go(func() {
			replies[i] = o.handIn(upload{number: number, kind: "contract", key: fmt.Sprint(i / 2), body: paper})
		})
	}
	all.Wait()
	for _, r := range replies {
		if r.StatusCode != 201 {
			t.Errorf("%d %s", r.StatusCode, r.body)
		}
	}
	var contents, materials int
	if err := o.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM files_content), (SELECT count(*) FROM files_material)`).
		Scan(&contents, &materials); err != nil || contents != 1 || materials != 2 {
		t.Errorf("%d contents and %d materials, %v", contents, materials, err)
	}
}

func TestWhatIsKeptIsSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	if r := o.handIn(upload{number: number, kind: "contract", key: "a", name: "zhangsan", body: paper}); r.StatusCode != 201 {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	var row string
	if err := o.pool.QueryRow(t.Context(), `
		SELECT encode(c.content, 'escape') || encode(m.name, 'escape')
		FROM files_material m JOIN files_content c ON c.hash = m.hash`).Scan(&row); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row, "Catalog") || strings.Contains(row, "zhangsan") {
		t.Errorf("kept as %.200s", row)
	}
	for _, change := range []string{`UPDATE files_content SET pages = 2`, `DELETE FROM files_material`, `TRUNCATE files_material`} {
		if _, err := o.pool.Exec(t.Context(), change); err == nil {
			t.Errorf("%s changed what is kept", change)
		}
	}
}

func TestWhoSeesWhichFiles(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	r := o.handIn(upload{number: number, kind: "contract", key: "a", body: paper})
	var m materialView
	r.into(t, &m)
	list := "/api/v1/cases/" + number + "/materials"
	for _, tt := range []struct {
		staff, path string
		want        int
	}{
		{"registrar-01", list, 200}, {"tax-01", list, 200}, {"system-01", list, 403}, {"", list, 401},
		{"registrar-01", m.File, 200}, {"system-01", m.File, 403}, {"", m.File, 401},
		{"clerk-01", filesPath + strings.Repeat("A", 26), 404}, {"clerk-01", filesPath + "%2e%2e%2fetc", 404},
		{"clerk-01", filesPath + "a%00b", 404}, {"clerk-01", "/api/v1/cases/x/materials", 404},
	} {
		if r := o.send(request{method: "GET", staff: tt.staff, path: tt.path}); r.StatusCode != tt.want {
			t.Errorf("%q and %s: %d, want %d: %s", tt.staff, tt.path, r.StatusCode, tt.want, r.body)
		}
	}
	if r := o.handIn(upload{staff: "registrar-01", number: number, kind: "contract", key: "b", body: paper}); r.StatusCode != 403 {
		t.Errorf("a registrar hands in: %d", r.StatusCode)
	}
}

func TestAnotherOfficeSeesNoFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	r := o.handIn(upload{number: number, kind: "contract", key: "a", body: paper})
	var m materialView
	r.into(t, &m)
	moved := access.Change{Account: "clerk-02", Kind: access.Move,
		Wanted: access.Wanted{Name: "别处受理", Role: access.Clerk, Office: "430621"}}
	if _, err := o.porter().AtMachine(t.Context(), o.pool, moved, time.Now()); err != nil {
		t.Fatal(err)
	}
	if r := o.handIn(upload{staff: "clerk-02", number: number, kind: "contract", key: "b", body: paper}); r.StatusCode != 404 {
		t.Errorf("hands in: %d %s", r.StatusCode, r.body)
	}
	foreign := o.send(request{method: "GET", staff: "clerk-02", path: m.File})
	unknown := o.send(request{method: "GET", staff: "clerk-02", path: filesPath + strings.Repeat("A", 26)})
	if foreign.StatusCode != 404 || foreign.problem(t).Type != unknown.problem(t).Type {
		t.Errorf("fetches: %d %s", foreign.StatusCode, foreign.body)
	}
}

func TestACaseThatIsOverTakesNoFile(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", number, intake.Review, jobs.Refuse, "材料不实"); r.StatusCode != http.StatusOK {
		t.Fatalf("the refusal: %d %s", r.StatusCode, r.body)
	}
	u := upload{number: string(number), kind: "contract", key: "a", body: paper}
	eventually(t, "the case is over", func() bool { return o.show(number).State == intake.Turned })
	if r := o.handIn(u); r.StatusCode != 409 || r.problem(t).Type != problemPath+"case_over" {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
	c, err := files.Plain().Check(t.Context(), []byte(paper))
	if err != nil {
		t.Fatal(err)
	}
	h := files.Handed{Kind: files.Contract, By: "clerk-01", Client: "clerk-01", Key: "b", Body: []byte(paper)}
	if _, err := o.flow.AddMaterial(context.Background(), number, h, c); err == nil {
		t.Error("the transaction did not look whether the case is over")
	}
}

func TestAFileOfTheRightHashOnlyIsHandedOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	var a, b materialView
	o.handIn(upload{number: number, kind: "contract", key: "a", body: paper}).into(t, &a)
	o.handIn(upload{number: number, kind: "identity", key: "b", body: snapshot(t)}).into(t, &b)
	hash, err := hex.DecodeString(a.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.pool.Exec(t.Context(), `
		ALTER TABLE files_content DISABLE TRIGGER files_content_append_only;
		UPDATE files_content SET content = (SELECT content FROM files_content WHERE hash <> '\x`+hex.EncodeToString(hash)+`')
		WHERE hash = '\x`+hex.EncodeToString(hash)+`'`); err != nil {
		t.Fatal(err)
	}
	if r := o.get(a.File); r.StatusCode != 500 || bytes.Contains(r.body, []byte("JFIF")) {
		t.Errorf("an exchanged content: %d %.100s", r.StatusCode, r.body)
	}
	if r := o.get(b.File); r.StatusCode != 200 {
		t.Errorf("the other: %d", r.StatusCode)
	}
}
