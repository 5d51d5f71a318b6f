package access

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
	"onewindow/internal/pgtest"
)

// home is who asks, where it does not matter.
var home = Asker{From: "192.0.2.1"}

// draw asks for codes as the doors do.
func draw(t *testing.T, g Porter, number, of string, to []Contact, at time.Time) []Drawn {
	t.Helper()
	return drawAs(t, g, home, number, of, to, at)
}

func drawAs(t *testing.T, g Porter, asker Asker, number, of string, to []Contact, at time.Time) (drawn []Drawn) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), g.Pool, func(tx pgx.Tx) (err error) {
		drawn, err = DrawCodes(t.Context(), tx, number, of, asker, to, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return drawn
}

var parties = []Contact{{"sellers[0]", "张*", "13900000000"}, {"buyers[0]", "李*", "13900000001"}}

func TestACitizenComesInByTheCodeOnTheirPhone(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	drawn := draw(t, g, "202611220001", "202611220001", parties, noon)
	if len(drawn) != 2 || drawn[0].Code == drawn[1].Code && drawn[0].Code == "000000" {
		t.Fatalf("drew %v", drawn)
	}
	for _, wrong := range [][2]string{{"202611220002", drawn[1].Code}, {"202611220001", "12345"}, {"202611220001", ""}, {"\x00\xff", "\x00"}} {
		if _, err := g.ByCode(t.Context(), wrong[0], wrong[1], home, noon); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	token, err := g.ByCode(t.Context(), " 202611220001 ", drawn[1].Code[:3]+" "+drawn[1].Code[3:], home, noon)
	if err != nil {
		t.Fatal(err)
	}
	s, err := BySession(t.Context(), g.Pool, token.Text(), noon)
	want := Person{ID: "citizen:202611220001:buyers[0]", Name: "李*", Role: Citizen, Case: "202611220001", Party: "buyers[0]"}
	if err != nil || s.Person != want || s.Locked(noon.Add(20*time.Minute), UsualIdle) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := BySession(t.Context(), g.Pool, token.Text(), noon.Add(CitizenLength)); !errors.Is(err, ErrNoSession) {
		t.Errorf("after half an hour: %v", err)
	}
	if _, err := g.ByCode(t.Context(), "202611220001", drawn[1].Code, home, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the code again: %v", err)
	}
	if _, err := g.ByCode(t.Context(), "202611220001", drawn[0].Code, home, noon); err != nil {
		t.Errorf("the other party's code: %v", err)
	}
}

func TestACitizensCodeEndsAfterTenMinutesAndFiveTries(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	drawn := draw(t, g, "a", "1", parties[:1], noon)
	if _, err := g.ByCode(t.Context(), "a", drawn[0].Code, home, noon.Add(CodeLength)); !errors.Is(err, ErrUnknown) {
		t.Errorf("after ten minutes: %v", err)
	}
	drawn = draw(t, g, "b", "1", parties[:1], noon)
	for range mostTries {
		if _, err := g.ByCode(t.Context(), "b", "", home, noon); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	if _, err := g.ByCode(t.Context(), "b", drawn[0].Code, home, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("after five tries: %v", err)
	}
}

func TestOneAddressDrawsFewCodesForOneNumber(t *testing.T) {
	t.Parallel()
	g, sent := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}, 0
	if draw(t, g, "a", "1", parties[:1], noon); draw(t, g, "a", "1", parties[:1], noon.Add(codePause-time.Second)) != nil {
		t.Error("a second code within the minute")
	}
	for i := range 2 * mostFrom {
		number := []string{"a", "b"}[i%2] // two names of one case
		sent += len(draw(t, g, number, "1", parties[:1], noon.Add(time.Duration(i+1)*codePause)))
	}
	if sent != mostFrom-1 {
		t.Errorf("%d further codes on one day", sent)
	}
	if len(draw(t, g, "a", "1", parties[:1], noon.Add(drawsWithin+time.Hour))) != 1 {
		t.Error("no code on the next day")
	}
}

func TestWhatAnotherBrowserTriesIsNotTakenFromACitizen(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	citizen := Asker{Browser: NewSecret().Text(), From: "192.0.2.1"}
	code := drawAs(t, g, citizen, "a", "1", parties[:1], noon)[0].Code
	for _, stranger := range []Asker{{NewSecret().Text(), "198.51.100.1"}, {From: "198.51.100.1"}, {From: citizen.From}} {
		drawAs(t, g, stranger, "a", "1", parties[:1], noon)
		for range 2 * mostTries {
			if _, err := g.ByCode(t.Context(), "a", code, stranger, noon); !errors.Is(err, ErrUnknown) {
				t.Fatalf("somebody else's code opens to %+v: %v", stranger, err)
			}
		}
	}
	if _, err := g.ByCode(t.Context(), "a", code, citizen, noon.Add(time.Minute)); err != nil {
		t.Errorf("the citizen's own: %v", err)
	}
}

// hammer draws codes for a number from many addresses, with a new cookie each time, and
// returns how many went out.
func hammer(t *testing.T, g Porter, number, of string, to []Contact, at time.Time) (sent int) {
	t.Helper()
	for i := range 3 * (mostStrangers + mostKnown) {
		stranger := Asker{NewSecret().Text(), fmt.Sprintf("198.51.100.%d", i)}
		sent += len(drawAs(t, g, stranger, number, of, to, at))
	}
	return sent
}

func TestACitizenComesInWhileSomebodyHammers(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	citizen := Asker{Browser: NewSecret().Text(), From: "192.0.2.1"}
	first := drawAs(t, g, citizen, "a", "1", parties, noon)[0].Code
	if _, err := g.ByCode(t.Context(), "a", first, citizen, noon); err != nil {
		t.Fatal(err)
	}
	stranger, sent := Asker{From: "198.51.100.1"}, 0
	for i := range 3 * mostFrom { // one address
		stranger.Browser = NewSecret().Text()
		sent += len(drawAs(t, g, stranger, "a", "1", parties[:1], noon.Add(time.Duration(i)*time.Second)))
	}
	newcomer := Asker{Browser: NewSecret().Text(), From: "203.0.113.1"}
	if sent != mostFrom || len(drawAs(t, g, newcomer, "a", "1", parties[:1], noon)) != 1 {
		t.Errorf("one address drew %d codes, and keeps a browser out that nobody knows yet", sent)
	}
	sent += 2 + hammer(t, g, "a", "1", parties[:1], noon) + hammer(t, g, "b", "2", parties[:1], noon) // another case of theirs
	for i := range 2 * mostKnown {
		at := noon.Add(time.Duration(i+1) * codePause)
		drawn := drawAs(t, g, citizen, "a", "1", parties[:1], at)
		if sent += len(drawn); i < mostKnown && len(drawn) != 1 {
			t.Fatalf("draw %d of the citizen's is refused", i+1)
		} else if i < mostKnown {
			if _, err := g.ByCode(t.Context(), "a", drawn[0].Code, citizen, at); err != nil {
				t.Errorf("draw %d: %v", i+1, err)
			}
		}
	}
	if sent != mostStrangers+mostKnown {
		t.Errorf("one telephone was sent %d codes in a day", sent)
	}
}

// A browser is known to the telephone whose code was typed there: to no other party's.
func TestABrowserIsKnownToItsOwnTelephoneOnly(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	seller := Asker{Browser: NewSecret().Text(), From: "192.0.2.1"}
	if _, err := g.ByCode(t.Context(), "a", drawAs(t, g, seller, "a", "1", parties, noon)[0].Code, seller, noon); err != nil {
		t.Fatal(err)
	}
	hammer(t, g, "a", "1", parties, noon)
	if drawn := drawAs(t, g, seller, "a", "1", parties, noon.Add(codePause)); len(drawn) != 1 || drawn[0].Party != "sellers[0]" {
		t.Errorf("reached %v", drawn)
	}
	late := noon.Add(DeviceLength)
	if known, err := knownTo(t, g, seller, parties[0], late); err != nil || known {
		t.Errorf("after its time: %v %v", known, err)
	}
}

func knownTo(t *testing.T, g Porter, asker Asker, c Contact, at time.Time) (known bool, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), g.Pool, func(tx pgx.Tx) (err error) {
		known, err = knows(t.Context(), tx, asker, c, at)
		return err
	})
	return known, err
}

// Whoever has no code any more keeps the one that was sent.
func TestADrawThatSendsNothingSpoilsNothing(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	var last string
	for i := range mostFrom + 1 {
		if drawn := draw(t, g, "a", "1", parties[:1], noon.Add(time.Duration(i)*codePause)); len(drawn) == 1 {
			last = drawn[0].Code
		}
	}
	if _, err := g.ByCode(t.Context(), "a", last, home, noon.Add(mostFrom*codePause)); err != nil {
		t.Errorf("the last that was sent: %v", err)
	}
}

// The audit does not tell which numbers there are, not even to who reads it.
func TestAWrongCodeIsWrittenDownWithoutItsNumber(t *testing.T) {
	t.Parallel()
	g := Porter{Pool: pgtest.Pool(t), Hasher: NewHasher(1)}
	draw(t, g, "202611220001", "202611220001", parties, noon)
	for _, number := range []string{"202611220001", "202611220002", "\x00"} {
		if _, err := g.ByCode(t.Context(), number, "000000", home, noon); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	var lines, alike int
	err := g.Pool.QueryRow(t.Context(), `
		SELECT count(*), count(*) FILTER (WHERE kind = 'case' AND object = '-' AND actor = 'public' AND role = 'citizen'
			AND action = $1 AND reason = '' AND result = 'done') FROM audit_event`, string(audit.SignInWrong)).Scan(&lines, &alike)
	if err != nil || lines != 3 || alike != 3 {
		t.Errorf("%d lines, %d of them alike: %v", lines, alike, err)
	}
}
