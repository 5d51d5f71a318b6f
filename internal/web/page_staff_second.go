package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
)

// changeRow is a change that waits, for who may confirm or end it.
type changeRow struct {
	access.Change
	MayConfirm bool
}

// asking lets a change of the account in the address wait for a second person, and
// shows what who asks is given of it.
func (s *server) asking(wanted func(r *http.Request, id string) (access.Change, *fieldError)) http.HandlerFunc {
	return s.forStaff(func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return formError(err)
		}
		id := legible(chi.URLParam(r, "id"))
		if id == personOf(r.Context()).ID {
			return access.ErrForbidden
		}
		c, wrong := wanted(r, id)
		if wrong != nil {
			return s.account(w, r, id, drawn{}, wrong)
		}
		var share access.Secret
		err := pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) (err error) {
			c, share, err = s.askChange(r.Context(), tx, c)
			return err
		})
		if err != nil {
			return err
		}
		if share != "" { // shown once: there is no address under which it could be seen again
			return s.account(w, r, id, drawn{share, firstHalfWord}, nil)
		}
		return toAccount(w, r, id)
	})
}

func toAccount(w http.ResponseWriter, r *http.Request, id string) error {
	http.Redirect(w, r, "/accounts/"+url.PathEscape(id), http.StatusSeeOther)
	return nil
}

// What forms want of an account.

func wantReset(_ *http.Request, id string) (access.Change, *fieldError) {
	return access.Change{Account: id, Kind: access.Reset}, nil
}

func wantReopen(_ *http.Request, id string) (access.Change, *fieldError) {
	return access.Change{Account: id, Kind: access.Reopen}, nil
}

func wantMove(r *http.Request, id string) (access.Change, *fieldError) {
	p := personIn(r, id)
	return access.Change{Account: id, Kind: access.Move,
		Wanted: access.Wanted{Name: p.Name, Role: p.Role, Office: p.Office, Company: p.Company}}, personFault(r, p)
}

func wantKey(r *http.Request, id string) (access.Change, *fieldError) {
	label := strings.TrimSpace(typed(r, "label"))
	return access.Change{Account: id, Kind: access.NewKey, Wanted: access.Wanted{Label: label}}, forbiddenIn(r, "label")
}

func wantSubject(r *http.Request, id string) (access.Change, *fieldError) {
	return access.Change{Account: id, Kind: access.NewSubject,
		Wanted: access.Wanted{Issuer: typed(r, "issuer"), Subject: strings.TrimSpace(typed(r, "subject"))}}, nil
}

// postConfirm does a change as its second person, and shows what it gave.
func (s *server) postConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id, err := changeOf(r)
	if err != nil {
		return err
	}
	var c access.Change
	var given access.Secret
	if r, err = s.withProof(r); err == nil {
		c, given, err = s.confirmChange(r, id)
	}
	if err != nil {
		return s.askProof(w, r, err, "page.second.proof")
	}
	switch c.Kind {
	case access.Reset:
		return s.account(w, r, c.Account, drawn{given, secondHalfWord}, nil)
	case access.NewKey:
		return s.account(w, r, c.Account, drawn{given, keyWord}, nil)
	}
	return toAccount(w, r, c.Account)
}

// postDecline ends a change that waits.
func (s *server) postDecline(w http.ResponseWriter, r *http.Request) error {
	id, err := changeOf(r)
	if err != nil {
		return err
	}
	c, err := s.declineChange(r.Context(), id)
	if err != nil {
		return err
	}
	return toAccount(w, r, c.Account)
}
