package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/internal/outbound"
	"onewindow/internal/web/openapi"
	"onewindow/jobs"
)

// stage is an office in which every example of the description can be carried out:
// a case that waits for its review and a closed one.
type stage struct {
	*office
	open, closed       intake.Number // the water company answers the open one's request by key
	dear, asked, lined intake.Number // wait for a tax officer
	taken              intake.Number // waits for its payer
	stuck              intake.Number // its step gas_confirm waits for an operator whenever a letter is asked for
	file               string        // id of a material of the open case
	slot, full         time.Time     // at which an appointment can be had, and none
}

func newStage(t *testing.T) stage {
	t.Helper()
	o := workingOffice(t, dear+3)
	s := stage{office: o, closed: o.accept(0).Number, open: o.acceptSilent(1), stuck: o.accept(3).Number}
	o.unanswered(s.open)
	o.waitFor(s.closed, intake.Review, intake.NeedsInput)
	o.waitFor(s.open, intake.Review, intake.NeedsInput)
	if r := o.say("registrar-01", s.closed, intake.Review, jobs.Approve, ""); r.StatusCode != http.StatusOK {
		t.Fatalf("approving: %d %s", r.StatusCode, r.body)
	}
	o.waitFor(s.closed, intake.Settle, intake.AwaitingPayment)
	o.pay(s.closed)
	eventually(t, "a case is closed", func() bool { return o.show(s.closed).State == intake.Closed })
	o.quiet(s.open, intake.WaterRequest)
	s.dear, s.asked = o.accept(dear).Number, o.accept(dear+1).Number
	s.lined, s.taken = o.accept(dear+2).Number, o.accept(4).Number
	o.waitFor(s.taken, intake.Settle, intake.AwaitingPayment)
	o.waitFor(s.lined, intake.Assess, intake.Manual)
	o.waitFor(s.dear, intake.Assess, intake.Manual)
	o.waitFor(s.asked, intake.Assess, intake.Manual)
	var m materialView
	o.send(request{method: "POST", staff: "clerk-01", path: "/api/v1/cases/" + string(s.open) + "/materials?kind=contract", body: paper,
		header: map[string]string{"Idempotency-Key": "stage", "Content-Type": "application/pdf",
			"Content-Disposition": `attachment; filename="a.pdf"`}}).into(t, &m)
	s.file = m.ID
	s.bookOthers()
	o.engage(access.Person{ID: asker, Name: "申安全", Role: access.SecurityAdmin})
	for _, e := range []audit.Event{
		{Kind: audit.Unit, Object: string(unitOf(1)), Action: audit.Queried, Actor: "clerk-01", Role: "clerk"},
		{Kind: audit.Staff, Object: "clerk-01", Action: audit.StaffMade, Actor: "security-01", Role: "security_admin"},
		{Kind: audit.Letter, Object: "4711", Action: audit.LetterEnded, Actor: "system-01", Role: "system_admin"},
	} {
		if err := o.flow.Saw(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// bookOthers chooses a slot that is free and fills another, and gives an appointment to a
// party to the open case who does not sign in.
func (s *stage) bookOthers() {
	s.t.Helper()
	v, err := s.flow.Visits(context.Background(), string(s.open), "buyers[0]")
	if err != nil || len(v.Days) != 10 {
		s.t.Fatalf("%d days can be chosen, %v", len(v.Days), err)
	}
	s.slot, s.full = v.Days[3].Slots[0].At, v.Days[3].Slots[1].At
	ctx := audit.With(context.Background(), audit.Origin{Actor: "citizen", Role: string(access.Citizen)})
	for i, number := range []intake.Number{s.dear, s.asked, s.open} {
		_, _, err := s.flow.Book(ctx, appointment.Request{At: []time.Time{s.full, s.full, v.Days[4].Slots[0].At}[i],
			Number: string(number), Party: "sellers[0]", For: appointment.Advice}, "en")
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// fill puts real values into the places of an example.
func (s stage) fill(text string) string {
	if strings.Contains(text, "{etag}") {
		tag := s.get("/api/v1/cases/" + string(s.open)).Header.Get("ETag")
		text = strings.ReplaceAll(text, "{etag}", tag)
	}
	for place, number := range map[string]intake.Number{
		"{tax_etag}": s.dear, "{tax_free_etag}": s.asked, "{tax_lined_etag}": s.lined, "{tax_taken_etag}": s.taken,
	} {
		if strings.Contains(text, place) {
			tag := s.send(request{method: "GET", staff: "tax-01", path: "/api/v1/cases/" + string(number) + "/tax"}).Header.Get("ETag")
			text = strings.ReplaceAll(text, place, tag)
		}
	}
	if strings.Contains(text, "{filing_etag}") {
		r := s.send(request{method: "GET", path: "/api/v1/my/filing", header: map[string]string{"Authorization": "Bearer " + s.citizenToken()}})
		text = strings.ReplaceAll(text, "{filing_etag}", r.Header.Get("ETag"))
	}
	if strings.Contains(text, "{letter}") {
		text = strings.ReplaceAll(text, "{letter}", s.letter(s.closed, intake.Settle))
	}
	if strings.Contains(text, "{held}") {
		text = strings.ReplaceAll(text, "{held}", s.letter(s.stuck, intake.GasConfirm))
	}
	for place, by := range map[string]string{"{change}": asker, "{own_change}": "security-01"} {
		if strings.Contains(text, place) {
			text = strings.ReplaceAll(text, place, s.change(by))
		}
	}
	if strings.Contains(text, "{citizen_code}") {
		number, code, asker := s.citizenCode()
		text = strings.NewReplacer("{citizen_number}", number, "{citizen_code}", code, "{ticket}", asker.Browser).Replace(text)
	}
	for place, make := range map[string]func() string{
		"{password}": func() string { return password }, "{code}": func() string { return s.codeOf("clerk-02") },
		"{proof}":   func() string { return s.codeOf("supervisor-01") },
		"{session}": func() string { return s.token("supervisor-01") },
		"{citizen}": func() string { return s.citizenToken() },
		"{buyer}":   func() string { return s.tokenFor(s.closed, "buyers[0]") },
	} {
		if strings.Contains(text, place) {
			text = strings.ReplaceAll(text, place, make())
		}
	}
	return strings.NewReplacer("{case}", string(s.open), "{closed}", string(s.closed), "{stuck}", string(s.stuck), "{file}", s.file,
		"{slot}", s.slot.Format(time.RFC3339), "{full}", s.full.Format(time.RFC3339),
		"{dear}", string(s.dear), "{asked}", string(s.asked), "{lined}", string(s.lined), "{taken}", string(s.taken)).Replace(text)
}

// letter writes a dead letter about a step, which waits for an operator unless it
// has ended, and returns its number.
func (s stage) letter(number intake.Number, step intake.Step) (id string) {
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			WITH held AS (
				UPDATE intake_step s SET state = 'manual', holder = 'operator', due_at = now()
				FROM intake_case c WHERE c.id = s.case_id AND c.number = $1 AND s.step = $2 AND s.finished_at IS NULL
			)
			INSERT INTO jobs_dead_letter (case_id, step, attempts, error)
			SELECT id, $2, 7, 'no answer' FROM intake_case WHERE number = $1 RETURNING id::text`, number, step).Scan(&id)
	})
	return id
}

// asker is the security administrator of the stage whom nobody plays.
const asker = "security-09"

// change lets a change of an account wait that somebody has asked for, in the place of
// any other, and returns its number.
func (s stage) change(by string) (id string) {
	const account = "supervisor-01"
	var err error
	for range 20 { // others of a campaign end and ask for changes of it meanwhile
		err = pgx.BeginFunc(context.Background(), s.pool, func(tx pgx.Tx) error {
			waiting, err := access.Waiting(context.Background(), tx, account, time.Now())
			for _, c := range waiting {
				_, err = access.Decline(context.Background(), tx, c.ID, c.AskedBy, time.Now())
			}
			if err != nil {
				return err
			}
			asked := access.Change{Account: account, Kind: access.Reopen, AskedBy: by}
			c, _, err := s.porter().Ask(context.Background(), tx, asked, time.Now())
			id = fmt.Sprint(c.ID)
			return err
		})
		if err == nil {
			return id
		}
	}
	s.t.Fatal(err)
	return ""
}

// citizenCode draws a code for a party to the open case, as it is sent to a telephone.
func (s stage) citizenCode() (number, code string, asker access.Asker) {
	return s.codeFor(s.open, "buyers[0]")
}

// codeFor draws a code for a party to a case, who has asked for it as nobody has before.
func (s stage) codeFor(c intake.Number, party string) (number, code string, asker access.Asker) {
	number, asker = access.NewSecret().Text(), anyone()
	s.must(func(ctx context.Context, tx pgx.Tx) error {
		to := []access.Contact{{Party: party, Phone: number}} // each telephone has few codes
		drawn, err := access.DrawCodes(ctx, tx, number, string(c), asker, to, time.Now())
		if err == nil {
			code = drawn[0].Code
		}
		return err
	})
	return number, code, asker
}

// citizenToken returns the token of a party to the open case.
func (s stage) citizenToken() string { return s.tokenFor(s.open, "buyers[0]") }

// tokenFor returns the token of a party to a case.
func (s stage) tokenFor(c intake.Number, party string) string {
	number, code, asker := s.codeFor(c, party)
	token, err := s.porter().ByCode(context.Background(), number, code, asker, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return token.Text()
}

// somebodyOf returns somebody of a role, "" if nobody is.
func somebodyOf(role string) string {
	for _, p := range people {
		if string(p.Role) == role {
			return p.ID
		}
	}
	return ""
}

// request makes a call of the description.
func (s stage) request(t *testing.T, o openapi.Operation, c openapi.Call) request {
	t.Helper()
	r := request{method: o.Method, path: o.Path, staff: somebodyOf(c.As), header: map[string]string{}}
	for name, value := range c.Path {
		r.path = strings.ReplaceAll(r.path, "{"+name+"}", s.fill(value))
	}
	if c.Query != "" {
		r.path += "?" + c.Query
	}
	if strings.Contains(r.path, "{") {
		t.Errorf("%s %s: a call that does not say what %s is", o.Method, o.Path, r.path)
	}
	for _, p := range o.Parameters {
		if p.Name == "Idempotency-Key" {
			r.header[p.Name] = "the key of the examples" + c.Key
		}
	}
	for name, value := range c.Header {
		r.header[name] = s.fill(value)
	}
	if c.Body != "" {
		s.attach(t, o, c, &r)
	}
	if c.As != "" && r.staff == "" {
		s.sign(t, &r, c.As)
	}
	return r
}

// attach gives a request the body that a call names: JSON, or a file in Base64.
func (s stage) attach(t *testing.T, o openapi.Operation, c openapi.Call, r *request) {
	t.Helper()
	for media, content := range o.Body.Content {
		example, named := content.Examples[c.Body]
		if !named {
			continue
		}
		raw, err := json.Marshal(example.Value)
		if media != "application/json" {
			raw, err = base64.StdEncoding.DecodeString(example.Value.(string))
		}
		if err != nil {
			t.Fatal(err)
		}
		r.body = s.fill(string(raw))
		if r.header["Content-Type"] == "" {
			r.header["Content-Type"] = media
		}
		return
	}
	t.Fatalf("%s %s has no example %s", o.Method, o.Path, c.Body)
}

// sign signs a request as an office outside.
func (s stage) sign(t *testing.T, r *request, as string) {
	t.Helper()
	h := http.Header{}
	key := outbound.Key([]byte("the key of the sandbox's " + as))
	if err := outbound.Sign(h, "example", time.Now(), []byte(r.body), key); err != nil {
		t.Fatal(err)
	}
	for name := range h {
		r.header[name] = h.Get(name)
	}
}

// TestEveryExampleOfTheDescriptionIsTrue carries all of them out. That the answers
// fit their schemas is checked where they are read.
func TestEveryExampleOfTheDescriptionIsTrue(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	made := 0
	for _, o := range openapi.Ours().Operations() {
		used, well := map[string]bool{}, false
		for i, c := range o.Calls {
			at := fmt.Sprintf("%s %s, call %d by %q", o.Method, o.Path, i+1, c.As)
			r := s.send(s.request(t, o, c))
			if r.StatusCode != c.Status {
				t.Errorf("%s: answered %d, described as %d: %.300s", at, r.StatusCode, c.Status, r.body)
				continue
			}
			if c.Problem != "" && r.problem(t).Type != problemPath+c.Problem {
				t.Errorf("%s: refused as %s, described as %s", at, r.problem(t).Type, c.Problem)
			}
			used[c.Body], well, made = true, well || c.Status < 400, made+1
		}
		if !well {
			t.Errorf("%s %s has no example that succeeds", o.Method, o.Path)
		}
		if o.Body == nil {
			continue
		}
		for _, content := range o.Body.Content {
			for _, name := range slices.Sorted(maps.Keys(content.Examples)) {
				if !used[name] {
					t.Errorf("%s %s: nobody sends the example %s", o.Method, o.Path, name)
				}
			}
		}
	}
	t.Logf("%d examples were carried out", made)
}
