package web

import (
	"net/http"
	"net/url"
	"testing"

	"onewindow/intake"
)

func TestStrangersKeepNoRegistrarFromApprovingNorFromTheirOwnBrowser(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	number := o.accept(0).Number
	o.waitFor(number, intake.Review, intake.NeedsInput)
	enter := func(v *visitor, code string) seen {
		v.post("/sign-in", url.Values{"id": {"registrar-01"}, "password": {password}})
		return v.post("/sign-in/code", url.Values{"code": {code}})
	}
	own, page := o.visit(""), "/cases/"+string(number)
	if got := enter(own, o.codeOf("registrar-01")); got.path != "/" {
		t.Fatalf("signing in leads to %s", got.path)
	}
	for range 10 {
		if got := o.signIn("registrar-01", "wrong", "000000").StatusCode; got != http.StatusUnauthorized {
			t.Fatalf("a stranger gets %d", got)
		}
	}
	approval := url.Values{"verdict": {"approve"}, "proof": {"1"}, "password": {password}, "code": {o.codeOf("registrar-01")}}
	if got := own.post(page+"/steps/review/decision", approval); got.path != page {
		t.Errorf("approving under siege: %d at %s", got.status, got.path)
	}
	own.post("/sign-out", url.Values{})
	if got := enter(own, o.codeOf("registrar-01")); got.path != "/" {
		t.Errorf("coming in again at the same browser leads to %s", got.path)
	}
	if got := enter(o.visit(""), o.codeOf("registrar-01")); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a stranger with everything right comes in: %d at %s", got.status, got.path)
	}
}
