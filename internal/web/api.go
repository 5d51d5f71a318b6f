package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"onewindow/internal/web/openapi"
)

// describe adds the addresses at which the API describes itself.
func (s *server) describe(r chi.Router) {
	r.Get("/api/v1/openapi.json", s.api(serveDescription))
	r.Get("/api/v1/", s.page(s.showDescription))
	r.Get("/api", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/v1/", http.StatusPermanentRedirect)
	})
}

// serveDescription answers with the description for programs.
func serveDescription(w http.ResponseWriter, r *http.Request) error {
	text := openapi.Ours().JSON
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // a client that has gone is no fault
	return nil
}

// announce marks the answers of operations that are to go: Deprecation (RFC 9745)
// and, with a day set, Sunset (RFC 8594). The description says which they are.
func announce(d *openapi.Description) func(http.Handler) http.Handler {
	marks := map[string]func(http.Handler) http.Handler{}
	for _, o := range d.Operations() {
		if mark := markOf(o); mark != nil {
			marks[o.Method+" "+o.Path] = mark
		}
	}
	return func(next http.Handler) http.Handler {
		if len(marks) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answered := next
			if mark, aged := marks[r.Method+" "+patternOf(r, r.Method)]; aged {
				answered = mark(next)
			}
			answered.ServeHTTP(w, r)
		})
	}
}

// markOf returns what marks the answers of an operation, nil if it is to stay.
func markOf(o openapi.Operation) func(http.Handler) http.Handler {
	if !o.Deprecated {
		return nil
	}
	chain := chi.Middlewares{middleware.Deprecation(o.DeprecatedOn.Time, `</api/v1/#`+o.ID+`>; rel="deprecation"`)}
	if !o.SunsetOn.IsZero() {
		chain = append(chain, middleware.Sunset(o.SunsetOn.Time, `</api/v1/#`+o.ID+`>; rel="sunset"`))
	}
	return func(next http.Handler) http.Handler { return chain.Handler(next) }
}

// patternOf returns the route that a request of the method would take, such as
// /api/v1/cases/{number}, or "".
func patternOf(r *http.Request, method string) string {
	routes, path := chi.RouteContext(r.Context()).Routes, r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	return strings.TrimSuffix(routes.Find(chi.NewRouteContext(), method, path), "/")
}

// methodsOf lists the methods that the address takes, for Allow (RFC 9110 10.2.1).
// It looks through all routes: chi's own search forgets the method at an address
// where routers are mounted on one another.
func methodsOf(r *http.Request) (allowed []string) {
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	look := func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if routeLeads(strings.TrimSuffix(route, "/"), path) && !slices.Contains(allowed, method) {
			allowed = append(allowed, method)
		}
		return nil
	}
	if err := chi.Walk(chi.RouteContext(r.Context()).Routes, look); err != nil {
		return nil // look returns no error
	}
	if slices.Contains(allowed, http.MethodGet) && !slices.Contains(allowed, http.MethodHead) {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return allowed
}

// routeLeads says whether a route such as /cases/{number} leads to a path.
func routeLeads(route, path string) bool {
	places, parts := strings.Split(route, "/"), strings.Split(path, "/")
	for i, place := range places {
		switch {
		case place == "*":
			return true
		case i >= len(parts) || !strings.HasPrefix(place, "{") && place != parts[i]:
			return false
		}
	}
	return len(places) == len(parts)
}
