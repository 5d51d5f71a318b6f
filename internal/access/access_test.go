package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

var (
	noon  = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	clerk = Person{ID: "clerk-01", Name: "李受理", Role: Clerk, Office: "430602"}
	guard = Person{ID: "guard-01", Name: "吴安全", Role: SecurityAdmin}
)

const password = "a rather long sentence"

// gate is an office with a porter, and people who have set up what they need.
func gate(t testing.TB, people ...Person) (Porter, map[string]Seed) {
	t.Helper()
	g, seeds := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(2)}, map[string]Seed{}
	var known []Known
	for _, p := range people {
		seeds[p.ID] = NewSeed()
		known = append(known, Known{p, password, seeds[p.ID]})
	}
	if err := g.Demonstrate(context.Background(), known); err != nil {
		t.Fatal(err)
	}
	return g, seeds
}

// moved gives an account another name, role or office at once.
func (g Porter) moved(t testing.TB, p Person) error {
	t.Helper()
	_, err := g.AtMachine(context.Background(), g.Pool, Change{Account: p.ID, Kind: Move,
		Wanted: Wanted{Name: p.Name, Role: p.Role, Office: p.Office, Company: p.Company}}, noon)
	return err
}

func codeOf(t testing.TB, s Seed, at time.Time) string {
	t.Helper()
	code, err := s.Code(at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func open(t testing.TB, pool *pgxpool.Pool, p Person, at time.Time) string {
	t.Helper()
	var token Secret
	err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) (err error) {
		token, err = OpenSession(context.Background(), tx, p, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return token.Text()
}

func TestTheTableOfRolesKeepsDutiesApart(t *testing.T) {
	t.Parallel()
	for _, role := range Roles() {
		for _, pair := range [][2]Action{
			{Accept, Review}, {ManageStaff, See}, {ManageStaff, SeeAudit}, {Operate, See}, {Operate, ManageStaff},
			{SeeAudit, ManageStaff}, {SeeAudit, Review}, {SeeAudit, Accept}, {ConfirmTax, Review},
		} {
			if May(role, pair[0]) && May(role, pair[1]) {
				t.Errorf("%s may %s and %s", role, pair[0], pair[1])
			}
		}
		if may[role] == nil {
			t.Errorf("%s may nothing", role)
		}
	}
	changing := []Action{Accept, Return, Review, ConfirmTax, GiveUp, Retry, Operate, ManageStaff, HandOver}
	for _, a := range changing {
		if May(AuditAdmin, a) {
			t.Errorf("the auditor may %s", a)
		}
	}
	if May("", See) || May("king", See) || (Person{Role: Clerk}).May(See) || (Person{}).May(See) {
		t.Error("nobody may see")
	}
}

func TestPermissionReachesOnlyTheOwnOfficeCaseOrCompany(t *testing.T) {
	t.Parallel()
	o := Object{Office: "430602", Case: "1", Companies: []string{"water"}}
	for _, tt := range []struct {
		p    Person
		a    Action
		o    Object
		want error
	}{
		{clerk, See, o, nil},
		{clerk, See, Object{}, nil},
		{clerk, Review, o, ErrForbidden},
		{Person{ID: "x", Role: Clerk, Office: "430603"}, See, o, ErrForeign},
		{Person{ID: "x", Role: Clerk}, See, o, ErrForeign},
		{Person{ID: "x", Role: Clerk}, See, Object{Case: "1"}, ErrForeign},
		{Person{ID: "x", Role: Supervisor, Office: "430603"}, HandOver, o, ErrForeign},
		{Person{ID: "x", Role: AuditAdmin}, See, o, nil},
		{Person{ID: "x", Role: SystemAdmin}, See, o, ErrForbidden},
		{guard, See, o, ErrForbidden},
		{Person{ID: "x", Role: Citizen, Case: "1"}, SeeOwn, o, nil},
		{Person{ID: "x", Role: Citizen, Case: "1"}, See, o, ErrForbidden},
		{Person{ID: "x", Role: Citizen, Case: "2"}, SeeOwn, o, ErrForeign},
		{Person{ID: "x", Role: Citizen}, SeeOwn, Object{Office: "430602"}, ErrForeign},
		{Person{ID: "x", Role: Company, Company: "water"}, SeeOwn, o, ErrForbidden},
		{Person{Role: Clerk, Office: "430602"}, See, o, ErrForbidden},
	} {
		if got := Permit(tt.p, tt.a, tt.o); !errors.Is(got, tt.want) || tt.want == nil && got != nil {
			t.Errorf("%+v %s %+v: %v, want %v", tt.p, tt.a, tt.o, got, tt.want)
		}
	}
}

func TestWhoCannotHaveAnAccount(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for name, p := range map[string]Person{
		"a role that is none":            {ID: "a", Name: "b", Role: "king", Office: "430602"},
		"no role":                        {ID: "a", Name: "b"},
		"no name":                        {ID: "a", Role: Clerk, Office: "430602"},
		"a name without end":             {ID: "a", Name: strings.Repeat("b", 1000), Role: Clerk, Office: "430602"},
		"no id":                          {Name: "b", Role: Clerk, Office: "430602"},
		"an id that Basic cannot carry":  {ID: "a:b", Name: "b", Role: Clerk, Office: "430602"},
		"a clerk of no office":           {ID: "a", Name: "b", Role: Clerk},
		"an office that is no county":    {ID: "a", Name: "b", Role: Clerk, Office: "岳阳"},
		"an administrator of one office": {ID: "a", Name: "b", Role: SystemAdmin, Office: "430602"},
		"a company that is none":         {ID: "a", Name: "b", Role: Company},
		"a clerk of a company":           {ID: "a", Name: "b", Role: Clerk, Office: "430602", Company: "water"},
		"a name that reads backwards":    {ID: "a", Name: "b\u202e", Role: Clerk, Office: "430602"},
		"a name with an escape":          {ID: "a", Name: "b\x1b[31m", Role: Clerk, Office: "430602"},
		"a name with something unseen":   {ID: "a", Name: "b\u200bc", Role: Clerk, Office: "430602"},
		"a name with a NUL":              {ID: "a", Name: "b\x00", Role: Clerk, Office: "430602"},
		"a citizen":                      {ID: "a", Name: "b", Role: Citizen},
		"a clerk with a case":            {ID: "a", Name: "b", Role: Clerk, Office: "430602", Case: "1"},
	} {
		if err := Engage(t.Context(), pool, p); !errors.Is(err, ErrPerson) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Engage(t.Context(), pool, clerk); err != nil {
		t.Fatal(err)
	}
	if err := Engage(t.Context(), pool, clerk); !errors.Is(err, ErrTaken) {
		t.Errorf("twice: %v", err)
	}
}

func TestChangesOfRightsHoldFromTheNextRequestOn(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	key := NewSecret()
	if err := AddKey(t.Context(), g.Pool, clerk.ID, key, "scanner", noon, noon.Add(KeyLength)); err != nil {
		t.Fatal(err)
	}
	token := open(t, g.Pool, clerk, noon)
	promoted := Person{ID: clerk.ID, Name: clerk.Name, Role: Registrar, Office: "430603"}
	if err := g.moved(t, promoted); err != nil {
		t.Fatal(err)
	}
	if s, err := BySession(t.Context(), g.Pool, token, noon); err != nil || s.Person != promoted {
		t.Errorf("the open session: %+v, %v", s.Person, err)
	}
	if p, err := ByKey(t.Context(), g.Pool, clerk.ID, key.Text(), noon); err != nil || p != promoted {
		t.Errorf("the key: %+v, %v", p, err)
	}
	if err := Disable(t.Context(), g.Pool, clerk.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := BySession(t.Context(), g.Pool, token, noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session of a closed account: %v", err)
	}
	if _, err := ByKey(t.Context(), g.Pool, clerk.ID, key.Text(), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the key of a closed account: %v", err)
	}
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: clerk.ID, Kind: Reopen}, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := BySession(t.Context(), g.Pool, token, noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the ended session after the account was opened again: %v", err)
	}
}

func TestTheLastSecurityAdministratorStays(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	demoted := Person{ID: guard.ID, Name: guard.Name, Role: AuditAdmin}
	if err := Disable(t.Context(), g.Pool, guard.ID); !errors.Is(err, ErrLast) {
		t.Errorf("disabling the last: %v", err)
	}
	if err := g.moved(t, demoted); !errors.Is(err, ErrLast) {
		t.Errorf("demoting the last: %v", err)
	}
	if err := Disable(t.Context(), g.Pool, clerk.ID); err != nil {
		t.Errorf("disabling a clerk: %v", err)
	}
	if err := Engage(t.Context(), g.Pool, Person{ID: "guard-02", Name: "x", Role: SecurityAdmin}); err != nil {
		t.Fatal(err)
	}
	if err := g.moved(t, demoted); !errors.Is(err, ErrLast) {
		t.Errorf("demoting one of two of whom the other cannot sign in: %v", err)
	}
	if _, err := g.Pool.Exec(t.Context(), `UPDATE access_person SET password = 'chosen' WHERE id = 'guard-02'`); err != nil {
		t.Fatal(err)
	}
	if err := g.moved(t, demoted); err != nil {
		t.Errorf("demoting one of two: %v", err)
	}
}

func TestKeysOverlapExpireAndAreRevoked(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	old, next := NewSecret(), NewSecret()
	for key, until := range map[Secret]time.Time{old: noon.Add(time.Hour), next: noon.Add(KeyLength)} {
		if err := AddKey(t.Context(), g.Pool, clerk.ID, key, "submit", noon, until); err != nil {
			t.Fatal(err)
		}
	}
	for _, label := range []string{"a\u202eb", "a\x1b", "a\u200bb", "a\x00", strings.Repeat("x", LongestLabel+1)} {
		if err := AddKey(t.Context(), g.Pool, clerk.ID, NewSecret(), label, noon, noon.Add(1)); !errors.Is(err, ErrLabel) {
			t.Errorf("the label %.10q: %v", label, err)
		}
	}
	try := func(id, key string, at time.Time) error {
		_, err := ByKey(t.Context(), g.Pool, id, key, at)
		return err
	}
	typed := strings.ToUpper(old.Text()[:13]) + "-" + old.Text()[13:] + " "
	for _, right := range []string{old.Text(), typed, next.Text()} {
		if err := try(clerk.ID, right, noon); err != nil {
			t.Errorf("a valid key: %v", err)
		}
	}
	for _, tt := range []struct{ id, key string }{
		{clerk.ID, NewSecret().Text()}, {guard.ID, old.Text()}, {"nobody", old.Text()}, {clerk.ID, ""},
		{clerk.ID, old.Text()[:25]}, {clerk.ID, strings.Repeat("\x00", 32)}, {clerk.ID, strings.Repeat(" ", 1<<20)},
		{clerk.ID + "\x00", old.Text()}, {"\xff", old.Text()},
	} {
		if err := try(tt.id, tt.key, noon); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q with another key: %v", tt.id, err)
		}
	}
	if err := try(clerk.ID, old.Text(), noon.Add(time.Hour)); !errors.Is(err, ErrUnknown) {
		t.Errorf("an expired key: %v", err)
	}
	keys, err := KeysOf(t.Context(), g.Pool, clerk.ID)
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		if err := RevokeKey(t.Context(), g.Pool, guard.ID, k.ID, noon); !errors.Is(err, ErrNobody) {
			t.Errorf("revoking another's key: %v", err)
		}
		if err := RevokeKey(t.Context(), g.Pool, clerk.ID, k.ID, noon); err != nil {
			t.Error(err)
		}
	}
	if err := try(clerk.ID, next.Text(), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("a revoked key: %v", err)
	}
	if err := AddKey(t.Context(), g.Pool, clerk.ID, "password", "x", noon, noon.Add(1)); !errors.Is(err, ErrPerson) {
		t.Errorf("a key that nobody drew: %v", err)
	}
}

// A key of a company signs for that company while it is in force, and for nobody else.
func TestOnlyTheKeysInForceSignForACompany(t *testing.T) {
	t.Parallel()
	water := Person{ID: "water-co", Name: "水务", Role: Company, Company: "water"}
	power := Person{ID: "power-co", Name: "电网", Role: Company, Company: "power"}
	g, _ := gate(t, clerk, guard, water, power)
	old, next, others := NewSecret(), NewSecret(), NewSecret()
	add := func(id string, key Secret, until time.Time) {
		t.Helper()
		if err := AddKey(t.Context(), g.Pool, id, key, "", noon, until); err != nil {
			t.Fatal(err)
		}
	}
	add(water.ID, old, noon.Add(time.Hour))
	add(water.ID, next, noon.Add(KeyLength))
	add(power.ID, others, noon.Add(KeyLength))
	add(clerk.ID, NewSecret(), noon.Add(KeyLength))
	signs := func(when string, at time.Time, want ...Secret) {
		t.Helper()
		got, err := SigningKeys(t.Context(), g.Pool, "water", at)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %d keys, %v; want %d", when, len(got), err, len(want))
		}
		for i, key := range want {
			if got[i] != key.Signing() {
				t.Errorf("%s: key %d is another", when, i)
			}
		}
	}
	signs("before they are drawn", noon.Add(-time.Second))
	signs("both", noon, next, old)
	signs("after the old one's time", noon.Add(time.Hour), next)
	keys, err := KeysOf(t.Context(), g.Pool, water.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := RevokeKey(t.Context(), g.Pool, water.ID, keys[0].ID, noon); err != nil { // the newest
		t.Fatal(err)
	}
	signs("after the new one was withdrawn", noon, old)
	if err := Disable(t.Context(), g.Pool, water.ID); err != nil {
		t.Fatal(err)
	}
	signs("of a closed account", noon)
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: water.ID, Kind: Reopen}, noon); err != nil {
		t.Fatal(err)
	}
	water.Company = "gas"
	if err := g.moved(t, water); err != nil {
		t.Fatal(err)
	}
	signs("of an account that is another company's now", noon)
	var sealed int
	if err := g.Pool.QueryRow(t.Context(), `SELECT count(signing) FROM access_key`).Scan(&sealed); err != nil || sealed != 3 {
		t.Errorf("%d keys sign, %v; only the companies' do", sealed, err)
	}
	if s := old.Signing(); strings.Contains(s, old.Text()) || s == next.Signing() {
		t.Error("the signing key tells the secret, or all have one")
	}
}

func TestSecretsAreNeitherKeptNorPrinted(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	key := NewSecret()
	if err := AddKey(t.Context(), g.Pool, clerk.ID, key, "x", noon, noon.Add(KeyLength)); err != nil {
		t.Fatal(err)
	}
	token := open(t, g.Pool, clerk, noon)
	seed := seeds[clerk.ID]
	for _, printed := range []string{fmt.Sprint(key, seed), fmt.Sprintf("%s %v %q %#v %s %v %#v", key, key, key, key, seed, seed, seed)} {
		if strings.Contains(printed, key.Text()) || strings.Contains(printed, seed.Text()) {
			t.Errorf("printed as %s", printed)
		}
	}
	var dump string
	err := g.Pool.QueryRow(t.Context(), `
		SELECT (SELECT string_agg(p::text, '') FROM access_person p) || (SELECT string_agg(k::text, '') FROM access_key k) ||
			(SELECT string_agg(s::text, '') FROM access_session s)`).Scan(&dump)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{key.Text(), token, seed.Text(), string(seed.raw()), password} {
		if strings.Contains(dump, secret) || strings.Contains(dump, fmt.Sprintf("%x", secret)) {
			t.Error("a secret is kept as it is")
		}
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

func TestRolesAboveOfficesAreThoseWithoutOne(t *testing.T) {
	t.Parallel()
	var above []Role
	for _, r := range Roles() {
		if r.AboveOffices() {
			above = append(above, r)
		}
		if Staffed := r != Company && r != Citizen; r.Staff() != Staffed {
			t.Errorf("%s is staff: %v", r, r.Staff())
		}
	}
	if want := []Role{Company, Citizen, SystemAdmin, SecurityAdmin, AuditAdmin}; !slices.Equal(above, want) {
		t.Errorf("above offices are %v", above)
	}
}
