package meter

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Traces sends what happens inside requests and jobs to a collector. The zero
// Traces sends nothing.
type Traces struct {
	provider *sdk.TracerProvider
	process  string
}

// NewTraces returns traces that go to the OTLP/HTTP collector at endpoint, in the
// name of a process. Share of all requests and cases are traced: a case, which
// has one trace whatever process works on it, wholly or not at all.
func NewTraces(ctx context.Context, endpoint, process string, share float64) (*Traces, error) {
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("trace to %s: %w", endpoint, err)
	}
	return &Traces{process: process, provider: sdk.NewTracerProvider(
		sdk.WithBatcher(discreet{out}),
		sdk.WithSampler(byCase{sdk.TraceIDRatioBased(share)}),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "onewindow"), attribute.String("service.instance.id", process))),
	)}, nil
}

// Provider is for the libraries that begin spans.
func (t *Traces) Provider() trace.TracerProvider {
	if t.provider == nil {
		return noop.NewTracerProvider()
	}
	return t.provider
}

// On says whether anything is traced.
func (t *Traces) On() bool { return t.provider != nil }

// Stop sends what has not been sent.
func (t *Traces) Stop(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Requests traces what the doors are asked. What a client says of its own traces
// is not believed.
func (t *Traces) Requests(next http.Handler) http.Handler {
	if t.provider == nil {
		return next
	}
	return otelhttp.NewHandler(next, "request", otelhttp.WithTracerProvider(t.provider),
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != "/livez" && r.URL.Path != "/readyz" }))
}

// Name gives the span of a request its route and returns the trace it belongs to,
// "" if it is not traced.
func (*Traces) Name(ctx context.Context, method, route string) (id string) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return ""
	}
	span.SetName(method + " " + route)
	span.SetAttributes(attribute.String("http.route", route))
	return span.SpanContext().TraceID().String()
}

// Queries traces statements, without their arguments, where they belong to a span.
func (t *Traces) Queries() pgx.QueryTracer {
	if t.provider == nil {
		return nil
	}
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider), otelpgx.WithDisableConnectionDetailsInAttributes())
}

// OfCase puts ctx into the trace of a case, which is the same in every process
// and after every restart.
func OfCase(ctx context.Context, id int64) context.Context {
	sum := sha256.Sum256(fmt.Appendf(nil, "onewindow case %d", id))
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(sum[:16]), SpanID: trace.SpanID(sum[16:24]), Remote: true,
	}))
}

// byCase samples by the trace alone where a trace begins in this process, and
// follows the span above otherwise.
type byCase struct{ sdk.Sampler }

// ShouldSample decides on one span.
func (s byCase) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	above := trace.SpanContextFromContext(p.ParentContext)
	if !above.IsValid() || above.IsRemote() {
		return s.Sampler.ShouldSample(p)
	}
	if above.IsSampled() {
		return sdk.AlwaysSample().ShouldSample(p)
	}
	return sdk.NeverSample().ShouldSample(p)
}

// told are the attributes that may leave: none of them can hold what names a
// person, a case, an address or a client.
var told = []attribute.Key{
	"http.request.method", "http.response.status_code", "http.route", "error.type",
	"db.system.name", "db.operation.name", "db.query.text", "pgx.rows_affected", "pgx.sql_state", "pgx.operation.type",
	"kind", "queue", "attempt", "priority", "status", "id", "cancel", "snooze",
}

// discreet lets only what is told out of the program: errors quote what people
// typed, and paths hold the numbers of cases.
type discreet struct{ sdk.SpanExporter }

// ExportSpans sends the spans without what is not told.
func (d discreet) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	bare := make([]sdk.ReadOnlySpan, len(spans))
	for i, s := range spans {
		bare[i] = bareSpan{s}
	}
	return d.SpanExporter.ExportSpans(ctx, bare)
}

// bareSpan is a span without what is not told.
type bareSpan struct{ sdk.ReadOnlySpan }

// Attributes are those that are told.
func (s bareSpan) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool {
		return !slices.Contains(told, a.Key)
	})
}

// Events are left out: those of errors quote them.
func (bareSpan) Events() []sdk.Event { return nil }

// Status is the status without its words.
func (s bareSpan) Status() sdk.Status { return sdk.Status{Code: s.ReadOnlySpan.Status().Code} }
