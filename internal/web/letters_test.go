package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// letters writes two letters about the case of home 0: one whose step waits for an
// operator, one about money that is owed back.
func (o *office) letters(t *testing.T) (held, owed int64, number string) {
	t.Helper()
	number = string(o.accept(0).Number)
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE intake_step SET state = 'manual', holder = 'operator' WHERE step = 'filing'`); err != nil {
			return err
		}
		const put = `
			INSERT INTO jobs_dead_letter (case_id, step, attempts, error) SELECT id, $1, 7, $2 FROM intake_case RETURNING id`
		if err := tx.QueryRow(ctx, put, "filing", "the housing office does not answer").Scan(&held); err != nil {
			return err
		}
		return tx.QueryRow(ctx, put, "settle", "refund due <script>alert(1)</script>").Scan(&owed)
	})
	return held, owed, number
}

func TestOnlySystemAdministratorsEndLetters(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	held, owed, _ := o.letters(t)
	send := func(staff string, letter any, what, body string) int {
		return o.send(request{method: "POST", path: fmt.Sprintf("/api/v1/dead-letters/%v/%s", letter, what),
			staff: staff, body: body}).StatusCode
	}
	for _, tt := range []struct {
		staff  string
		letter any
		what   string
		body   string
		want   int
	}{
		{"", held, "retry", `{}`, 401},
		{"clerk-01", held, "retry", `{}`, 403},
		{"registrar-01", held, "retry", `{}`, 403},
		{"system-01", held, "settle", `{"reason": "done"}`, 409},
		{"system-01", owed, "retry", `{}`, 409},
		{"system-01", owed, "settle", `{}`, 422},
		{"system-01", owed, "settle", "{\"reason\": \"\u202e\"}", 422},
		{"system-01", held, "hand-over", `{"to": "applicant", "reason": "x"}`, 422},
		{"system-01", held, "hand-over", `{"to": "reviewer"}`, 422},
		{"system-01", held, "hand-over", `{"to": "reviewer", "reson": "x"}`, 422},
		{"system-01", "0", "retry", `{}`, 404},
		{"system-01", "99999999999999999999", "retry", `{}`, 404},
		{"system-01", held, "hand-over", `{"to": "reviewer", "reason": "请核对备案"}`, 204},
		{"system-01", held, "hand-over", `{"to": "reviewer", "reason": "请核对备案"}`, 404},
		{"system-01", owed, "settle", `{"reason": "已退款"}`, 204},
	} {
		if got := send(tt.staff, tt.letter, tt.what, tt.body); got != tt.want {
			t.Errorf("%s by %q with %s: %d, want %d", tt.what, tt.staff, tt.body, got, tt.want)
		}
	}
	var list struct {
		Letters []letterView `json:"dead_letters"`
	}
	o.send(request{method: "GET", path: "/api/v1/dead-letters", staff: "system-01"}).into(t, &list)
	if len(list.Letters) != 0 {
		t.Errorf("left: %+v", list.Letters)
	}
}

// The page works without scripts, says what is wrong beside the field, keeps what
// was typed, and executes nothing that an error quotes.
func TestThePageOfLettersTriesAgainHandsOverAndSettles(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	held, owed, number := o.letters(t)
	page := func() string {
		r := o.send(request{method: "GET", path: "/letters", staff: "system-01", header: map[string]string{"Accept": "text/html"}})
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
		return string(r.body)
	}
	text := page()
	for _, want := range []string{number, "the housing office does not answer", fmt.Sprintf(`id="choice-%d-tax_officer"`, held),
		fmt.Sprintf(`id="choice-%d-settle"`, owed)} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if strings.Contains(text, "<script>alert") || strings.Contains(text, fmt.Sprintf(`id="choice-%d-settle"`, held)) {
		t.Error("the page offers what it must not")
	}
	post := func(staff string, letter int64, choice, reason string) reply {
		return o.send(request{method: "POST", path: fmt.Sprintf("/letters/%d", letter), staff: staff,
			body:   url.Values{"choice": {choice}, "reason": {reason}}.Encode(),
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}})
	}
	if r := post("system-01", owed, "settle", ""); r.StatusCode != 422 ||
		!strings.Contains(string(r.body), fmt.Sprintf(`id="reason-%d-error"`, owed)) {
		t.Errorf("no reason: %d", r.StatusCode)
	}
	if r := post("system-01", held, "", "线路已修复"); r.StatusCode != 422 || !strings.Contains(string(r.body), "线路已修复") {
		t.Errorf("no choice: %d", r.StatusCode)
	}
	if r := post("system-01", held, "settle", "x"); r.StatusCode != 409 {
		t.Errorf("a step that nobody would hold: %d", r.StatusCode)
	}
	if r := post("clerk-01", held, "retry", "x"); r.StatusCode != 403 {
		t.Errorf("a clerk: %d", r.StatusCode)
	}
	for letter, choice := range map[int64]string{held: "retry", owed: "settle"} {
		if r := post("system-01", letter, choice, "已退款"); r.StatusCode != http.StatusOK || // after the redirect
			!strings.Contains(string(r.body), `role="status"`) {
			t.Errorf("%s: %d %s", choice, r.StatusCode, r.body)
		}
	}
	if text := page(); strings.Contains(text, number) {
		t.Error("the letters are still there")
	}
}
