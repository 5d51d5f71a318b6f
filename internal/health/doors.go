package health

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

// Answer is what a prober reads.
type Answer struct {
	Status string   `json:"status"`
	Checks []Result `json:"checks,omitempty"`
}

// Live answers that the process answers. It asks nobody else, so that a database
// that is away gets no healthy process killed.
func Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, Answer{Status: "live"})
	})
}

// Ready answers whether the process can do its work: 200, or 503 with what does
// not hold.
func Ready(checks []Check, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		results, ready := AskAll(r.Context(), checks)
		if ready {
			write(w, http.StatusOK, Answer{"ready", results})
			return
		}
		for _, found := range results {
			if !found.OK {
				log.WarnContext(r.Context(), "not ready", "check", found.Name, "why", found.Why, "err", found.Err)
			}
		}
		write(w, http.StatusServiceUnavailable, Answer{"not ready", results})
	})
}

func write(w http.ResponseWriter, status int, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // a prober that has gone is no fault
}
