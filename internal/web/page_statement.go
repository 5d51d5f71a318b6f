package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/statement"
	"onewindow/templates"
)

// documents adds the statement of assessment and the printed receipt, for staff who
// may see the case and for its parties.
func (s *server) documents(r chi.Router) {
	r.Get("/cases/{number}/tax/statement", s.pageFor(access.See, s.showStatement(s.stateCase)))
	r.Get("/cases/{number}/tax/statement.pdf", s.pageFor(access.See, s.printStatement(s.stateCase)))
	r.Get("/cases/{number}/bills/{bill}/receipt.pdf", s.pageFor(access.See, s.printReceipt(s.caseSeen)))
	r.Get("/my/statement", s.pageFor(access.SeeOwn, s.showStatement(s.stateMine)))
	r.Get("/my/statement.pdf", s.pageFor(access.SeeOwn, s.printStatement(s.stateMine)))
	r.Get("/my/bills/{bill}/receipt.pdf", s.pageFor(access.SeeOwn, s.printReceipt(s.mine)))

	r.Get("/api/v1/cases/{number}/tax/statement", s.may(access.See, s.answerStatement(s.stateCase)))
	r.Get("/api/v1/cases/{number}/tax/statement.pdf", s.may(access.See, s.printStatement(s.stateCase)))
	r.Get("/api/v1/cases/{number}/bills/{bill}/receipt.pdf", s.may(access.See, s.printReceipt(s.caseSeen)))
	r.Get("/api/v1/my/statement", s.may(access.SeeOwn, s.answerStatement(s.stateMine)))
	r.Get("/api/v1/my/statement.pdf", s.may(access.SeeOwn, s.printStatement(s.stateMine)))
	r.Get("/api/v1/my/bills/{bill}/receipt.pdf", s.may(access.SeeOwn, s.printReceipt(s.mine)))
}

// A teller finds what a reader may know of the assessment in the address.
type teller func(*http.Request) (stated, error)

// stateCase tells staff all of it.
func (s *server) stateCase(r *http.Request) (stated, error) {
	c, err := s.caseSeen(r)
	if err != nil {
		return stated{}, err
	}
	return s.state(r, c, statement.Reader{})
}

// stateMine tells a party what is their own.
func (s *server) stateMine(r *http.Request) (stated, error) {
	c, err := s.mine(r)
	if err != nil {
		return stated{}, err
	}
	reader, known := readerOf(personOf(r.Context()).Party, c)
	if !known {
		return stated{}, access.ErrForeign
	}
	return s.state(r, c, reader)
}

// caseSeen is the case in the address, for staff who may see it.
func (s *server) caseSeen(r *http.Request) (*jobs.Sight, error) { return s.sight(r, access.See) }

// state returns what a reader may know of the assessment of a case. It returns
// tax.ErrNotAssessed.
func (s *server) state(r *http.Request, c *jobs.Sight, reader statement.Reader) (stated, error) {
	file, err := s.Flow.TaxFile(r.Context(), c.Number)
	if errors.Is(err, jobs.ErrNotAtDesk) || err == nil && file.Tax == nil {
		return stated{}, tax.ErrNotAssessed
	}
	if err != nil {
		return stated{}, err
	}
	unit, err := s.Flow.Unit(r.Context(), c.Unit)
	if err != nil && !errors.Is(err, registration.ErrNoUnit) {
		return stated{}, err
	}
	known := statement.Case{Held: file.Waiting(), Assessment: *file.Tax, Facts: file.Sight.Facts,
		Revisions: file.Revisions}
	return stated{known.Extract(reader), file, unit.Location, s.Flow.Sample}, nil
}

// below is the address below which a reader's documents lie.
func (s stated) below() string {
	if s.Side != "" {
		return "/my/statement"
	}
	return "/cases/" + string(s.file.Number) + "/tax/statement"
}

// statementPage shows a statement of assessment (税费核定表).
type statementPage struct {
	frame
	Sheet       statement.Sheet
	Check, Back string
	PDF         string
	Proposal    bool
	Compared    string // what became of the paper whose code was scanned; "" if none was
}

func (s *server) showStatement(tell teller) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		known, err := tell(r)
		if err != nil {
			return err
		}
		p := statementPage{frame: frameOf(r, ""), PDF: known.below() + ".pdf", Back: "/cases/" + string(known.file.Number)}
		if known.Side != "" {
			p.Back = "/my"
		}
		p.Sheet, p.Check = known.sheet(p.Lang), known.sheet(templates.Chinese).Check()
		p.Proposal = known.Outcome == statement.Proposed
		if paper := r.URL.Query().Get("check"); paper != "" {
			p.Compared = "page.statement.other"
			if len(paper) >= leastCheck && strings.HasPrefix(p.Check, paper) {
				p.Compared = "page.statement.same"
			}
		}
		return show(w, http.StatusOK, "statement", p)
	}
}

// leastCheck is how much of a check code the QR code on paper holds, in characters.
const leastCheck = 16

func (s *server) answerStatement(tell teller) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		known, err := tell(r)
		if err != nil {
			return err
		}
		lang := languageOf(r)
		view := known.view(lang)
		view.PDF = "/api/v1" + known.below() + ".pdf"
		w.Header().Set("Content-Language", lang)
		w.Header().Add("Vary", "Accept-Language")
		return answer(w, http.StatusOK, view)
	}
}

// printStatement answers with a statement as a PDF, in Chinese.
func (s *server) printStatement(tell teller) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		known, err := tell(r)
		if err != nil {
			return err
		}
		sheet := known.sheet(templates.Chinese)
		sheet.Address = s.site() + known.below() + "?check=" + sheet.Check()[:leastCheck]
		pdf, err := statement.Print(s.Flow.Fonts, sheet)
		if err != nil {
			return err
		}
		return s.servePrinted(w, r, known.file.Sight, printedFile{"statement", pdf, known.AsOf})
	}
}

// printedFile is a document that was printed for whoever asks.
type printedFile struct {
	name string // of the file, behind the number of the case
	pdf  []byte
	at   time.Time
}

// servePrinted gives a printed document of a case, and writes that down before it
// does.
func (s *server) servePrinted(w http.ResponseWriter, r *http.Request, c *jobs.Sight, f printedFile) error {
	if err := s.saw(r.Context(), audit.Downloaded, audit.Case, string(c.Number)); err != nil {
		return err
	}
	sum := sha256.Sum256(f.pdf)
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+string(c.Number)+"-"+f.name+`.pdf"`)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	http.ServeContent(w, r, "", f.at, bytes.NewReader(f.pdf))
	return nil
}

// site is the address under which readers reach these doors, as it is printed.
func (s *server) site() string {
	for _, address := range []string{s.PublicURL, s.Flow.VerifyURL} {
		if at, err := url.Parse(address); err == nil && at.Host != "" && at.Hostname() != "" {
			return at.Scheme + "://" + at.Host
		}
	}
	return ""
}
