package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
	"onewindow/internal/notice"
)

// secret returns what a page shows once, of so many characters.
func (p seen) secret(t testing.TB, n int) string {
	t.Helper()
	found := regexp.MustCompile(fmt.Sprintf(`id="secret">([a-z2-7]{%d})<`, n)).FindStringSubmatch(p.raw)
	if found == nil {
		t.Fatalf("nothing is shown: %d %s", p.status, p.text)
	}
	return found[1]
}

// waits returns the address under which the change that waits on a page is ended: by
// confirm or decline.
func (p seen) waits(t testing.TB, how string) string {
	t.Helper()
	at := regexp.MustCompile(`/accounts/changes/\d+/` + how).FindString(p.raw)
	if at == "" {
		t.Fatalf("nothing to %s: %d %s", how, p.status, p.text)
	}
	return at
}

// confirmed lets a second security administrator confirm what waits of an account, with
// password and a code for it.
func (o *office) confirmed(second *visitor, id string) seen {
	o.t.Helper()
	at := second.get("/accounts/"+id).waits(o.t, "confirm")
	o.must(func(ctx context.Context, tx pgx.Tx) error { // whoever signed in has proved nothing
		_, err := tx.Exec(ctx, `UPDATE access_session SET proved_at = NULL WHERE person = 'security-02'`)
		return err
	})
	if page := second.post(at, url.Values{}); !page.has(`name="proof"`) {
		o.t.Fatalf("no proof is asked for: %d %s", page.status, page.text)
	}
	if page := second.post(at, url.Values{"proof": {"1"}, "password": {password}, "code": {"000000"}}); page.status != 422 {
		o.t.Errorf("a wrong code: %d", page.status)
	}
	return second.post(at, url.Values{"proof": {"1"}, "password": {password}, "code": {o.codeOf("security-02")}})
}

// told lists what a member of the staff was told, in the order of time.
func (o *office) told(id string) (templates []notice.Template) {
	o.t.Helper()
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM notice_message ORDER BY id`)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, message := range ids {
			m, _, err := notice.Of(ctx, tx, message)
			if err != nil {
				return err
			}
			if m.Staff() == id {
				templates = append(templates, m.Template)
			}
		}
		return err
	})
	return templates
}

func TestAnAccountChangesByTwoAndItsOwnerHears(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	first, second := o.visit("security-01"), o.visit("security-02")
	if half := first.post("/accounts/registrar-01/password", url.Values{}).secret(t, 10); half == "" {
		t.Fatal("no half")
	}
	if page := first.get("/accounts"); !page.has("待第二人确认") {
		t.Errorf("the list does not say what waits: %s", page.text)
	}
	alone := first.get("/accounts/registrar-01")
	if strings.Contains(alone.raw, "/confirm") {
		t.Error("who asked is offered to confirm")
	}
	o.prove("security-01")
	forced := strings.Replace(alone.waits(t, "decline"), "decline", "confirm", 1)
	if page := first.post(forced, url.Values{}); page.status != http.StatusForbidden || !page.has("申请人以外") {
		t.Errorf("who asked confirms: %d %s", page.status, page.text)
	}
	if page := first.post("/accounts/registrar-01/keys", url.Values{}); page.status != http.StatusConflict {
		t.Errorf("a second change at once: %d", page.status)
	}
	o.confirmed(second, "registrar-01").secret(t, 10)
	if page := second.post(forced, url.Values{"proof": {"1"}, "password": {password}, "code": {o.codeOf("security-02")}}); page.status != http.StatusNotFound {
		t.Errorf("confirmed twice: %d", page.status)
	}
	first.post("/accounts/clerk-02/change", url.Values{"name": {"周"}, "role": {"registrar"}, "office": {"430602"}})
	second.post(second.get("/accounts/clerk-02").waits(t, "decline"), url.Values{})
	if page := first.post("/accounts/security-02/password", url.Values{}); page.status != http.StatusOK {
		t.Fatalf("asking for another administrator's: %d", page.status)
	}
	if page := second.get("/accounts/security-02"); strings.Contains(page.raw, "/accounts/changes/") || !page.has("由另外两人办理") {
		t.Errorf("the owner is shown %s", page.text)
	}
	want := []string{"security-01 security_admin change_asked password", "security-02 security_admin staff_moved password"}
	if got := o.chain(audit.Staff, "registrar-01"); !slices.Equal(got, want) {
		t.Errorf("the audit: %q", got)
	}
	want = []string{"security-01 security_admin change_asked move", "security-02 security_admin change_declined move"}
	if got := o.chain(audit.Staff, "clerk-02"); !isSubset(want, got) {
		t.Errorf("the audit: %q", got)
	}
	if got := o.told("registrar-01"); !slices.Equal(got, []notice.Template{notice.AccountAsked, notice.AccountChanged}) {
		t.Errorf("the owner is told %v", got)
	}
}
