package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/intake"
)

func TestAnAcceptedApplicationIsAnsweredWithItsNumberAndAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	r := o.apply("k", saleOf(0).text(t))
	var a accepted
	r.into(t, &a)
	if r.StatusCode != http.StatusCreated || r.Header.Get("Location") != a.Case || a.Case != "/api/v1/cases/"+string(a.Number) {
		t.Errorf("answered %d, Location %q: %s", r.StatusCode, r.Header.Get("Location"), r.body)
	}
	if r := o.get(a.Case); r.StatusCode != http.StatusOK {
		t.Errorf("its address answers %d: %s", r.StatusCode, r.body)
	}
}

func TestTheIdempotencyKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	body := saleOf(0).text(t)
	post := func(staff, body string, keys ...string) reply {
		req := o.prepare(t.Context(), request{method: "POST", path: "/api/v1/cases", staff: staff, body: body})
		req.Header["Idempotency-Key"] = keys
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var text bytes.Buffer
		if _, err := text.ReadFrom(res.Body); err != nil {
			t.Fatal(err)
		}
		return reply{res, text.Bytes()}
	}
	for _, tt := range []struct {
		name string
		keys []string
		want string
	}{
		{"missing", nil, "key_missing"},
		{"empty", []string{""}, "key_missing"},
		{"empty in quotes", []string{`""`}, "key_malformed"},
		{"twice", []string{"a", "b"}, "key_malformed"},
		{"not ASCII", []string{"办件"}, "key_malformed"},
		{"not UTF-8", []string{"\xff"}, "key_malformed"},
		{"too long", []string{strings.Repeat("k", 201)}, "key_malformed"},
	} {
		r := post("clerk-01", body, tt.keys...)
		if p := r.problem(t); r.StatusCode != http.StatusBadRequest || p.Type != problemPath+tt.want {
			t.Errorf("a key that is %s: answered %d %s", tt.name, r.StatusCode, p.Type)
		}
	}
	if n := o.rows(); n != 0 {
		t.Fatalf("requests without a key wrote %d rows", n)
	}

	first := post("clerk-01", body, `"k-1"`)
	after := o.rows()
	again := post("clerk-01", body, "k-1")
	if first.StatusCode != http.StatusCreated || again.StatusCode != http.StatusCreated || !bytes.Equal(first.body, again.body) {
		t.Errorf("first %d %s, then %d %s", first.StatusCode, first.body, again.StatusCode, again.body)
	}
	if first.Header.Get("Idempotent-Replayed") != "" || again.Header.Get("Idempotent-Replayed") != "true" ||
		again.Header.Get("Location") != first.Header.Get("Location") {
		t.Error("the resend is not told from the first, or its address is another")
	}
	if r := post("clerk-01", saleOf(1).text(t), "k-1"); r.problem(t).Type != "/problems/key_reused" || r.StatusCode != 422 {
		t.Errorf("another body under the key: %d %s", r.StatusCode, r.body)
	}
	if n := o.rows(); n != after {
		t.Errorf("resends wrote %d rows", n-after)
	}
	if r := post("clerk-02", saleOf(1).text(t), "k-1"); r.StatusCode != http.StatusCreated {
		t.Errorf("the same key of another clerk: %d %s", r.StatusCode, r.body)
	}
}

func TestAKeyThatWasRefusedIsFreeAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	bad := saleOf(0)
	bad.Price++
	if r := o.apply("k", bad.text(t)); r.StatusCode != 422 {
		t.Fatalf("answered %d", r.StatusCode)
	}
	if r := o.apply("k", saleOf(0).text(t)); r.StatusCode != http.StatusCreated {
		t.Errorf("the corrected application under the key: %d %s", r.StatusCode, r.body)
	}
}

func TestConcurrentApplicationsOpenOneCase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		key  func(i int) string
		lost string // what those are told who were not first, besides "in flight"
	}{
		{"under one key", func(int) string { return "one" }, ""},
		{"under a key each", func(i int) string { return fmt.Sprint(i) }, "/problems/defects"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, 1)
			body := saleOf(0).text(t)
			var group sync.WaitGroup
			replies := make([]reply, 40)
			for i := range replies {
				group.Go(func() { replies[i] = o.apply(tt.key(i), body) })
			}
			group.Wait()
			created := map[string]int{}
			for _, r := range replies {
				if r.StatusCode == http.StatusCreated {
					created[r.Header.Get("Location")]++
					continue
				}
				if p := r.problem(t); p.Type != tt.lost && p.Type != "/problems/key_in_flight" {
					t.Errorf("told %d %s", r.StatusCode, r.body)
				}
			}
			var cases int
			if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM intake_case`).Scan(&cases); err != nil {
				t.Fatal(err)
			}
			if cases != 1 || len(created) != 1 {
				t.Errorf("%d cases, told as %v", cases, created)
			}
		})
	}
}

func TestPreflightTellsEverythingAndWritesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	ask := func(lang, body string) (r readiness) {
		res := o.send(request{method: "POST", path: "/api/v1/cases/preflight", staff: "clerk-01", body: body,
			header: map[string]string{"Accept-Language": lang}})
		if res.StatusCode != http.StatusOK {
			t.Fatalf("answered %d %s", res.StatusCode, res.body)
		}
		res.into(t, &r)
		return r
	}
	if r := ask("", saleOf(0).text(t)); !r.Ready || r.Findings == nil || len(r.Findings) != 0 {
		t.Errorf("a good application: %+v", r)
	}
	bad := saleOf(1)
	bad.Price = -5
	bad.Buyers[0].ID = wrong(bad.Buyers[0].ID)
	bad.Utilities[0].Utility = "steam"
	r := ask("", bad.text(t))
	if r.Ready || len(r.Findings) < 4 {
		t.Errorf("three defects are told as %+v", r.Findings)
	}
	english := ask("en-GB,en;q=0.9,zh;q=0.1", bad.text(t))
	if len(english.Findings) != len(r.Findings) || english.Findings[0].Detail == r.Findings[0].Detail {
		t.Errorf("in English: %+v", english.Findings)
	}
	if shape := ask("", `{"price_fen":1.5}`); shape.Ready || len(shape.Findings) < 2 {
		t.Errorf("a wrong shape: %+v", shape)
	}
	if n := o.rows(); n != 0 {
		t.Errorf("preflight wrote %d rows", n)
	}
}

func TestListsGoFromTheNewestOnInPages(t *testing.T) {
	t.Parallel()
	const cases = 5
	o := newOffice(t, cases)
	var want []string
	for i := range cases {
		want = append([]string{string(o.accept(i).Number)}, want...)
	}
	var got []string
	for path := "/api/v1/cases?limit=2&holder=machine"; path != ""; {
		var p caseList
		r := o.get(path)
		r.into(t, &p)
		for _, c := range p.Cases {
			got = append(got, string(c.Number))
		}
		if link := r.Header.Get("Link"); (link == "") != (p.Next == "") || p.Next != "" && link != "<"+p.Next+`>; rel="next"` {
			t.Errorf("next is %q, Link is %q", p.Next, link)
		}
		path = p.Next
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	var none caseList
	r := o.get("/api/v1/cases?holder=tax_officer")
	r.into(t, &none)
	if len(none.Cases) != 0 || !strings.Contains(string(r.body), `"cases":[]`) {
		t.Errorf("the tax officer holds %s", r.body)
	}
	for _, query := range []string{"limit=0", "limit=201", "limit=x", "holder=nobody", "holder=%00", "before=1",
		"cursor=1", "cursor=%00", "cursor=MS4x", "state=gone", "step=cook", "unit=1", "accepted_since=today", "accepted_until=%00",
		"accepted_since=0000-01-01T00:00:00Z", "limit=1&limit=2", "Holder=reviewer"} {
		if r := o.get("/api/v1/cases?" + query); r.StatusCode != http.StatusBadRequest || r.problem(t).Type != "/problems/query" {
			t.Errorf("%s: answered %d %s", query, r.StatusCode, r.body)
		}
	}
}

func TestListsAreCutByWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 3)
	var numbers []string
	for i := range 3 {
		numbers = append(numbers, string(o.accept(i).Number))
	}
	second := o.show(intake.Number(numbers[1]))
	at := url.QueryEscape(second.AcceptedAt.Format(time.RFC3339Nano))
	for query, want := range map[string][]string{
		"unit=" + string(second.Unit):                   {numbers[1]},
		"unit=" + string(second.Unit) + "&state=open":   {numbers[1]},
		"unit=" + string(second.Unit) + "&state=closed": nil,
		"step=filing":                 {numbers[2], numbers[1], numbers[0]},
		"step=settle":                 nil,
		"step=filing&holder=reviewer": nil,
		"accepted_since=" + at:        {numbers[2], numbers[1]},
		"accepted_until=" + at:        {numbers[0]},
		"accepted_until=" + at + "&unit=" + string(second.Unit): nil,
	} {
		var p caseList
		o.get("/api/v1/cases?"+query).into(t, &p)
		var got []string
		for _, c := range p.Cases {
			got = append(got, string(c.Number))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", query, got, want)
		}
	}
}
