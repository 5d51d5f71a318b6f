package demo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/pgtest"
	"onewindow/registration"
	"onewindow/tax/payment"
)

func TestSeedingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	count := func() (n int) {
		if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM registration_unit) +
			(SELECT count(*) FROM registration_contract) + (SELECT count(*) FROM tax_adoption)`).Scan(&n); err != nil {
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

// A city that an older program built adopts what the new one brings, so that its next
// sale waits for nobody.
func TestAStandingCityAdoptsWhatIsNew(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	if err := Seed(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `
		ALTER TABLE tax_fee_adoption DISABLE TRIGGER refuse_change; DELETE FROM tax_fee_adoption`); err != nil {
		t.Fatal(err)
	}
	if err := Seed(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	var fees int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM tax_fee_adoption`).Scan(&fees)
	if err != nil || fees != len(payment.SampleAdoptions()) {
		t.Errorf("%d fees are adopted, %v", fees, err)
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

// The clerk's form offers what can be handed in, and says what for.
func TestTheSamplesAreTheContractsThatNobodyHasHandedIn(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	if err := Seed(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	samples, err := Samples(t.Context(), pool)
	if err != nil || len(samples) < 12 || samples[0].Contract != "YY-2026-000101" {
		t.Fatalf("samples %v, %v", samples, err)
	}
	for _, s := range samples {
		if s.Lesson == "" {
			t.Errorf("%s shows nothing", s.Contract)
		}
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := intake.Accept(t.Context(), tx, "clerk-02", intake.Key{Client: "clerk-02", Value: "1"}, listings()[0].application())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	left, err := Samples(t.Context(), pool)
	if err != nil || len(left) != len(samples)-1 || left[0].Contract == samples[0].Contract {
		t.Errorf("after the first was handed in: %v, %v", left, err)
	}
}

func porter(pool *pgxpool.Pool) access.Porter {
	return access.Porter{Pool: pool, Hasher: access.NewHasher(1)}
}

func TestSecretsAreDrawnOnceAndKeptFromOthers(t *testing.T) {
	t.Parallel()
	pool, path := pgtest.Pool(t), filepath.Join(t.TempDir(), "staff.json")
	first, err := Employ(t.Context(), porter(pool), path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Employ(t.Context(), porter(pool), path)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[access.Role]bool{access.Citizen: true} // who has no account
	for _, p := range People() {
		roles[p.Role] = true
		if second[p.ID] != first[p.ID] {
			t.Errorf("%s got another secret", p.ID)
		}
		if _, err := access.ByKey(t.Context(), pool, p.ID, first[p.ID].Key.Text(), time.Now()); err != nil {
			t.Errorf("the key of %s: %v", p.ID, err)
		}
	}
	if len(roles) != len(access.Roles()) {
		t.Errorf("the demonstration has people of %v", roles)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of secrets: %v, %v", info.Mode(), err)
	}
}

// The demonstration can be started again within the life of a code.
func TestTheRegistrarSignsInAtEachStart(t *testing.T) {
	t.Parallel()
	pool, path := pgtest.Pool(t), filepath.Join(t.TempDir(), "staff.json")
	for range 2 {
		secrets, err := Employ(t.Context(), porter(pool), path)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		code, err := secrets[Registrar].Seed.Code(now)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := porter(pool).SignIn(t.Context(), Registrar, Password, code, now); err != nil {
			t.Error(err)
		}
	}
}

func TestACityHasOneClaim(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	first, err := ClaimCity(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ClaimCity(t.Context(), url); !errors.Is(err, ErrClaimed) {
		t.Errorf("a second claim: %v", err)
	}
	first.Release()
	second, err := ClaimCity(t.Context(), url)
	if err != nil {
		t.Errorf("after the first was released: %v", err)
	}
	second.Release()
}

func TestNothingInventedGoesIntoAnotherRegister(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return registration.PutParcel(t.Context(), tx, registration.Parcel{
			Code: "430602001001GB00009", Location: "x", Area: 1, Use: registration.UrbanResidential,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Seed(t.Context(), pool); !errors.Is(err, ErrTaken) {
		t.Errorf("seeded: %v", err)
	}
}

// A start does not end the sessions of people who are signed in.
func TestEmployingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	pool, path := pgtest.Pool(t), filepath.Join(t.TempDir(), "staff.json")
	if _, err := Employ(t.Context(), porter(pool), path); err != nil {
		t.Fatal(err)
	}
	var token access.Secret
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) {
		token, err = access.OpenSession(t.Context(), tx, People()[0], time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Employ(t.Context(), porter(pool), path); err != nil {
		t.Fatal(err)
	}
	if s, err := access.BySession(t.Context(), pool, token.Text(), time.Now()); err != nil || s.ID != Clerk {
		t.Errorf("the session is %+v, %v", s, err)
	}
}

// Nobody in the city can be mistaken for somebody who lives.
func TestTheCitysPeopleWereBornInThe1890s(t *testing.T) {
	t.Parallel()
	for _, l := range listings() {
		for _, p := range slices.Concat(l.owners, l.sellers(), l.buyers) {
			id, err := registration.ParseIdentity(p.ID)
			if err != nil || p.ID[6:9] != "189" {
				t.Errorf("%s of %s: %v, %v", p.ID, l.door, id, err)
			}
		}
	}
}
