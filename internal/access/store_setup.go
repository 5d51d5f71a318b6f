package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// ErrSamePassword says that the password that was given is chosen again.
var ErrSamePassword = errors.New("the one-time password is not chosen again")

// FirstAdministrator is the account that an empty database begins with.
const FirstAdministrator = "admin"

// giveOneTime gives an account a password that leads only to choosing another and
// to enrolling an authenticator, and ends its sessions. It is for the owner's eyes.
func (g Porter) giveOneTime(ctx context.Context, tx pgx.Tx, id string, password Secret) error {
	hash, err := g.Hasher.Hash(ctx, password.Text())
	if err != nil {
		return err
	}
	return one(ctx, tx, "give a password to", id, `
		WITH gone AS (DELETE FROM access_session WHERE person = $1),
			forgotten AS (DELETE FROM access_device WHERE person = $1),
			begun AS (DELETE FROM access_attempt WHERE person = $1)
		UPDATE access_person SET password = $2, one_time = true, seed = NULL, failures = 0, locked_until = NULL
		WHERE id = $1`, false, hash)
}

// Begins makes the first account of an empty database, a security administrator,
// and returns its one-time password; "" if there are accounts.
func (g Porter) Begins(ctx context.Context, at time.Time) (password Secret, err error) {
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO access_person (id, name, role) SELECT $1, $1, 'security_admin'
			WHERE NOT EXISTS (SELECT FROM access_person) ON CONFLICT (id) DO NOTHING`, FirstAdministrator)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		password, err = g.AtMachine(ctx, tx, Change{Account: FirstAdministrator, Kind: Reset}, at)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make the first account: %w", err)
	}
	return password, nil
}

// fresh is attemptOf where the one-time password was right.
func fresh(ctx context.Context, tx pgx.Tx, token string, at time.Time) (a attempt, p proof, err error) {
	if a, err = attemptOf(ctx, tx, token, at); err != nil {
		return a, p, err
	}
	if !a.passed || !a.fresh {
		return a, p, ErrNoSession
	}
	if p, err = proofOf(ctx, tx, a.person); err == nil && p.barred {
		err = ErrNoSession
	}
	return a, p, err
}

// Choose takes the password that a person wants from now on and draws the seed of
// their authenticator. It returns ErrWeak, ErrSamePassword or ErrNoSession.
func (g Porter) Choose(ctx context.Context, token, password string, at time.Time) error {
	return pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		_, p, err := fresh(ctx, tx, token, at)
		if err != nil {
			return err
		}
		if err := CheckPassword(p.Person, password); err != nil {
			return err
		}
		same, err := g.Hasher.Matches(ctx, password, p.password)
		if err != nil {
			return err
		}
		if same {
			return ErrSamePassword
		}
		hash, err := g.Hasher.Hash(ctx, password)
		if err != nil {
			return err
		}
		given, _ := ParseSecret(token)
		_, err = tx.Exec(ctx, `UPDATE access_attempt SET password = $2, seed = $3 WHERE token_hash = $1`,
			given.hash(), hash, vault.Seal(attemptSeed, NewSeed()))
		return err
	})
}

// Enrolment returns whose authenticator is to be enrolled, and with which seed.
func (g Porter) Enrolment(ctx context.Context, token string, at time.Time) (p Person, seed Seed, err error) {
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		a, owner, err := fresh(ctx, tx, token, at)
		if err == nil && a.seed == "" {
			err = ErrNoSession
		}
		p, seed = owner.Person, a.seed
		return err
	})
	return p, seed, err
}

// Enrol takes the authenticator's first code, keeps password and seed, and opens
// the first session. It returns ErrUnknown if the code is wrong.
func (g Porter) Enrol(ctx context.Context, token, code string, at time.Time) (session Secret, p Person, err error) {
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		a, owner, err := fresh(ctx, tx, token, at)
		if err == nil && a.seed == "" {
			err = ErrNoSession
		}
		if err != nil {
			return err
		}
		step, right := a.seed.stepOf(code, at, 0)
		if !right {
			return ErrUnknown // only who knows the password can try, on a seed of their own
		}
		p = owner.Person
		_, err = tx.Exec(ctx, `
			UPDATE access_person SET password = $2, one_time = false, seed = $3, last_step = $4, failures = 0,
				locked_until = NULL WHERE id = $1`, p.ID, a.hash, vault.Seal(personSeed, a.seed), step)
		if err != nil {
			return fmt.Errorf("set up %s: %w", p.ID, err)
		}
		session, err = g.admit(ctx, tx, token, p, at)
		return err
	})
	return session, p, err
}

// CrewPrefix begins the ids of a demonstration's accounts that act by themselves:
// nobody is shown their codes, and so nobody signs in under them.
const CrewPrefix = "crew-"

// Known is an account of the demonstration, whose password and seed everybody may
// know.
type Known struct {
	Person
	Password string
	Seed     Seed
}

// Demonstrate gives the demonstration its accounts, marked as such: an office that
// is none refuses to open on a database that has them. The codes that were used
// are forgotten, so that the demonstration can start again at once.
func (g Porter) Demonstrate(ctx context.Context, people []Known) error {
	hashes := map[string]string{}
	return pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) (err error) {
		for _, k := range people {
			if !k.Valid() {
				return fmt.Errorf("demonstrate %q: %w", k.ID, ErrPerson)
			}
			if hashes[k.Password] == "" {
				if hashes[k.Password], err = g.Hasher.Hash(ctx, k.Password); err != nil {
					return err
				}
			}
			if err := demonstrate(ctx, tx, k, hashes[k.Password]); err != nil {
				return fmt.Errorf("demonstrate %s: %w", k.ID, err)
			}
		}
		return nil
	})
}

// demonstrate makes one account what everybody may know, whatever somebody has made of
// it since the last start.
func demonstrate(ctx context.Context, tx pgx.Tx, k Known, hash string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO access_person (id, name, role, office, company) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
		k.ID, k.Name, string(k.Role), k.Office, k.Company)
	if err == nil {
		err = confirmAtMachine(ctx, tx, Change{Account: k.ID, Kind: Move})
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE access_person SET name = $2, role = $3, office = $4, company = $5, password = $6, one_time = false, seed = $7,
			last_step = 0, failures = 0, locked_until = NULL, demonstration = true WHERE id = $1`,
		k.ID, k.Name, string(k.Role), k.Office, k.Company, hash, vault.Seal(personSeed, k.Seed))
	return err
}

// CodeAgain returns the present code of an account of the demonstration and forgets
// that it was used: its crew approves more often than codes change. No other
// account's code is ever told, or good twice.
func CodeAgain(ctx context.Context, db Querier, id string, at time.Time) (string, error) {
	var seed Seed
	err := db.QueryRow(ctx, `UPDATE access_person SET last_step = 0 WHERE id = $1 AND demonstration RETURNING seed`, id).
		Scan(vault.Open(personSeed, &seed))
	if err != nil {
		return "", fmt.Errorf("make a code of %s: %w", id, err)
	}
	return seed.Code(at)
}

// DemonstrationCodes returns the present codes of the demonstration's accounts, by
// id. No other account's code is ever told.
func DemonstrationCodes(ctx context.Context, db Querier, at time.Time) (map[string]string, error) {
	rows, err := db.Query(ctx, `SELECT id, seed FROM access_person WHERE demonstration AND seed IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("read the demonstration's codes: %w", err)
	}
	codes := map[string]string{}
	var id string
	var seed Seed
	_, err = pgx.ForEachRow(rows, []any{&id, vault.Open(personSeed, &seed)}, func() (err error) {
		codes[id], err = seed.Code(at)
		return err
	})
	return codes, err
}
