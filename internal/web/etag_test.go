package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
)

// decideOn sends an approval of the review under an If-Match, "" for none.
func (o *office) decideOn(number intake.Number, match, verdict string) reply {
	o.t.Helper()
	r := request{method: "POST", staff: "registrar-01", body: `{"verdict":"` + verdict + `","reason":"补"}`,
		path: "/api/v1/cases/" + string(number) + "/steps/review/decision"}
	if match != "" {
		r.header = map[string]string{"If-Match": match}
	}
	return o.send(r)
}

func TestADecisionIsAboutTheCaseThatWasSeen(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.quiet(number)
	old := o.get("/api/v1/cases/" + string(number)).Header.Get("ETag")
	for _, tt := range []struct {
		match string
		want  string
	}{
		{"", "428 match_missing"},
		{" , ", "428 match_missing"},
		{`"0.zh-CN"`, "412 match_stale"},
		{"W/" + old, "412 match_stale"},
		{strings.Trim(old, `"`), "412 match_stale"},
		{`"` + strings.Repeat("9", 100_000) + `"`, "431"},
		{`"mine", "9999999999999999999.en"`, "412 match_stale"},
	} {
		r := o.decideOn(number, tt.match, "return")
		got := fmt.Sprint(r.StatusCode)
		if r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			got += " " + strings.TrimPrefix(r.problem(t).Type, problemPath)
		}
		if got != tt.want && !(tt.want == "431" && got == "412 match_stale") {
			t.Errorf("If-Match %.40s: %s, want %s", tt.match, got, tt.want)
		}
	}
	r := o.decideOn(number, `"mine", `+old, "return")
	fresh := r.Header.Get("ETag")
	if r.StatusCode != http.StatusOK || fresh == "" || fresh == old {
		t.Fatalf("with the ETag seen: %d %s, then %s", r.StatusCode, r.body, fresh)
	}
	if r := o.decideOn(number, old, "refuse"); r.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("with the ETag of before: %d", r.StatusCode)
	}
}

func TestWhatConcernsADecisionMakesItStaleAndNothingElse(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.quiet(number)
	at := "/api/v1/cases/" + string(number)
	tag := o.get(at).Header.Get("ETag")
	note := func(step intake.Step) {
		o.must(func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO intake_journal (case_id, at, actor, step, state, holder, reason)
				SELECT id, now(), 'machine', $2, 'manual', 'reviewer', 'failed' FROM intake_case WHERE number = $1`, number, step)
			return err
		})
	}
	say := func(staff string, step intake.Step, verdict, match string) int {
		return o.send(request{method: "POST", staff: staff, path: at + "/steps/" + string(step) + "/decision",
			body: `{"verdict":"` + verdict + `","reason":"x"}`, header: map[string]string{"If-Match": match}}).StatusCode
	}
	note(intake.GasConfirm)
	note(intake.Assess)
	if got := say("registrar-01", intake.Review, "return", tag); got != http.StatusOK {
		t.Errorf("a company and the tax office keep the registrar from deciding: %d", got)
	}
	if got := say("clerk-01", intake.Review, "supplement", tag); got != http.StatusPreconditionFailed {
		t.Errorf("a supplement to what was seen before the return: %d", got)
	}
	tag = o.get(at).Header.Get("ETag")
	note("")
	if got := say("clerk-01", intake.Review, "supplement", tag); got != http.StatusPreconditionFailed {
		t.Errorf("a supplement although the case has moved: %d", got)
	}
	if got := say("clerk-01", intake.Review, "supplement", o.get(at).Header.Get("ETag")); got != http.StatusOK {
		t.Errorf("a supplement to the case as it stands: %d", got)
	}
}

func TestAPageDecidesOnWhatItShowed(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	first, second := o.visit("registrar-01"), o.visit("reviewer-01")
	page := "/cases/" + string(number)
	at, old := page+"/steps/review/decision", first.version(page)
	if got := second.post(at, url.Values{"verdict": {"return"}, "reason": {"请补交委托书"}}); got.path != page {
		t.Fatalf("the return: %d %s", got.status, got.text)
	}
	for version, status := range map[string]int{old: 412, "": 428, "x": 428, "99999999": 412} {
		got := first.post(at, url.Values{"verdict": {"refuse"}, "reason": {"材料<不实>"}, "seen": {version}})
		if got.status != status || !got.has("材料<不实></textarea>") || versionField.FindStringSubmatch(got.raw)[1] == old {
			t.Errorf("on version %q: %d", version, got.status)
		}
	}
	if got := o.show(number).stepAt(intake.Review); got.Holder != intake.Applicant {
		t.Errorf("the review is %s of the %s", got.State, got.Holder)
	}
	if got := first.post(at, url.Values{"verdict": {"refuse"}, "reason": {"材料不实"}}); got.path != page {
		t.Errorf("on the version that was shown then: %d", got.status)
	}
}

// quiet waits until nothing happens to the case by itself.
func (o *office) quiet(number intake.Number, besides ...intake.Step) {
	o.t.Helper()
	last := ""
	eventually(o.t, "the case comes to rest", func() bool {
		tag := o.get("/api/v1/cases/" + string(number)).Header.Get("ETag")
		rests := tag == last
		last = tag
		for _, s := range o.show(number).Steps {
			moves := s.State == intake.Running || s.State == intake.AwaitingCompany
			rests = rests && (!moves || slices.Contains(besides, s.Step))
		}
		return rests
	})
}

func TestOfManyWhoSawTheSameCaseOneDecides(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	o.quiet(number)
	tag := o.get("/api/v1/cases/" + string(number)).Header.Get("ETag")
	var group sync.WaitGroup
	got := make([]int, 20)
	for i := range got {
		group.Go(func() { got[i] = o.decideOn(number, tag, []string{"return", "refuse"}[i%2]).StatusCode })
	}
	group.Wait()
	told := map[int]int{}
	for _, status := range got {
		told[status]++
	}
	if told[http.StatusOK] != 1 || told[http.StatusOK]+told[http.StatusPreconditionFailed]+told[http.StatusConflict] != len(got) {
		t.Errorf("told %v, want one 200 and 412 or 409 for the others", told)
	}
}

func TestAnUnchangedCaseIsNotSentAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	at := "/api/v1/cases/" + string(o.accept(0).Number)
	tag := o.get(at).Header.Get("ETag")
	for match, want := range map[string]int{
		tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, "": 200, strings.Replace(tag, "zh-CN", "en", 1): 200,
	} {
		r := o.send(request{method: "GET", path: at, staff: "clerk-01", header: map[string]string{"If-None-Match": match}})
		if r.StatusCode != want || r.Header.Get("ETag") != tag || (want == 304) != (len(r.body) == 0) {
			t.Errorf("If-None-Match %s: %d with %d bytes and %s", match, r.StatusCode, len(r.body), r.Header.Get("ETag"))
		}
	}
	if vary := o.get(at).Header.Values("Vary"); !strings.Contains(strings.Join(vary, ","), "Accept-Language") {
		t.Errorf("varies by %q", vary)
	}
}
