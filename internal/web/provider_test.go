package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"onewindow/internal/access"
)

// oneProvider lets one provider live at a time: each that is made writes its
// addresses into a variable of the library that the others read.
var oneProvider sync.Mutex

// vouched is an office that trusts a provider of identities: a certified
// implementation of OpenID Connect, in this process.
type vouched struct {
	*office
	issuer string
	said   map[string]map[string]any // what it says of its users, by subject
	signed map[string]map[string]any // what its ID tokens say besides
}

// registry is a provider that knows who its users are.
type registry struct {
	*storage.Storage
	said, signed map[string]map[string]any
}

// SetUserinfoFromScopes adds what the ID token is to say.
func (r registry) SetUserinfoFromScopes(ctx context.Context, info *oidc.UserInfo, subject, client string,
	scopes []string) error {
	err := r.Storage.SetUserinfoFromScopes(ctx, info, subject, client, scopes)
	for claim, value := range r.signed[subject] {
		info.AppendClaims(claim, value)
	}
	return err
}

// SetUserinfoFromToken adds what the registry knows to what the library says.
func (r registry) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	err := r.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
	for claim, value := range r.said[subject] {
		info.AppendClaims(claim, value)
	}
	return err
}

func newVouched(t *testing.T) vouched {
	t.Helper()
	return vouch(t, newOffice(t, 0))
}

// vouch puts doors before an office that trust a provider: one client of it for staff,
// another for citizens.
func vouch(t *testing.T, o *office) vouched {
	t.Helper()
	oneProvider.Lock()
	t.Cleanup(oneProvider.Unlock)
	provider, doors := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	issuer, at := "http://"+provider.Listener.Addr().String(), "http://"+doors.Listener.Addr().String()
	clients := map[string]*storage.Client{
		"onewindow": storage.WebClient("onewindow", "the client's secret", at+"/sign-in/with/0/back"),
		"citizens":  storage.WebClient("citizens", "the client's secret", at+"/my/sign-in/with/0/back"),
	}
	said, signed := map[string]map[string]any{}, map[string]map[string]any{}
	store := storage.NewStorageWithClients(storage.NewUserStore(issuer), clients)
	provider.Config.Handler = exampleop.SetupServer(issuer, registry{store, said, signed}, slog.New(slog.DiscardHandler), false)
	provider.Start()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("the client's secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &access.Provider{Issuer: issuer, Name: "统一认证", Client: "onewindow", SecretFile: secret}
	citizens := &access.Provider{Issuer: issuer, Name: "省政务服务账号", Client: "citizens", SecretFile: secret,
		Scopes: []string{"profile"}, IdentityClaim: "id_number", VerifiedClaim: "id_number_verified"}
	if err := errors.Join(p.Valid(), citizens.Valid()); err != nil {
		t.Fatal(err)
	}
	doors.Config.Handler = New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.NewTextHandler(o.log, nil)),
		Providers: []*access.Provider{p}, CitizenProviders: []*access.Provider{citizens}, PublicURL: at})
	doors.Start()
	t.Cleanup(func() { doors.Close(); provider.Close() })
	o.url = at
	return vouched{o, issuer, said, signed}
}

// ask goes to the provider as one of the staff, signs in there, and returns the address
// to which the provider sends the browser back.
func (o vouched) ask(t *testing.T, v *visitor) string {
	t.Helper()
	return o.askAs(t, v, "/sign-in/with/0", "test-user@127.0.0.1")
}

// askAs is ask on one of the ways in, as one of the provider's users.
func (o vouched) askAs(t *testing.T, v *visitor, way, user string) string {
	t.Helper()
	last := ""
	v.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if last = r.URL.String(); strings.HasPrefix(last, o.url+way+"/back") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { v.client.CheckRedirect = nil }()
	res, err := v.client.Get(o.url + way + "?next=%2F")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	form := url.Values{"id": {res.Request.URL.Query().Get("authRequestID")},
		"username": {user}, "password": {"verysecure"}}
	in, err := v.client.PostForm(o.issuer+"/login/username", form)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Body.Close()
	if !strings.HasPrefix(last, o.url) {
		text, _ := io.ReadAll(in.Body)
		t.Fatalf("the provider leads to %s: %s", last, text)
	}
	return strings.TrimPrefix(last, o.url)
}

// bind says who the provider's user is.
func (o vouched) bind(t *testing.T, id string) {
	t.Helper()
	o.visit("security-01").post("/accounts/"+id+"/subjects", url.Values{"issuer": {o.issuer}, "subject": {"id1"}})
	page := o.confirmed(o.visit("security-02"), id)
	if page.status != http.StatusOK || !page.has("id1") {
		t.Fatalf("binding: %d %s", page.status, page.text)
	}
}

func TestAProviderOfIdentitiesLetsStaffIn(t *testing.T) {
	t.Parallel()
	o := newVouched(t)
	if page := o.visit("").get("/sign-in"); !page.has("用统一认证登录") {
		t.Errorf("the page offers no provider: %s", page.text)
	}
	stranger := o.visit("")
	if page := stranger.get(o.ask(t, stranger)); page.status != http.StatusUnauthorized {
		t.Errorf("a subject that is nobody here: %d", page.status)
	}
	o.bind(t, "tax-01")
	v := o.visit("")
	back := o.ask(t, v)
	if page := v.get(back); page.path != "/" || !page.has("赵税务") {
		t.Fatalf("the answer leads to %s: %d %s", page.path, page.status, page.text)
	}
	if page := v.get(back); page.status != http.StatusUnauthorized {
		t.Errorf("the same answer again: %d", page.status)
	}
	if err := access.Disable(t.Context(), o.pool, "tax-01"); err != nil {
		t.Fatal(err)
	}
	late := o.visit("")
	if page := late.get(o.ask(t, late)); page.status != http.StatusUnauthorized {
		t.Errorf("a closed account: %d", page.status)
	}
}

func TestOnlyTheAnswerToTheQuestionCounts(t *testing.T) {
	t.Parallel()
	o := newVouched(t)
	o.bind(t, "tax-01")
	at, err := url.Parse(o.url)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(q *access.Question, back url.Values) (keep bool){
		"another state":          func(_ *access.Question, back url.Values) bool { back.Set("state", "x"); return true },
		"no state":               func(_ *access.Question, back url.Values) bool { back.Del("state"); return true },
		"a state of nobody's":    func(q *access.Question, back url.Values) bool { q.State = ""; back.Del("state"); return true },
		"another nonce":          func(q *access.Question, _ url.Values) bool { q.Nonce = "x"; return true },
		"another verifier":       func(q *access.Question, _ url.Values) bool { q.Verifier = strings.Repeat("x", 43); return true },
		"another code":           func(_ *access.Question, back url.Values) bool { back.Set("code", "x"); return true },
		"an answer out of place": func(*access.Question, url.Values) bool { return false },
	} {
		v := o.visit("")
		path, query, _ := strings.Cut(o.ask(t, v), "?")
		back, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		var q access.Question
		for _, cookie := range v.client.Jar.Cookies(at) {
			if cookie.Name != provingCookie {
				continue
			}
			raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
			if err != nil || json.Unmarshal(raw, &q) != nil {
				t.Fatal(err)
			}
		}
		kept := ""
		if spoil(&q, back) {
			raw, err := json.Marshal(q)
			if err != nil {
				t.Fatal(err)
			}
			kept = base64.RawURLEncoding.EncodeToString(raw)
		}
		v.client.Jar.SetCookies(at, []*http.Cookie{{Name: provingCookie, Value: kept, Path: "/"}})
		if page := v.get(path + "?" + back.Encode()); page.status != http.StatusUnauthorized {
			t.Errorf("%s: %d at %s", name, page.status, page.path)
		}
		if page := v.get("/"); !strings.HasPrefix(page.path, "/sign-in") {
			t.Errorf("%s let somebody in", name)
		}
	}
}

func TestAProviderProvesItsOwnPersonAnew(t *testing.T) {
	t.Parallel()
	o := newVouched(t)
	o.bind(t, "tax-01")
	old := func(id string) {
		if _, err := o.pool.Exec(t.Context(), `
			UPDATE access_session SET proved_at = now() - interval '1 hour' WHERE person = $1`, id); err != nil {
			t.Fatal(err)
		}
	}
	proved := func(id string) bool {
		s, err := access.BySession(t.Context(), o.pool, o.tokens[id], time.Now())
		return err == nil && s.Proved(time.Now())
	}
	own, other := o.visit("tax-01"), o.visit("registrar-01")
	old("tax-01")
	old("registrar-01")
	if page := own.get(o.ask(t, own)); page.path != "/" || !proved("tax-01") {
		t.Errorf("the own session: %d at %s", page.status, page.path)
	}
	if page := other.get(o.ask(t, other)); page.status != http.StatusUnauthorized || proved("registrar-01") {
		t.Errorf("another's session: %d at %s", page.status, page.path)
	}
}
