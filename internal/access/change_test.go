package access

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	second    = Person{ID: "guard-02", Name: "何安全", Role: SecurityAdmin}
	registrar = Person{ID: "registrar-01", Name: "王审核", Role: Registrar, Office: "430602"}
)

// within runs do in a transaction and returns its error.
func (g Porter) within(do func(ctx context.Context, tx pgx.Tx) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

func (g Porter) asks(t *testing.T, c Change, at time.Time) (asked Change, share Secret, err error) {
	t.Helper()
	err = g.within(func(ctx context.Context, tx pgx.Tx) (err error) {
		asked, share, err = g.Ask(ctx, tx, c, at)
		return err
	})
	return asked, share, err
}

func (g Porter) confirms(t *testing.T, id int64, by string, at time.Time) (given Secret, err error) {
	t.Helper()
	err = g.within(func(ctx context.Context, tx pgx.Tx) (err error) {
		_, given, err = g.Confirm(ctx, tx, id, by, at)
		return err
	})
	return given, err
}

func TestAResetTakesTwoPeopleAndNeitherKnowsThePassword(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, guard, second, registrar)
	c, first, err := g.asks(t, Change{Account: registrar.ID, Kind: Reset, AskedBy: guard.ID}, noon)
	if err != nil || len(first) != 10 {
		t.Fatal(err)
	}
	right := codeOf(t, seeds[registrar.ID], noon)
	if _, _, err := g.SignIn(t.Context(), registrar.ID, password, right, noon); err != nil {
		t.Errorf("what was only asked for has taken effect: %v", err)
	}
	for _, by := range []string{guard.ID, registrar.ID, ""} {
		if _, err := g.confirms(t, c.ID, by, noon); !errors.Is(err, ErrSameAdministrator) {
			t.Errorf("%q confirms: %v", by, err)
		}
	}
	last, err := g.confirms(t, c.ID, second.ID, noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]Secret{"the first half": first, "the second": last, "the wrong way round": last + first} {
		if _, fresh, err := g.Begin(t.Context(), registrar.ID, given.Text(), noon); err != nil || fresh {
			t.Errorf("%s opens the account: %v", name, err)
		}
	}
	if _, fresh, err := g.Begin(t.Context(), registrar.ID, (first + last).Text(), noon); err != nil || !fresh {
		t.Errorf("both halves together: %v %v", fresh, err)
	}
	if _, err := g.confirms(t, c.ID, second.ID, noon); !errors.Is(err, ErrNoChange) {
		t.Errorf("confirmed twice: %v", err)
	}
}

func TestEveryWayInAndEveryRightWaitForASecondPerson(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, guard, second, clerk)
	if err := Disable(t.Context(), g.Pool, clerk.ID); err != nil {
		t.Fatal(err)
	}
	raised := Wanted{Name: "李", Role: Registrar, Office: "430602"}
	for _, c := range []Change{
		{Kind: Reopen}, {Kind: NewKey, Wanted: Wanted{Label: "scanner"}}, {Kind: Move, Wanted: raised},
		{Kind: NewSubject, Wanted: Wanted{Issuer: "https://id.example", Subject: "7"}},
	} {
		c.Account, c.AskedBy = clerk.ID, guard.ID
		asked, share, err := g.asks(t, c, noon)
		if err != nil || share != "" {
			t.Fatalf("%s: %v", c.Kind, err)
		}
		if _, _, err := g.asks(t, c, noon); !errors.Is(err, ErrChangeWaits) {
			t.Errorf("%s twice: %v", c.Kind, err)
		}
		given, err := g.confirms(t, asked.ID, second.ID, noon)
		if err != nil || (given != "") != (c.Kind == NewKey) {
			t.Errorf("%s: %v", c.Kind, err)
		}
		if c.Kind == NewKey {
			if _, err := ByKey(t.Context(), g.Pool, clerk.ID, given.Text(), noon); err != nil {
				t.Errorf("the key: %v", err)
			}
		}
	}
	if a, err := AccountOf(t.Context(), g.Pool, clerk.ID, noon); err != nil || a.Role != Registrar || a.Disabled {
		t.Errorf("%+v %v", a, err)
	}
	if _, p, err := g.BySubject(t.Context(), Subject{"https://id.example", "7"}, noon); err != nil || p.ID != clerk.ID {
		t.Errorf("by the provider: %+v %v", p, err)
	}
}

func TestAChangeWaitsForSomeHoursAndForNobodyWhoLost(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, guard, second, clerk, registrar)
	reset := Change{Account: clerk.ID, Kind: Reset, AskedBy: guard.ID}
	c, _, err := g.asks(t, reset, noon)
	if err != nil {
		t.Fatal(err)
	}
	late := noon.Add(ChangeLength)
	if _, err := g.confirms(t, c.ID, second.ID, late); !errors.Is(err, ErrNoChange) {
		t.Errorf("after eight hours: %v", err)
	}
	if c, _, err = g.asks(t, reset, late); err != nil {
		t.Fatalf("the old one bars a new one: %v", err)
	}
	if err := g.within(func(ctx context.Context, tx pgx.Tx) error {
		_, err := Decline(ctx, tx, c.ID, clerk.ID, late)
		return err
	}); !errors.Is(err, ErrSameAdministrator) {
		t.Errorf("the owner declines: %v", err)
	}
	if err := Disable(t.Context(), g.Pool, guard.ID); err != nil { // found out
		t.Fatal(err)
	}
	if _, err := g.confirms(t, c.ID, second.ID, late); !errors.Is(err, ErrNoChange) {
		t.Errorf("what a closed account has asked for: %v", err)
	}
	if list, err := Waiting(t.Context(), g.Pool, "", late); err != nil || len(list) != 0 {
		t.Errorf("still waiting: %+v %v", list, err)
	}
	reset.AskedBy = second.ID
	if c, _, err = g.asks(t, reset, late); err != nil {
		t.Fatal(err)
	}
	if err := g.within(func(ctx context.Context, tx pgx.Tx) error {
		_, err := Decline(ctx, tx, c.ID, second.ID, late)
		return err
	}); err != nil {
		t.Errorf("taking back: %v", err)
	}
	if _, _, err := g.asks(t, Change{Account: second.ID, Kind: Reset, AskedBy: second.ID}, late); !errors.Is(err, ErrSameAdministrator) {
		t.Errorf("one's own: %v", err)
	}
}

// The database holds it, too, whatever the program does.
func TestTheDatabaseTakesNoChangeOfOnePerson(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, guard, second, clerk)
	c, _, err := g.asks(t, Change{Account: clerk.ID, Kind: Reset, AskedBy: guard.ID}, noon)
	if err != nil {
		t.Fatal(err)
	}
	const confirm = `UPDATE access_change SET state = 'confirmed', ended_at = now(), confirmed_in = pg_current_xact_id()`
	for name, sql := range map[string]string{
		"confirmed by who asked":           confirm + `, ended_by = 'guard-01'`,
		"confirmed by the owner":           confirm + `, ended_by = 'clerk-01'`,
		"confirmed by nobody":              confirm,
		"made the machine's afterwards":    confirm + `, at_machine = true`,
		"asked for by the owner":           `UPDATE access_change SET asked_by = 'clerk-01'`,
		"forgotten":                        `DELETE FROM access_change`,
		"a role without a second person":   `UPDATE access_person SET role = 'registrar' WHERE id = 'clerk-01'`,
		"an office without one":            `UPDATE access_person SET office = '430603' WHERE id = 'clerk-01'`,
		"a one-time password without one":  `UPDATE access_person SET one_time = true, password = 'x' WHERE id = 'clerk-01'`,
		"opened again without one":         `UPDATE access_person SET disabled = false WHERE id = 'guard-03'`,
		"a provider's subject without one": `INSERT INTO access_subject VALUES ('https://id.example', '7', 'clerk-01')`,
	} {
		err := g.within(func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `
				INSERT INTO access_person (id, name, role, disabled) VALUES ('guard-03', 'x', 'security_admin', true)`); err != nil {
				t.Fatal(err)
			}
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err == nil {
			t.Errorf("%s: the database takes it", name)
		}
	}
	if _, err := g.confirms(t, c.ID, second.ID, noon); err != nil {
		t.Errorf("and the second person: %v", err)
	}
	for _, sql := range []string{`UPDATE access_change SET ended_by = 'clerk-01'`,
		`UPDATE access_person SET role = 'registrar' WHERE id = 'clerk-01'`} { // in a later transaction
		if _, err := g.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("afterwards: %s", sql)
		}
	}
}

func TestWhoOwnsTheMachineRecoversTheLastAdministratorAlone(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, guard)
	once, err := g.AtMachine(t.Context(), g.Pool, Change{Account: guard.ID, Kind: Reset}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, fresh, err := g.Begin(t.Context(), guard.ID, once.Text(), noon); err != nil || !fresh {
		t.Errorf("%v %v", fresh, err)
	}
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: "nobody", Kind: Reset}, noon); !errors.Is(err, ErrNobody) {
		t.Errorf("of nobody: %v", err)
	}
}

// Whoever sees a key can use it: one of a security administrator's would make two
// people one. None is drawn, and who becomes one loses those they had.
func TestASecurityAdministratorHasNoKey(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, guard, second, clerk)
	key := Change{Account: second.ID, Kind: NewKey, AskedBy: guard.ID, Wanted: Wanted{Label: "scanner"}}
	if _, _, err := g.asks(t, key, noon); !errors.Is(err, ErrPerson) {
		t.Errorf("a key of an administrator: %v", err)
	}
	secret := NewSecret()
	if err := AddKey(t.Context(), g.Pool, clerk.ID, secret, "scanner", noon, noon.Add(KeyLength)); err != nil {
		t.Fatal(err)
	}
	raised := Change{Account: clerk.ID, Kind: Move, AskedBy: guard.ID, Wanted: Wanted{Name: "李", Role: SecurityAdmin}}
	asked, _, err := g.asks(t, raised, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.confirms(t, asked.ID, second.ID, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := ByKey(t.Context(), g.Pool, clerk.ID, secret.Text(), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the key of who became one: %v", err)
	}
}
