package web

import (
	"net/http"
	"strconv"

	"onewindow/internal/health"
)

// live says that this process answers. It asks nobody else, so that a database
// that is away gets no healthy process killed.
func (s *server) live(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, health.Answer{Status: "live"})
}

// unready is the problem of a process that cannot do its work, with its checks.
type unready struct {
	problem
	Checks []health.Result `json:"checks"`
}

// ready says whether this process can do its work, check by check.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	results, ready := health.AskAll(r.Context(), s.checks())
	if ready {
		return answer(w, http.StatusOK, health.Answer{Status: "ready", Checks: results})
	}
	for _, found := range results {
		if !found.OK {
			s.Log.WarnContext(r.Context(), "not ready", "check", found.Name, "why", found.Why, "err", discreetly(found.Err))
		}
	}
	f, lang := fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}, languageOf(r)
	w.Header().Set("Content-Language", lang)
	w.Header().Set("Retry-After", strconv.Itoa(int(f.retry.Seconds())))
	writeJSON(w, "application/problem+json", f.status, unready{problemOf(lang, requestID(r.Context()), f), results})
	return nil
}

// checks are those that the program was given; the database's is the least.
func (s *server) checks() []health.Check {
	if len(s.Ready) > 0 {
		return s.Ready
	}
	return []health.Check{health.Database(s.Pool)}
}

// discreetly is discreet for an error that may be none.
func discreetly(err error) string {
	if err == nil {
		return ""
	}
	return discreet(err)
}
