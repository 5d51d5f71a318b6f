package vault_test // pgtest, which opens the pools, imports vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"onewindow/internal/pgtest"
	"onewindow/internal/vault"
)

const (
	idNumber vault.Column = "t.id_number"
	phone    vault.Column = "t.phone"
	planted               = "430602189301060013"
)

// table returns a pool on a database with a table of sealed columns.
func table(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE t (n int PRIMARY KEY, id_number vault_sealed,
		id_index vault_index, phone vault_sealed)`); err != nil {
		t.Fatal(err)
	}
	return pool
}

var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

func TestWhatIsSealedComesBackInEveryProtocol(t *testing.T) {
	t.Parallel()
	pool := table(t)
	for n, mode := range modes {
		_, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_number, id_index, phone) VALUES ($1, $2, $3, $4)`,
			mode, n, vault.Seal(idNumber, planted), vault.Index(vault.IDNumber, planted), vault.Seal(phone, ""))
		if err != nil {
			t.Fatalf("%v: %v", mode, err)
		}
		var id string
		number := "untouched"
		err = pool.QueryRow(t.Context(), `SELECT id_number, phone FROM t WHERE n = $1 AND id_index = ANY ($2)`,
			mode, n, vault.Indexes(vault.IDNumber, []string{"x", planted})).
			Scan(vault.Open(idNumber, &id), vault.Open(phone, &number))
		if err != nil || id != planted || number != "" {
			t.Errorf("%v: %q, %q, %v", mode, id, number, err)
		}
		var stored []byte
		err = pool.QueryRow(t.Context(), `SELECT id_number FROM t WHERE n = $1`, mode, n).Scan(&stored)
		if err != nil || len(stored) != 33+len(planted) || bytes.Contains(stored, []byte("1893")) {
			t.Errorf("%v: stored %x, %v", mode, stored, err)
		}
	}
}

func TestManyAreSealedInOneStatement(t *testing.T) {
	t.Parallel()
	pool := table(t)
	texts := []string{planted, "", "第三个"}
	var sealed []vault.Sealed
	for _, text := range texts {
		sealed = append(sealed, vault.Seal(idNumber, text))
	}
	_, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_number, id_index)
		SELECT row_number() OVER (), u.s, u.i FROM unnest($1::bytea[], $2::bytea[]) AS u (s, i)`,
		sealed, vault.Indexes(vault.IDNumber, texts))
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	rows, _ := pool.Query(t.Context(), `SELECT id_number FROM t ORDER BY n`)
	var text string
	if _, err := pgx.ForEachRow(rows, []any{vault.Open(idNumber, &text)}, func() error {
		back = append(back, text)
		return nil
	}); err != nil || !slices.Equal(back, texts) {
		t.Errorf("%q, %v", back, err)
	}
}

func TestWithoutARingNothingIsStoredAndNothingRead(t *testing.T) {
	t.Parallel()
	pool := table(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_number) VALUES (1, $1)`,
		vault.Seal(idNumber, planted)); err != nil {
		t.Fatal(err)
	}
	bare, err := pgx.Connect(t.Context(), pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close(t.Context())
	for _, mode := range modes {
		for _, arg := range []any{
			vault.Seal(idNumber, planted), vault.Index(vault.IDNumber, planted),
			[]vault.Sealed{vault.Seal(idNumber, planted)}, vault.Indexes(vault.IDNumber, []string{planted}),
		} {
			_, err := bare.Exec(t.Context(), `SELECT $1::bytea`, mode, arg)
			if err == nil || strings.Contains(err.Error(), planted) {
				t.Errorf("%v stored %T: %v", mode, arg, err)
			}
		}
		var id string
		err := bare.QueryRow(t.Context(), `SELECT id_number FROM t`, mode).Scan(vault.Open(idNumber, &id))
		if !errors.Is(err, vault.ErrNoRing) {
			t.Errorf("%v read %q: %v", mode, id, err)
		}
	}
}

func TestPlainTextIsRefusedByASealedColumn(t *testing.T) {
	t.Parallel()
	pool := table(t)
	for _, mode := range modes {
		for _, plain := range []any{planted, []byte(planted), strings.Repeat(planted, 4), ""} {
			if _, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_number) VALUES (1, $1)`, mode, plain); err == nil {
				t.Errorf("%v stored %T", mode, plain)
			}
			if _, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_index) VALUES (1, $1)`, mode, plain); err == nil {
				t.Errorf("%v stored %T as an index", mode, plain)
			}
		}
	}
}

func TestAValueMovedToAnotherColumnDoesNotOpen(t *testing.T) {
	t.Parallel()
	pool := table(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO t (n, phone) VALUES (1, $1)`,
		vault.Seal(phone, "13900000000")); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE t SET id_number = phone`); err != nil {
		t.Fatal(err)
	}
	var id string
	err := pool.QueryRow(t.Context(), `SELECT id_number FROM t`).Scan(vault.Open(idNumber, &id))
	if !errors.Is(err, vault.ErrForged) || id != "" {
		t.Errorf("%q, %v", id, err)
	}
}

func TestAnArgumentIsNoDestination(t *testing.T) {
	t.Parallel()
	pool := table(t)
	var id string
	if _, err := pool.Exec(t.Context(), `INSERT INTO t (n, id_number) VALUES (1, $1)`,
		vault.Open(idNumber, &id)); err == nil {
		t.Error("a destination was stored")
	}
	if err := pool.QueryRow(t.Context(), `SELECT NULL::bytea`).Scan(vault.Seal(idNumber, planted)); err == nil {
		t.Error("an argument was read into")
	}
}

func TestNothingChangedOpens(t *testing.T) {
	t.Parallel()
	ring := vault.Draw()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.StringN(1, 100, 400).Draw(t, "plain")
		stored := ring.SealIn(idNumber, plain)
		if back, err := ring.OpenIn(idNumber, stored); err != nil || string(back) != plain {
			t.Fatalf("%q, %v", back, err)
		}
		at := rapid.IntRange(0, len(stored)-1).Draw(t, "at")
		stored[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if back, err := ring.OpenIn(idNumber, stored); err == nil {
			t.Fatalf("changed at %d it opens as %q", at, back)
		}
	})
}

func TestEqualTextsHaveEqualIndexesAndUnequalSeals(t *testing.T) {
	t.Parallel()
	ring := vault.Draw()
	if !bytes.Equal(ring.Index(vault.IDNumber, planted), ring.Index(vault.IDNumber, planted)) {
		t.Error("one number has two indexes")
	}
	if bytes.Equal(ring.Index(vault.IDNumber, planted), ring.Index(vault.Phone, planted)) {
		t.Error("two purposes share an index")
	}
	if bytes.Equal(ring.Index(vault.IDNumber, planted), vault.Draw().Index(vault.IDNumber, planted)) {
		t.Error("two rings share an index")
	}
	if bytes.Equal(ring.SealIn(idNumber, planted), ring.SealIn(idNumber, planted)) {
		t.Error("one number is sealed twice alike")
	}
}

func TestASecretDoesNotPrint(t *testing.T) {
	t.Parallel()
	for _, secret := range []any{vault.Seal(idNumber, planted), vault.Index(vault.IDNumber, planted)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, secret); strings.Contains(text, planted) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	ring := vault.Draw()
	good := ring.SealIn(idNumber, planted)
	f.Add(good)
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, stored []byte) {
		if plain, err := ring.OpenIn(idNumber, stored); err == nil && !bytes.Equal(stored, good) {
			t.Errorf("%x opens as %q", stored, plain)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	ring := vault.Draw()
	for b.Loop() {
		ring.SealIn(idNumber, planted)
	}
}

func BenchmarkOpen(b *testing.B) {
	ring := vault.Draw()
	stored := ring.SealIn(idNumber, planted)
	for b.Loop() {
		if _, err := ring.OpenIn(idNumber, stored); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndex(b *testing.B) {
	ring := vault.Draw()
	for b.Loop() {
		ring.Index(vault.IDNumber, planted)
	}
}
