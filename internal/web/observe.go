package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"onewindow/internal/access"
)

// Exchange is one request and its answer, as operators see it: by the pattern of
// the route, never by path, query or name.
type Exchange struct {
	Method string
	Route  string // "none" where nothing is
	Status int    // 0 if the client was cut off
	Took   time.Duration
	Stream bool // it lasted as long as somebody looked
}

type visitKey struct{}

// visit is filled in on the way in and read on the way out.
type visit struct{ who string }

// note remembers for the log who asks, by id. Citizens have none that is not a
// case's.
func note(ctx context.Context, p access.Person) {
	v, ok := ctx.Value(visitKey{}).(*visit)
	if !ok {
		return
	}
	v.who = p.ID
	if p.Role == access.Citizen {
		v.who = string(access.Citizen)
	}
}

// observe writes a line about every request to the log, and tells who measures.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, v := time.Now(), &visit{}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			e := Exchange{
				Method: r.Method, Route: cmp.Or(chi.RouteContext(r.Context()).RoutePattern(), "none"),
				Status: wrapped.Status(), Took: time.Since(began),
				Stream: strings.HasPrefix(wrapped.Header().Get("Content-Type"), "text/event-stream"),
			}
			trace := ""
			if s.Answered != nil {
				trace = s.Answered(r.Context(), e)
			}
			s.Log.LogAttrs(r.Context(), levelOf(e), "request",
				slog.String("request", requestID(r.Context())), slog.String("method", e.Method), slog.String("route", e.Route),
				slog.Int("status", e.Status), slog.Float64("ms", float64(e.Took.Microseconds())/1000),
				slog.String("who", v.who), slog.String("trace", trace))
		}()
		next.ServeHTTP(wrapped, r)
	})
}

// levelOf keeps what machines ask every few seconds out of the usual log.
func levelOf(e Exchange) slog.Level {
	if unlimited(e.Route) && e.Status < http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
