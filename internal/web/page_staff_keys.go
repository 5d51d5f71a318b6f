package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
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
	oneTimeWord = "page.account.one_time"
	keyWord     = "page.account.key"
)

func (s *server) giveOneTime(ctx context.Context, tx pgx.Tx, id string, _ *http.Request) (drawn, error) {
	once, err := s.Porter.GiveOneTime(ctx, tx, id)
	return drawn{once, oneTimeWord}, err
}

const longestLabel = 100 // of a key, in bytes

func drawKey(ctx context.Context, tx pgx.Tx, id string, r *http.Request) (drawn, error) {
	label := strings.TrimSpace(r.PostFormValue("label"))
	if wrong := forbiddenIn(r, "label"); wrong != nil {
		return drawn{}, wrong
	}
	if len(label) > longestLabel {
		return drawn{}, errQuery
	}
	key, now := access.NewSecret(), time.Now()
	return drawn{key, keyWord}, access.AddKey(ctx, tx, id, key, label, now, now.Add(access.KeyLength))
}

func revokeKey(ctx context.Context, tx pgx.Tx, id string, r *http.Request) (drawn, error) {
	key, err := strconv.ParseInt(chi.URLParam(r, "key"), 10, 64)
	if err != nil {
		return drawn{}, errNotFound
	}
	return drawn{}, access.RevokeKey(ctx, tx, id, key, time.Now())
}
