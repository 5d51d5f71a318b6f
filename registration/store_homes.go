package registration

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// A Home is a dwelling in which somebody asked about holds a current right or, if
// Contracted, which they have bought by a filed contract that is still to be entered.
type Home struct {
	Unit       UnitCode
	Contracted bool
	Holder     string // the identity number of 18 digits, as it was asked about
}

// HomesOf returns the homes of these people, one row for each holder. Shares count
// as homes.
func HomesOf(ctx context.Context, tx pgx.Tx, idNumbers []string) ([]Home, error) {
	old := map[string]string{}
	for _, id := range idNumbers {
		old[agedNumber(id)] = id
	}
	indexes := vault.Indexes(vault.IDNumber, withOldNumbers(idNumbers))
	var homes []Home
	collect := func(contracted bool, id vault.Column) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			h := Home{Contracted: contracted}
			_, err := pgx.ForEachRow(rows, []any{&h.Unit, vault.Open(id, &h.Holder)}, func() error {
				if now, aged := old[h.Holder]; aged && h.Holder != "" {
					h.Holder = now
				}
				homes = append(homes, h)
				return nil
			})
			return err
		}
	}
	var batch pgx.Batch
	batch.Queue(`
		SELECT r.unit, h.id_number
		FROM registration_holder h
		JOIN registration_right r ON r.id = h.right_id AND r.closed_at IS NULL
		JOIN registration_description d ON d.id = r.description_id
		WHERE h.id_index = ANY ($1) AND d.house_use LIKE '1%'
		ORDER BY r.unit, h.right_id`, indexes).Query(collect(false, holderID))
	batch.Queue(`
		SELECT c.unit, p.id_number
		FROM registration_contract_party p
		JOIN registration_contract c ON c.number = p.contract AND c.revoked_on IS NULL AND c.fulfilled_by_case IS NULL
		JOIN registration_unit u ON u.code = c.unit
		JOIN registration_description d ON d.id = u.description_id
		WHERE p.id_index = ANY ($1) AND p.side = 'buyer' AND d.house_use LIKE '1%'
		ORDER BY c.unit, c.number`, indexes).Query(collect(true, partyID))
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("homes of %d people: %w", len(idNumbers), err)
	}
	return homes, nil
}

// agedNumber is the 15-digit number under which old rows know a person, "" if there is none.
func agedNumber(id string) string {
	if len(id) == 18 && id[6:8] == "19" {
		return id[:6] + id[8:17]
	}
	return ""
}

// withOldNumbers adds the 15-digit numbers under which old rows know people.
func withOldNumbers(idNumbers []string) []string {
	all := append([]string(nil), idNumbers...)
	for _, id := range idNumbers {
		if old := agedNumber(id); old != "" {
			all = append(all, old)
		}
	}
	return all
}
