package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/files"
	"onewindow/jobs"
	"onewindow/templates"
)

// materialsView is the part of a case's page that lists its materials and takes
// more. The key makes a form that is sent twice one material.
type materialsView struct {
	Rows   []materialRow
	MayAdd bool
	Number string
	Kinds  []files.Kind
	Kind   files.Kind // what was chosen
	Most   string     // size of a file
	Pages  int
	Key    string
	Bad    *mistake
}

// materialRow is a material as people see it.
type materialRow struct {
	files.Material
	Length string
	File   string
}

// materialsOf returns the materials of a case for its page; nil if who asks may
// not see them.
func (s *server) materialsOf(r *http.Request, c *jobs.Sight) (*materialsView, error) {
	staff := personOf(r.Context())
	if !staff.May(access.SeeMaterial) {
		return nil, nil
	}
	list, err := s.Flow.Materials(r.Context(), c.Number)
	if err != nil {
		return nil, err
	}
	limits := s.Files.Limits()
	v := &materialsView{MayAdd: staff.May(access.AddMaterial) && !ended(c), Number: string(c.Number),
		Kinds: files.Kinds(), Most: lengthOf(limits.Bytes), Pages: limits.Pages, Key: rand.Text()}
	for _, m := range list {
		m.Name = audit.Masked(m.Name)
		v.Rows = append(v.Rows, materialRow{m, lengthOf(m.Size), filesPath + m.ID})
	}
	return v, nil
}

// lengthOf writes a size as people read it.
func lengthOf(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", (bytes+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// postMaterial takes a file in that a person sends from the page of its case, and
// goes back there. What is wrong with the file is said beside the field.
func (s *server) postMaterial(w http.ResponseWriter, r *http.Request) error {
	c, err := s.sight(r, access.AddMaterial)
	if err != nil {
		return err
	}
	var kind files.Kind
	_, _, err = s.takeIn(w, r, c.Number, func(h *files.Handed) error {
		kind = h.Kind
		if h.Key == "" || len(h.Key) > 200 {
			return errForm
		}
		return nil
	})
	if err == nil {
		http.Redirect(w, r, "/cases/"+string(c.Number)+"#materials", http.StatusSeeOther)
		return nil
	}
	if faultOf(err).status >= http.StatusInternalServerError || errors.Is(err, errForm) || errors.Is(err, jobs.ErrOver) {
		return err
	}
	return s.complainOfFile(w, r, c, kind, err)
}

// complainOfFile shows the case again and says what is wrong with the file.
func (s *server) complainOfFile(w http.ResponseWriter, r *http.Request, c *jobs.Sight, kind files.Kind,
	why error) error {
	f, lang := faultOf(why), speech(r)
	m := mistake{"material-file", templates.Say(lang, "page.material_file", nil),
		templates.Say(lang, "problem_"+f.code+"_detail", f.args)}
	if errors.Is(why, files.ErrKind) {
		m.ID, m.Label = "material-kind", templates.Say(lang, "page.material_kind", nil)
	}
	p, err := s.caseAgain(r, c, m)
	if err != nil {
		return err
	}
	p.Materials.Kind, p.Materials.Bad = kind, &m // who may add materials may see them
	return show(w, f.status, "case", p)
}
