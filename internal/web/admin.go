package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
)

// operate adds what is there for system administrators.
func (s *server) operate(r chi.Router) {
	if s.Admin != nil {
		r.Get("/admin/*", s.may(access.Operate, s.admin))
	}
}

// admin shows the console of the queue or the metrics. Nothing is changed there:
// what is done to a job is done in the list of dead letters, with a reason. The
// console's pages need no more than the Content-Security-Policy of our own allows.
func (s *server) admin(w http.ResponseWriter, r *http.Request) error {
	s.Admin.ServeHTTP(w, r)
	return nil
}
