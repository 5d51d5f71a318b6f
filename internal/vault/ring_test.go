package vault_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"onewindow/internal/pgtest"
	"onewindow/internal/vault"
)

func TestOfManyFirstStartsOneDrawsTheRing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ring.json")
	rings := make([]*vault.Ring, 8)
	var g errgroup.Group
	for i := range rings {
		g.Go(func() (err error) {
			rings[i], err = vault.ReadOrDraw(path)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	sealed := rings[0].SealIn(idNumber, planted)
	for i, r := range rings {
		if plain, err := r.OpenIn(idNumber, sealed); err != nil || string(plain) != planted {
			t.Errorf("ring %d: %q, %v", i, plain, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".ring-*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestARingFileThatIsNotRightIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "ring.json")
	if _, err := vault.ReadOrDraw(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		says string
	}{
		"open to others":    {string(good), 0o640, "chmod 600"},
		"empty":             {"", 0o600, "backup"},
		"half":              {string(good[:len(good)/2]), 0o600, "backup"},
		"no key":            {`{"keys": [], "index_key": ""}`, 0o600, "at least one key"},
		"a short key":       {strings.Replace(string(good), `"key": "`, `"key": "AAAA`, 1), 0o600, "32 bytes"},
		"an unknown member": {`{"kyes": []}`, 0o600, "backup"},
	} {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Read(file)
		if !errors.Is(err, vault.ErrRingFile) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), keyIn(t, good)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := vault.Read(filepath.Join(dir, "absent")); !errors.Is(err, vault.ErrRingFile) {
		t.Errorf("absent: %v", err)
	}
}

// keyIn returns the first key of a ring file.
func keyIn(t *testing.T, text []byte) string {
	t.Helper()
	var f struct {
		Keys []struct {
			Key string `json:"key"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f.Keys[0].Key
}

func TestADatabaseTakesOneRingAndRefusesOthers(t *testing.T) {
	t.Parallel()
	pool := prepared(t, pgtest.URL(t), pgtest.Ring())
	for range 2 { // the first start, and the next
		if err := pgtest.Ring().Match(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "ring.json")
	other, err := vault.ReadOrDraw(path)
	if err != nil {
		t.Fatal(err)
	}
	err = other.Match(t.Context(), prepared(t, pool.Config().ConnString(), other))
	if !errors.Is(err, vault.ErrWrongRing) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("another ring: %v", err)
	}
}

func TestOfManyRingsAtOnceADatabaseTakesOne(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var g errgroup.Group
	errs := make([]error, 6)
	for i := range errs {
		ring := vault.Draw()
		pool := prepared(t, url, ring)
		g.Go(func() error {
			errs[i] = ring.Match(t.Context(), pool)
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
		} else if !errors.Is(err, vault.ErrWrongRing) {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("%d rings were taken", taken)
	}
}

func TestAKeyThatIsAddedSealsInARunningProcessFromItsTimeOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ring.json")
	ring, err := vault.ReadOrDraw(path)
	if err != nil {
		t.Fatal(err)
	}
	old := ring.SealIn(idNumber, planted)
	if _, err := vault.Add(path, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Add(path, time.Now()); err != nil {
		t.Fatal(err)
	}
	second, err := vault.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	third := second.SealIn(idNumber, planted)
	if third[4] != 3 {
		t.Errorf("sealed with key %d, not the newest that seals", third[4])
	}
	for _, stored := range [][]byte{old, third} { // the first ring meets a key that it has not read
		if plain, err := ring.OpenIn(idNumber, stored); err != nil || string(plain) != planted {
			t.Errorf("%q, %v", plain, err)
		}
	}
}

// prepared returns a pool on the database with a ring.
func prepared(t *testing.T, url string, ring *vault.Ring) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	ring.Prepare(config)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
