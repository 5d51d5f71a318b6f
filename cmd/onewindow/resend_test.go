package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"onewindow/internal/town"
)

// kill -9 while forty applications are handed in: whoever has no answer asks again
// under the same key, of the program that comes back. Each opens one case, those that
// were committed and never answered among them.
func TestARepeatAfterAKillOpensNoSecondCase(t *testing.T) {
	t.Parallel()
	const homes, before = 40, 8
	r := newRehearsal(t, homes)
	first, _ := r.start()
	answered, numbers := make(chan struct{}, homes), make([]string, homes)
	var group sync.WaitGroup
	for i := range homes {
		group.Go(func() {
			numbers[i] = r.submit(i)
			answered <- struct{}{}
		})
	}
	for range before {
		<-answered
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	committed := r.count(t.Context(), `SELECT count(*) FROM intake_case`)
	_, took := r.start()
	group.Wait()
	if n := r.count(t.Context(), `SELECT count(*) FROM intake_case`); n != homes {
		t.Errorf("%d applications opened %d cases", homes, n)
	}
	seen := map[string]bool{}
	for i, number := range numbers {
		if seen[number] || number == "" {
			t.Errorf("home %d has the number %q of another", i, number)
		}
		seen[number] = true
		if again := r.submit(i); again != number {
			t.Errorf("home %d is answered with %s, then with %s", i, number, again)
		}
	}
	t.Logf("at the kill %d were committed, at least %d answered; ready again after %s; %d cases of %d applications",
		committed, before, took, len(seen), homes)
}

// submit hands home i in until it is answered: a connection that breaks says nothing.
func (r *rehearsal) submit(i int) string {
	text, err := json.Marshal(town.Sale(i))
	if err != nil {
		r.t.Error(err)
	}
	for range 600 {
		a, failed := r.as("clerk-01").Submit(r.t.Context(), fmt.Sprint("home-", i), text)
		if failed == nil {
			return a.Number
		}
		err = failed
		time.Sleep(100 * time.Millisecond)
	}
	r.t.Errorf("home %d is not answered within a minute: %v", i, err)
	return ""
}
