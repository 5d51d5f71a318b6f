package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"onewindow/intake"
	"onewindow/internal/files"
)

// bucket is a server of S3 in this process.
type bucket struct {
	config files.BucketConfig
	back   *s3mem.Backend
	asked  strings.Builder // what came over the line, but for the contents
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	b := &bucket{back: s3mem.New()}
	if err := b.back.CreateBucket("materials"); err != nil {
		t.Fatal(err)
	}
	doors := gofakes3.New(b.back).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(&b.asked, r.Method, r.URL, r.Header)
		doors.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b.config = files.BucketConfig{URL: server.URL, Name: "materials", Region: "us-east-1", KeyID: "k", Key: "s"}
	return b
}

// keep keeps every object with its name, what is noted of it, and what is in it.
func (b *bucket) keep(c *canary) {
	c.t.Helper()
	c.keep("the bucket of files", b.asked.String())
	list, err := b.back.ListBucket("materials", nil, gofakes3.ListBucketPage{})
	if err != nil || len(list.Contents) != 2 {
		c.t.Fatalf("the bucket holds %+v, %v", list, err)
	}
	for _, item := range list.Contents {
		o, err := b.back.GetObject("materials", item.Key, nil)
		if err != nil {
			c.t.Fatal(err)
		}
		content, err := io.ReadAll(o.Contents)
		if err != nil {
			c.t.Fatal(err)
		}
		c.keep("the bucket of files", fmt.Sprint(item.Key, o.Name, o.Metadata))
		c.keep("the bucket of files", string(content))
	}
}

// handInFiles hands in a scan and a photograph that name people in their names, their
// notes and their contents.
func (c *canary) handInFiles(number string) {
	c.t.Helper()
	id, phone := c.planted[0], "12000000007"
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		c.t.Fatal(err)
	}
	comment := "\xff\xfe\x00" + string(rune(len(id)+len(phone)+2)) + id + phone // of a JPEG, behind its first marker
	noted := photo.String()[:2] + comment + photo.String()[2:]
	scan := strings.Replace(paper, "%PDF-1.4\n", "%PDF-1.4\n% "+id+" "+phone+"\n", 1)
	for kind, body := range map[string]string{"contract": scan, "identity": noted} {
		r := c.handIn(upload{number: number, kind: kind, key: kind, body: body, name: url.PathEscape("身份证" + id + " " + phone)})
		if r.StatusCode != http.StatusCreated {
			c.t.Fatalf("handing %s in: %d %s", kind, r.StatusCode, r.body)
		}
		var m materialView
		r.into(c.t, &m)
		c.keep("addresses", m.File+" "+r.Header.Get("Location"))
		again := c.send(request{method: "GET", staff: "clerk-01", path: m.File})
		if kind == "identity" { // the scan is kept as it came
			c.keep("a photograph as it is handed out", string(again.body))
		}
	}
}

// certificate keeps what a certificate's file tells beside its two printed pages.
func (c *canary) certificate(number intake.Number) {
	c.t.Helper()
	r := c.send(request{method: "GET", staff: "registrar-01", path: "/api/v1/cases/" + string(number) + "/certificate.pdf"})
	file := filepath.Join(c.t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(file, r.body, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.keep("metadata of the certificate", fmt.Sprint(r.Header))
	for _, tool := range [][]string{{"pdfinfo", "-isodates", file}, {"pdfinfo", "-meta", file}, {"pdfinfo", "-custom", file},
		{"pdfinfo", "-dests", file}, {"pdfinfo", "-js", file}, {"pdfinfo", "-url", file}, {"pdfdetach", "-list", file}} {
		out, err := exec.CommandContext(c.t.Context(), tool[0], tool[1:]...).CombinedOutput()
		if err != nil {
			c.t.Fatalf("%v: %v: %s", tool, err, out)
		}
		c.keep("metadata of the certificate", string(out))
	}
}

// askForCodes lets the buyer come in and look.
func (c *canary) askForCodes(number intake.Number) {
	c.t.Helper()
	c.api(c.send(request{method: "POST", path: "/api/v1/citizen-codes", body: `{"number":"` + string(number) + `"}`}))
	citizen := c.visit("")
	c.page(citizen.post("/my/sign-in", url.Values{"number": {string(number)}}))
	eventually(c.t, "the codes are carried", func() bool {
		var waiting int
		err := c.pool.QueryRow(c.t.Context(), `SELECT count(*) FROM notice_message WHERE state = 'waiting'`).Scan(&waiting)
		return err == nil && waiting == 0
	})
	page := citizen.post("/my/code", url.Values{"code": {c.codeSent()}})
	if page.path != "/my" {
		c.t.Fatalf("the code leads to %s", page.path)
	}
	c.page(page)
}

// wires keeps what went to the offices outside, but for the two things that they
// cannot do without: to whom a message goes, and in whose name an account is kept.
func (c *canary) wires() {
	c.t.Helper()
	for _, s := range c.wire.of("gateway") {
		c.keep("messages to the gateway", s.head+s.body)
	}
	for _, s := range c.wire.of("carrier") {
		c.keep("messages to the carrier", s.head+without(c.t, s.body, "to"))
	}
	for _, s := range c.wire.of("company") {
		c.keep("messages to companies", s.head+without(c.t, s.body, "new_holder"))
	}
}

// read reads the figures, which nobody has read before.
func read(h http.Handler) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// without leaves a member of a JSON object out.
func without(t testing.TB, body, member string) string {
	t.Helper()
	if body == "" {
		return ""
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		t.Fatal(err)
	}
	delete(tree, member)
	return inJSON(tree)
}
