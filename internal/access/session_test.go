package access

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestASessionLastsAWorkingDay(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	for _, tt := range []struct {
		name  string
		token string
		at    time.Time
		want  error
	}{
		{"at once", token, noon, nil},
		{"at its last moment", token, noon.Add(SessionLength - time.Microsecond), nil},
		{"at its end", token, noon.Add(SessionLength), ErrNoSession},
		{"another token", NewSecret().Text(), noon, ErrNoSession},
		{"no token", "", noon, ErrNoSession},
		{"what is no token", "\x00' OR true", noon, ErrNoSession},
	} {
		if s, err := BySession(t.Context(), g.Pool, tt.token, tt.at); !errors.Is(err, tt.want) || tt.want == nil && s.Person != clerk {
			t.Errorf("%s: %+v, %v", tt.name, s, err)
		}
	}
	open(t, g.Pool, clerk, noon.Add(SessionLength+Memory))
	var left int
	if err := g.Pool.QueryRow(t.Context(), `SELECT count(*) FROM access_session`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d sessions are left, want the new one only (%v)", left, err)
	}
}

func TestWhoseASessionWasIsKnownForADayAfterItsEnd(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	token := open(t, g.Pool, clerk, noon)
	open(t, g.Pool, guard, noon.Add(SessionLength+time.Hour)) // sweeps
	last := noon.Add(SessionLength + Memory - time.Microsecond)
	if id, err := HolderOf(t.Context(), g.Pool, token, last); err != nil || id != clerk.ID {
		t.Errorf("within a day: %q, %v", id, err)
	}
	for _, tt := range []struct {
		token string
		at    time.Time
	}{{token, last.Add(time.Microsecond)}, {NewSecret().Text(), noon}, {"", noon}} {
		if id, err := HolderOf(t.Context(), g.Pool, tt.token, tt.at); !errors.Is(err, ErrNoSession) {
			t.Errorf("%v: %q, %v", tt.at, id, err)
		}
	}
}

func TestANewSessionEndsTheOldOneWhichIsToldSo(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	first, other := open(t, g.Pool, clerk, noon), open(t, g.Pool, guard, noon)
	second := open(t, g.Pool, clerk, noon.Add(time.Minute))
	if _, err := BySession(t.Context(), g.Pool, first, noon.Add(time.Minute)); !errors.Is(err, ErrElsewhere) {
		t.Errorf("the first session: %v", err)
	}
	for _, token := range []string{second, other} {
		if _, err := BySession(t.Context(), g.Pool, token, noon.Add(time.Minute)); err != nil {
			t.Errorf("a session that stands: %v", err)
		}
	}
}

func TestOfSessionsOpenedAtOnceOneStands(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk)
	var together sync.WaitGroup
	tokens := make([]string, 8)
	for i := range tokens {
		together.Go(func() {
			err := pgx.BeginFunc(t.Context(), g.Pool, func(tx pgx.Tx) error {
				token, err := OpenSession(t.Context(), tx, clerk, noon)
				tokens[i] = token.Text()
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	stand := 0
	for _, token := range tokens {
		if _, err := BySession(t.Context(), g.Pool, token, noon); err == nil {
			stand++
		}
	}
	if stand != 1 {
		t.Errorf("%d sessions stand", stand)
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	for _, gone := range []string{token, token, "none"} {
		if err := CloseSession(t.Context(), g.Pool, gone); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := BySession(t.Context(), g.Pool, token, noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the closed session: %v", err)
	}
}

func TestAnIdleSessionLocksAndThePasswordOpensIt(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	locked := func(at time.Time) bool {
		s, err := BySession(t.Context(), g.Pool, token, at)
		if err != nil {
			t.Fatal(err)
		}
		return s.Locked(at, UsualIdle)
	}
	if locked(noon.Add(UsualIdle - 1)) {
		t.Error("locked too early")
	}
	later := noon.Add(UsualIdle)
	if !locked(later) {
		t.Error("not locked")
	}
	if err := Seen(t.Context(), g.Pool, token, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if locked(later) {
		t.Error("locked although somebody was at it")
	}
	if err := LockSession(t.Context(), g.Pool, token); err != nil {
		t.Fatal(err)
	}
	if err := g.Unlock(t.Context(), token, "another long sentence", later); !errors.Is(err, ErrUnknown) || !locked(later) {
		t.Errorf("a wrong password: %v", err)
	}
	if err := g.Unlock(t.Context(), token, password, later); err != nil || locked(later) {
		t.Errorf("the password: %v", err)
	}
}

func TestAProofHoldsForFiveMinutesAndForOneThing(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	proved := func(at time.Time) bool {
		s, err := BySession(t.Context(), g.Pool, token, at)
		return err == nil && s.Proved(at)
	}
	later := noon.Add(ProofLength)
	if proved(noon) || !errors.Is(Spend(t.Context(), g.Pool, token, noon), ErrNotProved) {
		t.Error("signing in is a proof")
	}
	code := codeOf(t, seeds[clerk.ID], later)
	for _, wrong := range [][2]string{{"another long sentence", code}, {password, "000000"}, {password, ""}} {
		if err := g.Prove(t.Context(), token, wrong[0], wrong[1], later); !errors.Is(err, ErrUnknown) || proved(later) {
			t.Errorf("half a proof: %v", err)
		}
	}
	if err := g.Prove(t.Context(), token, password, code, later); err != nil || !proved(later) {
		t.Errorf("a proof: %v", err)
	}
	if err := g.Prove(t.Context(), token, password, code, later); !errors.Is(err, ErrUnknown) {
		t.Errorf("the same code again: %v", err)
	}
	if !proved(later.Add(ProofLength-1)) || proved(later.Add(ProofLength)) {
		t.Error("a proof does not hold for five minutes")
	}
	for _, want := range []error{nil, ErrNotProved} {
		if err := Spend(t.Context(), g.Pool, token, later); !errors.Is(err, want) {
			t.Errorf("spending: %v, want %v", err, want)
		}
	}
	if (Session{Person: Person{ID: "citizen:1:buyers[0]", Role: Citizen}, ProvedAt: noon}).Proved(noon) {
		t.Error("a citizen's session is a proof")
	}
}

func TestWhoComesFailsAndGoesIsWrittenDown(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	for _, tt := range []struct{ id, password, code string }{
		{clerk.ID, "another long sentence", "000000"}, // counts once: the code of a wrong password is not looked at
		{clerk.ID, password, "000000"},
		{"nobody-01", password, "000000"},
	} {
		if _, _, err := g.SignIn(t.Context(), tt.id, tt.password, tt.code, noon); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	token, _, err := g.SignIn(t.Context(), clerk.ID, password, codeOf(t, seeds[clerk.ID], noon), noon)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a session ends once
		if err := CloseSession(t.Context(), g.Pool, token.Text()); err != nil {
			t.Fatal(err)
		}
	}
	for object, want := range map[string]string{
		clerk.ID: "public sign_in_fail, public sign_in_fail, clerk-01 signed_in, clerk-01 signed_out", nobody: "public sign_in_fail",
	} {
		var got string
		err := g.Pool.QueryRow(t.Context(), `SELECT string_agg(actor || ' ' || action, ', ' ORDER BY ordinal)
			FROM audit_event WHERE kind = 'staff' AND object = $1`, object).Scan(&got)
		if err != nil || got != want {
			t.Errorf("of %s the audit says %q, want %q (%v)", object, got, want, err)
		}
	}
}
