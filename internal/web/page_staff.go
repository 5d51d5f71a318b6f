package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/utilities"
)

// staffPages adds the pages of those who look after the accounts.
func (s *server) staffPages(r chi.Router) {
	r.Route("/accounts", func(r chi.Router) {
		look, act := s.forStaff, s.onAccount
		r.Get("/", look(s.showAccounts))
		r.Get("/new", look(s.showEngage))
		r.Post("/new", look(s.postEngage))
		r.Get("/{id}", look(s.showAccount))
		r.Post("/{id}/change", look(s.postChange))
		r.Post("/{id}/disable", act(audit.StaffMoved, "disabled", closeAccount))
		r.Post("/{id}/enable", act(audit.StaffMoved, "enabled", reopenAccount))
		r.Post("/{id}/password", act(audit.StaffMoved, "one_time_password", s.giveOneTime))
		r.Post("/{id}/keys", act(audit.KeyDrawn, "", drawKey))
		r.Post("/{id}/keys/{key}/revoke", act(audit.KeyEnded, "", revokeKey))
		r.Post("/{id}/subjects", act(audit.StaffMoved, "subject_bound", s.bindSubject))
	})
}

func (s *server) forStaff(h handler) http.HandlerFunc { return s.pageFor(access.ManageStaff, h) }

// accountsPage lists the accounts.
type accountsPage struct {
	frame
	Accounts []access.Account
}

func (s *server) showAccounts(w http.ResponseWriter, r *http.Request) error {
	list, err := access.Accounts(r.Context(), s.Pool, time.Now())
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "staff_list", accountsPage{frameOf(r, "accounts"), list})
}

// accountPage is one account with its keys. Secret is shown once, and with that of a
// company what it signs with.
type accountPage struct {
	frame
	Account    access.Account
	Keys       []keyRow
	Subjects   []access.Subject
	Form       askPage
	Secret     string
	SecretWord string
	Signing    string
	Providers  []string
	Own        bool

	Label, Issuer, Subject string // typed before another language was chosen
}

type keyRow struct {
	access.Key
	Open bool
}

func (s *server) showAccount(w http.ResponseWriter, r *http.Request) error {
	return s.account(w, r, chi.URLParam(r, "id"), drawn{}, nil)
}

// account shows one account, and what was just drawn for it.
func (s *server) account(w http.ResponseWriter, r *http.Request, id string, fresh drawn,
	wrong *fieldError) error {
	now := time.Now()
	a, err := access.AccountOf(r.Context(), s.Pool, legible(id), now)
	if err != nil {
		return err
	}
	keys, err := access.KeysOf(r.Context(), s.Pool, a.ID)
	if err != nil {
		return err
	}
	p := accountPage{frame: frameOf(r, "accounts"), Account: a, Secret: fresh.secret.Text(),
		SecretWord: fresh.word}
	p.Own = a.ID == p.Staff.ID
	if a.Role == access.Company && fresh.secret != "" {
		p.Signing = fresh.secret.Signing()
	}
	if p.Subjects, err = access.SubjectsOf(r.Context(), s.Pool, a.ID); err != nil {
		return err
	}
	for _, k := range keys {
		p.Keys = append(p.Keys, keyRow{k, k.Valid(now)})
	}
	for _, provider := range s.Providers {
		p.Providers = append(p.Providers, provider.Issuer)
	}
	if carries(r) {
		p.Label, p.Issuer, p.Subject = typed(r, "label"), typed(r, "issuer"), typed(r, "subject")
	}
	p.Form = personForm(r, "/accounts/"+a.ID+"/change", "page.account.change", a.Person)
	if !p.Own {
		p.Carry = p.Form.Carry
	}
	status := http.StatusOK
	if wrong != nil {
		p.Form.blame(wrong.field, wrong.code, wrong.args...)
		p.Errors, status = p.Form.Errors, http.StatusUnprocessableEntity
	}
	return show(w, status, "staff_one", p)
}

// personForm asks for name, role, office and company.
func personForm(r *http.Request, action, title string, person access.Person) askPage {
	p := askPageOf(r, action, title, "", "page.account.save")
	p.ask(askField{Name: "name", Label: "page.account.name", Value: person.Name})
	roles := askField{Name: "role", Label: "page.account.role", Kind: "choice", Value: string(person.Role)}
	for _, role := range access.Roles() {
		if role != access.Citizen {
			roles.Choices = append(roles.Choices, askChoice{string(role), p.word("role", string(role))})
		}
	}
	p.ask(roles)
	p.ask(askField{Name: "office", Label: "page.account.office", Hint: "page.account.office_hint", Value: person.Office})
	companies := askField{Name: "company", Label: "page.account.company", Kind: "choice", Value: person.Company,
		Choices: []askChoice{{"", ""}}}
	for _, u := range utilities.Utilities {
		companies.Choices = append(companies.Choices, askChoice{string(u), p.word("utility", string(u))})
	}
	p.ask(companies)
	return p
}

// personIn reads what personForm asked.
func personIn(r *http.Request, id string) access.Person {
	field := func(name string) string { return strings.TrimSpace(typed(r, name)) }
	p := access.Person{ID: id, Name: field("name"), Role: access.Role(field("role")), Office: field("office")}
	if p.Role == access.Company {
		p.Company = field("company")
	}
	if p.Role.AboveOffices() {
		p.Office = ""
	}
	return p
}

func (s *server) engagePage(r *http.Request, person access.Person) askPage {
	form := personForm(r, "/accounts/new", "page.account.new", person)
	p := askPageOf(r, form.Action, "page.account.new", "page.account.new_intro", "page.account.save")
	p.Nav = "accounts"
	p.ask(askField{Name: "id", Label: "page.sign_in.id", Hint: "page.account.id_hint", Value: person.ID})
	p.Fields = append(p.Fields, form.Fields...)
	return p
}

func (s *server) showEngage(w http.ResponseWriter, r *http.Request) error {
	return s.engagePage(r, access.Person{Role: access.Clerk, Office: staffOf(r.Context()).Office}).show(w)
}

// postEngage makes an account and shows its one-time password, or for a company
// its first key.
func (s *server) postEngage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	person := personIn(r, strings.TrimSpace(typed(r, "id")))
	if wrong := personFault(r, person); wrong != nil {
		p := s.engagePage(r, person)
		p.blame(wrong.field, wrong.code, wrong.args...)
		return p.show(w)
	}
	var fresh drawn
	err := pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) (err error) {
		if err := access.Engage(r.Context(), tx, person); err != nil {
			return err
		}
		if err := wroteAccount(r.Context(), tx, audit.StaffMade, person.ID, string(person.Role)); err != nil {
			return err
		}
		if person.Role == access.Company {
			fresh, err = drawKey(r.Context(), tx, person.ID, r)
			return err
		}
		fresh, err = s.giveOneTime(r.Context(), tx, person.ID, r)
		return err
	})
	if errors.Is(err, access.ErrTaken) {
		p := s.engagePage(r, person)
		p.blame("id", "page.account.taken")
		return p.show(w)
	}
	if err != nil {
		return err
	}
	return s.account(w, r, person.ID, fresh, nil)
}

// personFault says what is wrong with a person who is to have an account; nil if
// nothing is.
func personFault(r *http.Request, p access.Person) *fieldError {
	if wrong := forbiddenIn(r, "name"); wrong != nil {
		return wrong
	}
	if !p.Valid() || p.Role == access.Company && !utilities.Utility(p.Company).Known() {
		return &fieldError{field: "role", code: "page.account.wrong"}
	}
	return nil
}

// postChange gives an account another name, role or office. Nobody changes their
// own.
func (s *server) postChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id := legible(chi.URLParam(r, "id"))
	if id == staffOf(r.Context()).ID {
		return access.ErrForbidden
	}
	person := personIn(r, id)
	if wrong := personFault(r, person); wrong != nil {
		return s.account(w, r, id, drawn{}, wrong)
	}
	err := pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) error {
		if err := access.Change(r.Context(), tx, person); err != nil {
			return err
		}
		return wroteAccount(r.Context(), tx, audit.StaffMoved, id, string(person.Role))
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/accounts/"+url.PathEscape(id), http.StatusSeeOther)
	return nil
}

// wroteAccount writes down what a security administrator did to an account.
func wroteAccount(ctx context.Context, tx pgx.Tx, a audit.Action, id, result string) error {
	return audit.Write(ctx, tx, audit.Event{Kind: audit.Staff, Object: id, Action: a, Result: result})
}

// onAccount runs do on the account in the address, in a transaction with its line
// in the audit, and shows the account with the secret that it drew. Nobody does it
// to their own.
func (s *server) onAccount(a audit.Action, result string,
	do func(ctx context.Context, tx pgx.Tx, id string, r *http.Request) (drawn, error)) http.HandlerFunc {
	return s.forStaff(func(w http.ResponseWriter, r *http.Request) (err error) {
		if err := r.ParseForm(); err != nil {
			return formError(err)
		}
		id := legible(chi.URLParam(r, "id"))
		if id == staffOf(r.Context()).ID {
			return access.ErrForbidden
		}
		var fresh drawn
		err = pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) error {
			if fresh, err = do(r.Context(), tx, id, r); err != nil {
				return err
			}
			return wroteAccount(r.Context(), tx, a, id, result)
		})
		if wrong := (*fieldError)(nil); errors.As(err, &wrong) {
			return s.account(w, r, id, drawn{}, wrong)
		}
		if err != nil {
			return err
		}
		if fresh.secret != "" { // shown once: there is no address under which it could be seen again
			return s.account(w, r, id, fresh, nil)
		}
		http.Redirect(w, r, "/accounts/"+url.PathEscape(id), http.StatusSeeOther)
		return nil
	})
}

func closeAccount(ctx context.Context, tx pgx.Tx, id string, _ *http.Request) (drawn, error) {
	return drawn{}, access.Disable(ctx, tx, id)
}

func reopenAccount(ctx context.Context, tx pgx.Tx, id string, _ *http.Request) (drawn, error) {
	return drawn{}, access.Enable(ctx, tx, id)
}
