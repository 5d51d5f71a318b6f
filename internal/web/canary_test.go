package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
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
			c.keep("messages", m.Words())
		}
		return err
	})
}

// clean fails the test for every place that holds a planted number.
func (c *canary) clean(place string) {
	c.t.Helper()
	text := c.places[place].String()
	if len(text) < 100 {
		c.t.Errorf("%s: nothing was kept", place)
	}
	for line := range strings.Lines(text) {
		if found := pgtest.Leaks(line, c.planted...); len(found) > 0 {
			c.t.Errorf("%s hold %v: %.200s", place, found, line)
		}
	}
}

// A whole sale through API and pages, with defects, refusals and curiosity on the
// way, leaves identity numbers and telephones nowhere but sealed in their columns
// and in the documents that the law prints (docs/AUDIT.md lists the places).
func TestPlantedNumbersStandNowhere(t *testing.T) {
	t.Parallel()
	c := &canary{office: workingOffice(t, 3), places: map[string]*strings.Builder{}}
	sale := saleOf(0)
	sale.Sellers[0].Phone, sale.Buyers[0].Phone = "12000000001", "12000000002"
	for i := range 3 {
		for _, p := range append(town.Sale(i).Sellers, town.Sale(i).Buyers...) {
			c.planted = append(c.planted, p.ID)
		}
	}
	c.planted = append(c.planted, "12000000001", "12000000002", "12000000009")

	post := func(path, body string) reply {
		return c.api(c.send(request{method: "POST", path: path, staff: "clerk-01", body: body,
			header: map[string]string{"Idempotency-Key": fmt.Sprint("k", len(body))}}))
	}
	broken := saleOf(1) // defects, each of which is told with its field
	broken.Price, broken.Sellers[0].Phone, broken.Buyers = -1, "12000000009x", broken.Sellers
	post("/api/v1/cases/preflight", broken.text(t))
	post("/api/v1/cases", broken.text(t))
	post("/api/v1/cases", strings.Replace(sale.text(t), `"price_fen"`, `"price":"`+c.planted[0]+`","price_fen"`, 1))
	taken := post("/api/v1/cases", sale.text(t))
	var opened accepted
	taken.into(t, &opened)
	number := opened.Number

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
		t.Fatalf("the reveal shows nothing: %d", reveal.status)
	}
	c.keep("addresses", reveal.path)
	c.leads(reveal.raw)
	c.api(c.say("registrar-01", number, intake.Review, jobs.Return, "请核对 "+c.planted[1]))
	c.api(c.say("clerk-01", number, intake.Review, jobs.Supplement, ""))
	eventually(t, "the review is back", func() bool {
		r := c.say("registrar-01", number, intake.Review, jobs.Approve, "")
		return r.StatusCode < 300
	})
	c.waitFor(number, intake.Settle, intake.AwaitingPayment)
	c.pay(number)
	eventually(t, "the case is closed", func() bool { return c.show(number).State == intake.Closed })
	c.api(c.get("/api/v1/cases/" + string(number)))
	c.api(c.get("/api/v1/cases"))
	c.page(registrar.get("/cases/" + string(number)))
	_, verify, _ := strings.Cut(c.show(number).Certificate.Verify, "/v/")
	c.page(c.visit("").get("/v/" + verify))
	c.api(c.send(request{method: "GET", path: "/api/v1/dead-letters", staff: "system-01"}))

	lines, err := c.flow.AuditOf(t.Context(), audit.Case, string(number), 0, 1000)
	if err != nil || len(lines) < 10 {
		t.Fatalf("%d lines of audit, %v", len(lines), err)
	}
	c.keep("the audit", fmt.Sprintf("%+v", lines))
	c.keep("the log", c.log.String())
	c.messages()
	dump := pgtest.Dump(t, c.pool.Config().ConnString())
	for _, table := range []string{"river_job", "audit_event", "notice_message", "intake_case", "jobs_dead_letter"} {
		if !strings.Contains(dump, "public."+table+" ") {
			t.Errorf("the dump lacks %s", table)
		}
	}
	c.keep("a dump of all tables", dump)
	for place := range c.places {
		c.clean(place)
	}
}
