package appointment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

// desk is the book of an office, in a database of its own.
type desk struct {
	t    *testing.T
	pool *pgxpool.Pool
}

func newDesk(t *testing.T) desk { return desk{t, pgtest.Pool(t)} }

func (d desk) try(do func(context.Context, pgx.Tx) error) error {
	return pgx.BeginFunc(d.t.Context(), d.pool, func(tx pgx.Tx) error { return do(d.t.Context(), tx) })
}

// book asks for a place as a party of contract i.
func (d desk) book(i int, slot time.Time, key string, places int) (a Appointment, fresh bool, err error) {
	err = d.try(func(ctx context.Context, tx pgx.Tx) (err error) {
		r := d.request(i, slot, key)
		if a, err = Held(ctx, tx, r); errors.Is(err, ErrNone) {
			fresh = true
			a, err = Book(ctx, tx, r, places)
		}
		return err
	})
	return a, fresh, err
}

func (desk) request(i int, slot time.Time, key string) Request {
	return Request{Office: office, At: slot, Number: fmt.Sprintf("YYWQ-%03d", i), Party: "buyers[0]", For: Apply, Key: key}
}

// taken is how many places of a slot are taken.
func (d desk) taken(slot time.Time) (n int) {
	d.t.Helper()
	err := d.try(func(ctx context.Context, tx pgx.Tx) error {
		taken, err := Taken(ctx, tx, office, time.Time{})
		n = taken[slot.UTC()]
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// soon is a slot that lies ahead by the database's clock.
func soon(n int) time.Time {
	return time.Now().UTC().Truncate(time.Hour).Add(time.Duration(24+n) * time.Hour)
}

func TestFiftyAtOnceNeverOverbook(t *testing.T) {
	t.Parallel()
	for _, places := range []int{1, 2, 7, 50} {
		d, slot := newDesk(t), soon(0)
		given, full := d.rush(50, places, slot)
		if given != places || full != 50-places || d.taken(slot) != places {
			t.Errorf("of %d places %d were given, %d were told that it is full, %d are taken", places, given, full, d.taken(slot))
		}
	}
}

// rush lets n parties ask for a slot at once.
func (d desk) rush(n, places int, slot time.Time) (given, full int) {
	d.t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		all.Go(func() {
			_, _, err := d.book(i, slot, "", places)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				given++
			case errors.Is(err, ErrTaken):
				full++
			default:
				d.t.Error(err)
			}
		})
	}
	all.Wait()
	return given, full
}

func TestTheLastPlaceIsGivenOnceAndAgainWhenItIsFree(t *testing.T) {
	t.Parallel()
	d, slot := newDesk(t), soon(0)
	if _, _, err := d.book(1, slot, "", 1); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.book(2, slot, "", 1); !errors.Is(err, ErrTaken) {
		t.Errorf("a second one was told %v", err)
	}
	err := d.try(func(ctx context.Context, tx pgx.Tx) error {
		a, err := Cancel(ctx, tx, "YYWQ-001", "buyers[0]")
		if err == nil && !a.At.Equal(slot) {
			t.Errorf("cancelled %+v", a)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.book(2, slot, "", 1); err != nil {
		t.Errorf("the place that was given back: %v", err)
	}
	err = d.try(func(ctx context.Context, tx pgx.Tx) error {
		_, err := Cancel(ctx, tx, "YYWQ-001", "buyers[0]")
		return err
	})
	if !errors.Is(err, ErrNone) {
		t.Errorf("cancelling twice: %v", err)
	}
}

// Everybody moves about at random, many at a time, and gives up now and then: nobody
// ever has two appointments, no slot more than its places, nobody waits for ever, and
// whoever is refused keeps what they had.
func TestMovingNeverLosesNorDoublesAPlace(t *testing.T) {
	t.Parallel()
	d, slots := newDesk(t), 4
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(4, uint64(i)))
			for range 20 {
				d.stir(i, soon(random.IntN(slots)), random.IntN(5) == 0)
			}
		})
	}
	all.Wait()
	var most, parties int
	err := d.pool.QueryRow(t.Context(), `
		SELECT max(n), (SELECT count(*) FROM (SELECT FROM intake_appointment WHERE cancelled_at IS NULL
			GROUP BY number, party HAVING count(*) > 1) twice)
		FROM (SELECT count(*) n FROM intake_appointment WHERE cancelled_at IS NULL GROUP BY slot) s`).Scan(&most, &parties)
	if err != nil || most > 2 || parties != 0 {
		t.Errorf("a slot of 2 places has %d, %d parties have several, %v", most, parties, err)
	}
}

// stir moves or cancels one party's appointment, and looks what they have then.
func (d desk) stir(i int, slot time.Time, cancel bool) {
	before, had := d.of(i)
	if cancel {
		err := d.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := Cancel(ctx, tx, d.request(i, slot, "").Number, "buyers[0]")
			return err
		})
		if _, has := d.of(i); has || (err == nil) != had || err != nil && !errors.Is(err, ErrNone) {
			d.t.Errorf("after cancelling: %v, %v, had %v", has, err, had)
		}
		return
	}
	_, _, err := d.book(i, slot, "", 2)
	after, has := d.of(i)
	switch {
	case err == nil && (!has || !after.At.Equal(slot)):
		d.t.Errorf("booked, and has %v %+v", has, after)
	case errors.Is(err, ErrTaken) && (has != had || after.ID != before.ID):
		d.t.Errorf("refused, had %v %+v, has %v %+v", had, before, has, after)
	case err != nil && !errors.Is(err, ErrTaken):
		d.t.Error(err)
	}
}

// of is what a party has.
func (d desk) of(i int) (a Appointment, has bool) {
	err := d.try(func(ctx context.Context, tx pgx.Tx) (err error) {
		a, err = Of(ctx, tx, d.request(i, time.Time{}, "").Number, "buyers[0]")
		return err
	})
	if err != nil && !errors.Is(err, ErrNone) {
		d.t.Error(err)
	}
	return a, err == nil
}

func TestAResendBooksNothing(t *testing.T) {
	t.Parallel()
	d, slot := newDesk(t), soon(0)
	first, fresh, err := d.book(1, slot, "k", 2)
	if err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	if again, fresh, err := d.book(1, slot, "k", 2); err != nil || fresh || again != first {
		t.Errorf("a resend: %+v, %v, %v", again, fresh, err)
	}
	if again, fresh, err := d.book(1, slot, "", 2); err != nil || fresh || again != first {
		t.Errorf("the same without a key: %+v, %v, %v", again, fresh, err)
	}
	if _, _, err := d.book(1, soon(1), "k", 2); !errors.Is(err, ErrKeyReused) {
		t.Errorf("the key for another slot: %v", err)
	}
	if _, fresh, err := d.book(2, slot, "k", 2); err != nil || !fresh {
		t.Errorf("the key of another party: %v, %v", fresh, err)
	}
	if moved, fresh, err := d.book(1, soon(1), "l", 2); err != nil || !fresh || moved.ID == first.ID || d.taken(slot) != 1 {
		t.Errorf("moved: %+v, %v, %v, and %d are left", moved, fresh, err, d.taken(slot))
	}
	if again, fresh, err := d.book(1, slot, "k", 2); err != nil || fresh || again != first || d.taken(slot) != 1 {
		t.Errorf("a late resend moved it back: %+v, %v, %v", again, fresh, err)
	}
}

func TestWhatHasPassedIsKeptAndHindersNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	past := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	if _, _, err := d.book(1, past, "", 1); err != nil {
		t.Fatal(err)
	}
	if a, has := d.of(1); has {
		t.Errorf("still has %+v", a)
	}
	if _, _, err := d.book(1, soon(0), "", 1); err != nil {
		t.Fatal(err)
	}
	err := d.try(func(ctx context.Context, tx pgx.Tx) error {
		list, err := Coming(ctx, tx, office, past)
		if err == nil && (len(list) != 2 || !list[0].At.Equal(past)) {
			t.Errorf("the office sees %+v", list)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheTableItselfRefusesToOverbook(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	put := func(place int, number string) error {
		_, err := d.pool.Exec(t.Context(), `
			INSERT INTO intake_appointment (office, slot, place, number, party, purpose)
			VALUES ('430602', '2030-01-02 01:00Z', $1, $2, 'buyers[0]', 'apply')`, place, number)
		return err
	}
	if err := put(1, "A"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"a place twice": put(1, "B"), "a party twice": put(2, "A")} {
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23505" {
			t.Errorf("%s: %v", what, err)
		}
	}
}
