package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/audit"
	"onewindow/registration/certificate"
)

// verifyPage tells anyone whether a certificate is genuine.
type verifyPage struct {
	frame
	Found *verifiedView
	At    time.Time
}

// verifiedView is what the public may learn: nothing that is not on the paper,
// and of the holder and the unit only enough to compare.
type verifiedView struct {
	Number, Holder, Unit, Office string
	IssuedAt                     time.Time
	Current, Sample              bool
}

// showVerification answers every id that is none with the same page.
func (s *server) showVerification(w http.ResponseWriter, r *http.Request) error {
	p := verifyPage{frame: frameOf(r, ""), At: time.Now()}
	p.Here = "/v/none" // the page of an id that is none does not repeat it
	id, err := certificate.ParseVerifyID(chi.URLParam(r, "id"))
	if err != nil {
		return show(w, http.StatusNotFound, "verify", p)
	}
	v, err := s.Flow.Verify(r.Context(), id)
	if errors.Is(err, certificate.ErrNoDocument) {
		return show(w, http.StatusNotFound, "verify", p)
	}
	if err != nil {
		return err
	}
	if err := s.saw(onBehalf(r, audit.Public, ""), audit.Verified, audit.Case, string(v.Case)); err != nil {
		return err
	}
	p.Here = hereOf(r)
	p.Found = &verifiedView{
		Number: string(v.Number), Holder: maskHolders(v.Sheet.Holder), Unit: lastGroups(v.Sheet.Unit),
		Office: v.Sheet.Office, IssuedAt: v.IssuedAt, Current: v.Current, Sample: v.Sheet.Sample,
	}
	return show(w, http.StatusOK, "verify", p)
}

// maskHolders masks each of the holders that a certificate names.
func maskHolders(names string) string {
	masked := strings.Split(names, "、")
	for i, name := range masked {
		masked[i] = maskName(name)
	}
	return strings.Join(masked, "、")
}

// lastGroups keeps the two last groups of a printed unit code.
func lastGroups(unit string) string {
	groups := strings.Fields(unit)
	return strings.Join(groups[max(0, len(groups)-2):], " ")
}
