package premises

import (
	"errors"
	"sync"
	"testing"

	"onewindow/internal/pgtest"
)

func TestADatabaseIsForOneThingForEver(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for _, tt := range []struct {
		use  Use
		fits bool
	}{
		{Live, true}, {Demonstration, false}, {Rehearsal, false}, {Live, true},
	} {
		err := Take(t.Context(), pool, tt.use)
		var other *OtherUseError
		if tt.fits != (err == nil) || err != nil && (!errors.As(err, &other) || other.Is != Live) {
			t.Errorf("a live database for %s: %v", tt.use, err)
		}
	}
	for _, sql := range []string{`UPDATE premises_use SET use = 'demonstration'`, `DELETE FROM premises_use`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}

func TestOfManyFirstStartsOneDecides(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	uses, fits := []Use{Live, Rehearsal, Demonstration}, make([]bool, 12)
	var started sync.WaitGroup
	for i := range fits {
		started.Go(func() { fits[i] = Take(t.Context(), pool, uses[i%3]) == nil })
	}
	started.Wait()
	n := map[Use]int{}
	for i, ok := range fits {
		if ok {
			n[uses[i%3]]++
		}
	}
	if len(n) != 1 {
		t.Errorf("it is for %v at once", n)
	}
}
