package web

import (
	"context"
	"errors"
	"net/http"
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
		look, act, ask := s.forStaff, s.onAccount, s.asking
		r.Get("/", look(s.showAccounts))
		r.Get("/new", look(s.showEngage))
		r.Post("/new", look(s.postEngage))
		r.Get("/{id}", look(s.showAccount))
		r.Post("/{id}/disable", act(audit.StaffMoved, "disabled", closeAccount)) // what takes away, one does
		r.Post("/{id}/keys/{key}/revoke", act(audit.KeyEnded, "", revokeKey))
		r.Post("/{id}/change", ask(wantMove)) // what gives takes two
		r.Post("/{id}/enable", ask(wantReopen))
		r.Post("/{id}/password", ask(wantReset))
		r.Post("/{id}/keys", ask(wantKey))
		r.Post("/{id}/subjects", ask(wantSubject))
		r.Post("/changes/{change}/confirm", look(s.postConfirm))
		r.Post("/changes/{change}/decline", look(s.postDecline))
	})
}

func (s *server) forStaff(h handler) http.HandlerFunc { return s.pageFor(access.ManageStaff, h) }

// accountsPage lists the accounts, and of which a change waits for a second person.
type accountsPage struct {
	frame
	Accounts []access.Account
	Waiting  map[string]bool
}

func (s *server) showAccounts(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	list, err := access.Accounts(r.Context(), s.Pool, now)
	if err != nil {
		return err
	}
	changes, err := access.Waiting(r.Context(), s.Pool, "", now)
	if err != nil {
		return err
	}
	waiting := map[string]bool{}
	for _, c := range changes {
		waiting[c.Account] = true
	}
	return show(w, http.StatusOK, "staff_list", accountsPage{frameOf(r, "accounts"), list, waiting})
}

// accountPage is one account with its keys. Secret is shown once, and with that of a
// company what it signs with.
type accountPage struct {
	frame
	Account    access.Account
	Keys       []keyRow
	Subjects   []access.Subject
	Changes    []changeRow // that wait: one at most
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
	changes, err := access.Waiting(r.Context(), s.Pool, a.ID, now)
	if err != nil {
		return err
	}
	p := accountPage{frame: frameOf(r, "accounts"), Account: a, Secret: fresh.secret.Text(),
		SecretWord: fresh.word}
	for _, c := range changes {
		p.Changes = append(p.Changes, changeRow{c, c.MayConfirm(p.Staff.ID)})
	}
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
	return s.engagePage(r, access.Person{Role: access.Clerk, Office: personOf(r.Context()).Office}).show(w)
}

// postEngage makes an account that nothing opens, and asks for its one-time password, or
// for a company's first key, which a second person confirms.
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
		first := access.Change{Account: person.ID, Kind: access.Reset}
		if person.Role == access.Company {
			first.Kind = access.NewKey
		}
		fresh.word = firstHalfWord
		_, fresh.secret, err = s.askChange(r.Context(), tx, first)
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

// wroteAccount writes down what a security administrator did to an account.
func wroteAccount(ctx context.Context, tx pgx.Tx, a audit.Action, id, result string) error {
	return audit.Write(ctx, tx, audit.Event{Kind: audit.Staff, Object: id, Action: a, Result: result})
}

// onAccount runs do on the account in the address, in a transaction with its line
// in the audit. Nobody does it to their own.
func (s *server) onAccount(a audit.Action, result string,
	do func(ctx context.Context, tx pgx.Tx, id string, r *http.Request) error) http.HandlerFunc {
	return s.forStaff(func(w http.ResponseWriter, r *http.Request) error {
		id := legible(chi.URLParam(r, "id"))
		if id == personOf(r.Context()).ID {
			return access.ErrForbidden
		}
		err := pgx.BeginFunc(r.Context(), s.Pool, func(tx pgx.Tx) error {
			if err := do(r.Context(), tx, id, r); err != nil {
				return err
			}
			return wroteAccount(r.Context(), tx, a, id, result)
		})
		if err != nil {
			return err
		}
		return toAccount(w, r, id)
	})
}

func closeAccount(ctx context.Context, tx pgx.Tx, id string, _ *http.Request) error {
	return access.Disable(ctx, tx, id)
}
