package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/notice"
	"onewindow/internal/pgtest"
	"onewindow/registration"
)

// receiving opens an office that takes appointments, and whose flow only accepts.
func receiving(t *testing.T, n int) *office {
	t.Helper()
	o := openOffice(t, pgtest.URL(t), around)
	o.build(n)
	return o
}

var choiceField = regexp.MustCompile(`type="radio"[^>]* name="(day|slot)" value="([^"]+)"`)

// choices are what a page lets its reader choose from.
func (p seen) choices() (name string, values []string) {
	for _, m := range choiceField.FindAllStringSubmatch(p.text, -1) {
		name, values = m[1], append(values, m[2])
	}
	return name, values
}

// lastMessage is the newest message of a template, and how many there are.
func (o *office) lastMessage(template notice.Template) (m notice.Message, n int) {
	o.t.Helper()
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `SELECT coalesce(max(id), 0), count(*) FROM notice_message WHERE template = $1`,
			string(template)).Scan(&id, &n)
		if err == nil && id != 0 {
			m, _, err = notice.Of(ctx, tx, id)
		}
		return err
	})
	return m, n
}

func TestAPartyBooksMovesAndCancelsAVisit(t *testing.T) {
	t.Parallel()
	o := receiving(t, 1)
	number := string(o.accept(0).Number)
	citizen := o.asParty(number)
	page := citizen.get("/my/appointment?for=tax")
	name, days := page.choices()
	if name != "day" || len(days) != 10 || !page.has("您想哪天来？") || !page.has("岳阳市不动产登记中心") || !page.has("办理涉税事项") {
		t.Fatalf("asked for %s of %v: %s", name, days, page.text)
	}
	name, times := citizen.get("/my/appointment?for=tax&day=" + days[3]).choices()
	if name != "slot" || len(times) != 13 || !strings.HasPrefix(times[0], days[3]+"T09:00:00+08:00") {
		t.Fatalf("asked for %s of %v", name, times)
	}
	booked := citizen.post("/my/appointment", url.Values{"for": {"tax"}, "day": {days[3]}, "slot": {times[0]}})
	if booked.path != "/my/appointment" || !booked.has("已预约") || !booked.has("09:00–09:30") || !booked.has("岳阳市岳阳楼区样本路2号") || !booked.has("身份证件") {
		t.Fatalf("booked: %s %s", booked.path, booked.text)
	}
	m, n := o.lastMessage(notice.Booked)
	if n != 1 || m.To == "" || m.Args["on"] != days[3] || m.Args["at"] != "09:00" || m.Args["office"] != "岳阳市不动产登记中心" || m.NotAfter.IsZero() {
		t.Errorf("%d messages, the last %v", n, m.Args)
	}
	citizen.post("/my/appointment", url.Values{"for": {"tax"}, "slot": {times[0]}})
	if _, n := o.lastMessage(notice.Booked); n != 1 {
		t.Errorf("a second click sent message %d", n)
	}
	moved := citizen.post("/my/appointment", url.Values{"for": {"tax"}, "slot": {times[1]}})
	if !moved.has("09:30–10:00") || o.live(number) != 1 {
		t.Errorf("moved: %d appointments, %s", o.live(number), moved.text)
	}
	if page := citizen.get("/my/appointment"); !page.has("/my/appointment?for=tax&move=1") {
		t.Errorf("moving it forgets what for: %s", page.text)
	}
	if ask := citizen.get("/my/appointment/cancel"); !ask.has("取消这次预约？") {
		t.Errorf("cancelling asks nothing: %s", ask.text)
	}
	gone := citizen.post("/my/appointment/cancel", nil)
	if !gone.has("预约已取消") || !gone.has("您想哪天来？") || o.live(number) != 0 {
		t.Errorf("cancelled: %s", gone.text)
	}
	if _, n := o.lastMessage(notice.Cancelled); n != 1 {
		t.Errorf("%d messages of cancelling", n)
	}
	for _, action := range []string{"预约到窗口办理", "取消预约"} {
		if !citizen.get("/my/audit").has(action) {
			t.Errorf("the audit does not say %s", action)
		}
	}
}

// live is how many appointments there are about a number.
func (o *office) live(number string) (n int) {
	o.t.Helper()
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT count(*) FROM intake_appointment WHERE number = $1 AND cancelled_at IS NULL`, number).Scan(&n)
	})
	return n
}

func TestAVisitThatCannotBeHadIsRefusedInPlainWordsAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := receiving(t, 3)
	number := string(o.accept(0).Number)
	citizen := o.asParty(number)
	_, days := citizen.get("/my/appointment").choices()
	_, times := citizen.get("/my/appointment?day=" + days[2]).choices()
	for i := 1; i < 3; i++ {
		other := o.asParty(string(o.accept(i).Number))
		if page := other.post("/my/appointment", url.Values{"slot": {times[0]}}); !page.has("已预约") {
			t.Fatalf("the others: %s", page.text)
		}
	}
	citizen.post("/my/appointment", url.Values{"slot": {times[5]}})
	for form, want := range map[string]string{
		"slot=" + url.QueryEscape(times[0]):      "这个时段刚被约满",
		"":                                       "请选择时间",
		"slot=soon":                              "这个时间不能预约",
		"slot=2020-01-02T09%3A00%3A00%2B08%3A00": "这个时间不能预约",
		"slot=" + url.QueryEscape(days[2]) + "T23:00:00%2B08:00": "这个时间不能预约",
		"slot=" + url.QueryEscape(days[2]) + "T09:10:00%2B08:00": "这个时间不能预约",
		"slot=%00%27--&day=%00":                                  "这个时间不能预约",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		page := citizen.post("/my/appointment", values)
		if page.status != http.StatusUnprocessableEntity || !page.has(want) {
			t.Errorf("%s: %d %s", form, page.status, page.text)
		}
		if page := citizen.get("/my/appointment"); !page.has("已预约") || o.live(number) != 1 {
			t.Errorf("after %s: %s", form, page.text)
		}
	}
	if _, left := citizen.get("/my/appointment?move=1&day=" + days[2]).choices(); slices.Contains(left, times[0]) || len(left) != 12 {
		t.Errorf("a full slot is offered: %v", left)
	}
	for path, want := range map[string]int{"?for=song": 400, "?day=2020-01-02": 422, "?day=%00": 422, "?day=": 422} {
		if page := citizen.get("/my/appointment" + path); page.status != want {
			t.Errorf("%s: %d", path, page.status)
		}
	}
}

func TestAPartyToAContractBooksAndKeepsItWhenTheCaseIsOpened(t *testing.T) {
	t.Parallel()
	o := receiving(t, 2)
	sale := o.soldToTwo("PAIR-1", 0)
	contract := sale.Contract
	citizen := o.asParty(contract)
	_, days := citizen.get("/my/appointment").choices()
	_, times := citizen.get("/my/appointment?day=" + days[1]).choices()
	if page := citizen.post("/my/appointment", url.Values{"slot": {times[0]}}); !page.has("已预约") || !page.has("申请登记") {
		t.Fatalf("by contract: %s", page.text)
	}
	clerk := o.visit("clerk-01")
	if page := clerk.get("/appointments"); !page.has(contract) || !page.has("镇**") || page.has(sale.Buyers[0].Name) || page.has(`href="/cases/`+contract) {
		t.Errorf("the office sees %s", page.text)
	}
	var opened accepted
	o.apply("pair", sale.text(t)).into(t, &opened)
	number := string(opened.Number)
	party := o.asParty(number)
	if page := party.get("/my/appointment"); !page.has("已预约") {
		t.Errorf("after the case is opened: %s", page.text)
	}
	party.post("/my/appointment", url.Values{"slot": {times[1]}, "for": {"advice"}})
	if a, b := o.live(contract), o.live(number); a != 0 || b != 1 {
		t.Errorf("%d by contract and %d by case", a, b)
	}
	if page := clerk.get("/appointments"); !page.has(`href="/cases/` + number) {
		t.Errorf("the office sees %s", page.text)
	}
	if page := o.visit("registrar-01").get("/appointments"); page.status != http.StatusForbidden {
		t.Errorf("a registrar sees the appointments: %d", page.status)
	}
}

// soldToTwo files a contract of home i with two buyers, of whom one left a telephone, and
// returns the application on it, which names them in the other order.
func (o *office) soldToTwo(contract string, i int) application {
	o.t.Helper()
	a := saleOf(i)
	a.Contract, a.CoOwnership = contract, registration.Joint
	a.Buyers = append(a.Buyers, person("镇配偶", 77))
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		holder := func(p registration.Party) registration.Holder {
			return registration.Holder{Name: p.Name, IDKind: p.IDKind, ID: p.ID, Phone: p.Phone}
		}
		return registration.PutContract(ctx, tx, registration.Contract{
			Number: contract, Unit: a.Unit, Area: 120_50, Price: a.Price, CoOwnership: registration.Joint,
			Sellers: []registration.Holder{holder(a.Sellers[0])}, Buyers: []registration.Holder{holder(a.Buyers[1]), holder(a.Buyers[0])},
			SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2),
		})
	})
	return a
}

func TestAnOfficeWithoutHoursTakesNoAppointments(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	citizen := o.asParty(string(o.accept(0).Number))
	if page := citizen.get("/my/appointment"); page.status != http.StatusOK || !page.has("目前没有可预约的时段") {
		t.Errorf("%d %s", page.status, page.text)
	}
}

// Fifty programs of parties ask for one slot of two places at once.
func TestFiftyPartiesAtOnceGetTwoPlaces(t *testing.T) {
	t.Parallel()
	const n = 50
	o := receiving(t, n)
	numbers := make([]string, n)
	for i := range n {
		numbers[i] = string(o.accept(i).Number)
	}
	v, err := o.flow.Visits(t.Context(), numbers[0], "buyers[0]")
	if err != nil {
		t.Fatal(err)
	}
	body := `{"at":"` + v.Days[1].Slots[0].At.Format(time.RFC3339) + `","for":"tax"}`
	tokens := make([]string, n)
	for i, number := range numbers {
		tokens[i] = stage{office: o}.citizenOf(intake.Number(number))
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for i := range n {
		all.Go(func() {
			r := o.send(request{method: "POST", path: "/api/v1/my/appointment", body: body,
				header: map[string]string{"Authorization": "Bearer " + tokens[i], "Idempotency-Key": "k"}})
			mu.Lock()
			defer mu.Unlock()
			got[r.StatusCode]++
		})
	}
	all.Wait()
	if got[http.StatusCreated] != 2 || got[http.StatusConflict] != n-2 {
		t.Errorf("answered %v", got)
	}
}
