package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/registration"
)

// Part is a person's part in a case: which of its parties they are.
type Part struct {
	Number     Number
	Party      string // as a path of the application: buyers[0]
	State      CaseState
	AcceptedAt time.Time
}

// mostParts bounds the cases that one person is shown.
const mostParts = 50

// PartsOf returns the cases to which a person is a party, the newest first, by the
// blind index (vault.IDNumber) of their identity number. Bodies have none.
func PartsOf(ctx context.Context, tx pgx.Tx, person []byte) ([]Part, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.number, p.party, c.state, c.accepted_at FROM intake_party p JOIN intake_case c ON c.id = p.case_id
		WHERE p.person = $1::bytea ORDER BY c.id DESC, p.party LIMIT $2`, person, mostParts)
	if err != nil {
		return nil, fmt.Errorf("look for a person's cases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Part])
}

// citizens lists the parties of an application who are people, with their numbers.
func citizens(a Application) (parties, numbers []string) {
	for side, list := range map[string][]registration.Party{"sellers": a.Sellers, "buyers": a.Buyers} {
		for i, p := range list {
			if p.IDKind != registration.Organisation {
				parties = append(parties, fmt.Sprintf("%s[%d]", side, i))
				numbers = append(numbers, p.ID)
			}
		}
	}
	return parties, numbers
}
