package access

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
	"onewindow/internal/vault"
)

// The one-time codes of citizens: six digits, good once, for who asked for them, and
// bounded so that all that can be tried in a day is one chance in thousands. What
// strangers ask for and try is not taken from a citizen.
const (
	CodeLength    = 10 * time.Minute
	mostTries     = 5 // of the codes that one asker had sent
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
// case is the one it leads to. It returns none where the asker, or a telephone, has
// had its codes: nobody is told which. Codes that were sent before then stay good.
func DrawCodes(ctx context.Context, tx pgx.Tx, number, of string, asker Asker, to []Contact,
	at time.Time) (drawn []Drawn, err error) {
	number = fold(number)
	if mine, err := claim(ctx, tx, number, asker, at); err != nil || !mine {
		return nil, err
	}
	may, err := reached(ctx, tx, cmp.Or(of, number), asker, to, at)
	if err != nil || len(may) == 0 {
		return nil, err
	}
	parties, names, texts, phones := []string{}, []string{}, []string{}, []string{}
	for _, c := range may {
		code, err := newCode()
		if err != nil {
			return nil, err
		}
		drawn, texts = append(drawn, Drawn{c, code}), append(texts, number+" "+code)
		parties, names, phones = append(parties, c.Party), append(names, c.Name), append(phones, c.Phone)
	}
	_, err = tx.Exec(ctx, `
		UPDATE access_asked SET codes = $3, parties = $4, names = $5, phones = $6, case_number = $7, expires_at = $8,
			tries = 0
		WHERE number = $1 AND asker = $2`,
		vault.Index(numberPurpose, number), asker.index(), vault.Indexes(codesPurpose, texts), parties, names,
		vault.Indexes(vault.Phone, phones), of, at.Add(CodeLength))
	if err != nil {
		return nil, fmt.Errorf("draw codes: %w", err)
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

// CitizenRefused writes into the audit that a citizen did not come in, and not about
// which number: nobody, not even who reads the audit, learns which there are.
func CitizenRefused(ctx context.Context, db Querier) error {
	return audit.Write(ctx, db, audit.Event{Kind: audit.Case, Object: nobody, Actor: audit.Public,
		Role: string(Citizen), Action: audit.SignInWrong})
}

// ByCode opens a citizen's session for a number and a code that was sent because the
// same asker asked for it. It returns ErrUnknown if there is no such code, or the asker
// has tried too many; the audit then has a line that does not say for which number.
func (g Porter) ByCode(ctx context.Context, number, code string, asker Asker, at time.Time) (token Secret, err error) {
	number = fold(number)
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		code = "-"
	}
	err = pgx.BeginFunc(ctx, g.Pool, func(tx pgx.Tx) error {
		t, right, err := try(ctx, tx, number, code, asker, at)
		if err != nil {
			return err
		}
		if !right {
			return CitizenRefused(ctx, tx)
		}
		if err := remember(ctx, tx, asker, t.phone, at); err != nil {
			return err
		}
		token, err = openCitizen(ctx, tx, Session{Person: Person{Name: t.name, Case: t.of, Party: t.party}, OpenedAt: at})
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
