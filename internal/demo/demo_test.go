package demo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/pgtest"
	"onewindow/registration"
)

func TestSeedingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	count := func() (n int) {
		if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM registration_unit) +
			(SELECT count(*) FROM registration_contract) + (SELECT count(*) FROM tax_household_member) +
			(SELECT count(*) FROM tax_adoption)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := Seed(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	first := count()
	if err := Seed(t.Context(), pool); err != nil || count() != first || first < 60+len(listings()) {
		t.Errorf("second seeding: %v, %d rows after %d", err, count(), first)
	}
}

func TestEverySaleOfTheDemonstrationHasNothingAgainstIt(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	if err := Seed(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	a, err := NextSale(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if found := a.Normalise().Validate(); found.Blocked() {
		t.Errorf("form: %+v", found)
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		on, err := intake.Today(t.Context(), tx)
		if err != nil {
			return err
		}
		title, err := registration.TitleOf(t.Context(), tx, a.Unit)
		if err != nil {
			return err
		}
		contract, err := registration.ContractOf(t.Context(), tx, a.Contract)
		found := append(registration.Review(a.Application, title, on), registration.CheckFiling(a.Application, contract)...)
		if !found.Passed() {
			t.Errorf("found %+v", found.Failing())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecretsAreDrawnOnceAndKeptFromOthers(t *testing.T) {
	t.Parallel()
	pool, path := pgtest.Pool(t), filepath.Join(t.TempDir(), "staff.json")
	first, err := Employ(t.Context(), pool, path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Employ(t.Context(), pool, path)
	if err != nil {
		t.Fatal(err)
	}
	for id, secret := range first {
		if second[id] != secret {
			t.Errorf("%s got another secret", id)
		}
		if _, err := access.Authenticate(t.Context(), pool, id, secret.Text()); err != nil {
			t.Errorf("%s cannot sign in: %v", id, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of secrets: %v, %v", info.Mode(), err)
	}
}
