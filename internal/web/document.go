package web

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"net/url"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration/certificate"
)

// certificate answers with the printed certificate, unmasked. The address names
// the case, never the holder; the file is named after the certificate.
func (s *server) certificate(w http.ResponseWriter, r *http.Request) error {
	sight, err := s.sight(r, access.SeeDocument)
	if err != nil {
		return err
	}
	return s.serveCertificate(w, r, sight, "inline")
}

// serveCertificate gives the printed certificate of a case, and writes that down
// before it does.
func (s *server) serveCertificate(w http.ResponseWriter, r *http.Request, sight *jobs.Sight, how string) error {
	if sight.Document == nil {
		return certificate.ErrNoDocument
	}
	if err := s.saw(r.Context(), audit.Downloaded, audit.Case, string(sight.Number)); err != nil {
		return err
	}
	d := sight.Document
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", how+`; filename="`+string(sight.Number)+`.pdf"; filename*=UTF-8''`+
		url.PathEscape(string(d.Number))+".pdf")
	h.Set("ETag", `"`+hex.EncodeToString(d.SHA256[:])+`"`)
	http.ServeContent(w, r, "", d.IssuedAt, bytes.NewReader(d.PDF))
	return nil
}
