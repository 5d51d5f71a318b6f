package vault_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"onewindow/internal/vault"
)

// process is a ring that was read from the file, and a pool on the database, as a
// process of the program has them.
type process struct {
	ring *vault.Ring
	pool *pgxpool.Pool
}

// processes starts n of them on one new database with n0 rows in table t.
func processes(t *testing.T, n, n0 int) (path string, all []process) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ring.json")
	url := table(t).Config().ConnString()
	for range n {
		ring, err := vault.ReadOrDraw(path)
		if err != nil {
			t.Fatal(err)
		}
		p := process{ring, prepared(t, url, ring)}
		if err := ring.Match(t.Context(), p.pool); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	for i := range n0 {
		if err := all[0].put(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	return path, all
}

func numberOf(i int) string { return fmt.Sprintf("%018d", i) }

// put seals row i, or seals it again.
func (p process) put(ctx context.Context, i int) error {
	_, err := p.pool.Exec(ctx, `INSERT INTO t (n, id_number, id_index, phone) VALUES ($1, $2, $3, $4)
		ON CONFLICT (n) DO UPDATE SET id_number = excluded.id_number`, i,
		vault.Seal(idNumber, numberOf(i)), vault.Index(vault.IDNumber, numberOf(i)), vault.Seal(phone, fmt.Sprint(i)))
	return err
}

// check opens row i.
func (p process) check(ctx context.Context, i int) error {
	var id, number string
	err := p.pool.QueryRow(ctx, `SELECT id_number, phone FROM t WHERE id_index = $1`,
		vault.Index(vault.IDNumber, numberOf(i))).Scan(vault.Open(idNumber, &id), vault.Open(phone, &number))
	if err == nil && (id != numberOf(i) || number != fmt.Sprint(i)) {
		err = fmt.Errorf("row %d opens as %q, %q", i, id, number)
	}
	return err
}

func TestKeysRotateUnderLoadAndTheOldOneCanGo(t *testing.T) {
	t.Parallel()
	const before = 600
	path, all := processes(t, 3, before)
	worker, second, operator := all[0], all[1], all[2]
	rows, stop := atomic.Int64{}, make(chan struct{})
	rows.Store(before)
	var load errgroup.Group
	for i := range 4 {
		load.Go(func() error {
			for n := i; ; n += 7 {
				select {
				case <-stop:
					return nil
				default:
				}
				if err := errors.Join(worker.put(t.Context(), int(rows.Add(1))-1), second.put(t.Context(), n%before),
					second.check(t.Context(), (n*31)%before)); err != nil {
					return err
				}
			}
		})
	}
	values, err := operator.ring.Rotate(t.Context(), operator.pool)
	if err != nil {
		t.Fatal(err)
	}
	removed, err := operator.ring.Retire(t.Context(), operator.pool)
	close(stop)
	if err := errors.Join(err, load.Wait()); err != nil {
		t.Fatal(err)
	}
	if values < before || removed != 1 {
		t.Errorf("%d values sealed again, %d keys removed", values, removed)
	}
	t.Logf("%d rows, %d values sealed again", rows.Load(), values)
	fresh, err := vault.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	late := process{fresh, prepared(t, operator.pool.Config().ConnString(), fresh)}
	if err := fresh.Match(t.Context(), late.pool); err != nil {
		t.Fatal(err)
	}
	for i := range int(rows.Load()) {
		if err := late.check(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), `"id": 1,`) {
		t.Errorf("the old key is still in the file (%v)", err)
	}
}

func TestARotationThatWasStoppedGoesOnWithTheSameKey(t *testing.T) {
	t.Parallel()
	_, all := processes(t, 1, 900)
	p := all[0]
	ctx, cancel := context.WithCancel(t.Context())
	held, err := p.pool.Begin(t.Context()) // one row that somebody holds: it cannot end before it is stopped
	if err == nil {
		_, err = held.Exec(t.Context(), `SELECT FROM t LIMIT 1 FOR UPDATE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() { // as soon as a part is done
		for ctx.Err() == nil {
			var n int
			if p.pool.QueryRow(ctx, `SELECT count(*) FROM t WHERE vault_key_of(id_number) = 2`).Scan(&n) == nil && n > 0 {
				cancel()
			}
		}
	}()
	if _, err := p.ring.Rotate(ctx, p.pool); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ring.Rotate(t.Context(), p.pool); err != nil {
		t.Fatal(err)
	}
	use, err := p.ring.Use(t.Context(), p.pool)
	if err != nil || len(use) != 1 || use[2] != 1800 {
		t.Errorf("values by key: %v, %v", use, err)
	}
}

func TestAKeyThatIsNeededIsNotRetired(t *testing.T) {
	t.Parallel()
	path, all := processes(t, 1, 3)
	if _, err := vault.Add(path, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := all[0].ring.Retire(t.Context(), all[0].pool); !errors.Is(err, vault.ErrInUse) {
		t.Errorf("retired: %v", err)
	}
	if err := all[0].check(t.Context(), 2); err != nil {
		t.Error(err)
	}
}

func TestAKeyThatDoesNotSealYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	path, all := processes(t, 1, 1)
	if _, err := vault.Add(path, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // the ring looks at its file each second
	if _, err := all[0].ring.Rotate(t.Context(), all[0].pool); !errors.Is(err, vault.ErrNotYet) {
		t.Errorf("rotated: %v", err)
	}
}

func TestAnOldTransactionIsWaitedForBeforeAKeyRetires(t *testing.T) {
	t.Parallel()
	_, all := processes(t, 1, 1)
	p := all[0]
	tx, err := p.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO t (n, id_number) VALUES (7, $1)`,
		vault.Seal(idNumber, planted)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := p.ring.Rotate(t.Context(), p.pool)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(5 * time.Second):
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if use, err := p.ring.Use(t.Context(), p.pool); err != nil || len(use) != 1 || use[2] != 3 {
		t.Errorf("values by key: %v, %v", use, err)
	}
}

func TestLargeValuesRotateToo(t *testing.T) {
	t.Parallel()
	_, all := processes(t, 1, 3)
	p, large := all[0], strings.Repeat("页", 2<<20)
	for n := range 4 {
		if _, err := p.pool.Exec(t.Context(), `UPDATE t SET phone = $1 WHERE n = $2`,
			vault.Seal(phone, large+fmt.Sprint(n)), n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.ring.Rotate(t.Context(), p.pool); err != nil {
		t.Fatal(err)
	}
	var back string
	if err := p.pool.QueryRow(t.Context(), `SELECT phone FROM t WHERE n = 2`).Scan(vault.Open(phone, &back)); err != nil ||
		back != large+"2" {
		t.Errorf("%d bytes, %v", len(back), err)
	}
	if use, err := p.ring.Use(t.Context(), p.pool); err != nil || len(use) != 1 || use[2] != 6 {
		t.Errorf("values by key: %v, %v", use, err)
	}
}
