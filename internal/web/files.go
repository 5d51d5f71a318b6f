package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/files"
)

// How long a file may take: to arrive over a slow line, and to be looked at.
const (
	fileTime  = 2 * time.Minute
	checkTime = time.Minute
)

// fileRoutes adds what has to do with the materials of cases. Files are larger and
// slower than other bodies, and are handed out under a path of their own.
func (s *server) fileRoutes(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(s.identify, s.limitPerson)
		r.Post("/api/v1/cases/{number}/materials", s.may(access.AddMaterial, s.addMaterial))
		r.Post("/cases/{number}/materials", s.pageFor(access.AddMaterial, s.postMaterial))
		r.With(brief).Get("/api/v1/cases/{number}/materials", s.may(access.SeeMaterial, s.listMaterials))
		r.Get(filesPath+"{id}", s.may(access.SeeMaterial, s.handOut))
	})
}

// carriesFile says whether a request may have a body as large as a file. Its
// handler bounds it.
func carriesFile(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/materials")
}

// materialView is a material for programs.
type materialView struct {
	ID      string      `json:"id"`
	Kind    files.Kind  `json:"kind"`
	Name    string      `json:"name"`
	Media   files.Media `json:"media_type"`
	Size    int64       `json:"size"`
	Pages   int         `json:"pages"`
	SHA256  string      `json:"sha256"`
	AddedBy string      `json:"added_by"`
	AddedAt time.Time   `json:"added_at"`
	File    string      `json:"file"`
}

// materialList is the answer to whoever asks for the materials of a case.
type materialList struct {
	Materials []materialView `json:"materials"`
}

const filesPath = "/files/"

func materialOf(m files.Material) materialView {
	return materialView{m.ID, m.Kind, audit.Masked(m.Name), m.Media, m.Size, m.Pages, hex.EncodeToString(m.Hash[:]),
		m.By, when(m.At), filesPath + m.ID}
}

// addMaterial takes a file in for a case: as the body itself, or as a form.
func (s *server) addMaterial(w http.ResponseWriter, r *http.Request) error {
	number, err := s.reach(r, access.AddMaterial)
	if err != nil {
		return err
	}
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	m, resent, err := s.takeIn(w, r, number, func(h *files.Handed) error {
		h.Key = key
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", filesPath+m.ID)
	if resent {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	return answer(w, http.StatusCreated, materialOf(m))
}

// takeIn reads what is handed in, looks at it, and keeps it with a case. What the
// request does not say by itself, complete adds.
func (s *server) takeIn(w http.ResponseWriter, r *http.Request, number intake.Number,
	complete func(*files.Handed) error) (m files.Material, resent bool, err error) {
	leave, err := s.Files.Sit()
	if err != nil {
		return m, false, err
	}
	defer leave()
	h, err := s.readHanded(w, r)
	if err != nil {
		return m, false, err
	}
	h.By, h.Client = personOf(r.Context()).ID, personOf(r.Context()).ID
	if err := errors.Join(complete(&h), h.Valid()); err != nil {
		return m, false, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	if m, resent, err = s.Flow.MaterialResent(ctx, number, h); err != nil || resent {
		return m, resent, err
	}
	m, err = s.keep(ctx, number, h)
	return m, false, err
}

// keep looks at a file and keeps it.
func (s *server) keep(ctx context.Context, number intake.Number, h files.Handed) (m files.Material, err error) {
	c, err := s.Files.Check(ctx, h.Body)
	if err != nil {
		return m, err
	}
	kept, err := s.Flow.ContentKept(ctx, c.Hash)
	if err == nil && !kept {
		c, err = s.Files.Shelve(ctx, c)
	}
	if err != nil {
		return m, err
	}
	return s.Flow.AddMaterial(ctx, number, h, c)
}

// listMaterials lists the materials of a case.
func (s *server) listMaterials(w http.ResponseWriter, r *http.Request) error {
	list, err := s.materials(r)
	if err != nil {
		return err
	}
	views := materialList{Materials: []materialView{}}
	for _, m := range list {
		views.Materials = append(views.Materials, materialOf(m))
	}
	return answer(w, http.StatusOK, views)
}

// materials returns the materials of the case in the address if who asks may see them.
func (s *server) materials(r *http.Request) ([]files.Material, error) {
	number, err := s.reach(r, access.SeeMaterial)
	if err != nil {
		return nil, err
	}
	return s.Flow.Materials(r.Context(), number)
}

// handOut answers with a file itself, to be saved and never shown within our pages:
// what the office's browsers open it with is not under our policy.
func (s *server) handOut(w http.ResponseWriter, r *http.Request) error {
	m, c, err := s.Flow.Material(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := permitOn(r.Context(), access.SeeMaterial, objectOf(c)); err != nil {
		return hidden(s.sawCase(r.Context(), c.Number, err))
	}
	leave, err := s.Files.Sit()
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	content, err := s.Flow.MaterialContent(ctx, s.Files, m)
	if err != nil {
		return err
	}
	e := audit.Event{Action: audit.MaterialSeen, Kind: audit.Case, Object: string(c.Number), Result: string(m.Kind)}
	if err := s.Flow.Saw(ctx, e); err != nil {
		return err
	}
	s.send(w, r, m, content)
	return nil
}

// hidden makes a file of another office one that is not there.
func hidden(err error) error {
	if errors.Is(err, access.ErrForeign) {
		return files.ErrAbsent
	}
	return err
}

// send writes a file as an attachment.
func (s *server) send(w http.ResponseWriter, r *http.Request, m files.Material, content []byte) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileTime)) // a recorder has none
	h := w.Header()
	h.Set("Content-Type", string(m.Media))
	h.Set("Content-Disposition", m.Attachment())
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("ETag", `"`+hex.EncodeToString(m.Hash[:])+`"`)
	http.ServeContent(w, r, "", m.At, bytes.NewReader(content))
}
