package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// The one-time codes of citizens: six digits, good once, and bounded so that all
// that can be tried in a day is one chance in thousands.
const (
	CodeLength    = 10 * time.Minute
	mostTries     = 5           // of one code
	codePause     = time.Minute // between two codes for one number
	mostDraws     = 10          // for one number, within drawsWithin
	drawsWithin   = 24 * time.Hour
	codesPurpose  = vault.Purpose("access_code")
	numberPurpose = vault.Purpose("access_number")
	longestNumber = 100 // bytes of an acceptance or contract number, as typed
)

// Contact is a party to a case or contract who can be reached.
type Contact struct {
	Party string // as a path of the application: buyers[0]
	Name  string // masked
	Phone string
}

// Drawn is a code on its way to a contact.
type Drawn struct {
	Contact
	Code string
}

// DrawCodes draws a code for each contact of what somebody typed as a number; the
// case is the one it leads to. It writes the same whether there are contacts or
// not, and returns none where the number has had its codes: nobody is told which.
func DrawCodes(ctx context.Context, tx pgx.Tx, number, of string, to []Contact, at time.Time) ([]Drawn, error) {
	drawn, parties, names, texts := []Drawn{}, []string{}, []string{}, []string{}
	number = fold(number)
	for _, c := range to {
		code, err := newCode()
		if err != nil {
			return nil, err
		}
		drawn, texts = append(drawn, Drawn{c, code}), append(texts, number+" "+code)
		parties, names = append(parties, c.Party), append(names, c.Name)
	}
	tag, err := tx.Exec(ctx, `
		WITH old AS (DELETE FROM access_code WHERE since < $6 AND number <> $1)
		INSERT INTO access_code AS c (number, codes, parties, names, case_number, drawn_at, expires_at, since)
		VALUES ($1, $2, $3, $4, $5, $7, $8, $7)
		ON CONFLICT (number) DO UPDATE SET codes = excluded.codes, parties = excluded.parties, names = excluded.names,
			case_number = excluded.case_number, drawn_at = excluded.drawn_at, expires_at = excluded.expires_at, tries = 0,
			draws = CASE WHEN c.since < $6 THEN 1 ELSE c.draws + 1 END, since = CASE WHEN c.since < $6 THEN $7 ELSE c.since END
		WHERE c.drawn_at <= $9 AND (c.since < $6 OR c.draws < $10)`,
		vault.Index(numberPurpose, number), vault.Indexes(codesPurpose, texts), parties, names, of,
		at.Add(-drawsWithin), at, at.Add(CodeLength), at.Add(-codePause), mostDraws)
	if err != nil {
		return nil, fmt.Errorf("draw codes: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil, nil
	}
	return drawn, nil
}

// fold brings what people type as a number into one form.
func fold(number string) string {
	number = strings.ToUpper(strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(number, "\x00", ""), "")))
	if number == "" || len(number) > longestNumber {
		return "-" // nobody's
	}
	return number
}

// ByCode opens a citizen's session for a number and the code that was sent for it.
// It returns ErrUnknown if there is no such code, or too many have been tried.
func (g Porter) ByCode(ctx context.Context, number, code string, at time.Time) (token Secret, err error) {
	number = fold(number)
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		code = "-"
	}
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		var of string
		var party, name *string
		err := tx.QueryRow(ctx, `
			UPDATE access_code SET tries = tries + 1 WHERE number = $1 AND tries < $4 AND expires_at > $3
			RETURNING case_number, parties[array_position(codes, $2::bytea)], names[array_position(codes, $2::bytea)]`,
			vault.Index(numberPurpose, number), vault.Index(codesPurpose, number+" "+code), at, mostTries).
			Scan(&of, &party, &name)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && party == nil {
			return nil // the try is counted
		}
		if err == nil {
			token, err = spend(ctx, tx, number, code, Session{
				Person: Person{Name: *name, Case: of, Party: *party}, OpenedAt: at})
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("sign in by code: %w", err)
	}
	if token == "" {
		return "", ErrUnknown
	}
	return token, nil
}

// spend opens a session of a party to a case for a code, which is good no more.
func spend(ctx context.Context, tx pgx.Tx, number, code string, s Session) (Secret, error) {
	_, err := tx.Exec(ctx, `UPDATE access_code SET codes = array_replace(codes, $2::bytea, ''::bytea) WHERE number = $1`,
		vault.Index(numberPurpose, number), vault.Index(codesPurpose, number+" "+code))
	if err != nil {
		return "", err
	}
	return openCitizen(ctx, tx, s)
}
