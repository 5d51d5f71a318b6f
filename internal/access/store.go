package access

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/internal/text"
	"onewindow/internal/vault"
)

// Querier is a pool or a transaction: most of what is asked here is one look-up,
// for which a transaction would be two more round trips.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Errors of accounts.
var (
	// ErrTaken says that another account has the id.
	ErrTaken = errors.New("another account has this id")
	// ErrNobody says that no account has the id.
	ErrNobody = errors.New("no such account")
	// ErrLabel says that what uses a key cannot be called so.
	ErrLabel = errors.New("not a label of a key")
	// ErrLast says that nobody would be left to look after the accounts.
	ErrLast = errors.New("the last security administrator stays")
)

// The sealed columns of this package.
const (
	personSeed  vault.Column = "access_person.seed"
	attemptSeed vault.Column = "access_attempt.seed"
)

var (
	idShape     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	officeShape = regexp.MustCompile(`^[0-9]{6}$`)
)

// longestName bounds a name, in bytes.
const longestName = 200

// Valid says whether the person can have an account: a citizen cannot, and has
// no more than a session.
func (p Person) Valid() bool {
	_, bad := text.Forbidden(p.Name)
	return idShape.MatchString(p.ID) && p.Name != "" && len(p.Name) <= longestName && !bad && may[p.Role] != nil &&
		p.Role != Citizen && p.Case == "" && (p.Role == Company) == (p.Company != "") &&
		(p.Role.AboveOffices() && p.Office == "" || !p.Role.AboveOffices() && officeShape.MatchString(p.Office))
}

// Engage gives a person an account that nothing opens yet. It returns ErrPerson or
// ErrTaken.
func Engage(ctx context.Context, db Querier, p Person) error {
	if !p.Valid() {
		return fmt.Errorf("engage %q: %w", p.ID, ErrPerson)
	}
	tag, err := db.Exec(ctx, `
		INSERT INTO access_person (id, name, role, office, company) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`, p.ID, p.Name, string(p.Role), p.Office, p.Company)
	if err != nil {
		return fmt.Errorf("engage %q: %w", p.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("engage %q: %w", p.ID, ErrTaken)
	}
	return nil
}

// change gives an account another name, role, office or company, from the next
// request on. It returns ErrNobody or ErrLast.
func change(ctx context.Context, tx pgx.Tx, p Person) error {
	return one(ctx, tx, "change", p.ID, `
		UPDATE access_person SET name = $2, role = $3, office = $4, company = $5 WHERE id = $1`,
		p.Role != SecurityAdmin, p.Name, string(p.Role), p.Office, p.Company)
}

// Disable closes an account, with its sessions and keys, from the next request on.
// It returns ErrNobody or ErrLast.
func Disable(ctx context.Context, db Querier, id string) error {
	return one(ctx, db, "disable", id, `
		WITH gone AS (DELETE FROM access_session WHERE person = $1),
			forgotten AS (DELETE FROM access_device WHERE person = $1)
		UPDATE access_person SET disabled = true WHERE id = $1`, true)
}

// enable opens a closed account again. It returns ErrNobody.
func enable(ctx context.Context, tx pgx.Tx, id string) error {
	return one(ctx, tx, "enable", id, `
		UPDATE access_person SET disabled = false, failures = 0, locked_until = NULL WHERE id = $1`, false)
}

// one changes one account. Where it takes a security administrator away, the
// others are locked first, so that two do not disable each other; one who cannot sign
// in is none.
func one(ctx context.Context, db Querier, what, id, sql string, takes bool, args ...any) error {
	if takes {
		var left int
		err := db.QueryRow(ctx, `
			SELECT count(*) FROM (SELECT id, password, one_time FROM access_person
				WHERE role = 'security_admin' AND NOT disabled ORDER BY id FOR UPDATE) a
			WHERE id <> $1 AND (password <> '' AND NOT one_time
					OR EXISTS (SELECT FROM access_subject s WHERE s.person = a.id))
				OR NOT EXISTS (SELECT FROM access_person
					WHERE id = $1 AND role = 'security_admin' AND NOT disabled)`, id).Scan(&left)
		if err != nil {
			return fmt.Errorf("%s %s: %w", what, id, err)
		}
		if left == 0 {
			return fmt.Errorf("%s %s: %w", what, id, ErrLast)
		}
	}
	tag, err := db.Exec(ctx, sql, append([]any{id}, args...)...)
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("%s %q: %w", what, id, ErrNobody)
	}
	return nil
}

// Account is a person's account as those see it who look after it.
type Account struct {
	Person
	Password      bool // one has been chosen or given
	OneTime       bool // it was given, and leads only to choosing another
	Code          bool // an authenticator is enrolled
	LockedUntil   *time.Time
	Disabled      bool
	Demonstration bool
	Keys          int // that are valid
}

const accountColumns = `id, name, role, office, company, password <> '', one_time, seed IS NOT NULL, locked_until,
	disabled, demonstration, (SELECT count(*) FROM access_key k
		WHERE k.person = p.id AND k.revoked_at IS NULL AND k.expires_at > $1)`

func (a *Account) columns() []any {
	return []any{&a.ID, &a.Name, &a.Role, &a.Office, &a.Company, &a.Password, &a.OneTime, &a.Code, &a.LockedUntil,
		&a.Disabled, &a.Demonstration, &a.Keys}
}

// Accounts lists every account, by id, as they stand at an instant.
func Accounts(ctx context.Context, db Querier, at time.Time) (list []Account, err error) {
	rows, err := db.Query(ctx, `SELECT `+accountColumns+` FROM access_person p ORDER BY id`, at)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	var a Account
	_, err = pgx.ForEachRow(rows, a.columns(), func() error {
		list = append(list, a)
		return nil
	})
	return list, err
}

// AccountOf returns one account as it stands at an instant, or ErrNobody.
func AccountOf(ctx context.Context, db Querier, id string, at time.Time) (a Account, err error) {
	err = db.QueryRow(ctx, `SELECT `+accountColumns+` FROM access_person p WHERE id = $2`, at, id).Scan(a.columns()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fmt.Errorf("account %q: %w", id, ErrNobody)
	}
	return a, err
}

// Demonstration says whether the database holds accounts whose secrets everybody
// knows.
func Demonstration(ctx context.Context, db Querier) (found bool, err error) {
	err = db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM access_person WHERE demonstration)`).Scan(&found)
	return found, err
}
