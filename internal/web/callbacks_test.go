package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"onewindow/intake"
	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/jobs"
	"onewindow/utilities"
)

// signed is a notice as an office outside would send it.
func signed(t *testing.T, path, key, id, body string, at time.Time) request {
	t.Helper()
	h := http.Header{}
	if err := outbound.Sign(h, id, at, []byte(body), key); err != nil {
		t.Fatal(err)
	}
	r := request{method: "POST", path: path, body: body, header: map[string]string{}}
	for name := range h {
		r.header[name] = h.Get(name)
	}
	return r
}

const (
	paymentDoor = "/api/v1/callbacks/payments"
	waterDoor   = "/api/v1/callbacks/utilities/water"
)

func TestNoticesThatNobodyWasToSend(t *testing.T) {
	t.Parallel()
	o := openOffice(t, pgtest.URL(t), around)
	o.build(1)
	number := string(o.accept(0).Number)
	gateway := outbound.Key([]byte("the key of the sandbox's gateway"))
	water := outbound.Key([]byte("the key of the sandbox's water"))
	forged := outbound.Key([]byte("the key of somebody else altogether"))
	now := time.Now()
	paid := `{"ref":"` + number + `-tax","state":"paid"}`
	found := `{"ref":"` + number + `-water_request","outcome":"found"}`
	before := o.rows()
	for _, tt := range []struct {
		name string
		sent request
		want string
	}{
		{"a payment without a signature", request{method: "POST", path: paymentDoor, body: paid}, "401 signature"},
		{"a payment signed by another", signed(t, paymentDoor, forged, "m", paid, now), "401 signature"},
		{"a payment of yesterday", signed(t, paymentDoor, gateway, "m", paid, now.AddDate(0, 0, -1)), "401 signature"},
		{"a payment of no bill", signed(t, paymentDoor, gateway, "m", paid, now), "404 bill_unknown"},
		{"a payment with a ref that leads elsewhere",
			signed(t, paymentDoor, gateway, "m", `{"ref":"../orders","state":"paid"}`, now), "422 notice_malformed"},
		{"a payment that is no JSON", signed(t, paymentDoor, gateway, "m", "paid!", now), "422 notice_malformed"},
		{"an answer without a signature", request{method: "POST", path: waterDoor, body: found}, "401 signature"},
		{"an answer signed by another company", signed(t, waterDoor, gateway, "m", found, now), "401 signature"},
		{"an answer of no company", signed(t, "/api/v1/callbacks/utilities/steam", water, "m", found, now), "404 not_found"},
	} {
		r := o.send(tt.sent)
		got := strings.TrimSpace(r.Status[:3] + " " + strings.TrimPrefix(r.problem(t).Type, problemPath))
		if got != tt.want {
			t.Errorf("%s: %s, want %s: %s", tt.name, got, tt.want, r.body)
		}
	}
	if after := o.rows(); after != before {
		t.Errorf("they wrote %d rows", after-before)
	}
}

// TestCompaniesThatRefuseOrAnswerLater goes the way of the accounts.
func TestCompaniesThatRefuseOrAnswerLater(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	a := saleOf(0)
	a.Utilities[0].Number = "water-000000-LATER"
	a.Utilities[1].Number = "power-000000-ARREARS"
	a.Utilities[2].Number = "gas-000000-DOUBLE"
	var opened accepted
	o.apply("k", a.text(t)).into(t, &opened)
	eventually(t, "every company has answered", func() bool {
		v := o.show(opened.Number)
		return v.stepAt(intake.WaterRequest).State == intake.Done && v.stepAt(intake.PowerRequest).State == intake.Refused &&
			v.stepAt(intake.GasRequest).State == intake.Done
	})
	power := o.show(opened.Number).Accounts[1]
	if power.Utility != "power" || len(power.Answers) != 1 {
		t.Fatalf("the power company: %+v", power)
	}
	answer := power.Answers[0]
	if answer.Outcome != utilities.Refused || answer.Reason != utilities.Arrears || answer.AnsweredAt == nil {
		t.Errorf("the power company answered %+v", answer)
	}
	if answer.Detail == "" || strings.HasPrefix(answer.Detail, "refusal.") {
		t.Errorf("the refusal has no sentence: %+v", answer)
	}
}

func TestAStepThatNoMachineCouldFinishIsADeadLetter(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	if _, err := o.pool.Exec(t.Context(), `
		INSERT INTO jobs_dead_letter (case_id, step, attempts, error)
		SELECT id, 'settle', 7, 'the gateway was silent' FROM intake_case WHERE number = $1`, number); err != nil {
		t.Fatal(err)
	}
	var list struct {
		DeadLetters []letterView `json:"dead_letters"`
	}
	o.send(request{method: "GET", path: "/api/v1/dead-letters", staff: "system-01"}).into(t, &list)
	if len(list.DeadLetters) != 1 || list.DeadLetters[0].Number != number || list.DeadLetters[0].Step != intake.Settle {
		t.Errorf("listed %+v", list)
	}
	if r := o.say("tax-01", number, intake.Settle, jobs.Retry, ""); r.StatusCode != http.StatusConflict {
		t.Errorf("retrying what a machine works on: %d %s", r.StatusCode, r.body)
	}
}

func TestTooManyEventStreamsArePutOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	for _, staff := range []string{"tax-01", "registrar-01", "reviewer-01", "supervisor-01"} {
		for range mostSeats {
			o.followAs(staff, number, "")
		}
	}
	path := "/api/v1/cases/" + string(number) + "/events"
	if r := o.get(path); r.StatusCode != 503 || r.problem(t).Type != "/problems/streams_full" || r.Header.Get("Retry-After") == "" {
		t.Errorf("one more stream: %d %s", r.StatusCode, r.body)
	}
	if r := o.get("/api/v1/cases/" + string(number)); r.StatusCode != http.StatusOK {
		t.Errorf("the case itself: %d", r.StatusCode)
	}
}

func TestNobodyTakesThePlacesOfAllOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	for range mostSeats {
		o.followAs("tax-01", number, "")
	}
	follow := request{method: "GET", path: "/api/v1/cases/" + string(number) + "/events", staff: "tax-01"}
	if r := o.send(follow); r.StatusCode != 429 || r.problem(t).Type != "/problems/too_many" || r.Header.Get("Retry-After") == "" {
		t.Errorf("one more stream of theirs: %d %s", r.StatusCode, r.body)
	}
	if e := <-o.followAs("registrar-01", number, ""); e.name != "case" {
		t.Errorf("another's first: %+v", e)
	}
}
