package web

import "github.com/go-chi/chi/v5"

// openPages adds what everyone may see: style sheets, sign-in, the public
// verification of a certificate. Nobody is looked up for these.
func (s *server) openPages(chi.Router) {}

// pages adds the addresses of the pages. Who is signed in is staffOf(ctx).
func (s *server) pages(chi.Router) {}
