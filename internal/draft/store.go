package draft

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
	"onewindow/internal/vault"
)

const formColumn vault.Column = "draft.form"

// Keep keeps a draft for a member of the staff in place of the one they had, without
// what is secret, and sweeps away what has expired by then.
func Keep(ctx context.Context, db access.Querier, person string, d Draft, at time.Time) error {
	form := url.Values{}
	for name, values := range d.Form {
		if !slices.Contains(secrets, name) {
			form[name] = values
		}
	}
	if len(form) == 0 {
		return nil
	}
	_, err := db.Exec(ctx, `
		WITH old AS (DELETE FROM draft WHERE expires_at <= $4 AND person <> $1)
		INSERT INTO draft (person, page, form, expires_at) VALUES ($1, $2, $3, $5)
		ON CONFLICT (person) DO UPDATE SET page = $2, form = $3, expires_at = $5`,
		person, d.Page, vault.Seal(formColumn, form.Encode()), at, at.Add(Length))
	if err != nil {
		return fmt.Errorf("keep a draft of %s: %w", person, err)
	}
	return nil
}

// Of returns what a person had typed on a page; ErrNone if nothing is kept.
func Of(ctx context.Context, db access.Querier, person, page string, at time.Time) (Draft, error) {
	d, form := Draft{Page: page}, ""
	err := db.QueryRow(ctx, `SELECT form FROM draft WHERE person = $1 AND page = $2 AND expires_at > $3`,
		person, page, at).Scan(vault.Open(formColumn, &form))
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, ErrNone
	}
	if err != nil {
		return Draft{}, fmt.Errorf("read a draft of %s: %w", person, err)
	}
	d.Form, err = url.ParseQuery(form)
	return d, err
}

// Drop forgets what a person had typed on a page: they have sent it.
func Drop(ctx context.Context, db access.Querier, person, page string) error {
	if _, err := db.Exec(ctx, `DELETE FROM draft WHERE person = $1 AND page = $2`, person, page); err != nil {
		return fmt.Errorf("drop a draft of %s: %w", person, err)
	}
	return nil
}
