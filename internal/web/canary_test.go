package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/files"
	"onewindow/internal/meter"
	"onewindow/internal/notice"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
	"onewindow/jobs"
)

// offered are the addresses that a page or an answer leads to.
var offered = regexp.MustCompile(`(?:href|action|src|content|hx-get|sse-connect)="([^"]*)"|"(/[^"\s]*)"`)

// canary goes through the doors with planted numbers and keeps what was said where.
type canary struct {
	*office
	places  map[string]*strings.Builder
	planted []string
	wire    wire
	bucket  *bucket
	figures http.Handler // what Prometheus reads
}

func (c *canary) keep(place, text string) {
	if c.places[place] == nil {
		c.places[place] = &strings.Builder{}
	}
	c.places[place].WriteString(text + "\n")
}

// page keeps a page, its address, and where it leads.
func (c *canary) page(p seen) seen {
	c.keep("addresses", p.path)
	c.leads(p.raw)
	c.keep("pages", p.text)
	return p
}

// api keeps an answer, and where it leads.
func (c *canary) api(r reply) reply {
	c.keep("addresses", r.Request.URL.String()+" "+r.Header.Get("Location")+" "+r.Header.Get("Link"))
	c.leads(string(r.body))
	c.keep("answers of the API", string(r.body))
	return r
}

func (c *canary) leads(body string) {
	for _, m := range offered.FindAllStringSubmatch(body, -1) {
		c.keep("addresses", m[1]+m[2])
	}
}

// messages keeps the words of every message that was put.
func (c *canary) messages() {
	c.must(func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM notice_message`)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, id := range ids {
			m, _, err := notice.Of(ctx, tx, id)
			if err != nil {
				return err
			}
			c.keep("words of messages", m.Words())
		}
		return err
	})
}

// report says of every place how much was looked through and what was found, and
// fails the test for every planted number.
func (c *canary) report() {
	c.t.Helper()
	for _, place := range slices.Sorted(maps.Keys(c.places)) {
		text, hits := c.places[place].String(), 0
		if len(text) < 100 {
			c.t.Errorf("%s: nothing was kept", place)
		}
		for line := range strings.Lines(text) {
			if found := pgtest.Leaks(line, c.planted...); len(found) > 0 {
				hits++
				c.t.Errorf("%s hold %v: %.200s", place, found, line)
			}
		}
		c.t.Logf("%-36s %9d bytes, %d planted numbers looked for, %d found", place, len(text), len(c.planted), hits)
	}
}

// newCanary opens an office whose files lie in a bucket, whose wires are tapped and
// whose figures are read, and plants the numbers of three sales.
func newCanary(t *testing.T) *canary {
	c := &canary{places: map[string]*strings.Builder{}, bucket: newBucket(t)}
	desk, err := files.New(files.Config{Bucket: &c.bucket.config})
	if err != nil {
		t.Fatal(err)
	}
	var figures *meter.Meter
	c.office = openOffice(t, pgtest.URL(t), c.wire.around, func(doors *Config) {
		figures = meter.New(doors.Pool)
		doors.Files = desk
		doors.Answered = func(_ context.Context, e Exchange) string {
			figures.Answered(e.Method, e.Route, e.Status, e.Took, e.Stream)
			return ""
		}
	})
	c.figures = figures.Handler()
	c.build(3)
	c.work()
	for i := range 3 {
		for _, p := range append(town.Sale(i).Sellers, town.Sale(i).Buyers...) {
			c.planted = append(c.planted, p.ID, town.Phone(p.ID))
		}
	}
	c.planted = append(c.planted, "12000000001", "12000000002", "12000000009", "12000000007")
	return c
}

// A whole sale through API and pages, with defects, refusals, files and curiosity on
// the way, leaves identity numbers and telephones nowhere but sealed in their columns
// and in the documents and messages that need them (docs/AUDIT.md lists the places).
func TestPlantedNumbersStandNowhere(t *testing.T) {
	t.Parallel()
	c := newCanary(t)
	number := c.handInWithDefects()
	c.handInFiles(string(number))
	c.lookAround(number)
	c.bringToAnEnd(number)
	c.askForCodes(number)
	c.certificate(number)
	c.messages()
	c.wires()
	c.keep("metrics", read(c.figures))
	c.bucket.keep(c)
	lines, err := c.flow.AuditOf(t.Context(), audit.Case, string(number), 0, 1000)
	if err != nil || len(lines) < 10 {
		t.Fatalf("%d lines of audit, %v", len(lines), err)
	}
	c.keep("the audit", fmt.Sprintf("%+v", lines))
	c.keep("the log", c.log.String())
	dump := pgtest.Dump(t, c.pool.Config().ConnString())
	for _, table := range []string{"river_job", "audit_event", "notice_message", "intake_case", "jobs_dead_letter", "files_material",
		"files_content", "access_asked", "access_draw"} {
		if !strings.Contains(dump, "public."+table+" ") {
			t.Errorf("the dump lacks %s", table)
		}
	}
	c.keep("a dump of all tables", dump)
	c.report()
}

// handInWithDefects hands broken applications in, then a good one.
func (c *canary) handInWithDefects() intake.Number {
	sale := saleOf(0)
	sale.Sellers[0].Phone, sale.Buyers[0].Phone = "12000000001", "12000000002"
	post := func(path, body string) reply {
		return c.api(c.send(request{method: "POST", path: path, staff: "clerk-01", body: body,
			header: map[string]string{"Idempotency-Key": fmt.Sprint("k", len(body))}}))
	}
	broken := saleOf(1) // defects, each of which is told with its field
	broken.Price, broken.Sellers[0].Phone, broken.Buyers = -1, "12000000009x", broken.Sellers
	post("/api/v1/cases/preflight", broken.text(c.t))
	post("/api/v1/cases", broken.text(c.t))
	post("/api/v1/cases", strings.Replace(sale.text(c.t), `"price_fen"`, `"price":"`+c.planted[0]+`","price_fen"`, 1))
	var opened accepted
	post("/api/v1/cases", sale.text(c.t)).into(c.t, &opened)
	return opened.Number
}

// lookAround looks at pages and lifts a mask.
func (c *canary) lookAround(number intake.Number) {
	registrar, clerk := c.visit("registrar-01"), c.visit("clerk-01")
	c.waitFor(number, intake.Review, intake.NeedsInput)
	for _, path := range []string{"/", "/cases/" + string(number), "/cases/new", "/cases?number=" + string(number)} {
		c.page(registrar.get(path))
	}
	for _, form := range []url.Values{formOf(1), {"do": {"prefill"}, "contract": {town.Sale(2).Contract}}} {
		filled := clerk.post("/cases/new", form) // whoever fills a form in sees what stands in it
		c.keep("addresses", filled.path)
		c.leads(filled.raw)
	}
	reveal := clerk.post("/cases/"+string(number)+"/reveal", url.Values{"reason": {"核对 " + c.planted[0] + " 电话12000000001"}})
	if reveal.status != http.StatusOK || !reveal.has(c.planted[0]) {
		c.t.Fatalf("the reveal shows nothing: %d", reveal.status)
	}
	c.keep("addresses", reveal.path)
	c.leads(reveal.raw)
}

// bringToAnEnd returns, supplements, approves and pays.
func (c *canary) bringToAnEnd(number intake.Number) {
	c.api(c.say("registrar-01", number, intake.Review, jobs.Return, "请核对 "+c.planted[2]))
	c.api(c.say("clerk-01", number, intake.Review, jobs.Supplement, ""))
	eventually(c.t, "the review is back", func() bool {
		r := c.say("registrar-01", number, intake.Review, jobs.Approve, "")
		return r.StatusCode < 300
	})
	c.waitFor(number, intake.Settle, intake.AwaitingPayment)
	c.pay(number)
	eventually(c.t, "the case is closed", func() bool { return c.show(number).State == intake.Closed })
	c.api(c.get("/api/v1/cases/" + string(number)))
	c.api(c.get("/api/v1/cases"))
	c.page(c.visit("registrar-01").get("/cases/" + string(number)))
	_, verify, _ := strings.Cut(c.show(number).Certificate.Verify, "/v/")
	c.page(c.visit("").get("/v/" + verify))
	c.api(c.send(request{method: "GET", path: "/api/v1/dead-letters", staff: "system-01"}))
}
