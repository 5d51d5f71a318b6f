package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/utilities"
)

// askChange lets a change wait for a second person, in the name of who asks, tells
// the owner of the account, and writes it down.
func (s *server) askChange(ctx context.Context, tx pgx.Tx, c access.Change) (access.Change, access.Secret, error) {
	c.AskedBy = personOf(ctx).ID
	if !s.takes(c) {
		return c, "", access.ErrPerson
	}
	c, share, err := s.Porter.Ask(ctx, tx, c, time.Now())
	if err == nil {
		err = wroteAccount(ctx, tx, audit.ChangeAsked, c.Account, string(c.Kind))
	}
	if err == nil {
		err = s.tellOwner(ctx, tx, c, notice.AccountAsked)
	}
	return c, share, err
}

// takes says whether the utility or the provider that a change names is known here.
func (s *server) takes(c access.Change) bool {
	switch c.Kind {
	case access.Move:
		return c.Wanted.Role != access.Company || utilities.Utility(c.Wanted.Company).Known()
	case access.NewSubject:
		for _, p := range s.Providers {
			if p.Issuer == c.Wanted.Issuer {
				return true
			}
		}
		return false
	}
	return true
}

// tellOwner tells a member of the staff what happens to their account. The carrier
// knows their telephone.
func (s *server) tellOwner(ctx context.Context, tx pgx.Tx, c access.Change, what notice.Template) error {
	a, err := access.AccountOf(ctx, tx, c.Account, time.Now())
	if err != nil || !a.Role.Staff() {
		return err
	}
	return s.Flow.Notify(ctx, tx, notice.Message{To: notice.StaffPrefix + a.ID, Template: what,
		Args: map[string]string{"account": a.ID}})
}

// confirmChange does a change as its second person, who has just proved who they are.
func (s *server) confirmChange(r *http.Request, id int64) (c access.Change, given access.Secret, err error) {
	ctx := r.Context()
	if err := permitProved(ctx, access.ManageStaff); err != nil {
		return c, "", err
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if c, given, err = s.Porter.Confirm(ctx, tx, id, personOf(ctx).ID, time.Now()); err != nil {
			return err
		}
		if err := spending(r)(ctx, tx); err != nil {
			return err
		}
		if err := wroteAccount(ctx, tx, deedOf(c), c.Account, resultOf(c)); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, c, notice.AccountChanged)
	})
	return c, given, err
}

// deedOf is what the audit calls a change that was done.
func deedOf(c access.Change) audit.Action {
	if c.Kind == access.NewKey {
		return audit.KeyDrawn
	}
	return audit.StaffMoved
}

func resultOf(c access.Change) string {
	if c.Kind == access.Move {
		return string(c.Wanted.Role)
	}
	return string(c.Kind)
}

// declineChange ends a change that waits.
func (s *server) declineChange(ctx context.Context, id int64) (c access.Change, err error) {
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if c, err = access.Decline(ctx, tx, id, personOf(ctx).ID, time.Now()); err != nil {
			return err
		}
		return wroteAccount(ctx, tx, audit.ChangeDeclined, c.Account, string(c.Kind))
	})
	return c, err
}

// changeOf returns the number of the change in the address.
func changeOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "change"), 10, 64)
	if err != nil {
		return 0, access.ErrNoChange
	}
	return id, nil
}
