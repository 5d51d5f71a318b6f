package web

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"onewindow/intake"
	"onewindow/internal/access"
)

// attach sends the form of the materials from a page, as a browser without
// scripts does.
func (v *visitor) attach(number, name, body string, fields ...string) (int, string) {
	v.o.t.Helper()
	text, media := form(v.o.t, name, body, fields...)
	req, err := http.NewRequest("POST", v.o.url+"/cases/"+number+"/materials", strings.NewReader(text))
	if err != nil {
		v.o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	req.Header.Set("Accept", "text/html")
	res, err := v.client.Do(req)
	if err != nil {
		v.o.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		v.o.t.Fatal(err)
	}
	return res.StatusCode, string(page)
}

func TestAFormWithoutScriptsHandsAFileIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	v := o.visit("clerk-01")
	key := keyField.FindStringSubmatch(v.get("/cases/" + number).raw)
	if key == nil {
		t.Fatal("the page has no form for materials")
	}
	for range 2 { // pressed twice: one material
		if status, page := v.attach(number, "<b>合同</b>.pdf", paper, "kind", "contract", "key", key[1]); status != 200 ||
			!strings.Contains(page, ".pdf</a>") {
			t.Errorf("handed in: %d %.300s", status, page)
		}
	}
	var list materialList
	o.get("/api/v1/cases/"+number+"/materials").into(t, &list)
	if len(list.Materials) != 1 || strings.ContainsAny(list.Materials[0].Name, "<>/") {
		t.Errorf("listed as %+v", list)
	}
	for _, tt := range []struct{ name, body, kind, want, id string }{
		{"a.pdf", paper, "", "problem_material_kind_detail", `id="material-kind-error"`},
		{"a.pdf", "MZ", "contract", "problem_file_format_detail", `id="material-file-error"`},
		{"a.pdf", "", "contract", "problem_file_empty_detail", `id="material-file-error"`},
		{"", "", "contract", "problem_file_empty_detail", `id="material-file-error"`},
	} {
		status, page := v.attach(number, tt.name, tt.body, "kind", tt.kind, "key", "k"+tt.want)
		if status < 400 || status >= 500 || strings.Count(page, wordsOf(tt.want, nil)) < 2 || !strings.Contains(page, tt.id) {
			t.Errorf("%+v: %d, or not said at the top and beside the field", tt, status)
		}
	}
	if page := o.visit("registrar-01").get("/cases/" + number); !page.has(list.Materials[0].File) || page.has(`id="material-file"`) {
		t.Error("a registrar sees no materials, or may add some")
	}
}

func TestTheMaterialsOfACaseInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	path := filepath.Join(t.TempDir(), "身份证.jpg")
	if err := os.WriteFile(path, []byte(snapshot(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	b := o.open(t)
	b.signIn("clerk-01")
	b.at("/cases/" + number)
	b.do(chromedp.SetUploadFiles("#material-file", []string{path}), chromedp.Click(`form[enctype] [data-submit]`))
	b.wait(`document.activeElement.id === "errors"`) // no kind was chosen
	b.accessible("materials-error")
	b.do(chromedp.SetValue("#material-kind", "identity"), chromedp.SetUploadFiles("#material-file", []string{path}),
		chromedp.Click(`form[enctype] [data-submit]`))
	b.wait(`document.querySelector('a[href^="/files/"]')`)
	b.accessible("materials")
	if got := b.ask(`document.querySelector('a[href^="/files/"]').textContent`); got != "身份证.jpg" {
		t.Errorf("listed as %q", got)
	}
	got := b.await(`fetch(document.querySelector('a[href^="/files/"]').href).then(r => r.headers.get("Content-Disposition"))`)
	if !strings.HasPrefix(got, "attachment") {
		t.Errorf("handed out as %q", got)
	}
	b.quiet()
}

func TestEveryoneWhoAddsAMaterialSeesIt(t *testing.T) {
	t.Parallel()
	for _, role := range access.Roles() {
		if access.May(role, access.AddMaterial) && !access.May(role, access.SeeMaterial) {
			t.Errorf("%s adds what it does not see", role)
		}
	}
}

// What was not done on a case's page is said there, and nothing else of it goes.
func TestThePageOfARefusedVerdictOrRevealKeepsItsMaterials(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := string(o.accept(0).Number)
	o.waitFor(intake.Number(number), intake.Review, intake.NeedsInput)
	v := o.visit("registrar-01")
	for path, form := range map[string]url.Values{
		"/steps/review/decision": {},
		"/reveal":                {"reason": {" "}},
	} {
		page := v.post("/cases/"+number+path, form)
		if page.status != http.StatusUnprocessableEntity || !page.has(`id="materials"`) || strings.Contains(page.raw, "hx-ext") {
			t.Errorf("%s: %d, with materials: %v", path, page.status, page.has(`id="materials"`))
		}
	}
	if page := v.post("/cases/"+number+"/reveal", url.Values{"reason": {"核对"}}); page.status != 200 || !page.has(`id="materials"`) {
		t.Errorf("the page that shows people whole: %d", page.status)
	}
}
