package web

import (
	"net/http"
	"net/url"
	"testing"

	"onewindow/internal/access"
)

func TestStrangersKeepNoCitizenOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := string(o.accept(0).Number)
	citizen, stranger := o.visit(""), o.visit("")
	citizen.post("/my/sign-in", url.Values{"number": {number}})
	code := o.codeSent()
	stranger.post("/my/sign-in", url.Values{"number": {number}})
	for range 8 {
		if page := stranger.post("/my/code", url.Values{"code": {code}}); page.status != http.StatusUnprocessableEntity {
			t.Fatalf("a stranger's browser: %d", page.status)
		}
	}
	if page := citizen.post("/my/code", url.Values{"code": {code}}); page.path != "/my" {
		t.Errorf("the citizen's own code leads to %s: %s", page.path, page.text)
	}
}

func TestAProgramsCodesAreGoodForItsTicket(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number, ticket := string(o.accept(0).Number), access.NewSecret().Text()
	ask := func(path, body string) reply {
		return o.send(request{method: "POST", path: "/api/v1/" + path, body: body})
	}
	if r := ask("citizen-codes", inJSON(codeBody{number, ticket})); r.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	code := o.codeSent()
	for _, other := range []string{"", access.NewSecret().Text(), "x"} {
		r := ask("citizen-sessions", inJSON(citizenCredentials{number, code, other}))
		if p := r.problem(t); r.StatusCode != http.StatusUnauthorized || p.Type != problemPath+"credentials" {
			t.Errorf("the ticket %q: %d", other, r.StatusCode)
		}
	}
	if r := ask("citizen-sessions", inJSON(citizenCredentials{number, code, ticket})); r.StatusCode != http.StatusCreated {
		t.Errorf("its own: %d %s", r.StatusCode, r.body)
	}
}
