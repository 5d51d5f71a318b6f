package access

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onewindow/internal/pgtest"
)

func TestPasswordAndCodeTogetherOpenASession(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk, guard)
	right := codeOf(t, seeds[clerk.ID], noon)
	for _, tt := range []struct{ id, password, code string }{
		{clerk.ID, "another long sentence", right},
		{clerk.ID, password, "12345"},
		{clerk.ID, password, ""},
		{clerk.ID, password, codeOf(t, seeds[clerk.ID], noon.Add(-5*time.Minute))},
		{guard.ID, password, right},
		{"nobody", password, right},
		{"", "", ""},
		{"\x00\xff", strings.Repeat("p", 1<<20), strings.Repeat("1", 1<<20)},
	} {
		if token, _, err := g.SignIn(t.Context(), tt.id, tt.password, tt.code, noon); !errors.Is(err, ErrUnknown) || token != "" {
			t.Errorf("%q: %v", tt.id, err)
		}
	}
	token, p, err := g.SignIn(t.Context(), clerk.ID, password, right[:3]+" "+right[3:], noon)
	if err != nil || p != clerk {
		t.Fatalf("%+v, %v", p, err)
	}
	if s, err := BySession(t.Context(), g.Pool, token.Text(), noon); err != nil || s.Person != clerk || s.Proved(noon) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, right, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the same code again: %v", err)
	}
	next := noon.Add(codePeriod * time.Second)
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, codeOf(t, seeds[clerk.ID], next), next); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

func TestACodeIsGoodOnceHoweverManyGiveItAtOnce(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	code, in := codeOf(t, seeds[clerk.ID], noon), atomic.Int32{}
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			if _, _, err := g.SignIn(t.Context(), clerk.ID, password, code, noon); err == nil {
				in.Add(1)
			}
		})
	}
	together.Wait()
	if in.Load() != 1 {
		t.Errorf("%d came in", in.Load())
	}
}

func TestAWrongPasswordIsAskedForItsCodeLikeARightOne(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	for _, tt := range []struct {
		id, password string
		want         error
	}{{clerk.ID, "another long sentence", ErrUnknown}, {"nobody", password, ErrUnknown}, {clerk.ID, password, nil}} {
		token, fresh, err := g.Begin(t.Context(), tt.id, tt.password, noon)
		if err != nil || fresh || token == "" {
			t.Fatalf("%s: %v %v", tt.id, fresh, err)
		}
		_, _, err = g.Finish(t.Context(), token.Text(), codeOf(t, seeds[clerk.ID], noon), noon)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.id, err)
		}
	}
	token, _, err := g.Begin(t.Context(), clerk.ID, password, noon)
	if err != nil {
		t.Fatal(err)
	}
	late := noon.Add(attemptLength)
	if _, _, err := g.Finish(t.Context(), token.Text(), codeOf(t, seeds[clerk.ID], late), late); !errors.Is(err, ErrNoSession) {
		t.Errorf("after ten minutes: %v", err)
	}
}

func TestFailuresLockAnAccountForEverLonger(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	seed, at := seeds[clerk.ID], noon
	wrong := func() {
		if _, _, err := g.SignIn(t.Context(), clerk.ID, "another long sentence", "000000", at); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	right := func() error {
		_, _, err := g.SignIn(t.Context(), clerk.ID, password, codeOf(t, seed, at), at)
		return err
	}
	for range graceFailures {
		wrong()
	}
	wait := firstLock
	for range 8 {
		at = at.Add(wait - time.Millisecond)
		if err := right(); !errors.Is(err, ErrUnknown) {
			t.Fatalf("let in %v after the failure: %v", wait, err)
		}
		at = at.Add(2 * time.Millisecond)
		wrong()
		wait = min(2*wait, longestLock)
	}
	at = at.Add(wait)
	if err := right(); err != nil {
		t.Fatalf("after the longest wait: %v", err)
	}
	at = at.Add(time.Minute)
	for range graceFailures - 1 {
		wrong()
	}
	if err := right(); err != nil {
		t.Errorf("after fewer failures than lock: %v", err)
	}
}

func TestGuessesMadeAtOnceAreNoMoreThanOneAfterAnother(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk)
	for range cap(g.Hasher.places) { // whoever guesses now waits to be compared
		g.Hasher.places <- struct{}{}
	}
	var together sync.WaitGroup
	for range 8 * graceFailures {
		together.Go(func() {
			if _, _, err := g.Begin(t.Context(), clerk.ID, "another long sentence", noon); err != nil {
				t.Error(err)
			}
		})
	}
	var taken int
	for range 100 {
		err := g.Pool.QueryRow(t.Context(), `SELECT failures FROM access_person WHERE id = $1`, clerk.ID).Scan(&taken)
		if err != nil || taken >= graceFailures {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	var last Secret
	together.Go(func() { last, _, _ = g.Begin(t.Context(), clerk.ID, password, noon) })
	time.Sleep(50 * time.Millisecond) // for it to come as far as the others
	for range cap(g.Hasher.places) {
		<-g.Hasher.places
	}
	together.Wait()
	var passed bool
	err := g.Pool.QueryRow(t.Context(), `SELECT passed FROM access_attempt WHERE token_hash = $1`, last.hash()).Scan(&passed)
	if err != nil || passed || taken != graceFailures {
		t.Errorf("%d guesses were taken, and the one after them was looked at: %v (%v)", taken, passed, err)
	}
}

func TestWrongCodesLockAnAccountToo(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	for range graceFailures {
		if _, _, err := g.SignIn(t.Context(), clerk.ID, password, "", noon); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, codeOf(t, seeds[clerk.ID], noon), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("locked: %v", err)
	}
}

func TestTheFirstAdministratorSetsUpPasswordAndAuthenticator(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(2)}
	oneTime, err := g.Begins(t.Context(), noon)
	if err != nil || oneTime == "" {
		t.Fatal(err)
	}
	if again, err := g.Begins(t.Context(), noon); err != nil || again != "" {
		t.Errorf("twice: %v", err)
	}
	if _, _, err := g.SignIn(t.Context(), FirstAdministrator, oneTime.Text(), "", noon); !errors.Is(err, ErrFresh) {
		t.Errorf("a program with the one-time password: %v", err)
	}
	attempt, fresh, err := g.Begin(t.Context(), FirstAdministrator, oneTime.Text(), noon)
	if err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	token := attempt.Text()
	if _, _, err := g.Finish(t.Context(), token, "", noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("without setting up: %v", err)
	}
	if _, _, err := g.Enrolment(t.Context(), token, noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("an authenticator before the password: %v", err)
	}
	for _, weak := range []string{"", "short", "aaaaaaaaaaaaaaaa", "the ADMIN's long sentence", strings.Repeat("ab cde", 30)} {
		if err := g.Choose(t.Context(), token, weak, noon); !errors.Is(err, ErrWeak) {
			t.Errorf("%q: %v", weak, err)
		}
	}
	if err := g.Choose(t.Context(), token, oneTime.Text(), noon); !errors.Is(err, ErrSamePassword) {
		t.Errorf("the one-time password again: %v", err)
	}
	if err := g.Choose(t.Context(), token, password, noon); err != nil {
		t.Fatal(err)
	}
	p, seed, err := g.Enrolment(t.Context(), token, noon)
	if err != nil || p.Role != SecurityAdmin || !strings.HasPrefix(seed.Address(p, "一窗"), "otpauth://totp/") {
		t.Fatalf("%+v %v %s", p, err, seed.Address(p, "一窗"))
	}
	if _, _, err := g.Enrol(t.Context(), token, "000000", noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("a wrong code: %v", err)
	}
	session, _, err := g.Enrol(t.Context(), token, codeOf(t, seed, noon), noon)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := BySession(t.Context(), g.Pool, session.Text(), noon); err != nil || s.ID != FirstAdministrator {
		t.Errorf("%+v %v", s, err)
	}
	later := noon.Add(time.Minute)
	if _, _, err := g.SignIn(t.Context(), FirstAdministrator, oneTime.Text(), codeOf(t, seed, later), later); !errors.Is(err, ErrUnknown) {
		t.Errorf("the one-time password afterwards: %v", err)
	}
	if _, _, err := g.SignIn(t.Context(), FirstAdministrator, password, codeOf(t, seed, noon), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the code of the enrolment again: %v", err)
	}
}

func TestANewOneTimePasswordEndsSessionsAndAuthenticator(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: "nobody", Kind: Reset}, noon); !errors.Is(err, ErrNobody) {
		t.Errorf("to nobody: %v", err)
	}
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: clerk.ID, Kind: Reset}, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := BySession(t.Context(), g.Pool, token, noon); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session: %v", err)
	}
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, codeOf(t, seeds[clerk.ID], noon), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the old password: %v", err)
	}
}

func TestCompaniesHaveKeysAndNoSessions(t *testing.T) {
	t.Parallel()
	water := Person{ID: "water-01", Name: "样本水务", Role: Company, Company: "water"}
	g, seeds := gate(t, water)
	if _, _, err := g.SignIn(t.Context(), water.ID, password, codeOf(t, seeds[water.ID], noon), noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("a company signs in: %v", err)
	}
}

func TestADemonstrationIsKnownAndTellsOnlyItsOwnCodes(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	if err := Engage(t.Context(), g.Pool, guard); err != nil {
		t.Fatal(err)
	}
	codes, err := DemonstrationCodes(t.Context(), g.Pool, noon)
	if err != nil || len(codes) != 1 || codes[clerk.ID] != codeOf(t, seeds[clerk.ID], noon) {
		t.Errorf("%v, %v", codes, err)
	}
	if found, err := Demonstration(t.Context(), g.Pool); !found || err != nil {
		t.Error("the demonstration is not recognised")
	}
	if found, err := Demonstration(t.Context(), pgtest.Pool(t)); found || err != nil {
		t.Error("an empty database is a demonstration")
	}
}

func BenchmarkSignIn(b *testing.B) {
	g, seeds := gate(b, clerk)
	at := noon
	for b.Loop() {
		at = at.Add(time.Minute)
		if _, _, err := g.SignIn(b.Context(), clerk.ID, password, codeOf(b, seeds[clerk.ID], at), at); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPermit(b *testing.B) {
	o := Object{Office: "430602", Case: "1", Companies: []string{"water", "power", "gas"}}
	for b.Loop() {
		if Permit(clerk, See, o) != nil {
			b.Fatal("forbidden")
		}
	}
}
