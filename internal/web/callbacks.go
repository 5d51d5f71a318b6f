package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"onewindow/utilities"
)

// paid takes the payment gateway's signed notice (Standard Webhooks). 204 means
// that it needs not be sent again.
func (s *server) paid(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	if err := s.Flow.Paid(r.Context(), r.Header, body); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// companyAnswered takes a utility company's signed answer. One that was heard
// before is thanked for and changes nothing.
func (s *server) companyAnswered(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	err = s.Flow.CompanyAnswered(r.Context(), chi.URLParam(r, "utility"), r.Header, body)
	if err != nil && !errors.Is(err, utilities.ErrNothingNew) {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
