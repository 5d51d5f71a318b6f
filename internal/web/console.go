package web

import (
	"bytes"
	"net/http"
	"strings"

	"onewindow/templates"
)

// consolePolicy is the Content-Security-Policy of the queue's console: its pages
// write styles into themselves and draw signs of data in them, which ours never do.
// Scripts are files here as well, and make no functions of text.
const consolePolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// admin shows the console of the queue or the metrics. Nothing is changed there:
// what is done to a job is done in the list of dead letters, with a reason.
func (s *server) admin(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Security-Policy", consolePolicy)
	page := &consolePage{ResponseWriter: w}
	s.Admin.ServeHTTP(page, r)
	page.end()
	return nil
}

// consolePage puts our script before those of the console's page. Everything that
// is no page passes as it is.
type consolePage struct {
	http.ResponseWriter
	begun bool
	html  *bytes.Buffer // of a page
	code  int
}

// WriteHeader begins the answer, or keeps it back if it is a page.
func (p *consolePage) WriteHeader(code int) {
	if p.begun {
		return
	}
	p.begun, p.code = true, code
	if strings.HasPrefix(p.Header().Get("Content-Type"), "text/html") && code == http.StatusOK {
		p.html = &bytes.Buffer{}
		p.Header().Del("Content-Length")
		return
	}
	p.ResponseWriter.WriteHeader(code)
}

// Write writes, or keeps what belongs to a page.
func (p *consolePage) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	if p.html != nil {
		return p.html.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// end sends a page.
func (p *consolePage) end() {
	if p.html == nil {
		return
	}
	const first = `<script type="module"`
	ours := `<script src="` + templates.AssetURL("console.js") + `"></script>` + first
	p.ResponseWriter.WriteHeader(p.code)
	page := bytes.Replace(p.html.Bytes(), []byte(first), []byte(ours), 1)
	_, _ = p.ResponseWriter.Write(page) // a client that has gone is no fault
}
