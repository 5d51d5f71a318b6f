package web

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
	"onewindow/jobs"
)

// changeRoutes adds what programs of security administrators may do. Confirming takes a
// session with a proof of its own: no key does.
func (s *server) changeRoutes(r chi.Router) {
	r.Route("/api/v1/account-changes", func(r chi.Router) {
		r.Get("/", s.may(access.ManageStaff, s.listChanges))
		r.Post("/", s.may(access.ManageStaff, s.askForChange))
		r.Delete("/{change}", s.may(access.ManageStaff, s.endChange))
		r.Post("/{change}/confirmation", s.may(access.ManageStaff, s.confirmForPrograms))
	})
}

// changeBody asks for a change of an account.
type changeBody struct {
	Account string            `json:"account"`
	Kind    access.ChangeKind `json:"kind"`
	Name    string            `json:"name"`
	Role    access.Role       `json:"role"`
	Office  string            `json:"office"`
	Company string            `json:"company"`
	Label   string            `json:"label"`
	Issuer  string            `json:"issuer"`
	Subject string            `json:"subject"`
}

// accountChangeView is a change that waits, or was just done. Secret and SigningKey are given
// once: to who asked the first half of a one-time password, to who confirmed the
// second, or a key.
type accountChangeView struct {
	ID         int64             `json:"id"`
	Account    string            `json:"account"`
	Kind       access.ChangeKind `json:"kind"`
	Wanted     access.Wanted     `json:"wanted"`
	AskedBy    string            `json:"asked_by"`
	AskedAt    time.Time         `json:"asked_at"`
	ExpiresAt  time.Time         `json:"expires_at"`
	Secret     string            `json:"secret,omitempty"`
	SigningKey string            `json:"signing_key,omitempty"` // of a company's key
}

func viewOfAccountChange(c access.Change, given access.Secret) accountChangeView {
	return accountChangeView{ID: c.ID, Account: c.Account, Kind: c.Kind, Wanted: c.Wanted, AskedBy: c.AskedBy,
		AskedAt: when(c.AskedAt), ExpiresAt: when(c.ExpiresAt), Secret: given.Text()}
}

// listChanges lists the changes that wait for a second person.
func (s *server) listChanges(w http.ResponseWriter, r *http.Request) error {
	list, err := access.Waiting(r.Context(), s.Pool, "", time.Now())
	if err != nil {
		return err
	}
	views := make([]accountChangeView, len(list))
	for i, c := range list {
		views[i] = viewOfAccountChange(c, "")
	}
	return answer(w, http.StatusOK, map[string][]accountChangeView{"account_changes": views})
}

// askForChange lets a change wait.
func (s *server) askForChange(w http.ResponseWriter, r *http.Request) error {
	var b changeBody
	_, found, err := readJSON(w, r, &b)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	c := access.Change{Account: legible(b.Account), Kind: b.Kind, Wanted: access.Wanted{Name: b.Name, Role: b.Role,
		Office: b.Office, Company: b.Company, Label: b.Label, Issuer: b.Issuer, Subject: b.Subject}}
	var share access.Secret
	err = pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) (err error) {
		c, share, err = s.askChange(r.Context(), tx, c)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, viewOfAccountChange(c, share))
}

// confirmForPrograms does what somebody else has asked for.
func (s *server) confirmForPrograms(w http.ResponseWriter, r *http.Request) error {
	id, err := changeOf(r)
	if err != nil {
		return err
	}
	c, given, err := s.confirmChange(r, id)
	if err != nil {
		return err
	}
	v := viewOfAccountChange(c, given)
	a, err := access.AccountOf(r.Context(), s.Pool, c.Account, time.Now())
	if err != nil {
		return err
	}
	if c.Kind == access.NewKey && a.Role == access.Company {
		v.SigningKey = given.Signing()
	}
	return answer(w, http.StatusOK, v)
}

// endChange takes a change back, or declines it.
func (s *server) endChange(w http.ResponseWriter, r *http.Request) error {
	id, err := changeOf(r)
	if err == nil {
		_, err = s.declineChange(r.Context(), id)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
