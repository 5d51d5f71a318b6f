package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/internal/access"
)

// drawn is a secret that was just drawn for an account, and the code of what it is.
type drawn struct {
	secret access.Secret
	word   string
}

// What is drawn for accounts.
const (
	firstHalfWord  = "page.account.first_half"
	secondHalfWord = "page.account.second_half"
	keyWord        = "page.account.key"
)

func revokeKey(ctx context.Context, tx pgx.Tx, id string, r *http.Request) error {
	key, err := strconv.ParseInt(chi.URLParam(r, "key"), 10, 64)
	if err != nil {
		return errNotFound
	}
	return access.RevokeKey(ctx, tx, id, key, time.Now())
}
