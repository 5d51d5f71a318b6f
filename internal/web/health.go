package web

import (
	"net/http"

	"github.com/jackc/pgx/v5/pgconn"
)

// live says that this process answers. It asks nobody else, so that a database
// that is away gets no healthy process killed.
func (s *server) live(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, map[string]string{"status": "live"})
}

// ready says that this process can do its work: the database takes a write. The
// write is a line in its log that nobody reads; a probe that only reads has kept
// services "healthy" for days that could not save a thing.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	var writable bool
	err := s.Pool.QueryRow(r.Context(), `
		SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
			AND pg_logical_emit_message(true, 'onewindow', 'ready') IS NOT NULL`).Scan(&writable)
	if err != nil {
		return err
	}
	if !writable {
		return &pgconn.PgError{Code: "25006", Message: "the database is read-only"}
	}
	return answer(w, http.StatusOK, map[string]string{"status": "ready"})
}
