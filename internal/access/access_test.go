package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func engaged(t *testing.T, p Person) (*pgxpool.Pool, Secret) {
	t.Helper()
	pool, secret := pgtest.Pool(t), NewSecret()
	if err := Put(context.Background(), pool, p, secret); err != nil {
		t.Fatal(err)
	}
	return pool, secret
}

var clerk = Person{ID: "clerk-01", Name: "李受理", Role: Clerk, Office: "430602"}

func TestOnlyIDAndSecretTogetherProveAPerson(t *testing.T) {
	t.Parallel()
	pool, secret := engaged(t, clerk)
	other := NewSecret()
	if err := Put(t.Context(), pool, Person{ID: "clerk-02", Name: "周受理", Role: Clerk, Office: "430602"}, other); err != nil {
		t.Fatal(err)
	}
	typed := strings.ToUpper(secret.Text()[:13]) + "-" + secret.Text()[13:] + " "
	for _, right := range []string{secret.Text(), typed} {
		if s, err := Authenticate(t.Context(), pool, "clerk-01", right); err != nil || s != clerk {
			t.Errorf("%q proves %+v, %v", right, s, err)
		}
	}
	for _, tt := range []struct{ id, secret string }{
		{"clerk-01", other.Text()},
		{"clerk-02", secret.Text()},
		{"clerk-03", secret.Text()},
		{"clerk-01", ""},
		{"clerk-01", secret.Text()[:25]},
		{"clerk-01", secret.Text() + "a"},
		{"clerk-01", strings.Repeat("\x00", 32)},
		{"clerk-01", strings.Repeat(" ", 1<<20)},
		{"clerk-01\x00", secret.Text()},
		{"\xff", secret.Text()},
	} {
		if s, err := Authenticate(t.Context(), pool, tt.id, tt.secret); !errors.Is(err, ErrUnknown) || s != (Person{}) {
			t.Errorf("%q with another secret: %+v, %v", tt.id, s, err)
		}
	}
}

func TestANewSecretEndsTheOldOneAndItsSessions(t *testing.T) {
	t.Parallel()
	pool, old := engaged(t, clerk)
	token, err := OpenSession(t.Context(), pool, clerk, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := Put(t.Context(), pool, Person{ID: "clerk-01", Name: "李受理", Role: Registrar, Office: "430602"}, NewSecret()); err != nil {
		t.Fatal(err)
	}
	if _, err := Authenticate(t.Context(), pool, "clerk-01", old.Text()); !errors.Is(err, ErrUnknown) {
		t.Errorf("the old secret: %v", err)
	}
	if _, err := BySession(t.Context(), pool, token.Text(), noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the old session: %v", err)
	}
}

func TestASessionLastsAWorkingDay(t *testing.T) {
	t.Parallel()
	pool, _ := engaged(t, clerk)
	token, err := OpenSession(t.Context(), pool, clerk, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		token string
		at    time.Time
		want  error
	}{
		{"at once", token.Text(), noon, nil},
		{"at its last moment", token.Text(), noon.Add(SessionLength - time.Microsecond), nil},
		{"at its end", token.Text(), noon.Add(SessionLength), ErrNoSession},
		{"another token", NewSecret().Text(), noon, ErrNoSession},
		{"no token", "", noon, ErrNoSession},
		{"what is no token", "\x00' OR true", noon, ErrNoSession},
	} {
		if s, err := BySession(t.Context(), pool, tt.token, tt.at); !errors.Is(err, tt.want) || tt.want == nil && s != clerk {
			t.Errorf("%s: %+v, %v", tt.name, s, err)
		}
	}
	if _, err := OpenSession(t.Context(), pool, clerk, noon.Add(SessionLength)); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM access_session`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d sessions are left, want the new one only (%v)", left, err)
	}
}

func TestSigningOutEndsOneSession(t *testing.T) {
	t.Parallel()
	pool, _ := engaged(t, clerk)
	var tokens [2]Secret
	for i := range tokens {
		var err error
		if tokens[i], err = OpenSession(t.Context(), pool, clerk, noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range []string{tokens[0].Text(), tokens[0].Text(), "none"} {
		if err := CloseSession(t.Context(), pool, token); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := BySession(t.Context(), pool, tokens[0].Text(), noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the closed session: %v", err)
	}
	if _, err := BySession(t.Context(), pool, tokens[1].Text(), noon); err != nil {
		t.Errorf("the other session: %v", err)
	}
}

func TestWhoCannotBeStaff(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for _, tt := range []struct {
		name   string
		person Person
		secret Secret
	}{
		{"a role that is none", Person{ID: "a", Name: "b", Role: "king", Office: "430602"}, NewSecret()},
		{"no role", Person{ID: "a", Name: "b", Role: "", Office: "430602"}, NewSecret()},
		{"no name", Person{ID: "a", Name: "", Role: Clerk, Office: "430602"}, NewSecret()},
		{"no id", Person{ID: "", Name: "b", Role: Clerk, Office: "430602"}, NewSecret()},
		{"an id with a colon, which Basic cannot carry", Person{ID: "a:b", Name: "b", Role: Clerk, Office: "430602"}, NewSecret()},
		{"a password", Person{ID: "a", Name: "b", Role: Clerk, Office: "430602"}, "password"},
		{"a clerk of no office", Person{ID: "a", Name: "b", Role: Clerk}, NewSecret()},
		{"an office that is no county code", Person{ID: "a", Name: "b", Role: Clerk, Office: "岳阳"}, NewSecret()},
		{"an administrator of one office", Person{ID: "a", Name: "b", Role: SystemAdmin, Office: "430602"}, NewSecret()},
		{"a company that is none", Person{ID: "a", Name: "b", Role: Company}, NewSecret()},
		{"a clerk of a company", Person{ID: "a", Name: "b", Role: Clerk, Office: "430602", Company: "water"}, NewSecret()},
		{"a citizen", Person{ID: "a", Name: "b", Role: Citizen}, NewSecret()},
		{"no secret", Person{ID: "a", Name: "b", Role: Clerk, Office: "430602"}, ""},
	} {
		if err := Put(t.Context(), pool, tt.person, tt.secret); !errors.Is(err, ErrPerson) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestSecretsAreNeitherKeptNorPrinted(t *testing.T) {
	t.Parallel()
	pool, secret := engaged(t, clerk)
	for _, printed := range []string{fmt.Sprint(secret), fmt.Sprintf("%s %v %q %#v", secret, secret, secret, secret)} {
		if strings.Contains(printed, secret.Text()) {
			t.Errorf("printed as %s", printed)
		}
	}
	var row string
	if err := pool.QueryRow(t.Context(), `SELECT s::text FROM access_staff s`).Scan(&row); err != nil || strings.Contains(row, secret.Text()) {
		t.Errorf("kept as %s (%v)", row, err)
	}
	seen := map[Secret]bool{}
	for range 1000 {
		s := NewSecret()
		if parsed, drawn := ParseSecret(s.Text()); !drawn || parsed != s || seen[s] {
			t.Fatalf("drew %q", s.Text())
		}
		seen[s] = true
	}
}

func TestNobodyBothAcceptsAndApproves(t *testing.T) {
	t.Parallel()
	for role := range may {
		if May(role, Accept) && May(role, Review) {
			t.Errorf("%s accepts and approves", role)
		}
	}
	if May("", See) || May("king", See) || (Person{}).May(See) {
		t.Error("a role that is none may see")
	}
}
