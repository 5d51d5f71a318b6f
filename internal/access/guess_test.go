package access

import (
	"errors"
	"testing"
	"time"
)

// besiege lets strangers guess at an account until it is locked.
func besiege(t *testing.T, g Porter, id string) {
	t.Helper()
	for range 2 * graceFailures {
		if _, _, err := g.SignIn(t.Context(), id, "another long sentence", "000000", noon); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
}

func TestStrangersWhoGuessKeepNobodyOutOfAnOpenSession(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	token, code := open(t, g.Pool, clerk, noon), codeOf(t, seeds[clerk.ID], noon)
	besiege(t, g, clerk.ID)
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, code, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("the account is not locked: %v", err)
	}
	if err := g.Unlock(t.Context(), token, password, noon); err != nil {
		t.Errorf("unlocking: %v", err)
	}
	if err := g.Prove(t.Context(), token, password, code, noon); err != nil {
		t.Errorf("proving: %v", err)
	}
}

func TestGuessesInASessionLockItAloneForWhoGuesses(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk)
	token := open(t, g.Pool, clerk, noon)
	for i := range graceFailures {
		err := g.Unlock(t.Context(), token, "another long sentence", noon)
		if i%2 == 1 {
			err = g.Prove(t.Context(), token, password, "000000", noon)
		}
		if !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	code := codeOf(t, seeds[clerk.ID], noon)
	if err := g.Unlock(t.Context(), token, password, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("unlocking after too many guesses: %v", err)
	}
	if err := g.Prove(t.Context(), token, password, code, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("proving after too many guesses: %v", err)
	}
	if err := g.Unlock(t.Context(), token, password, noon.Add(firstLock)); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, code, noon); err != nil {
		t.Errorf("signing in anew: %v", err)
	}
}

func TestStrangersWhoGuessKeepNobodyFromADeviceThatKnowsThem(t *testing.T) {
	t.Parallel()
	g, seeds := gate(t, clerk, guard)
	device, err := g.Know(t.Context(), clerk.ID, noon)
	if err != nil {
		t.Fatal(err)
	}
	own := g.On(device.Text())
	if again, err := own.Know(t.Context(), guard.ID, noon); err != nil || again != device {
		t.Errorf("a second person at the device: %v", err)
	}
	besiege(t, g, clerk.ID)
	besiege(t, g.On(NewSecret().Text()), clerk.ID)
	before := codeOf(t, seeds[clerk.ID], noon.Add(-codePeriod*time.Second)) // a code is good once
	if _, _, err := own.SignIn(t.Context(), clerk.ID, password, before, noon); err != nil {
		t.Errorf("at the known device: %v", err)
	}
	right := codeOf(t, seeds[clerk.ID], noon)
	if _, _, err := g.SignIn(t.Context(), clerk.ID, password, right, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("a success at the device gave strangers new guesses: %v", err)
	}
	besiege(t, own, clerk.ID)
	if _, _, err := own.SignIn(t.Context(), clerk.ID, password, right, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("guesses at the device are without bound: %v", err)
	}
	if _, _, err := own.SignIn(t.Context(), guard.ID, password, codeOf(t, seeds[guard.ID], noon), noon); err != nil {
		t.Errorf("the other person at the device: %v", err)
	}
	late := noon.Add(DeviceLength)
	if count, err := own.counterOf(t.Context(), g.Pool, clerk.ID, late); err != nil || count.table != "access_person" {
		t.Errorf("after its time the device counts with %v, %v", count, err)
	}
	if _, err := g.AtMachine(t.Context(), g.Pool, Change{Account: clerk.ID, Kind: Reset}, noon); err != nil {
		t.Fatal(err)
	}
	if count, err := own.counterOf(t.Context(), g.Pool, clerk.ID, noon); err != nil || count.table != "access_person" {
		t.Errorf("after a reset the device counts with %v, %v", count, err)
	}
}
