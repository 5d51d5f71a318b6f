package files

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"onewindow/internal/pgtest"
	"onewindow/internal/vault"
)

// opened returns a database with one case, and its id.
func opened(t *testing.T) (*pgxpool.Pool, int64) {
	t.Helper()
	pool := pgtest.Pool(t)
	var id int64
	if err := pool.QueryRow(t.Context(), `
		INSERT INTO intake_case (number, kind, unit, application, state, accepted_by, accepted_at)
		VALUES ('202611220000014', 'sale_transfer', 'u', $1, 'open', 'clerk-01', now()) RETURNING id`,
		vault.Seal("intake_case.application", "{}")).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return pool, id
}

// put adds a material in a transaction of its own.
func put(t *testing.T, pool *pgxpool.Pool, id int64, h Handed, c Content) (m Material, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		m, err = Put(t.Context(), tx, id, h, c)
		return err
	})
	return m, err
}

func fetch(t *testing.T, pool *pgxpool.Pool, d *Desk, h Hash) (content []byte, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		content, err = d.Fetch(t.Context(), tx, h)
		return err
	})
	return content, err
}

func handed(key string) Handed {
	return Handed{Kind: Contract, Name: "../合同.exe", By: "clerk-01", Client: "clerk-01", Key: key, Body: harmlessPDF()}
}

// s3 is a server of S3 in this process, with a bucket in it.
func s3(t *testing.T) (BucketConfig, *s3mem.Backend, *atomic.Bool) {
	t.Helper()
	back := s3mem.New()
	if err := back.CreateBucket("materials"); err != nil {
		t.Fatal(err)
	}
	down := &atomic.Bool{}
	doors := gofakes3.New(back).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			http.Error(w, "", http.StatusServiceUnavailable)
			return
		}
		doors.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return BucketConfig{URL: server.URL, Name: "materials", Region: "us-east-1", KeyID: "k", Key: "s", Prefix: "m/"}, back, down
}

func TestAContentLiesInABucketSealed(t *testing.T) {
	t.Parallel()
	pool, id := opened(t)
	config, back, _ := s3(t)
	d, err := New(Config{Bucket: &config})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := d.Check(t.Context(), harmlessPDF())
	if err != nil {
		t.Fatal(err)
	}
	if c, err = d.Shelve(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	m, err := put(t, pool, id, handed("a"), c)
	if err != nil || m.Name != "合同.pdf" || m.Size != int64(len(harmlessPDF())) {
		t.Fatalf("%+v, %v", m, err)
	}
	if got, err := fetch(t, pool, d, m.Hash); err != nil || !bytes.Equal(got, harmlessPDF()) {
		t.Errorf("fetched %.30q, %v", got, err)
	}
	name := c.shelved.object()
	if !strings.HasPrefix(name, "m/"+hex.EncodeToString(m.Hash[:])) {
		t.Errorf("the object is called %s", name)
	}
	o, err := back.GetObject("materials", name, nil)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(o.Contents); err != nil || strings.Contains(raw.String(), "Catalog") {
		t.Errorf("the bucket holds %.30q, %v", raw.Bytes(), err)
	}
	var inDatabase int
	if err := pool.QueryRow(t.Context(), `SELECT octet_length(content) FROM files_content`).Scan(&inDatabase); err != nil || inDatabase > 300 {
		t.Errorf("%d bytes of it lie in the database, too (%v)", inDatabase, err)
	}
	again, err := d.Shelve(t.Context(), c) // by another process, at once
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(t, pool, id, handed("b"), again); err != nil {
		t.Fatal(err)
	}
	if got, err := fetch(t, pool, d, m.Hash); err != nil || !bytes.Equal(got, harmlessPDF()) {
		t.Errorf("fetched after it was put twice: %.30q, %v", got, err)
	}
	changed := raw.Bytes()
	changed[len(changed)-1] ^= 1
	if _, err := back.PutObject("materials", name, map[string]string{}, bytes.NewReader(changed), int64(len(changed)), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t, pool, d, m.Hash); !errors.Is(err, ErrLost) {
		t.Errorf("a changed object: %v", err)
	}
	if _, err := back.DeleteObject("materials", name); err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t, pool, d, m.Hash); !errors.Is(err, ErrLost) {
		t.Errorf("an object that is gone: %v", err)
	}
	if _, err := fetch(t, pool, desk(t, Config{}), m.Hash); !errors.Is(err, ErrLost) {
		t.Errorf("a desk without the bucket: %v", err)
	}
}

func TestABucketThatIsAwayTakesNothing(t *testing.T) {
	t.Parallel()
	config, _, down := s3(t)
	d, err := New(Config{Bucket: &config})
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Check(t.Context(), harmlessPDF())
	if err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	if _, err := d.Shelve(t.Context(), c); !errors.Is(err, ErrBucket) {
		t.Errorf("kept: %v", err)
	}
	if err := d.Ready(t.Context()); !errors.Is(err, ErrBucket) {
		t.Errorf("ready: %v", err)
	}
	config.Name = "another"
	down.Store(false)
	if d, err = New(Config{Bucket: &config}); err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(t.Context()); !errors.Is(err, ErrBucket) {
		t.Errorf("a bucket that is none: %v", err)
	}
}

func TestTwoMaterialsShareOneContent(t *testing.T) {
	t.Parallel()
	pool, id := opened(t)
	d := desk(t, Config{})
	c, err := d.Check(t.Context(), harmlessPDF())
	if err != nil {
		t.Fatal(err)
	}
	first, err := put(t, pool, id, handed("a"), c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := put(t, pool, id, handed("a"), c)
	if err != nil || again != first {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	second, err := put(t, pool, id, handed("b"), c)
	if err != nil || second.ID == first.ID || second.Hash != first.Hash {
		t.Errorf("another key: %+v, %v", second, err)
	}
	other := handed("a")
	other.Kind = Identity
	if _, err := put(t, pool, id, other, c); !errors.Is(err, ErrKeyReused) {
		t.Errorf("the same key for another kind: %v", err)
	}
	if err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
		list, err := Of(context.Background(), tx, id)
		if err != nil || len(list) != 2 || list[0] != first || list[1] != second {
			t.Errorf("listed %+v, %v", list, err)
		}
		for _, id := range []string{"", "a\x00", strings.Repeat("A", 26), strings.Repeat("a", 26)} {
			if _, err := Find(context.Background(), tx, id); !errors.Is(err, ErrAbsent) {
				t.Errorf("%q is found: %v", id, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got, err := fetch(t, pool, d, first.Hash); err != nil || !bytes.Equal(got, harmlessPDF()) {
		t.Errorf("fetched %.30q, %v", got, err)
	}
	if _, err := fetch(t, pool, d, Hash{1}); !errors.Is(err, ErrLost) {
		t.Errorf("a content that never was: %v", err)
	}
}
