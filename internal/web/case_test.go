package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"onewindow/intake"
	"onewindow/jobs"
)

// stepAt returns a step of a case as the API shows it.
func (v caseView) stepAt(step intake.Step) stepView {
	for _, s := range v.Steps {
		if s.Step == step {
			return s
		}
	}
	return stepView{}
}

// show reads a case.
func (o *office) show(number intake.Number) (v caseView) {
	o.t.Helper()
	o.get("/api/v1/cases/"+string(number)).into(o.t, &v)
	return v
}

// waitFor waits until a step stands in a state.
func (o *office) waitFor(number intake.Number, step intake.Step, state intake.State) {
	o.t.Helper()
	eventually(o.t, string(step)+" is "+string(state), func() bool { return o.show(number).stepAt(step).State == state })
}

// say lets a person decide.
func (o *office) say(staff string, number intake.Number, step intake.Step, verdict jobs.Verdict, reason string) reply {
	o.t.Helper()
	body, err := json.Marshal(verdictBody{string(verdict), reason})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.send(request{method: "POST", staff: staff, body: string(body),
		path:   "/api/v1/cases/" + string(number) + "/steps/" + string(step) + "/decision",
		header: map[string]string{"If-Match": "*"}})
}

// TestASaleFromTheWindowToTheCertificate goes the whole way through the doors.
func TestASaleFromTheWindowToTheCertificate(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	events := o.follow(number, "")
	o.waitFor(number, intake.Review, intake.NeedsInput)

	if r := o.say("registrar-01", number, intake.Review, jobs.Refuse, ""); r.StatusCode != 422 || r.problem(t).Type != "/problems/reason_missing" {
		t.Errorf("a refusal without a reason: %d %s", r.StatusCode, r.body)
	}
	if r := o.say("registrar-01", number, intake.Enter, jobs.Approve, ""); r.StatusCode != 409 || r.problem(t).Type != "/problems/verdict_not_taken" {
		t.Errorf("a verdict on a step that takes none: %d %s", r.StatusCode, r.body)
	}
	for _, reason := range []string{"\x00", "a\u202eb", strings.Repeat("理", maxReason+1)} {
		if r := o.say("registrar-01", number, intake.Review, jobs.Refuse, reason); r.StatusCode != 422 || len(r.problem(t).Errors) != 1 {
			t.Errorf("the reason %.9q: %d %s", reason, r.StatusCode, r.body)
		}
	}
	if r := o.get("/api/v1/cases/" + string(number) + "/certificate.pdf"); r.StatusCode != 404 || r.problem(t).Type != "/problems/certificate_unknown" {
		t.Errorf("a certificate before its time: %d", r.StatusCode)
	}
	if r := o.say("registrar-01", number, intake.Review, jobs.Approve, ""); r.StatusCode != http.StatusOK {
		t.Fatalf("the approval: %d %s", r.StatusCode, r.body)
	}
	if r := o.say("registrar-01", number, intake.Review, jobs.Approve, ""); r.StatusCode != 409 {
		t.Errorf("a second approval: %d %s", r.StatusCode, r.body)
	}
	o.waitFor(number, intake.Settle, intake.AwaitingPayment)
	o.pay(number)
	eventually(t, "the case is closed", func() bool { return o.show(number).State == intake.Closed })

	checkClosed(t, o.show(number))
	pdf := o.get(o.show(number).Certificate.PDF)
	if !strings.HasPrefix(string(pdf.body), "%PDF") || pdf.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the certificate is %d %.20q", pdf.StatusCode, pdf.body)
	}
	checkEvents(t, events, o.follow)
	if log := o.log.String(); strings.Contains(log, saleOf(0).Buyers[0].ID) || strings.Contains(log, saleOf(0).Buyers[0].Name) {
		t.Errorf("personal data in the log: %s", log)
	}
}

// checkClosed looks at a closed case as staff see it.
func checkClosed(t *testing.T, v caseView) {
	t.Helper()
	for _, s := range v.Steps {
		if s.State != intake.Done || s.StartedAt == nil || s.FinishedAt == nil || s.Since == nil || s.WaitedMS < 0 || s.WorkedMS < 0 {
			t.Errorf("step %+v", s)
		}
	}
	var held int64
	for _, ms := range v.Clocks.HeldMS {
		held += ms
	}
	if diff := v.Clocks.WallMS - held; v.Clocks.WallMS <= 0 || v.Clocks.OfficeMS > v.Clocks.WallMS || diff < 0 || diff > 10 {
		t.Errorf("clocks %+v", v.Clocks)
	}
	if v.Certificate == nil || v.Certificate.Number == "" || v.Certificate.Verify == "" || v.ApprovedBy != "registrar-01" {
		t.Errorf("certificate %+v approved by %q", v.Certificate, v.ApprovedBy)
	}
	if v.Tax == nil || len(v.Tax.Lines) == 0 || v.Tax.Bill == nil || v.Tax.Bill.PaidAt == nil || v.Tax.Bill.Amount != v.Tax.Total+8000 {
		t.Fatalf("tax %+v", v.Tax)
	}
	for _, l := range v.Tax.Lines {
		if l.Payable == 0 && (l.Reason == "" || l.Detail == "" || strings.HasPrefix(l.Detail, "relief.")) || len(l.Settled) == 0 {
			t.Errorf("line %+v says not why", l)
		}
	}
	if len(v.Accounts) != 3 || len(v.Accounts[0].Answers) != 2 || v.Journal[0].Reason != "accepted" {
		t.Errorf("accounts %+v, journal %+v", v.Accounts, v.Journal)
	}
	for _, f := range v.stepAt(intake.Review).Findings {
		if f.Detail == f.Code || f.Outcome != "pass" {
			t.Errorf("review found %+v", f)
		}
	}
}

func TestPeopleAreMaskedWhereverACaseIsShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	r := o.get("/api/v1/cases/" + string(number))
	a := saleOf(0)
	for _, p := range append(a.Sellers, a.Buyers...) {
		for _, text := range []string{p.Name, p.ID, p.Phone} {
			if text != "" && strings.Contains(string(r.body), text) {
				t.Errorf("%s is shown in %s", text, r.body)
			}
		}
	}
	var v caseView
	r.into(t, &v)
	id := a.Buyers[0].ID
	if got := v.Buyers[0]; got.Name != "镇**" || got.ID != "430602********"+id[14:] || got.Phone != "138****8000" {
		t.Errorf("shown as %+v", got)
	}
	if strings.Contains(string(r.body), a.Utilities[0].Number) {
		t.Errorf("account %s is shown", a.Utilities[0].Number)
	}
}

// event is one server-sent event.
type event struct{ id, name, data string }

// follow follows a case in the background until the stream ends.
func (o *office) follow(number intake.Number, last string) <-chan event {
	o.t.Helper()
	return o.followAs("tax-01", number, last)
}

// followAs is follow of a member of staff.
func (o *office) followAs(staff string, number intake.Number, last string) <-chan event {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	o.t.Cleanup(cancel)
	res, err := http.DefaultClient.Do(o.prepare(ctx, request{method: "GET", staff: staff,
		path: "/api/v1/cases/" + string(number) + "/events", header: map[string]string{"Last-Event-ID": last}}))
	if err != nil {
		o.t.Fatal(err)
	}
	heard := make(chan event, 1000)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		heard <- event{name: res.Status}
	}
	go func() {
		defer close(heard)
		defer res.Body.Close()
		var e event
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				if e.data != "" {
					heard <- e
				}
				e = event{}
			}
		}
	}()
	return heard
}

// checkEvents reads the stream of a case that has been closed to its end.
func checkEvents(t *testing.T, events <-chan event, follow func(intake.Number, string) <-chan event) {
	t.Helper()
	var ids []string
	var last caseView
	for e := range events {
		if e.name != "case" || slices.Contains(ids, e.id) {
			t.Errorf("event %s %s twice or of another kind", e.name, e.id)
		}
		ids = append(ids, e.id)
		if err := json.Unmarshal([]byte(e.data), &last); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) < 2 || last.State != intake.Closed {
		t.Fatalf("%d events, the last of a case that is %q", len(ids), last.State)
	}
	if e := <-follow(last.Number, ids[len(ids)-1]); !strings.HasPrefix(e.name, "204") {
		t.Errorf("coming again after the last event: %+v", e)
	}
	if e := <-follow(last.Number, ids[0]); e.id != ids[len(ids)-1] {
		t.Errorf("coming again after the first event: %+v", e)
	}
}

func TestAnEventStreamEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	o := newOffice(t, 1)
	number := o.accept(0).Number
	req := o.prepare(ctx, request{method: "GET", staff: "clerk-01", path: "/api/v1/cases/" + string(number) + "/events"})
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "retry: ") {
		t.Fatalf("heard %q, %v", line, err)
	}
	stop()
	eventually(t, "the stream has let its connection go", func() bool { return o.pool.Stat().AcquiredConns() == 0 })
}

func TestACaseThatIsReturnedAndSupplemented(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", number, intake.Review, jobs.Return, "请补交婚姻证明"); r.StatusCode != http.StatusOK {
		t.Fatalf("the return: %d %s", r.StatusCode, r.body)
	}
	review := o.show(number).stepAt(intake.Review)
	if review.Holder != intake.Applicant || review.Verdict == nil || review.Verdict.Reason != "请补交婚姻证明" || review.Until == nil {
		t.Errorf("returned: %+v", review)
	}
	if r := o.say("clerk-01", number, intake.Review, jobs.Supplement, ""); r.StatusCode != http.StatusOK {
		t.Fatalf("the supplement: %d %s", r.StatusCode, r.body)
	}
	eventually(t, "the reviewer holds it again", func() bool {
		return o.show(number).stepAt(intake.Review).Holder == intake.Reviewer
	})
	if r := o.say("registrar-01", number, intake.Review, jobs.Refuse, "材料不实"); r.StatusCode != http.StatusOK {
		t.Fatalf("the refusal: %d %s", r.StatusCode, r.body)
	}
	eventually(t, "the unit is free again", func() bool {
		return o.apply("second", saleOf(0).text(t)).StatusCode == http.StatusCreated
	})
}
