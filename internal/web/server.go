// Package web is the doors: the API, the pages and the callbacks of payers and
// companies, over HTTP.
//
// It knows who may ask for what, reads requests strictly, and turns every
// refusal into one answer for programs (RFC 9457) or people. It knows no law, no
// SQL of a room and no queue: it asks jobs.Flow.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/access"
	"onewindow/internal/files"
	"onewindow/internal/health"
	"onewindow/internal/web/openapi"
	"onewindow/jobs"
)

// Config says what the doors lead to.
type Config struct {
	Flow *jobs.Flow
	Pool *pgxpool.Pool // for signing in and for readiness; may be the flow's own
	Log  *slog.Logger
	// Ready are the checks of /readyz; none takes the database's write alone.
	Ready []health.Check
	// Answered is told of every answer and returns the trace it belongs to, for the
	// log; "" if it is not traced. May be nil.
	Answered func(context.Context, Exchange) (trace string)
	// Admin is what lies below /admin for system administrators: the console of the
	// queue and the metrics. May be nil.
	Admin http.Handler
	// Secure says that browsers reach the doors through https, so that session
	// cookies are never sent otherwise and browsers never try anything else (HSTS).
	Secure bool
	// TrustedProxies are the addresses of the proxies in front, whose X-Forwarded-For
	// is believed. Nobody else's is.
	TrustedProxies []netip.Prefix
	// Porter lets people in; the zero one takes Pool and a hasher of its own.
	Porter access.Porter
	// Idle is after which time without anybody a session of staff locks; 0 takes
	// access.UsualIdle.
	Idle time.Duration
	// Providers vouch for staff (OpenID Connect), CitizenProviders for citizens: by their
	// identity numbers. They come back to PublicURL.
	Providers, CitizenProviders []*access.Provider
	PublicURL                   string // under which browsers reach the doors
	// Demonstration says that the accounts are known to everybody: their codes are shown.
	Demonstration bool
	Limits        Limits
	// Inbox returns the messages that a demonstration's carrier was given, the newest
	// first; nil, and no page, outside it.
	Inbox func() []Letter
	// Samples lists the contracts of a demonstration that a newcomer may hand in; nil,
	// and no list, outside it.
	Samples func(context.Context) ([]Sample, error)
	// Files takes the materials of cases; nil takes one that keeps them in the database
	// and asks no scanner.
	Files *files.Desk
}

// server answers requests. Its fields never change.
type server struct {
	Config
	streams chan struct{} // one place per open event stream
	seats   seats         // whose they are
	looks   *expirable.LRU[look, struct{}]
	quotas  quotas
	again   http.Handler // the doors themselves, to show a page once more
}

// New returns the doors. The http.Server around them needs ReadHeaderTimeout and
// IdleTimeout; reading bodies and writing answers is limited in here, because
// event streams have other limits. Its BaseContext should end when the program
// stops: that ends the event streams.
func New(c Config) http.Handler {
	if c.Files == nil {
		c.Files = files.Plain()
	}
	if c.Porter.Pool == nil {
		c.Porter = access.Porter{Pool: c.Pool, Hasher: access.NewHasher(0)}
	}
	s := &server{Config: c, streams: make(chan struct{}, mostStreams), quotas: newQuotas(c.Limits),
		looks: newLooks()}
	r := chi.NewRouter()
	r.Use(s.stamp, s.observe, s.rescue, findAddress(c.TrustedProxies), attribute, s.harden, s.limitAddress,
		s.refuseForeign, limitBody, announce(openapi.Ours()), middleware.GetHead)
	r.NotFound(s.api(notFound))
	r.MethodNotAllowed(s.api(methodNotAllowed))
	s.again = r
	s.routes(r)
	return r
}

// routes is every address there is, but for those of the pages.
func (s *server) routes(r chi.Router) {
	r.Get("/livez", s.api(s.live))
	r.With(brief).Get("/readyz", s.api(s.ready))
	r.Get("/problems/{problem}", s.api(explainProblem))
	s.describe(r)
	s.openPages(r)

	s.sessions(r)
	r.Route("/api/v1/callbacks", func(r chi.Router) { // signed by who calls, not by staff
		r.Use(brief)
		r.Post("/payments", s.api(s.paid))
		r.Post("/utilities/{utility}", s.api(s.companyAnswered))
	})
	r.With(s.identify, s.limitPerson).Get("/api/v1/cases/{number}/events", s.may(access.See, s.followCase)) // never brief
	r.With(s.identify, s.limitPerson).Get("/audit/export", s.pageFor(access.SearchAudit, s.exportAudit))    // never brief
	s.fileRoutes(r)
	r.Group(func(r chi.Router) {
		r.Use(brief, s.identify, s.limitPerson)
		r.Route("/api/v1/cases", func(r chi.Router) {
			r.Get("/", s.may(access.See, s.listCases))
			r.Post("/", s.may(access.Accept, s.acceptCase))
			r.Post("/preflight", s.may(access.Preflight, s.preflight))
			r.Get("/{number}", s.may(access.See, s.showCase))
			r.Get("/{number}/certificate.pdf", s.may(access.SeeDocument, s.certificate))
			r.Get("/{number}/audit", s.may(access.SeeAudit, s.caseAudit))
			r.Post("/{number}/certificate/hand-over", s.may(access.HandOver, s.handOverCase))
			r.Post("/{number}/steps/{step}/decision", s.may(access.See, s.decide)) // and by verdict
			r.Post("/{number}/bills", s.may(access.Accept, s.renewBills))
			r.Get("/{number}/bills/{bill}", s.may(access.See, s.showBill))
			r.Post("/{number}/bills/{bill}/refunds", s.may(access.Refund, s.askRefund))
			r.Post("/{number}/bills/{bill}/voucher", s.may(access.ConfirmTax, s.noteVoucher))
		})
		s.auditRoutes(r)
		s.companyRoutes(r)
		s.changeRoutes(r)
		s.operate(r)
		s.taxDesk(r)
		s.appointmentRoutes(r)
		s.documents(r)
		s.pages(r)
	})
}
