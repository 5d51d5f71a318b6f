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

const longestLabel = 100 // of a key, in bytes

func drawKey(ctx context.Context, tx pgx.Tx, id string, r *http.Request) (access.Secret, error) {
	label := strings.TrimSpace(typed(r, "label"))
	if len(label) > longestLabel {
		return "", errQuery
	}
	key, now := access.NewSecret(), time.Now()
	return key, access.AddKey(ctx, tx, id, key, label, now, now.Add(access.KeyLength))
}

func revokeKey(ctx context.Context, tx pgx.Tx, id string, r *http.Request) (access.Secret, error) {
	key, err := strconv.ParseInt(chi.URLParam(r, "key"), 10, 64)
	if err != nil {
		return "", errNotFound
	}
	return "", access.RevokeKey(ctx, tx, id, key, time.Now())
}
