package web

import "github.com/go-chi/chi/v5"

// pages adds the addresses of the pages. Who is signed in is staffOf(ctx).
func (s *server) pages(chi.Router) {}
